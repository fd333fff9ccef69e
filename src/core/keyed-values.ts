/**
 * Values that the name of their field tells, in formats with fields.
 *
 * Owns the decision that a whole value is a finding. Knows names and values, no format; how such a value is written in
 * plain text is the detectors' own (detectors/keyed.ts).
 */
import { DIGIT, KINDS, NOT_PLAIN } from "./ascii.ts";
import { encodeUtf8 } from "./bytes.ts";
import type { Edit } from "./edit.ts";
import type { Engine } from "./engine.ts";
import { SCORES } from "./detector.ts";
import { findIn, type FoundText, TEXT_KEPT_BYTES } from "./finder.ts";
import { foldSpan } from "./folded-text.ts";
import type { Rule } from "./rule.ts";
import { isPlaceholder, isOther } from "./validators/placeholder.ts";

/** What a value is in its format; numbers are no texts. */
export type ValueKind = "text" | "number";

/** The name and kind of the field that a value belongs to. */
export interface KeyedField {
  readonly key: string;
  readonly kind: ValueKind;
}

/** What the last letters of a name may say: it tells a value; fields of its object do; it does in some object. */
export const TELLS = 1;
export const OWNS = 2;
export const OWNED = 4;
export const ANY_SIGN = TELLS | OWNS | OWNED;
const ENDING_LETTERS = 4;
const NO_LETTERS = [0, 0, 0, 0];
/** What is looked at of a letter, whatever its case. */
const LETTER_BITS = 31;
/** Places of `endingOf`. */
const ENDINGS = 1 << 16;
/** By how many of the letters are not known, how far the places lie apart at which they may fall. */
const ENDING_STEPS = [ENDINGS, 1 << 11, 1 << 10];
/** Names are as long at least. */
const LEAST_LETTERS = 2;
/** Nothing longer stands for a value. */
const PLACEHOLDER_BYTES = 64;
/** `_`, `.` and `-` between a name and its number. */
const NUMBER_SIGNS: readonly number[] = [0x5f, 0x2e, 0x2d];
/** `acme/api`, whose full name it is. */
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
/** Longer texts are no labels. */
const LABEL_BYTES = 256;
const NO_VALUES = new Set(["", "true", "false", "null", "none", "undefined"]);

export class KeyedValues {
  private readonly engine: Engine;
  private readonly rules: readonly Rule[];
  /** What names may say that end in these letters. */
  private readonly endings = new Uint8Array(ENDINGS);

  constructor(engine: Engine) {
    this.engine = engine;
    this.rules = engine.threshold > SCORES.ranged ? [] : engine.rules.filter(({ detector }) => detector.keys);
    for (const { detector } of this.rules) {
      this.note(detector.keys?.names.names ?? [], TELLS);
      for (const { owners, names } of detector.keys?.owned?.rows ?? []) {
        this.note(owners, OWNS);
        this.note(names, OWNED);
      }
    }
  }

  private note(names: readonly string[], bits: number): void {
    for (const name of names) {
      // Of the last word; whatever stands before it, where it is shorter.
      const letters = encodeUtf8(name.slice(name.lastIndexOf(" ") + 1)).slice(-ENDING_LETTERS);
      const free = ENDING_LETTERS - letters.length;
      const place = endingOf([...NO_LETTERS.slice(0, free), ...letters], ENDING_LETTERS);
      for (let before = 0; before < ENDINGS; before += ENDING_STEPS[free]) this.endings[place ^ before] |= bits;
    }
  }

  /** False when the bytes of a name, as they stand, are certain to tell nothing. O(1). */
  mayName(bytes: Uint8Array, start: number, end: number): boolean {
    return (this.signsOf(bytes, start, end) & TELLS) !== 0;
  }

  /** What the bytes of a name may say, as they stand: TELLS, OWNS and OWNED, of which none that is not set is so. O(1). */
  signsOf(bytes: Uint8Array, start: number, end: number): number {
    if (this.rules.length === 0) return 0;
    // `name[first]` of forms is a field of an object, and `password[old]` one that holds its value.
    if (isBracket(bytes[end - 1])) return ANY_SIGN;
    let last = end;
    while (last > start && KINDS[bytes[last - 1]] === DIGIT) last--;
    if (last > start && last < end && NUMBER_SIGNS.includes(bytes[last - 1])) last--;
    if (last - start < LEAST_LETTERS) return 0;
    const kinds = KINDS[bytes[last - 1]] | KINDS[bytes[last - 2]] | KINDS[bytes[last - 3]] | KINDS[bytes[last - 4]];
    return (kinds & NOT_PLAIN) !== 0 ? ANY_SIGN : this.endings[endingOf(bytes, last)];
  }

  /** A name that tells what this one does in an object of that name; undefined when it tells no more than anywhere. */
  nameBelow(owner: string, key: string): string | undefined {
    const held = this.rules.find(({ detector: { keys } }) => keys?.owned?.has(owner, key));
    return held?.detector.keys?.names.names[0];
  }

  /** True when a field of this name holds nothing that may pass. */
  isNamed(key: string): boolean {
    return this.ruleOf({ key, kind: "text" }) !== undefined;
  }

  /** True when the name tells that its value is of a person. */
  isPersonal(key: string): boolean {
    return this.ruleOf({ key, kind: "text" })?.detector.entity === "KEYED_PII";
  }

  /** True for what is written beside a field of a form, or above it: words of which one is a telling name, and no number. */
  isLabel(value: Uint8Array): boolean {
    if (value.length > LABEL_BYTES) return false;
    const text = foldSpan(value, 0, value.length);
    return !/\p{N}/u.test(text) && [text, ...text.split(/[^\p{L}_-]+/u)].some((word) => this.isNamed(word));
  }

  /** A plain name that tells what this one does; undefined when it tells nothing. */
  plainNameOf(key: string): string | undefined {
    return this.ruleOf({ key, kind: "text" })?.detector.keys?.names.names[0];
  }

  /** The edit of the whole value, or undefined when its name tells nothing or it stands for a value only. */
  editOf(value: Uint8Array, field: KeyedField, replace: (found: FoundText) => Uint8Array): Edit | undefined {
    const rule = this.ruleOf(field);
    if (rule === undefined || isNoValue(value, field.key)) return undefined;
    // What a finding inside the value is called by, when it comes before this rule.
    const [{ entity, score }] = [
      ...findIn(this.engine, value, field.key),
      { entity: rule.detector.entity, score: SCORES.ranged },
    ].toSorted((a, b) => this.rankOf(a.entity) - this.rankOf(b.entity));
    const text = value.length <= TEXT_KEPT_BYTES ? value : null;
    const bytes = replace({ start: 0, end: value.length, entity, score, text });
    return { start: 0, end: value.length, bytes, entity };
  }

  private ruleOf({ key, kind }: KeyedField): Rule | undefined {
    if (key === "") return undefined;
    return this.rules.find(
      ({ detector: { keys } }) =>
        keys !== undefined && (kind === "text" || keys.takes === "scalar") && keys.names.has(key),
    );
  }

  private rankOf(entity: string): number {
    return this.engine.rules.findIndex((rule) => rule.detector.entity === entity);
  }
}

/** Forms write `user[password]` and `token[]`. */
function isBracket(byte: number): boolean {
  return byte === 0x5b || byte === 0x5d;
}

/** Where the last four letters fall: `city` elsewhere than `quantity` and `severity`. */
function endingOf(bytes: ArrayLike<number>, end: number): number {
  const last = ((bytes[end - 2] & LETTER_BITS) << 5) | (bytes[end - 1] & LETTER_BITS);
  return last ^ ((bytes[end - 3] & LETTER_BITS) << 10) ^ ((bytes[end - 4] & LETTER_BITS) << 11);
}

function isNoValue(value: Uint8Array, key: string): boolean {
  if (value.length > PLACEHOLDER_BYTES) return false;
  const text = foldSpan(value, 0, value.length).trim();
  return (
    NO_VALUES.has(text.toLowerCase()) ||
    isPlaceholder(text) ||
    isOther(key, text) ||
    (REPOSITORY.test(text) && /full_?name$/i.test(key))
  );
}
