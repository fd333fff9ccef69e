/**
 * What stands for an event's key in an object: a keyed hash, because a producer's id may be personal data.
 *
 * Owns which key: the deployment's, or without one a secret that the object has drawn for itself.
 */
import type { KeyRing } from "../src/core/index.ts";
import { hexOf } from "../src/server/hex.ts";
import { hmacByNoble } from "../src/server/keys/crypto.ts";
import { encodeText } from "../src/server/text.ts";

const TOKEN_BYTES = 16;

export function createTokenOf(feed: string, keys: KeyRing | undefined): (secret: Uint8Array, key: string) => string {
  return (secret, key) => {
    const hmac = keys?.hmacOfEvents() ?? hmacByNoble(secret);
    const digest = hmac(encodeText(`event key\0${feed}\0${key}`)).subarray(0, TOKEN_BYTES);
    return hexOf(digest);
  };
}
