/** Base 62 with the digits 0-9, A-Z, a-z, as in the check digits of GitHub's tokens. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A whole number from 0, padded with zeros to at least `length` digits. */
export function toBase62(value: number, length: number): string {
  let out = "";
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) out = DIGITS.charAt(rest % 62) + out;
  return out.padStart(length, "0");
}
