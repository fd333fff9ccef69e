/**
 * One possible match in its surroundings: what boundary rules and validators look at.
 *
 * Owns the view on the text around a match, read only when somebody asks. Looks back and ahead a fixed number
 * of bytes, never further than the line, so that the answer cannot depend on how the stream was cut; only context words
 * may stand in the line before, where that is a label. Plain ASCII, by far the most frequent case, is judged on bytes;
 * everything else is folded first.
 */
import { DIGIT, KINDS, LETTER, LOWER } from "./ascii.ts";
import { asciiText } from "./bytes.ts";
import type { Candidate, RawMatch } from "./detector.ts";
import type { Rule } from "./rule.ts";
import { foldSpan, isHexAfterPercent, isPlain, previousStart, readCharacter } from "./folded-text.ts";
import { isColourBefore, mayBeColourBefore } from "./colour.ts";
import { isExcludedKey, isExcludedKeyBefore, keyBefore, keyBeforeInBytes } from "./keys.ts";
import { type Boundary, TOUCHING } from "./pattern/boundary.ts";
import { isIgnorable, isWordCharacter } from "./pattern/unicode.ts";
import type { Span } from "./span.ts";
import type { Surroundings } from "./surroundings.ts";
import { partCamelCase, splitWords } from "./words.ts";

/** Bytes before a match in which context words and neighbours are looked for: 41 characters and their wide forms. */
export const LOOK_BACK_BYTES = 164;
/** Bytes after a match in which its neighbours are looked for. */
export const LOOK_AHEAD_BYTES = 16;
/** Characters before a match in which context words count. */
export const CONTEXT_CHARACTERS = 40;
const NEIGHBOURS = 2;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const FULL_STOP = 0x2e;
const COLON = 0x3a;

/** True when the (up to) two visible characters after `end` are at hand, or the text or line ends before. */
export function canLookAhead(around: Surroundings, end: number): boolean {
  const { bytes } = around;
  const from = end - around.offset;
  if (around.isEnded || bytes.length >= from + LOOK_AHEAD_BYTES) return true;
  let seen = 0;
  for (let at = from; at < bytes.length && seen < NEIGHBOURS;) {
    if (bytes[at] === NEWLINE) return true;
    // A character or an escape that may still be cut is not judged yet.
    if (at + 4 > bytes.length && !isPlain(bytes[at]) && bytes[at] !== 0) return false;
    const character = readCharacter(bytes, at, bytes.length);
    if (!isIgnorable(character.codePoint)) seen++;
    at = character.end;
  }
  return seen === NEIGHBOURS;
}

export class TextCandidate implements Candidate, RawMatch {
  /** Indices of the bytes at hand. */
  readonly start: number;
  readonly end: number;
  private readonly around: Surroundings;
  private readonly rule: Rule;
  private cachedText: string | undefined;
  private cachedBefore: string | undefined;
  private cachedAfter: string | undefined;
  private cachedPreceding: string | undefined;

  constructor(around: Surroundings, rule: Rule, span: { readonly start: number; readonly end: number }) {
    this.around = around;
    this.rule = rule;
    this.start = span.start - around.offset;
    this.end = span.end - around.offset;
  }

  /** Offsets in the text. */
  get span(): Span {
    return { start: this.start + this.around.offset, end: this.end + this.around.offset };
  }

  get bytes(): Uint8Array {
    return this.around.bytes;
  }

  get raw(): RawMatch {
    return this;
  }

  get text(): string {
    return (this.cachedText ??= foldSpan(this.around.bytes, this.start, this.end));
  }

  get before(): string {
    return (this.cachedBefore ??= this.plainBefore() ?? this.lookBack(NEIGHBOURS).join(""));
  }

  get after(): string {
    return (this.cachedAfter ??= this.plainAfter() ?? this.lookAhead());
  }

  get preceding(): string {
    return (this.cachedPreceding ??= this.plainPreceding() ?? this.lookBack(CONTEXT_CHARACTERS).join(""));
  }

  private plainPreceding(): string | undefined {
    const { bytes } = this.around;
    const limit = Math.max(0, this.start - CONTEXT_CHARACTERS);
    let from = this.start;
    while (from > limit && bytes[from - 1] !== NEWLINE && isPlain(bytes[from - 1])) from--;
    // What stands before may reach into it, as an escape.
    const isWhole =
      from === 0 || bytes[from - 1] === NEWLINE || (from === limit && !isHexAfterPercent(bytes, from + 2));
    return isWhole && !isHexAfterPercent(bytes, from + 1) ? asciiText(bytes, from, this.start) : undefined;
  }

  get label(): string {
    const { key } = this.around;
    return this.preceding === "" && key !== "" ? `${partCamelCase(key)}: ` : this.preceding;
  }

  /** Name of the field that holds the match: what the format says, else what stands before it, as in `card=`. */
  get key(): string {
    if (this.around.key !== "") return this.around.key;
    return keyBeforeInBytes(this.around.bytes, this.start) ?? keyBefore(this.lookBack(CONTEXT_CHARACTERS).join(""));
  }

  /** True when the field's name says that the value is an identifier of a machine. */
  get hasExcludedKey(): boolean {
    const inBytes = this.around.key === "" ? isExcludedKeyBefore(this.around.bytes, this.start) : undefined;
    return inBytes ?? isExcludedKey(this.key);
  }

  get hasContext(): boolean {
    const contextWords = this.rule.contextWords();
    if (contextWords.isEmpty) return false;
    return contextWords.inText(this.around.key) || (this.contextInBytes() ?? contextWords.inText(this.context()));
  }

  /** True when no neighbour forbids the match. */
  isBounded(boundary: Boundary): boolean {
    if (boundary === "none") return true;
    return this.isBoundedBefore(boundary) && (boundary === "leading" || this.isBoundedAfter(boundary));
  }

  private isBoundedBefore(boundary: Boundary): boolean {
    const { bytes } = this.around;
    const { start } = this;
    if (start === 0) return true;
    const near = bytes[start - 1];
    const far = start > 1 ? bytes[start - 2] : NEWLINE;
    const isEscaped = isHexAfterPercent(bytes, start) || isHexAfterPercent(bytes, start - 1);
    if (!isPlain(near) || !isPlain(far) || isEscaped)
      return isAllowed([...this.before].toReversed(), boundary, this.isUnseen(previousStart(bytes, start, 0)));
    return near === NEWLINE || !isForbidden(near, far, boundary) || isColourBefore(bytes, start);
  }

  private isBoundedAfter(boundary: Boundary): boolean {
    const { bytes } = this.around;
    const { end } = this;
    if (end === bytes.length) return true;
    const near = bytes[end];
    const far = end + 1 < bytes.length ? bytes[end + 1] : NEWLINE;
    if (!isPlain(near) || !isPlain(far)) return isAllowed([...this.after], boundary, this.isUnseen(end));
    return near === NEWLINE || !isForbidden(near, far, boundary);
  }

  private isUnseen(at: number): boolean {
    const { bytes } = this.around;
    return isIgnorable(readCharacter(bytes, at, bytes.length).codePoint);
  }

  private plainBefore(): string | undefined {
    const { bytes } = this.around;
    const { start } = this;
    if (start < NEIGHBOURS || isHexAfterPercent(bytes, start)) return undefined;
    const near = bytes[start - 1];
    const far = bytes[start - 2];
    const isPair = isPlain(near) && isPlain(far) && near !== NEWLINE && far !== NEWLINE;
    return isPair && !isHexAfterPercent(bytes, start - 1) ? String.fromCharCode(far, near) : undefined;
  }

  private plainAfter(): string | undefined {
    const { bytes } = this.around;
    const { end } = this;
    if (end + 1 >= bytes.length) return undefined;
    const isPair =
      isPlain(bytes[end]) && isPlain(bytes[end + 1]) && bytes[end] !== NEWLINE && bytes[end + 1] !== NEWLINE;
    return isPair ? String.fromCharCode(bytes[end], bytes[end + 1]) : undefined;
  }

  /** Context by bytes, or undefined when the window holds anything but plain ASCII. */
  private contextInBytes(): boolean | undefined {
    const { bytes } = this.around;
    const limit = Math.max(0, this.start - CONTEXT_CHARACTERS);
    let from = labelledLineFrom(bytes, this.start, limit);
    if (from === undefined) return undefined;
    const isCut = from > 0 && from === limit && bytes[from - 1] !== NEWLINE;
    if (isCut && !isPlain(bytes[from - 1])) return undefined;
    // A word that the window cuts is no whole word and is left out; a digit before it says what the word is.
    if (isCut) from = KINDS[bytes[from - 1]] === DIGIT ? from - 1 : skipCutWord(bytes, from, this.start);
    return this.rule.contextWords().inBytes(bytes, from, this.start);
  }

  /** The characters in which context words count, without a word that the window cuts. */
  private context(): string {
    const [beyond, ...near] = labelledLine(this.lookBack(CONTEXT_CHARACTERS + 1, true));
    if (near.length < CONTEXT_CHARACTERS) return [beyond, ...near].join("");
    const text = near.join("");
    if (/\d/.test(beyond)) return beyond + text;
    const seam = splitWords(`${beyond}${near[0]}`);
    const isCut = seam.length > 1 && !seam.includes(" ");
    return isCut ? partCamelCase(text).replace(/^\p{L}+/u, "") : text;
  }

  private lookBack(characters: number, overLines = false): string[] {
    const { bytes } = this.around;
    const limit = Math.max(0, this.start - LOOK_BACK_BYTES);
    const out: string[] = [];
    for (let at = this.start; at > limit && out.length < characters;) {
      const start = previousStart(bytes, at, limit);
      const isLineEnd = bytes[start] === NEWLINE;
      if (isLineEnd && !overLines) break;
      const { codePoint } = readCharacter(bytes, start, at);
      // An escaped line feed ends no line.
      if (!isIgnorable(codePoint)) out.push(isLineEnd || codePoint !== NEWLINE ? String.fromCodePoint(codePoint) : " ");
      at = start;
    }
    return out.toReversed();
  }

  private lookAhead(): string {
    const { bytes } = this.around;
    const limit = Math.min(bytes.length, this.end + LOOK_AHEAD_BYTES);
    let out = "";
    let seen = 0;
    for (let at = this.end; at < limit && seen < NEIGHBOURS;) {
      if (bytes[at] === NEWLINE) break;
      const character = readCharacter(bytes, at, limit);
      if (!isIgnorable(character.codePoint)) {
        out += String.fromCodePoint(character.codePoint);
        seen++;
      }
      at = character.end;
    }
    return out;
  }
}

/**
 * Where the line begins that `start` stands in, or the one before it where that is a label, as `Phone:` above a number; not
 * before `limit`. Undefined when the colon may be there in disguise.
 */
function labelledLineFrom(bytes: Uint8Array, start: number, limit: number): number | undefined {
  const line = lineFrom(bytes, start, limit);
  let at = start;
  while (at > limit && isSpace(bytes[at - 1])) at--;
  if (at >= line || at === limit) return line;
  if (!isPlain(bytes[at - 1]) || isHexAfterPercent(bytes, at)) return undefined;
  return bytes[at - 1] === COLON ? lineFrom(bytes, at, limit) : line;
}

function lineFrom(bytes: Uint8Array, at: number, limit: number): number {
  let from = at;
  while (from > limit && bytes[from - 1] !== NEWLINE) from--;
  return from;
}

/** As `labelledLineFrom`, of the characters before a place. */
function labelledLine(characters: readonly string[]): readonly string[] {
  const line = characters.lastIndexOf("\n") + 1;
  const last = characters.findLastIndex((character) => !isSpace(character.codePointAt(0) as number));
  const isLabelled = last < line && characters[last] === ":";
  return characters.slice(isLabelled ? characters.lastIndexOf("\n", last) + 1 : line);
}

function isSpace(codePoint: number): boolean {
  return codePoint === 0x20 || codePoint === 0x09 || codePoint === CARRIAGE_RETURN || codePoint === NEWLINE;
}

/**
 * A quick no for most places inside words and numbers; `isBounded` has the last word. Two hex digits after a
 * percent sign may be a character of their own, so they forbid nothing here.
 */
export function mayBeginAt(bytes: Uint8Array, at: number, rule: Rule): boolean {
  if (at === 0) return true;
  if (rule.boundary === "none") return rule.detector.mayBegin?.(bytes, at) ?? true;
  return (KINDS[bytes[at - 1]] & rule.touching) === 0 || isHexAfterPercent(bytes, at) || mayBeColourBefore(bytes, at);
}

/** Neighbours in order of distance, as characters; what cannot be seen parts a value from letters, though not from more digits. */
function isAllowed([near, far]: readonly string[], boundary: Boundary, isParted: boolean): boolean {
  const point = near?.codePointAt(0) ?? NEWLINE;
  if (isParted && point !== FULL_STOP && !isDigit(point)) return true;
  return near === undefined || !isForbidden(point, far?.codePointAt(0) ?? NEWLINE, boundary);
}

function isForbidden(near: number, far: number, boundary: Boundary): boolean {
  return touches(near, boundary) || (boundary === "number" && near === FULL_STOP && isDigit(far));
}

function touches(codePoint: number, boundary: Boundary): boolean {
  return codePoint < 0x80 ? (KINDS[codePoint] & TOUCHING[boundary]) !== 0 : isWordCharacter(codePoint);
}

function isDigit(codePoint: number): boolean {
  return codePoint < 0x80 && KINDS[codePoint] === DIGIT;
}

/** Where the first whole word can begin when `from` may stand inside one. */
function skipCutWord(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const startsWord = (place: number): boolean => {
    const before = KINDS[bytes[place - 1]];
    return (before & LETTER) === 0 || (before === LOWER && KINDS[bytes[place]] !== LOWER);
  };
  while (at < to && (KINDS[bytes[at]] & LETTER) !== 0 && !startsWord(at)) at++;
  return at;
}
