/**
 * User name and password of a URL: `postgres://jane:hunter2@db/orders`.
 *
 * A user name alone is no secret: `ssh://git@host`.
 */
import { LOOK_BACK_BYTES } from "../candidate.ts";
import { type Detector, SCORES } from "../detector.ts";
import { isHexAfterPercent, isPlain, previousStart, readCharacter } from "../folded-text.ts";
import { isIgnorable } from "../pattern/unicode.ts";
import { isPlaceholder } from "../validators/placeholder.ts";

const USER = String.raw`[^\s/?#:@"'<>\\]{0,64}`;
const PASSWORD = String.raw`[^\s/?#@"'<>\\]{1,128}`;
const SLASH = 0x2f;
const AT = 0x40;
/** Bytes of the longest character, or of an escape. */
const CHARACTER_BYTES = 4;

/** True when the last visible character before the place is a slash. */
function isBehindSlash(bytes: Uint8Array, place: number): boolean {
  if (place === 0) return false;
  if (isPlain(bytes[place - 1]) && !isHexAfterPercent(bytes, place)) return bytes[place - 1] === SLASH;
  for (let end = place; end > Math.max(0, place - LOOK_BACK_BYTES);) {
    const start = previousStart(bytes, end, 0);
    const { codePoint } = readCharacter(bytes, start, end);
    if (!isIgnorable(codePoint)) return codePoint === SLASH;
    end = start;
  }
  return false;
}

/** True when the next visible character is an at sign, or is not at hand. */
function isBeforeAt(bytes: Uint8Array, place: number): boolean {
  for (let at = place; at + CHARACTER_BYTES <= bytes.length;) {
    if (isPlain(bytes[at])) return bytes[at] === AT;
    const { codePoint, end } = readCharacter(bytes, at, bytes.length);
    if (!isIgnorable(codePoint)) return codePoint === AT;
    at = end;
  }
  return true;
}

export const urlCredentials: Detector = {
  entity: "URL_CREDENTIALS",
  source: "RFC 3986, section 3.2.1",
  pattern: `${USER}:${PASSWORD}`,
  scan: { pattern: `://${USER}:${PASSWORD}`, maxLength: 197 },
  boundary: "none",
  mayBegin: isBehindSlash,
  mayEnd: isBeforeAt,
  validate({ text, preceding, after }) {
    if (!preceding.endsWith("://") || !after.startsWith("@")) return 0;
    return isPlaceholder(text.slice(text.indexOf(":") + 1)) ? 0 : SCORES.strong;
  },
  hits: [
    "postgres://jane:hunter2@db",
    "https://ci:0123456789abcdef@git.example.com/a.git",
    "redis://:s3cr3t@cache:6379/0",
    "amqps%3A%2F%2Fjane%3Ahunter2%40mq",
  ],
  misses: [
    "https://example.com:8080/path",
    "ssh://git@example.com/a",
    "https://example.com/a:b@c",
    "postgres://app:${DB_PASSWORD}@db/x",
    "jane:hunter2@db",
    "http://a b:c@d",
  ],
};
