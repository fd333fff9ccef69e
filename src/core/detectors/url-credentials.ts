/**
 * User name and password of a URL: `postgres://jane:hunter2@db/orders`.
 *
 * A user name alone is no secret: `ssh://git@host`.
 */
import { isHexAfterPercent, isPlain } from "../folded-text.ts";
import { type Detector, SCORES } from "../detector.ts";
import { isPlaceholder } from "../validators/placeholder.ts";

const USER = String.raw`[^\s/?#:@"'<>\\]{0,64}`;
const PASSWORD = String.raw`[^\s/?#@"'<>\\]{1,128}`;
const SLASH = 0x2f;

export const urlCredentials: Detector = {
  entity: "URL_CREDENTIALS",
  source: "RFC 3986, section 3.2.1",
  pattern: `${USER}:${PASSWORD}`,
  scan: { pattern: `://${USER}:${PASSWORD}`, maxLength: 197 },
  boundary: "none",
  mayBegin: (bytes, at) => {
    const before = bytes[at - 1];
    return at > 0 && (before === SLASH || !isPlain(before) || isHexAfterPercent(bytes, at));
  },
  mayEnd: (bytes, at) => at >= bytes.length || bytes[at] === 0x40 || bytes[at] === 0x25 || !isPlain(bytes[at]),
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
