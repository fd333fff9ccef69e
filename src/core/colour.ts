/**
 * What colours text on a terminal (ECMA-48, "select graphic rendition"): `ESC [ 1 ; 31 m`.
 *
 * Owns what such a sequence is made of, for all who read text: its letter is no part of the word or value behind it. No other
 * sequence of a terminal counts.
 */
import { DIGIT, KINDS } from "./ascii.ts";

export const ESCAPE = 0x1b;
const BRACKET = 0x5b;
const SEMICOLON = 0x3b;
/** What ends it. */
export const COLOUR_LETTER = 0x6d;

/** As a regular expression. */
export const COLOUR = String.raw`\x1b\[[\d;]*m`;

/** Bytes of the longest one that is looked for before a value. */
const COLOUR_BYTES = 20;

/** Bytes that tell where one begins, goes on and ends; digits too, which stand in other words. */
export const COLOUR_SIGNS: readonly number[] = [ESCAPE, BRACKET, SEMICOLON, COLOUR_LETTER];

/** True between the escape and the letter, wherever the bracket stands: who reads byte by byte keeps no count. */
export function isInColour(byte: number): boolean {
  return KINDS[byte] === DIGIT || byte === SEMICOLON || byte === BRACKET;
}

/** True for the letter of a sequence that begins at `start` or later. */
export function endsColour(bytes: Uint8Array, start: number, at: number): boolean {
  if (bytes[at] !== COLOUR_LETTER) return false;
  let from = at - 1;
  while (from > start && (KINDS[bytes[from]] === DIGIT || bytes[from] === SEMICOLON)) from--;
  return from > start && bytes[from] === BRACKET && bytes[from - 1] === ESCAPE;
}

/** True when one ends just before `end`: no other letter leaves alone what follows. */
export function isColourBefore(bytes: Uint8Array, end: number): boolean {
  return openerOf(bytes, end) === ESCAPE;
}

/** The same where it may have begun before the bytes. */
export function mayBeColourBefore(bytes: Uint8Array, end: number): boolean {
  const opener = openerOf(bytes, end);
  return opener === ESCAPE || opener === UNSEEN;
}

/** No bytes: that of what ends otherwise, and that which stands too far away or before all bytes. */
const NONE = -1;
const UNSEEN = -2;

/** The byte before all that may stand between the escape and a letter just before `end`. */
function openerOf(bytes: Uint8Array, end: number): number {
  if (bytes[end - 1] !== COLOUR_LETTER) return NONE;
  const first = Math.max(0, end - COLOUR_BYTES);
  let at = end - 2;
  while (at >= first && isInColour(bytes[at])) at--;
  return at < first ? UNSEEN : bytes[at];
}

/** A sequence of which the end is taken for the start of a name. */
const CUT_COLOUR = new RegExp(String.raw`\x1b\[[\d;]*$`);

/** The name without what is left of a sequence, of which `before`, the text before it, may hold the rest. */
export function withoutColour(name: string, before: string): string {
  return CUT_COLOUR.test(before) ? name.replace(/^\d*m/, "") : name;
}
