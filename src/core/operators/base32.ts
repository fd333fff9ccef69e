/** Base32 of RFC 4648 in small letters without padding: no character that a format or a pattern reads as a sign. */

const BITS = 5;
/** In small letters it is never a word of its own kind beside an entity in capitals. */
const LOWER = "abcdefghijklmnopqrstuvwxyz234567";
/** Crockford's: no letter that a person takes for a digit. */
export const READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The first `characters` of the bytes; five bits each, the last filled up with zeros. */
export function base32(bytes: Uint8Array, characters = base32Length(bytes.length), alphabet = LOWER): string {
  let out = "";
  for (let bit = 0; out.length < characters; bit += BITS) {
    const at = bit >> 3;
    const pair = (bytes[at] << 8) | (bytes[at + 1] ?? 0);
    out += alphabet[(pair >> (11 - (bit & 7))) & 31];
  }
  return out;
}

export function base32Length(bytes: number): number {
  return Math.ceil((bytes * 8) / BITS);
}

/** Characters of so many bits. */
export function base32Characters(bits: number): number {
  return Math.ceil(bits / BITS);
}

/** Undefined for what `base32` does not write: other characters, an impossible length, bits that are left over. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * BITS) / 8));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const character of text) {
    const value = LOWER.indexOf(character);
    if (value < 0) return undefined;
    bits = ((bits << BITS) | value) & 0xfff;
    count += BITS;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 0xff;
  }
  const isCanonical = base32Length(bytes.length) === text.length && (bits & ((1 << count) - 1)) === 0;
  return isCanonical ? bytes : undefined;
}
