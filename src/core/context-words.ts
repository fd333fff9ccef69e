/**
 * Looks for context words in the characters before a match.
 *
 * Owns the word list of one rule in a form that refuses almost every word by a hash of its letters. Reads
 * bytes while they are plain ASCII; anything else is folded first and looked up by `hasWord`.
 */
import { KINDS, LETTER, LOWER, NOT_PLAIN, UPPER } from "./ascii.ts";
import { encodeUtf8 } from "./bytes.ts";
import { isPercentSign } from "./folded-text.ts";
import { hasWord } from "./words.ts";

const MARKS = 4096;

/** Two letters, five bits each; other bytes fall on letters as well. */
const PAIRS = 1 << 10;
const LETTER_BITS = 31;

/** By byte: 1 where a letter may hide in it. */
const HIDING = KINDS.map((kind) => (kind === NOT_PLAIN ? 1 : 0));

export class ContextWords {
  readonly words: readonly string[];
  private readonly known: ReadonlySet<string>;
  /** Hashes of the last two words of phrases: where they stand side by side, the slower way decides. */
  private readonly pairs = new Set<number>();
  /** True when those that plain ASCII can spell hold nothing but letters. */
  private readonly isLetters: boolean;
  /** The text that was asked for last: the name of a column or field comes again and again. */
  private lastText = "";
  private lastAnswer = false;
  /** A bit set where the hash of a word in `known`, or of a phrase's last, falls: almost every other falls on a 0. */
  private readonly marks = new Int32Array(MARKS / 32);
  /** By the first two letters of such words: a bit for each third one. Small, because it is read beside the automaton. */
  private readonly triples = new Int32Array(PAIRS);

  constructor(words: readonly string[]) {
    this.words = words;
    // Other letters stand in no plain ASCII, which is all that is read as bytes.
    const spelt = words.filter((word) => encodeUtf8(word).length === word.length);
    this.isLetters = spelt.every((word) => /^[a-z ]+$/.test(word));
    this.known = new Set(spelt.filter((word) => !word.includes(" ")));
    for (const word of this.known) this.mark(encodeUtf8(word));
    for (const phrase of spelt) this.markPair(phrase.split(" ").slice(-2).map(encodeUtf8));
  }

  private markPair([first, last]: readonly Uint8Array[]): void {
    if (last === undefined) return;
    this.mark(last);
    this.pairs.add(first.reduce(mix, 0) * MARKS + last.reduce(mix, 0));
  }

  private mark(word: Uint8Array): void {
    const hash = word.reduce(mix, 0);
    this.marks[hash >> 5] |= 1 << (hash & 31);
    const [first, second = 0, third] = word;
    const pair = ((first & LETTER_BITS) << 5) | (second & LETTER_BITS);
    this.triples[pair] |= third === undefined ? -1 : 1 << (third & LETTER_BITS);
  }

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  /** True when a word stands in the text as a whole word. */
  inText(text: string): boolean {
    if (text === "") return false;
    if (text !== this.lastText) {
      this.lastText = text;
      this.lastAnswer = hasWord(text, this.words);
    }
    return this.lastAnswer;
  }

  /**
   * The same on bytes; `start` is a place where no word is cut. Undefined when it cannot be told this way: a phrase
   * may stand there, a word of the list holds more than letters, or the bytes hold anything but plain ASCII.
   */
  inBytes(bytes: Uint8Array, start: number, end: number): boolean | undefined {
    if (!this.isLetters) return undefined;
    if (!this.mayStandIn(bytes, start, end)) return false;
    const { marks } = this;
    let answer: false | undefined = false;
    let before = 0;
    for (let at = start; at < end; at++) {
      let kind = KINDS[bytes[at]];
      if ((kind & LETTER) === 0) {
        if (kind === NOT_PLAIN && !isPercentSign(bytes, at, end)) return undefined;
        continue;
      }
      const wordStart = at;
      let hash = 0;
      for (;;) {
        hash = mix(hash, bytes[at]);
        if (at + 1 === end) break;
        const next = KINDS[bytes[at + 1]];
        if (next === NOT_PLAIN && !isPercentSign(bytes, at + 1, end)) return undefined;
        // camelCase splits.
        if ((next & LETTER) === 0 || (next === UPPER && kind === LOWER)) break;
        kind = next;
        at++;
      }
      const pair = before * MARKS + hash;
      before = hash;
      if ((marks[hash >> 5] & (1 << (hash & 31))) === 0) continue;
      if (this.known.has(lowerCase(bytes, wordStart, at + 1))) return true;
      if (this.pairs.has(pair)) answer = undefined;
    }
    return answer;
  }

  /** False when no three letters begin a word: without a branch in the loop, because most texts hold none. */
  private mayStandIn(bytes: Uint8Array, start: number, end: number): boolean {
    const { triples } = this;
    let found = 0;
    let pair = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      found |= (triples[pair] >>> (byte & LETTER_BITS)) | HIDING[byte];
      pair = ((pair << 5) | (byte & LETTER_BITS)) & (PAIRS - 1);
    }
    return (found & 1) !== 0;
  }
}

/** A hash below MARKS of letters, whatever their case. */
function mix(hash: number, byte: number): number {
  return (hash * 31 + (byte | 0x20)) & (MARKS - 1);
}

function lowerCase(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end)).toLowerCase();
}
