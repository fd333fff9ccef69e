/** E-mail addresses, internationalised ones included. No list of top-level domains: reserved and internal ones mask too. */
import { ALPHANUMERIC, DIGIT, KINDS, NOT_PLAIN, UNDERSCORE } from "../ascii.ts";
import { asciiText } from "../bytes.ts";
import { type Candidate, type Detector, type RawMatch, SCORES } from "../detector.ts";
import { isHexAfterPercent } from "../folded-text.ts";
import { has } from "../pattern/charset.ts";
import { property } from "../pattern/unicode.ts";
import { isFreeInBytes, isInsideWord, isInsideWordAfter, isInsideWordBefore } from "../validators/neighbours.ts";

/** RFC 5321, section 4.5.3.1.1. */
const LOCAL_LIMIT = 64;
/** RFC 1035, section 2.3.4. */
const LABEL_LIMIT = 63;
const AT_SIGN = 0x40;
const FULL_STOP = 0x2e;
const HYPHEN = 0x2d;
const LOWER_V = 0x76;

/**
 * No domain ends in a digit: `jane@acme.com74` has something glued on. What it is cannot be told from the address, so it
 * is masked with it.
 *
 * Letters, marks, digits and what is common between them: the rest of RFC 5322's atext would swallow URLs.
 */
const LABEL = String.raw`[\p{L}\p{M}0-9_-]`;
const PATTERN = String.raw`[\p{L}\p{M}0-9_+][\p{L}\p{M}0-9._+'-]*@(?:${LABEL}+\.)+(?:\p{L}[\p{L}\p{M}0-9]{1,23}|[xX][nN]--[A-Za-z0-9-]{2,59})`;

/** A scaled image (`user@2x.png`) or a package version (`tool@1.2.3-beta.rc`), not a domain. */
const NOT_A_DOMAIN =
  /^(?:\d+(?:\.\d+)?x(?:~\w+)?\.(?:png|jpe?g|gif|webp|svg|avif|bmp|ico|tiff?|heic|pdf)$|v?\d+\.\d+\.\d)/i;

const LABEL_SHAPE = /^[^-](?:.{0,61}[^-])?$/u;

export const email: Detector = {
  entity: "EMAIL",
  source: "RFC 5321, RFC 6531; without quoted local parts",
  pattern: PATTERN,
  maxLength: 254,
  boundary: "none",
  mayBegin: (bytes, at) =>
    (KINDS[bytes[at - 1]] & ALPHANUMERIC) === 0 || mayBeReach(bytes, at) || isHexAfterPercent(bytes, at),
  mayEnd: (bytes, at) => at === bytes.length || (KINDS[bytes[at]] & ALPHANUMERIC) === 0,
  mayMatch: mayBeDomain,
  validate(candidate) {
    if (candidate.raw !== undefined && isOrdinary(candidate.raw)) return SCORES.shaped;
    const at = candidate.text.indexOf("@");
    const local = candidate.text.slice(0, at);
    const domain = candidate.text.slice(at + 1);
    if (!standsAlone(candidate, local) || NOT_A_DOMAIN.test(domain)) return 0;
    const labels = domain.split(".");
    if (!labels.every((label) => LABEL_SHAPE.test(label))) return 0;
    return isMixed(local) || isMixed(labels.at(-1) ?? "") ? 0 : SCORES.shaped;
  },
  hits: [
    "jane.roe@acme-corp.com",
    "o'brien+news@sub.mail.example.co.uk",
    "joe@svc.internal",
    "joerg@xn--bcher-laden-thb.de",
    "josé@correo.españa.es",
    "用户@例子.广告",
    "почта@пример.рф",
    "ana_1@a1.io",
    "joe@my_store.example.com",
    "joe@例子shop.example.com",
    "jane@acme.com74",
  ],
  misses: [
    "icons/user@2x.png",
    "logo@1.5x.webp",
    "@acme/node@6.17.2",
    "ui@1.2.3-beta.next",
    "registry.internal/app/web@sha256:0f1e2d",
    "root@localhost",
    "@media (max-width:600px){a{b:c}}",
    "[EMAIL_ADDRESS]",
    "jane@-acme.com",
    "a@b.c",
  ],
};

/** True for most addresses in plain ASCII. */
function isOrdinary(raw: RawMatch): boolean {
  const { bytes, start, end } = raw;
  if (!isFreeInBytes(raw, "@")) return false;
  let at = start;
  while (bytes[at] !== AT_SIGN) if (at === end || KINDS[bytes[at++]] === NOT_PLAIN) return false;
  if (at - start >= LOCAL_LIMIT || KINDS[bytes[at + 1]] === DIGIT || (bytes[at + 1] | 0x20) === LOWER_V) return false;
  for (let label = at + 1; label < end; label = at + 1) {
    for (at = label; at < end && bytes[at] !== FULL_STOP; at++) if (KINDS[bytes[at]] === NOT_PLAIN) return false;
    if (at === label || at - label > LABEL_LIMIT || bytes[label] === HYPHEN || bytes[at - 1] === HYPHEN) return false;
  }
  return true;
}

/** False without an at-sign, for scaled images and for package versions. */
function mayBeDomain(bytes: Uint8Array, start: number, end: number): boolean {
  let domain = end;
  for (; domain > start && bytes[domain - 1] !== AT_SIGN; domain--) {
    // What is written in other ways is judged by `validate`.
    if (KINDS[bytes[domain - 1]] === NOT_PLAIN) return true;
  }
  if (domain <= start) return false;
  if (KINDS[bytes[domain]] !== DIGIT && (bytes[domain] | 0x20) !== LOWER_V) return true;
  return !NOT_A_DOMAIN.test(asciiText(bytes, domain, end));
}

/** By byte: 1 for what a local part may hold, of ASCII. */
const IS_LOCAL = Uint8Array.from(KINDS, (kind, byte) =>
  (kind & (ALPHANUMERIC | UNDERSCORE)) !== 0 || ".+'-".includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** An address that begins inside a word has a local part of the full length. */
function mayBeReach(bytes: Uint8Array, at: number): boolean {
  const end = Math.min(bytes.length, at + LOCAL_LIMIT);
  let i = at;
  while (i < end && IS_LOCAL[bytes[i]] === 1) i++;
  // What is written in other ways may be anything.
  if (i < end) return KINDS[bytes[i]] === NOT_PLAIN;
  // What is written in other ways may be one.
  return bytes[at + LOCAL_LIMIT] === AT_SIGN || KINDS[bytes[at + LOCAL_LIMIT]] === NOT_PLAIN;
}

/** In a run of letters longer than any local part the last 64 characters are masked: they are all that can be an address. */
function standsAlone(candidate: Candidate, local: string): boolean {
  if (local.length > LOCAL_LIMIT || candidate.after.startsWith("@")) return false;
  if (local.length === LOCAL_LIMIT && isInsideWordBefore(candidate)) return !isInsideWordAfter(candidate);
  return !isInsideWord(candidate);
}

/** ASCII letters beside letters of a script without spaces: the sentence goes on, the address does not. */
function isMixed(text: string): boolean {
  if (!/[^\0-\x7f]/.test(text) || !/[A-Za-z]/.test(text)) return false;
  const unspaced = property("Unspaced");
  return unspaced !== undefined && Array.from(text).some((character) => has(unspaced, character.codePointAt(0) ?? 0));
}
