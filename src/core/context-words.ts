/**
 * Looks for context words in the characters before a match.
 *
 * Owns the word list of one rule in a form that refuses almost every word by its length and first letters. Reads
 * bytes while they are plain ASCII; anything else is folded first and looked up by `hasWord`.
 */
import { isPercentSign, isPlain } from "./folded-text.ts";
import { hasWord } from "./words.ts";

const LOWER = 1;
const UPPER = 2;
const OTHER = 3;

/** By byte: a letter, what separates words (0), or what has to be folded first. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  return isPlain(byte) ? 0 : OTHER;
});

export class ContextWords {
  readonly words: readonly string[];
  private readonly known: ReadonlySet<string>;
  /** Last words of phrases: where one stands, the slower way decides. */
  private readonly phraseEnds: ReadonlySet<string>;
  private readonly isAscii: boolean;
  /** The text that was asked for last: the name of a column or field comes again and again. */
  private lastText = "";
  private lastAnswer = false;
  /** One bit a length, by first letter. */
  private readonly lengths = new Int32Array(26);
  /** One bit a second letter, by first letter. */
  private readonly seconds = new Int32Array(26);

  constructor(words: readonly string[]) {
    this.words = words;
    this.isAscii = words.every((word) => /^[a-z ]+$/.test(word));
    this.known = new Set(words.filter((word) => !word.includes(" ")));
    this.phraseEnds = new Set(
      words.filter((word) => word.includes(" ")).map((word) => word.slice(word.lastIndexOf(" ") + 1)),
    );
    for (const word of [...this.known, ...this.phraseEnds]) {
      const first = word.charCodeAt(0) - 0x61;
      this.lengths[first] |= 1 << Math.min(word.length, 31);
      this.seconds[first] |= word.length === 1 ? -1 : 1 << ((word.charCodeAt(1) - 0x61) & 31);
    }
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
   * may stand there, the list holds other scripts, or the bytes hold anything but plain ASCII.
   */
  inBytes(bytes: Uint8Array, start: number, end: number): boolean | undefined {
    if (!this.isAscii) return undefined;
    let answer: false | undefined = false;
    for (let at = start; at < end;) {
      const kind = KINDS[bytes[at]];
      if (kind === OTHER && !isPercentSign(bytes, at, end)) return undefined;
      const wordStart = at++;
      if (kind !== LOWER && kind !== UPPER) continue;
      // A word ends where no letter stands, or a capital behind a small one.
      for (let previous = kind; at < end; at++) {
        const next = KINDS[bytes[at]];
        if (next !== LOWER && (next !== UPPER || previous === LOWER)) break;
        previous = next;
      }
      if (at < end && KINDS[bytes[at]] === OTHER && !isPercentSign(bytes, at, end)) return undefined;
      const word = this.candidate(bytes, wordStart, at);
      if (word === "") continue;
      if (this.known.has(word)) return true;
      if (this.phraseEnds.has(word)) answer = undefined;
    }
    return answer;
  }

  /** The word in lower case, or "" when no word of the list has its length and first letters. */
  private candidate(bytes: Uint8Array, start: number, end: number): string {
    const first = (bytes[start] | 0x20) - 0x61;
    if ((this.lengths[first] & (1 << Math.min(end - start, 31))) === 0) return "";
    if (end - start > 1 && (this.seconds[first] & (1 << (((bytes[start + 1] | 0x20) - 0x61) & 31))) === 0) return "";
    let word = "";
    for (let at = start; at < end; at++) word += String.fromCharCode(bytes[at] | 0x20);
    return word;
  }
}
