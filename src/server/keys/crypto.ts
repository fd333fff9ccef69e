/**
 * The operators' cryptography by @noble, the same on every runtime; Node brings a faster HMAC.
 *
 * Owns the way from the library's words to the core's port. What the library throws goes no further: it may quote input.
 */
import { aessiv } from "@noble/ciphers/aes.js";
import { FF1 } from "@noble/ciphers/ff1.js";
import { hmac as nobleHmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Crypto, Hmac } from "../../core/index.ts";

/** HMAC-SHA-256 without a platform's help. */
export function hmacByNoble(key: Uint8Array): Hmac {
  const keyed = nobleHmac.create(sha256, key);
  return (data) => keyed.clone().update(data).digest();
}

export function createCrypto(hmac: Crypto["hmac"] = hmacByNoble): Crypto {
  return {
    hmac,
    siv: (key, associated) => ({
      seal: (text) => aessiv(key, ...associated).encrypt(text),
      open: (sealed) => {
        try {
          return aessiv(key, ...associated).decrypt(sealed);
        } catch {
          return undefined;
        }
      },
    }),
    ff1: (key, { radix, tweak }) => {
      const cipher = FF1(radix, key, tweak);
      return {
        encrypt: (digits) => cipher.encrypt([...digits]),
        decrypt: (digits) => cipher.decrypt([...digits]),
      };
    },
  };
}
