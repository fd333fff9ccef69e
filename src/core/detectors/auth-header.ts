/**
 * Credentials of HTTP headers: what follows the scheme of `Authorization`, and the values of cookies.
 *
 * The scheme word stays. Beside a word such as "authorization" only: "basic training" and "bearer of news" are no secrets.
 */
import { COLOUR, mayBeColourBefore } from "../colour.ts";
import { type Candidate, type Detector, SCORES } from "../detector.ts";
import { FieldNames } from "../field-name.ts";
import { opensPlaceholder } from "../validators/placeholder.ts";

const SCHEMES = "basic|bearer|digest|negotiate|apikey|token";
const COOKIE = String.raw`cookie2?["']?[ \t]{0,4}:[ \t]{0,4}["']?`;
const WORD_START = `(?:^|[^a-z]|${COLOUR})`;
const BEHIND_SCHEME = new RegExp(String.raw`${WORD_START}(?:${SCHEMES})[ \t]{1,4}$`, "i");
/** The same with quotes doubled or escaped. */
const WRITTEN_COOKIE = String.raw`cookie2?[\\"']{0,3}[ \t]{0,4}:[ \t]{0,4}[\\"']{0,3}`;
const BEHIND_COOKIE = new RegExp(`${WORD_START}(?:set-)?${COOKIE}$`, "i");

/** In formats with fields nothing but the name tells a cookie. */
const COOKIE_NAMES = new FieldNames(["cookie", "cookie2"]);

const OPENING = String.raw`[^\s"'\\,;](?:[^\n"'\\]){0,3}`;
/** Pairs up to a quote; but the value of a cookie may stand in quotes itself. */
const PAIRS = String.raw`(?:[^\n"'\\]|="[^\n"\\]*")*`;
const TAILS = {
  token: String.raw`[^\s"'\\,;]*`,
  pairs: PAIRS,
  value: String.raw`(?:"[^\n"\\]*")?${PAIRS}`,
  line: String.raw`[^\n]*`,
};
const TAIL_NAMES = Object.keys(TAILS) as (keyof typeof TAILS)[];

/** Cookies are pairs, Digest has quoted parameters: there all of it is secret. */
function tailOf({ text, preceding }: Candidate): keyof typeof TAILS {
  if (BEHIND_COOKIE.test(preceding)) return text.endsWith("=") ? "value" : "pairs";
  return /digest[ \t]+$/i.test(preceding) ? "line" : "token";
}

export const authHeader: Detector = {
  entity: "AUTH_HEADER",
  source: "RFC 9110, section 11; RFC 7617; RFC 6750; RFC 6265",
  pattern: OPENING,
  scan: {
    pattern: `(?i:(?:${SCHEMES})[ \\t]{1,4}|${WRITTEN_COOKIE})[^\\n](?:[^\\n]{3})?|(?i:cookie2?)["']`,
    maxLength: 40,
  },
  tail: Object.values(TAILS),
  boundary: "none",
  keys: { names: COOKIE_NAMES, takes: "text" },
  contextWords: ["authorization", "proxy authorization", "auth", "authentication", "authenticate", "cookie", "curl"],
  mayBegin: (bytes, at) =>
    at > 0 &&
    bytes[at - 1] !== 0x2c &&
    (!(bytes[at - 1] >= 0x61 && bytes[at - 1] <= 0x7a) || mayBeColourBefore(bytes, at)),
  whichTail: (candidate) => TAIL_NAMES.indexOf(tailOf(candidate)),
  validate({ text, after, preceding, hasContext }) {
    if (opensPlaceholder(text)) return 0;
    const isCookie = BEHIND_COOKIE.test(preceding);
    if (!isCookie && !(hasContext && BEHIND_SCHEME.test(preceding))) return 0;
    if (!isCookie && /[\s,;]/.test(text)) return 0;
    // A shorter opening counts only where the value ends.
    return text.length < 4 && after !== "" && !/[\s"'\\,;]/.test(after[0]) ? 0 : SCORES.strong;
  },
  hits: [
    "Authorization: Basic amFuZTpodW50ZXIy",
    "authorization: Bearer 0123456789abcdef",
    '"Proxy-Authorization": "Digest realm=x',
    "Authorization: ApiKey abc",
    "Cookie: sid=0123456789; theme=dark",
    "Set-Cookie: sid=0123456789; HttpOnly",
  ],
  misses: [
    "basic training begins at noon",
    "the bearer of news",
    "Authorization: Basic ",
    "authorization failed",
    "cookie policy",
    "Authorization: Bearer [AUTH_HEADER]",
    "Authorization: Bearer ${TOKEN}",
  ],
};
