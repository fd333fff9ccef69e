/**
 * One possible match in its surroundings: what boundary rules and validators look at.
 *
 * Owns the view on the text around a match, read only when somebody asks. Looks back and ahead a fixed number
 * of bytes, never further than the line, so that the answer cannot depend on how the stream was cut.
 */
import type { Candidate } from "./detector.ts";
import { foldSpan, previousStart, readCharacter } from "./folded-text.ts";
import { type Boundary, LEAD, type Lead, mayBegin, nextLead } from "./pattern/boundary.ts";
import { isIgnorable, isWordCharacter } from "./pattern/unicode.ts";

/** Bytes before a match in which context words and neighbours are looked for: 41 characters and their wide forms. */
export const LOOK_BACK_BYTES = 164;
/** Bytes after a match in which its neighbours are looked for. */
export const LOOK_AHEAD_BYTES = 16;
const CONTEXT_CHARACTERS = 40;
const NEIGHBOURS = 2;
const NEWLINE = 0x0a;
const KEY_BEFORE = /([\p{L}\p{N}_.-]{1,40})["']?[ \t]{0,4}[:=][ \t]{0,4}["']?$/u;

/** The bytes at hand; offsets are counted from the start of the text. */
export interface Surroundings {
  readonly bytes: Uint8Array;
  /** Offset of `bytes[0]`. */
  readonly offset: number;
  /** True when no byte comes after these. */
  readonly isEnded: boolean;
  /** Name of the field that holds the text, "" outside of structured formats. */
  readonly key: string;
}

/** True when the (up to) two visible characters after `end` are at hand, or the text or line ends before. */
export function canLookAhead(around: Surroundings, end: number): boolean {
  if (around.isEnded) return true;
  const { bytes } = around;
  const from = end - around.offset;
  const limit = from + LOOK_AHEAD_BYTES;
  if (bytes.length >= limit) return true;
  let seen = 0;
  for (let at = from; at < bytes.length && seen < NEIGHBOURS;) {
    if (bytes[at] === NEWLINE) return true;
    // A character or an escape that may still be cut is not judged yet.
    if (at + 4 > bytes.length && (bytes[at] >= 0x80 || bytes[at] === 0x25)) return false;
    const character = readCharacter(bytes, at, bytes.length);
    if (!isIgnorable(character.codePoint)) seen++;
    at = character.end;
  }
  return seen === NEIGHBOURS;
}

export class TextCandidate implements Candidate {
  readonly start: number;
  readonly end: number;
  private readonly around: Surroundings;
  private readonly words: readonly string[];
  private cached: { text?: string; before?: string; after?: string; hasContext?: boolean } = {};

  constructor(around: Surroundings, span: { start: number; end: number }, words: readonly string[]) {
    this.around = around;
    this.start = span.start - around.offset;
    this.end = span.end - around.offset;
    this.words = words;
  }

  get text(): string {
    return (this.cached.text ??= foldSpan(this.around.bytes, this.start, this.end));
  }

  get before(): string {
    return (this.cached.before ??= this.lookBack(NEIGHBOURS));
  }

  get after(): string {
    return (this.cached.after ??= this.lookAhead());
  }

  /** Name of the field that holds the match: what the format says, else what stands before it as in `card=` or `"card": "`. */
  get key(): string {
    return this.around.key === "" ? (KEY_BEFORE.exec(this.lookBack(CONTEXT_CHARACTERS))?.[1] ?? "") : this.around.key;
  }

  get hasContext(): boolean {
    return (this.cached.hasContext ??=
      this.words.length > 0 && (hasWord(this.around.key, this.words) || hasWord(this.context(), this.words)));
  }

  /** The characters in which context words count; a word that the window cuts is no whole word and is left out. */
  private context(): string {
    const [beyond, ...near] = [...this.lookBack(CONTEXT_CHARACTERS + 1)];
    if (near.length < CONTEXT_CHARACTERS) return [beyond, ...near].join("");
    const text = near.join("");
    const isCut = splitWords(`${beyond}${near[0]}`).length > 1 && !splitWords(`${beyond}${near[0]}`).includes(" ");
    return isCut ? splitWords(text).replace(/^\S+/, "") : text;
  }

  private lookBack(characters: number): string {
    const { bytes } = this.around;
    const limit = Math.max(0, this.start - LOOK_BACK_BYTES);
    const out: string[] = [];
    for (let at = this.start; at > limit && out.length < characters;) {
      const start = previousStart(bytes, at, limit);
      if (bytes[start] === NEWLINE) break;
      const { codePoint } = readCharacter(bytes, start, at);
      if (!isIgnorable(codePoint)) out.push(String.fromCodePoint(codePoint));
      at = start;
    }
    return out.toReversed().join("");
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

/** True when one of the lower-case words stands in the text as a whole word; a word may hold spaces. */
export function hasWord(text: string, words: readonly string[]): boolean {
  if (text === "") return false;
  const spaced = ` ${splitWords(text)} `;
  return words.some((word) => spaced.includes(` ${word} `));
}

/** Lower-case words of a text or a field name, one space between; camelCase, snake_case and digits split. */
export function splitWords(text: string): string {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim();
}

/** Which neighbours forbid a match; see `Detector.boundary`. */
export function isBounded(candidate: TextCandidate, boundary: Boundary): boolean {
  return boundary === "none" || (isBoundedBefore(candidate, boundary) && isBoundedAfter(candidate, boundary));
}

function isBoundedBefore({ before }: TextCandidate, boundary: Boundary): boolean {
  const [near, far] = [...before].toReversed();
  return !touches(near, boundary) && !(boundary === "number" && near === "." && isDigit(far));
}

function isBoundedAfter({ after }: TextCandidate, boundary: Boundary): boolean {
  const [near, far] = [...after];
  return !touches(near, boundary) && !(boundary === "number" && near === "." && isDigit(far));
}

function touches(character: string | undefined, boundary: Boundary): boolean {
  if (character === undefined || (character === "_" && boundary === "alphanumeric")) return false;
  return isWordCharacter(character.codePointAt(0) as number);
}

/** A quick no for most places inside words and numbers: the byte before tells enough when it is ASCII. */
export function mayBeginAt(bytes: Uint8Array, at: number, boundary: Boundary): boolean {
  if (boundary === "none" || at === 0) return true;
  const lead = leadBefore(bytes, at);
  return mayBegin(boundary, lead);
}

function leadBefore(bytes: Uint8Array, at: number): Lead {
  let lead: Lead = LEAD.open;
  for (let i = Math.max(0, at - 3); i < at; i++) lead = nextLead(lead, bytes[i]);
  return lead;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}
