/** Secrets at the edge, as variables hold them. */
import { StreamError } from "../src/core/index.ts";

const KEY_MIN_BYTES = 32;

/** The UTF-8 bytes of a secret. @throws StreamError `BAD_CONFIG` for one shorter than 32 bytes. */
export function secretOf(secret: string): Uint8Array {
  const key = new TextEncoder().encode(secret);
  if (key.length < KEY_MIN_BYTES) throw new StreamError("BAD_CONFIG", { bytes: key.length, least: KEY_MIN_BYTES });
  return key;
}
