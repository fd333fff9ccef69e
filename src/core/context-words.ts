/**
 * Looks for context words in the characters before a match.
 *
 * Owns the word list of one rule in a form that refuses almost every word by its length and first letter. Reads
 * bytes while they are plain ASCII; anything else is folded first and looked up by `hasWord`.
 */
import { isPlain } from "./folded-text.ts";
import { hasWord } from "./words.ts";

const SPACE = 0x20;

export class ContextWords {
  readonly words: readonly string[];
  private readonly phrases: boolean;
  private readonly known: ReadonlySet<string>;
  /** One bit a length, by first letter. */
  private readonly lengths = new Int32Array(26);

  constructor(words: readonly string[]) {
    this.words = words;
    this.phrases = words.some((word) => /[^a-z]/.test(word));
    this.known = new Set(words);
    for (const word of words) this.lengths[(word.charCodeAt(0) - 0x61) & 31] |= 1 << Math.min(word.length, 31);
  }

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  /** True when a word stands in the text as a whole word. */
  inText(text: string): boolean {
    return hasWord(text, this.words);
  }

  /**
   * The same on bytes; `start` is a place where no word is cut. Undefined when it cannot be told this way: the list
   * holds phrases or other scripts, or the bytes hold anything but plain ASCII.
   */
  inBytes(bytes: Uint8Array, start: number, end: number): boolean | undefined {
    if (this.phrases) return undefined;
    let wordStart = -1;
    for (let at = start; at <= end; at++) {
      const byte = at < end ? bytes[at] : SPACE;
      if (!isPlain(byte)) return undefined;
      const isLower = byte >= 0x61 && byte <= 0x7a;
      const isUpper = byte >= 0x41 && byte <= 0x5a;
      const isSplit = isUpper && at > start && bytes[at - 1] >= 0x61 && bytes[at - 1] <= 0x7a;
      if (wordStart >= 0 && ((!isLower && !isUpper) || isSplit)) {
        if (this.isWord(bytes, wordStart, at)) return true;
        wordStart = -1;
      }
      if (wordStart < 0 && (isLower || isUpper)) wordStart = at;
    }
    return false;
  }

  private isWord(bytes: Uint8Array, start: number, end: number): boolean {
    const first = (bytes[start] | 0x20) - 0x61;
    if ((this.lengths[first] & (1 << Math.min(end - start, 31))) === 0) return false;
    let word = "";
    for (let at = start; at < end; at++) word += String.fromCharCode(bytes[at] | 0x20);
    return this.known.has(word);
  }
}
