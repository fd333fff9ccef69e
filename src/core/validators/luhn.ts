/** The Luhn check digit: ISO/IEC 7812-1, annex B. Knows nothing of brands or lengths. */

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
