/**
 * Check digits of identity numbers, from the public definitions of their schemes.
 *
 * Owns arithmetic on strings of ASCII digits only. Knows no number's length or name; callers bring both.
 */

/** The sum of digits by weights, in order; further digits count for nothing. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits.charCodeAt(i) - 0x30), 0);
}

/** ISO/IEC 7064 MOD 11,10: the last digit checks those before. One random string in ten passes. */
export function passesMod11And10(digits: string): boolean {
  let check = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (check + Number(digit)) % 10 || 10;
    check = (sum * 2) % 11;
  }
  return (check + Number(digits.at(-1))) % 10 === 1;
}

/** Verhoeff: the dihedral group D5. One random string in ten passes. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    check = multiply(check, permute(digit, i));
  }
  return check === 0;
}

/** The product in D5: rotations 0 to 4, reflections 5 to 9. */
function multiply(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
}

const FIRST_PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
const PERIOD = 8;

function permute(digit: number, times: number): number {
  let out = digit;
  for (let i = 0; i < times % PERIOD; i++) out = FIRST_PERMUTATION[out];
  return out;
}

/** A quasigroup of order ten, weakly totally anti-symmetric: row the digit so far, column the next. */
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** Damm: one random string in ten passes, and neither one wrong digit nor two swapped neighbours do. */
export function passesDamm(digits: string): boolean {
  let check = 0;
  for (const digit of digits) check = Number(DAMM[check].charAt(Number(digit)));
  return check === 0;
}

/** True for a day of the Gregorian calendar. */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
