/**
 * The cryptography that operators need, as the host brings it.
 *
 * Owns the port only: the core computes no hash and no cipher of its own, holds no key outside of `KeyRing`, and never
 * waits, because a finding cannot.
 */

/** HMAC-SHA-256 under one key: 32 bytes. */
export type Hmac = (data: Uint8Array) => Uint8Array;

/** AES-SIV (RFC 5297) under one key: the same text and associated data give the same bytes. */
export interface Siv {
  seal(text: Uint8Array): Uint8Array;
  /** Undefined when these bytes were not sealed with this key and associated data. Never throws. */
  open(sealed: Uint8Array): Uint8Array | undefined;
}

/** FF1 (NIST SP 800-38G) under one key and tweak: a permutation of the words of one length. */
export interface Ff1 {
  encrypt(digits: readonly number[]): readonly number[];
  decrypt(digits: readonly number[]): readonly number[];
}

export interface Ff1Options {
  readonly radix: number;
  readonly tweak: Uint8Array;
}

export interface Crypto {
  hmac(key: Uint8Array): Hmac;
  /** `key` has 32 or 64 bytes, half of them for each of the two parts. */
  siv(key: Uint8Array, associated: readonly Uint8Array[]): Siv;
  /** `key` has 16 or 32 bytes. */
  ff1(key: Uint8Array, options: Ff1Options): Ff1;
}
