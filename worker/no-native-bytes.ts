/** Stands in for `src/core/native-bytes.ts`: workerd has no Buffer to ask, unless a flag says so. */
export function isKnownUtf8(): boolean {
  return false;
}

export function indexOfByte(bytes: Uint8Array, byte: number, from = 0): number {
  return bytes.indexOf(byte, from);
}

export function lastIndexOfByte(bytes: Uint8Array, byte: number, from = bytes.length): number {
  return bytes.lastIndexOf(byte, from);
}
