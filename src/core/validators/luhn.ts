/** The Luhn check digit: ISO/IEC 7812-1, annex B. Knows nothing of brands or lengths. */

import { isPlain } from "../folded-text.ts";

/** True when the last digit is the Luhn check of those before. One random string in ten passes. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const weighted = i % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/** The digit sum of twice a digit. */
const TWICE = Uint8Array.of(0, 2, 4, 6, 8, 1, 3, 5, 7, 9);

/** The same on raw bytes between two places; true as well where digits may hide in anything but plain ASCII. */
export function passesLuhnInBytes(bytes: Uint8Array, start: number, end: number): boolean {
  let sum = 0;
  let isSecond = false;
  for (let at = end - 1; at >= start; at--) {
    const byte = bytes[at];
    if (!isPlain(byte)) return true;
    if (byte < 0x30 || byte > 0x39) continue;
    sum += isSecond ? TWICE[byte - 0x30] : byte - 0x30;
    isSecond = !isSecond;
  }
  return sum % 10 === 0;
}
