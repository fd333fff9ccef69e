/**
 * How telephone numbers are written: extensions, zeros in brackets, and which numbers say their country.
 *
 * Owns the forms. Whether there is such a number is calling-code.ts and the detector.
 */

/** `00` for a plus. */
export const DIALLED = /^00[1-9]\d{0,2}\D/;

export const NORTH_AMERICAN_GROUPS = String.raw`^(?:(?:1[ .-]?)?\(\d{3}\)[ .-]?|(?:1[ .-])?\d{3}[.-])\d{3}[.-]\d{4}`;
export const IS_NORTH_AMERICAN = new RegExp(`${NORTH_AMERICAN_GROUPS}$`);

/** As most write it: without extension, and one blank for two or for the plus sign that forms write. */
export function numberOf(text: string): string {
  const number = withoutExtension(text);
  return number.includes("  ") || number.lastIndexOf("+") > 0 ? number.replaceAll(/(?!^)(?: {2}|\+)/g, " ") : number;
}

export function withoutExtension(text: string): string {
  return text.replace(/,?(?: {1,2}|\+)?(?:x|ext\.?) ?\d{1,6}$/i, "");
}

/** True for numbers of a table or a dump in hex, which one blank parts here and two part there. */
export function areColumns(number: string): boolean {
  const gaps = number.match(/ +/g) ?? [];
  const arePairs = /^\d\d(?: +\d\d)+$/.test(number);
  // Behind an area code there may be more.
  const alike = arePairs ? gaps.slice(1) : number.startsWith("0 ") ? gaps : [];
  return alike.some((gap) => gap !== alike[0]);
}

/** A zero in brackets is not dialled behind a calling code. */
export function digitsOf(number: string): string {
  return number.replace("(0)", "").replaceAll(/\D/g, "");
}
