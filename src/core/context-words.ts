/**
 * Looks for context words in the characters before a match.
 *
 * Owns the word list of one rule in a form that refuses almost every word by a hash of its letters. Reads
 * bytes while they are plain ASCII; anything else is folded first and looked up by `hasWord`.
 */
import { DIGIT, KINDS, LETTER, LOWER, NOT_PLAIN, UPPER } from "./ascii.ts";
import { encodeUtf8 } from "./bytes.ts";
import { endsColour } from "./colour.ts";
import { isPercentSign } from "./folded-text.ts";
import { FIRST_LOWER, FOREIGN, letterAt, partingBytes } from "./latin.ts";
import { hasWord } from "./words.ts";

const MARKS = 4096;

/** Two letters, five bits each. */
const PAIRS = 1 << 10;
const LETTER_BITS = 31;
/** Added to the code of what may hide letters; codes are shifted by, which takes no more than LETTER_BITS of them. */
const HIDDEN = LETTER_BITS + 1;
/** By byte: which letter it is, whatever its case; 0 for all others. */
const CODES = KINDS.map((kind, byte) => codeOf(kind, byte));

/** Answers of `glance`, as bits: three letters begin a word, and something is no plain ASCII. */
const MAY_STAND = 1;
export const MAY_HIDE = 2;

/** 40 characters, one that tells whether a word is cut, and one more for good measure. */
export const CONTEXT_BYTES = 42;
/** Names of which the answer is remembered, and how long each may be. */
const ANSWERS_LIMIT = 64;
const ANSWER_CHARACTERS = 128;

/** Words that are spelt with the letters of ASCII and Latin-1, and blanks. */
const IS_LATIN = /^[a-z \u00df-\u00f6\u00f8-\u00ff]+$/;
export const NO_WORDS: readonly string[] = [];
/** No place: a word that cannot be read. */
const NO_END = -1;

interface SpeltWord {
  readonly word: string;
  readonly bytes: Uint8Array;
}

/** What is to be known of a word or phrase, whatever list it is in. */
interface Spelling extends SpeltWord {
  readonly isAscii: boolean;
  readonly isLatin: boolean;
  readonly isForeign: boolean;
  /** Of its last word. */
  readonly hash: number;
  /** Of its last two words; undefined when it has but one. */
  readonly pair: number | undefined;
  /** Rows and bits of `triples` of the longer one of the last two words: `number` and `id` stand in every log. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly thirds: number;
}

/** No hash: the word before was none of the list, whatever it was. */
const NO_HASH = -1;

export class ContextWords {
  readonly words: readonly string[];
  private readonly all: ReadonlySet<string>;
  /** Words, with their UTF-8, by the hash of their letters. */
  private readonly known = new Map<number, SpeltWord[]>();
  /** Phrases by the hashes of their last two words: where those stand side by side, the slower way decides. */
  private readonly pairs = new Map<number, string[]>();
  /** True when some words hold letters beyond Latin-1. */
  private readonly hasForeign: boolean;
  /** False when some words hold more than letters and blanks: `wordsIn` does not look for them. */
  private readonly isSpelt: boolean;
  /** True when those that plain ASCII can spell hold nothing but letters. */
  private readonly isLetters: boolean;
  /** What was asked for lately: the names of columns and fields come again and again. */
  private readonly answers = new Map<string, boolean>();
  private lastHash = NO_HASH;
  /** A bit set where the hash of a word in `known`, or of a phrase's last, falls: almost every other falls on a 0. */
  private readonly marks = new Int32Array(MARKS / 32);
  /** By the first two letters of such words: a bit for each third one. Small, because it is read beside the automaton. */
  private readonly triples = new Int32Array(PAIRS);

  constructor(words: readonly string[]) {
    this.words = words;
    this.all = new Set(words);
    const spellings = words.map(spellingOf);
    // Other letters stand in no plain ASCII, which is all that is read as bytes.
    this.isLetters = spellings.every(({ isAscii, isLatin }) => isLatin || !isAscii);
    this.hasForeign = spellings.some(({ isForeign }) => isForeign);
    this.isSpelt = spellings.every(({ isLatin, isForeign }) => isLatin || isForeign);
    for (const one of spellings) if (one.isLatin) this.note(one);
  }

  private note(one: Spelling): void {
    const { hash, pair, word } = one;
    this.marks[hash >> 5] |= 1 << (hash & 31);
    if (pair === undefined) append(this.known, hash, one);
    else append(this.pairs, pair, word);
    if (!one.isAscii) return;
    // What follows a short word may be a letter as well: a capital.
    for (let row = one.firstRow; row <= one.lastRow; row++) this.triples[row] |= one.thirds;
  }

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  /** True when a word stands in the text as a whole word. */
  inText(text: string): boolean {
    if (text === "") return false;
    const known = this.answers.get(text);
    if (known !== undefined) return known;
    const answer = hasWord(text, this.words);
    if (this.answers.size >= ANSWERS_LIMIT) this.answers.clear();
    if (text.length <= ANSWER_CHARACTERS) this.answers.set(text, answer);
    return answer;
  }

  /**
   * The same on bytes; `start` is a place where no word is cut, and what stands beyond `start` and `end` is not looked at. Undefined when it cannot be told this way: a phrase
   * may stand there, a word of the list holds more than letters, or the bytes hold anything but plain ASCII.
   */
  inBytes(bytes: Uint8Array, start: number, end: number): boolean | undefined {
    if (!this.isLetters) return undefined;
    if (this.glance(bytes, start, end) === 0) return false;
    const { marks } = this;
    let answer: false | undefined = false;
    let before = 0;
    for (let at = start; at < end; at++) {
      let kind = KINDS[bytes[at]];
      if ((kind & LETTER) === 0) {
        if (kind === NOT_PLAIN && !isPercentSign(bytes, at, end)) return undefined;
        continue;
      }
      if (endsColour(bytes, start, at)) continue;
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
      const isPiece = wordStart > start && at + 1 < end && isBetweenDigits(bytes, wordStart, at + 1);
      if (!isPiece && this.knownAt(bytes, wordStart, at + 1, hash) !== undefined) return true;
      if (this.pairs.has(pair)) answer = undefined;
    }
    return answer;
  }

  /** True when one of these words of `wordsIn` is in this list, or when that could not be told. */
  mayHoldOf(found: readonly string[]): boolean {
    if (!this.isSpelt) return true;
    for (const word of found) if (this.all.has(word)) return true;
    return false;
  }

  /**
   * Words of the list that stand in the bytes, and phrases that may, for text in Latin letters. Undefined when it
   * cannot be told this way, as where a word with other letters could stand. A word that `start` cuts counts as it stands,
   * and one between digits as well: a match without boundaries may begin with the digit behind it.
   */
  wordsIn(bytes: Uint8Array, start: number, end: number): readonly string[] | undefined {
    let found: string[] | undefined;
    let before = NO_HASH;
    for (let at = start; at < end;) {
      const kind = KINDS[bytes[at]];
      if (kind !== NOT_PLAIN && (kind & LETTER) === 0) {
        at++;
        continue;
      }
      if (kind === NOT_PLAIN && letterAt(bytes, at, end) === 0) {
        const parting = partingBytes(bytes, at, end);
        if (parting === 0) return undefined;
        at += parting;
        continue;
      }
      if (endsColour(bytes, start, at)) {
        at++;
        continue;
      }
      const from = at;
      at = this.readWord(bytes, from, end);
      if (at === NO_END) return undefined;
      const hash = this.lastHash;
      const pair = before * MARKS + hash;
      before = hash;
      if (hash === NO_HASH || (this.marks[hash >> 5] & (1 << (hash & 31))) === 0) continue;
      const word = this.knownAt(bytes, from, at, hash);
      if (word !== undefined) (found ??= []).push(word);
      for (const phrase of this.pairs.get(pair) ?? NO_WORDS) (found ??= []).push(phrase);
    }
    return found ?? NO_WORDS;
  }

  private knownAt(bytes: Uint8Array, start: number, end: number, hash: number): string | undefined {
    const alike = this.known.get(hash);
    if (alike === undefined) return undefined;
    for (const one of alike) if (spells(bytes, start, end, one.bytes)) return one.word;
    return undefined;
  }

  /**
   * The end of the word, whose hash is then `lastHash`; NO_END when a word of the list may end inside it, where a letter of
   * unknown case follows.
   */
  private readWord(bytes: Uint8Array, from: number, end: number): number {
    let hash = 0;
    let wasLower = false;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at];
      // Almost all letters are ASCII: no call for them.
      const letter = byte < 0x80 ? KINDS[byte] & LETTER : letterAt(bytes, at, end);
      if (letter === 0) break;
      if ((letter & FOREIGN) !== 0) {
        const isKnown = hash > 0 && (this.marks[hash >> 5] & (1 << (hash & 31))) !== 0;
        if (this.hasForeign || isKnown) return NO_END;
        hash = NO_HASH;
      }
      // camelCase splits.
      if ((letter & UPPER) !== 0 && wasLower) break;
      wasLower = (letter & (LOWER | FOREIGN)) !== 0;
      if (hash !== NO_HASH) hash = mix(hash, byte);
      if (byte < 0x80) continue;
      at++;
      if (hash !== NO_HASH) hash = mix(hash, bytes[at]);
    }
    this.lastHash = hash;
    return at;
  }

  /**
   * A quick look whether words may stand in bytes: 0 when none does; with MAY_HIDE set some bytes are no plain ASCII. A letter
   * at `start` begins a word, as those do that other bytes, or small letters before capitals, part from the one before.
   * Without a branch in the loop, because most texts hold none.
   */
  glance(bytes: Uint8Array, start: number, end: number): number {
    const { triples } = this;
    let found = 0;
    let codes = 0;
    // Two by themselves: of a pair that is shifted each step would wait for the one before.
    let first = 0;
    let second = 0;
    for (let at = start; at < end; at++) {
      const code = CODES[bytes[at]];
      found |= triples[(first << 5) | second] >>> code;
      codes |= code;
      first = second;
      second = code & LETTER_BITS;
    }
    // Words of one letter or two may end here.
    found |= triples[(first << 5) | second] | triples[second << 5];
    const mayHide = (codes & HIDDEN) === 0 ? 0 : MAY_HIDE;
    return (found & 1) !== 0 && this.beginsIn(bytes, start, end) ? MAY_STAND | mayHide : mayHide;
  }

  /** True when a word begins with the letters of one of the list. */
  private beginsIn(bytes: Uint8Array, start: number, end: number): boolean {
    const { triples } = this;
    const letterAt = (at: number): number => (at < end ? CODES[bytes[at]] & LETTER_BITS : 0);
    for (let at = start; at < end; at++) {
      const pair = (letterAt(at) << 5) | letterAt(at + 1);
      if (((triples[pair] >>> letterAt(at + 2)) & 1) !== 0 && beginsWord(bytes, start, at)) return true;
    }
    return false;
  }
}

/** True when no letter at or behind `start` goes on in the one at `at`; as `readWord` parts words. */
function beginsWord(bytes: Uint8Array, start: number, at: number): boolean {
  if (at <= start) return true;
  const before = KINDS[bytes[at - 1]];
  return (
    (before & LETTER) === 0 || (before === LOWER && KINDS[bytes[at]] === UPPER) || endsColour(bytes, start, at - 1)
  );
}

function codeOf(kind: number, byte: number): number {
  if ((kind & LETTER) !== 0) return byte & LETTER_BITS;
  return kind === NOT_PLAIN ? HIDDEN : 0;
}

/** Words that were spelt lately: a policy has dozens of lists, of the same words. */
const spelt = new Map<string, Spelling>();
const SPELT_LIMIT = 4096;

function spellingOf(word: string): Spelling {
  let spelling = spelt.get(word);
  if (spelling === undefined) {
    if (spelt.size >= SPELT_LIMIT) spelt.clear();
    spelt.set(word, (spelling = spell(word)));
  }
  return spelling;
}

function spell(word: string): Spelling {
  const bytes = encodeUtf8(word);
  const [first, last = first] = word.split(" ").slice(-2).map(encodeUtf8);
  const hash = last.reduce(mix, 0);
  const [start, second, third] = last.length > first.length ? last : first;
  const row = CODES[start] << 5;
  return {
    word,
    bytes,
    isAscii: bytes.length === word.length,
    isLatin: IS_LATIN.test(word),
    isForeign: /[^\0-\u00ff]/.test(word),
    hash,
    pair: last === first ? undefined : first.reduce(mix, 0) * MARKS + hash,
    firstRow: second === undefined ? row : row | CODES[second],
    lastRow: second === undefined ? row | LETTER_BITS : row | CODES[second],
    thirds: third === undefined ? -1 : 1 << CODES[third],
  };
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** A hash below MARKS of letters, whatever their case. */
function mix(hash: number, byte: number): number {
  return (hash * 31 + (byte | 0x20)) & (MARKS - 1);
}

/** A piece of an identifier, as in `02aba24`. */
function isBetweenDigits(bytes: Uint8Array, start: number, end: number): boolean {
  return KINDS[bytes[start - 1]] === DIGIT && KINDS[bytes[end]] === DIGIT;
}

/** True when these letters, in any case, are those of a word in small ones. */
function spells(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[start + i];
    if (word[i] !== (byte < FIRST_LOWER ? byte | 0x20 : byte)) return false;
  }
  return true;
}
