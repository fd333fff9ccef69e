/** HKDF with SHA-256, RFC 5869, over the HMAC that the host brings. */
import { concat, EMPTY } from "./bytes.ts";
import type { Crypto } from "./crypto.ts";

const HASH_BYTES = 32;

/** RFC 5869, 2.2. */
export function extract(crypto: Pick<Crypto, "hmac">, salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return crypto.hmac(salt.length === 0 ? new Uint8Array(HASH_BYTES) : salt)(secret);
}

export interface ExpandOptions {
  readonly info: Uint8Array;
  /** At most 255 * 32. */
  readonly length: number;
}

/** RFC 5869, 2.3. */
export function expand(
  crypto: Pick<Crypto, "hmac">,
  extracted: Uint8Array,
  { info, length }: ExpandOptions,
): Uint8Array {
  const hmac = crypto.hmac(extracted);
  const blocks: Uint8Array[] = [];
  let block: Uint8Array = EMPTY;
  for (let i = 1; blocks.length * HASH_BYTES < length; i++) {
    block = hmac(concat([block, info, Uint8Array.of(i)]));
    blocks.push(block);
  }
  return concat(blocks).slice(0, length);
}
