/**
 * Stands in for the helpers of `@noble/hashes`, of which most check and explain arguments: SHA-256 and HMAC are asked for by
 * our own typed code alone. What a hash was used for, and that it is used up, the hashes themselves still see to.
 */
interface Hash {
  readonly outputLen: number;
  readonly blockLen: number;
  readonly destroyed?: boolean;
  readonly finished?: boolean;
  update(bytes: Uint8Array): Hash;
  digest(): Uint8Array;
}

export const abytes = (bytes: Uint8Array): Uint8Array => bytes;
export function ahash(): void {}
export function aoutput(): void {}
export function oidNist(): void {}

export function aexists({ destroyed, finished }: Hash, isFresh = true): void {
  if (destroyed || (isFresh && finished)) throw new TypeError("hash is used up");
}

export function clean(...arrays: readonly Uint8Array[]): void {
  for (const array of arrays) array.fill(0);
}

export const createView = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const rotr = (word: number, bits: number): number => (word << (32 - bits)) | (word >>> bits);

export function createHasher(create: () => Hash): object {
  const { outputLen, blockLen } = create();
  const hash = (bytes: Uint8Array): Uint8Array => create().update(bytes).digest();
  return Object.assign(hash, { outputLen, blockLen, create });
}
