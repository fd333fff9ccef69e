/** The keyed hash at the edge: synchronous, where WebCrypto would make every finding wait. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { StreamError, type Hmac } from "../src/core/index.ts";

const KEY_MIN_BYTES = 32;

/** The UTF-8 bytes of a secret. @throws StreamError `BAD_CONFIG` for one shorter than 32 bytes. */
export function secretOf(secret: string): Uint8Array {
  const key = new TextEncoder().encode(secret);
  if (key.length < KEY_MIN_BYTES) throw new StreamError("BAD_CONFIG", { bytes: key.length, least: KEY_MIN_BYTES });
  return key;
}

/**
 * HMAC-SHA-256 under the UTF-8 bytes of the secret; the same tokens as Node's.
 * @throws StreamError `BAD_CONFIG` when the secret is shorter than 32 bytes.
 */
export function createHmac(secret: string): Hmac {
  const key = secretOf(secret);
  const keyed = hmac.create(sha256, key);
  return (data) => keyed.clone().update(data).digest();
}
