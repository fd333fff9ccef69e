/**
 * A quick no to words that only end like one that is looked for: `span` ends like `pan`, and stands in every line of many logs.
 *
 * Owns one bit for each first letter, length and last letter of words, of phrases that of the last one. Judges small letters
 * between plain characters alone; all else may be a word.
 */
import { KINDS, LETTER, LOWER, NOT_PLAIN } from "./ascii.ts";

const LETTER_BITS = 5;
const LETTER_MASK = (1 << LETTER_BITS) - 1;
/** Longer words share a bit with shorter ones. */
const LENGTH_MASK = (1 << LETTER_BITS) - 1;
/** An escape is as long, and its last byte may be a letter of it. */
const ESCAPE_BYTES = 3;
/** Ends what colours text on a terminal, right before a word. */
const COLOUR_END = 0x6d;

export class LastWords {
  private readonly known = new Uint8Array(1 << (3 * LETTER_BITS));

  constructor(words: readonly string[]) {
    for (const word of words) {
      const last = word.slice(word.lastIndexOf(" ") + 1);
      this.known[keyOf(last.charCodeAt(0), last.length, last.charCodeAt(last.length - 1))] = 1;
    }
  }

  /** False when it is certain that the letters before `end` are none of the words. O(their length). */
  mayEnd(bytes: Uint8Array, end: number): boolean {
    let start = end;
    while (start > 0 && KINDS[bytes[start - 1]] === LOWER) start--;
    if (start === end || start < ESCAPE_BYTES || bytes[start] === COLOUR_END) return true;
    if ((KINDS[bytes[start - 1]] & LETTER) !== 0) return true;
    for (let i = 1; i <= ESCAPE_BYTES; i++) if (KINDS[bytes[start - i]] === NOT_PLAIN) return true;
    return this.known[keyOf(bytes[start], end - start, bytes[end - 1])] === 1;
  }
}

function keyOf(first: number, length: number, last: number): number {
  return ((((first & LETTER_MASK) << LETTER_BITS) | (length & LENGTH_MASK)) << LETTER_BITS) | (last & LETTER_MASK);
}
