/**
 * Line feeds near a place.
 *
 * Owns the search by hand for short ways: the platform's search is a call, which costs more than most lines are long.
 */
export const LF = 0x0a;

/** Further than this the platform searches. */
const NEAR_LINE_BYTES = 512;

/** The last line feed before a place, or -1. */
export function lineFeedBefore(bytes: Uint8Array, from: number): number {
  const near = Math.max(0, from - NEAR_LINE_BYTES);
  let at = from - 1;
  while (at >= near && bytes[at] !== LF) at--;
  return at >= near || at < 0 ? at : bytes.lastIndexOf(LF, at);
}

/** The first line feed at or after a place; there is one. */
export function lineFeedFrom(bytes: Uint8Array, from: number): number {
  const near = Math.min(bytes.length, from + NEAR_LINE_BYTES);
  let at = from;
  while (at < near && bytes[at] !== LF) at++;
  return at < near ? at : bytes.indexOf(LF, at);
}
