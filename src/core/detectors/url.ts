/** Whole web addresses, for policies that hide where people were. Off by default. */
import { type Detector, SCORES } from "../detector.ts";

/** The first label of a host; by itself it is a name that any network may give, and leads nowhere. */
const LABEL = String.raw`[0-9A-Za-z\p{L}](?:[0-9A-Za-z\p{L}_-]{0,62})`;

export const url: Detector = {
  entity: "URL",
  group: "packs",
  source: "RFC 3986, section 3: http, https, ftp and ws, and hosts that begin with www.",
  pattern: String.raw`(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp][Ss]?|[Ww][Ss][Ss]?)://(?:\[|${LABEL}(?:[.:@?#][0-9A-Za-z\p{L}]|/))|[Ww][Ww][Ww]\.[0-9A-Za-z]`,
  tail: String.raw`(?:[^\s"'<>{}|\\^]*[^\s"'<>{}|\\^.,;:!?)\]])?`,
  boundary: "leading",
  validate: () => SCORES.shaped,
  hits: [
    "https://www.example.com/a?b=c",
    "http://10.0.0.1:8080/x",
    "www.example.org",
    "ftp://files.example.com/x.txt",
    "http://wiki/jane",
    "http://localhost:3000",
    "https://[::1]/x",
    "http://müller.de",
  ],
  misses: [
    "example.com",
    "file:///etc/passwd",
    "https:// x",
    "mailto:jane",
    "www. example",
    "http://microsoft",
    "see http://wiki.",
  ],
};
