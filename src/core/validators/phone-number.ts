/**
 * How telephone numbers are written: extensions, zeros in brackets, and which numbers say their country.
 *
 * Owns the forms. Whether there is such a number is calling-code.ts and the detector.
 */

/** `00` for a plus. */
export const DIALLED = /^00[1-9]\d{0,2}\D/;

export const NORTH_AMERICAN_GROUPS = String.raw`^(?:(?:1[ .-]?)?\(\d{3}\)[ .-]?|(?:1[ .-])?\d{3}[.-])\d{3}[.-]\d{4}`;
export const IS_NORTH_AMERICAN = new RegExp(`${NORTH_AMERICAN_GROUPS}$`);

export function withoutExtension(text: string): string {
  return text.replace(/,?[ +]?(?:x|ext\.?) ?\d{1,6}$/i, "");
}

/** A zero in brackets is not dialled behind a calling code. */
export function digitsOf(number: string): string {
  return number.replace("(0)", "").replaceAll(/\D/g, "");
}
