/** Whole web addresses, for policies that hide where people were. Off by default. */
import { type Detector, SCORES } from "../detector.ts";

export const url: Detector = {
  entity: "URL",
  source: "RFC 3986, section 3: http, https, ftp and ws, and hosts that begin with www.",
  pattern: String.raw`(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp][Ss]?|[Ww][Ss][Ss]?)://[0-9A-Za-z\[]|[Ww][Ww][Ww]\.[0-9A-Za-z]`,
  tail: String.raw`(?:[^\s"'<>{}|\\^]*[^\s"'<>{}|\\^.,;:!?)\]])?`,
  boundary: "leading",
  validate: () => SCORES.shaped,
  hits: ["https://www.example.com/a?b=c", "http://10.0.0.1:8080/x", "www.example.org", "ftp://files.example.com/x.txt"],
  misses: ["example.com", "file:///etc/passwd", "https:// x", "mailto:jane", "www. example"],
};
