/**
 * Field names: where one stands in plain text, and which ones say what a value is not.
 *
 * Owns the exclusion list: bare numbers under these names are identifiers of machines. A strong validator is
 * never overruled, and order or invoice numbers are not on the list: real cards turn up there.
 */
import { isHexAfterPercent, isPlain } from "./folded-text.ts";
import { splitWords } from "./words.ts";

const KEY_BEFORE = /([\p{L}\p{N}_.-]{1,40})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/u;

const EXCLUDED = [
  "trace id",
  "span id",
  "request id",
  "correlation id",
  "digest",
  "sha",
  "checksum",
  "etag",
  "version",
  "build",
  "seq",
  "offset",
  "epoch",
  "ts",
  "timestamp",
];

/** The name in `name=`, `name: ` or `"name":"` at the end of the text, "" when there is none. */
export function keyBefore(text: string): string {
  return KEY_BEFORE.exec(text)?.[1] ?? "";
}

const KEY_WINDOW_BYTES = 40;

/**
 * The same on bytes before a place; undefined when they are not all plain ASCII. Reads what `keyBefore` reads of the
 * 40 characters before the place.
 */
export function keyBeforeInBytes(bytes: Uint8Array, end: number): string | undefined {
  const limit = Math.max(0, end - KEY_WINDOW_BYTES);
  let at = end;
  const skip = (isWanted: (byte: number) => boolean, most: number): void => {
    for (let taken = 0; taken < most && at > limit && isWanted(bytes[at - 1]); taken++) at--;
  };
  skip(isQuote, 1);
  skip(isBlank, 4);
  const hasSign = at > limit && (bytes[at - 1] === 0x3a || bytes[at - 1] === 0x3d);
  if (hasSign) {
    at--;
    skip(isBlank, 4);
    skip(isQuote, 1);
  }
  const keyEnd = at;
  if (hasSign) skip(isKeyByte, KEY_WINDOW_BYTES);
  // `%3D` is an equals sign too.
  if (at > limit && (!isPlain(bytes[at - 1]) || isHexAfterPercent(bytes, at))) return undefined;
  return String.fromCharCode(...bytes.subarray(at, keyEnd));
}

const isQuote = (byte: number): boolean => byte === 0x22 || byte === 0x27;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09;
const isKeyByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ||
  byte === 0x5f ||
  byte === 0x2e ||
  byte === 0x2d;

/** True when the field's words end in an excluded name: `parent_span_id`, `app.version`. */
export function isExcludedKey(key: string): boolean {
  if (key === "") return false;
  const words = ` ${splitWords(key)}`;
  return EXCLUDED.some((name) => words.endsWith(` ${name}`));
}
