/**
 * Field names: where one stands in plain text, and which ones say what a value is not.
 *
 * Owns the exclusion list: bare numbers under these names are identifiers of machines. A strong validator is
 * never overruled, and order or invoice numbers are not on the list: real cards turn up there.
 */
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

/** True when the field's words end in an excluded name: `parent_span_id`, `app.version`. */
export function isExcludedKey(key: string): boolean {
  if (key === "") return false;
  const words = ` ${splitWords(key)}`;
  return EXCLUDED.some((name) => words.endsWith(` ${name}`));
}
