/** The remainder by 97 of ISO/IEC 7064 (MOD 97-10), letters counting as 10 to 35. */

import { isPlain } from "../folded-text.ts";

/** 0 to 96. Takes upper-case letters and digits only; a number of any length, one pass. */
export function mod97(text: string): number {
  let remainder = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    remainder = (code < 0x41 ? remainder * 10 + code - 0x30 : remainder * 100 + code - 0x37) % 97;
  }
  return remainder;
}

/**
 * The same on raw bytes in any case, going on from a remainder and passing over what is no letter or digit.
 * Undefined where characters may hide in anything but plain ASCII.
 */
export function mod97InBytes(
  bytes: Uint8Array,
  span: { readonly start: number; readonly end: number },
  from: number,
): number | undefined {
  let remainder = from;
  for (let at = span.start; at < span.end; at++) {
    const byte = bytes[at];
    if (!isPlain(byte)) return undefined;
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) remainder = (remainder * 10 + byte - 0x30) % 97;
    else if (letter >= 0x61 && letter <= 0x7a) remainder = (remainder * 100 + letter - 0x57) % 97;
  }
  return remainder;
}
