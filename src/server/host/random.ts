/** `bytes` of cryptographic randomness. */
export type Random = (bytes: number) => Uint8Array;
