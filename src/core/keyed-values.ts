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
import { isPlaceholder, isWidth } from "./validators/placeholder.ts";

/** What a value is in its format; numbers are no texts. */
export type ValueKind = "text" | "number";

/** The name and kind of the field that a value belongs to. */
export interface KeyedField {
  readonly key: string;
  readonly kind: ValueKind;
}

/** What the last letters of a name may say: it tells a value; fields of its object do; it does in some object. */
const TELLS = 1;
const OWNS = 2;
const OWNED = 4;
const ENDING_LETTERS = 3;
/** Names are as long at least. */
const LEAST_LETTERS = 2;
/** Nothing longer stands for a value. */
const PLACEHOLDER_BYTES = 64;
/** `_`, `.` and `-` between a name and its number. */
const NUMBER_SIGNS: readonly number[] = [0x5f, 0x2e, 0x2d];
/** `acme/api`, whose full name it is. */
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
/** Fields of forms that hold the value of the one around them (json/roles.ts), by their last letters. */
const WRAPPERS = ["value", "values", "string"];
/** Longer texts are no labels. */
const LABEL_BYTES = 256;
const NO_VALUES = new Set(["", "true", "false", "null", "none", "undefined"]);

export class KeyedValues {
  private readonly engine: Engine;
  private readonly rules: readonly Rule[];
  /** TELLS and OWNS where the last letters of a name fall, five bits each. */
  private readonly endings = new Uint8Array(1 << (5 * ENDING_LETTERS));

  constructor(engine: Engine) {
    this.engine = engine;
    this.rules = engine.threshold > SCORES.ranged ? [] : engine.rules.filter(({ detector }) => detector.keys);
    if (this.rules.length > 0) this.note(WRAPPERS, OWNED);
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
      const bytes = encodeUtf8(name);
      const ending = endingOf(bytes, bytes.length);
      // Of two letters, whatever stands before.
      for (let first = 0; first < (bytes.length < ENDING_LETTERS ? 32 : 1); first++)
        this.endings[ending | (first << 10)] |= bits;
    }
  }

  /** False when the bytes of a name, as they stand, are certain to tell nothing. O(1). */
  mayName(bytes: Uint8Array, start: number, end: number): boolean {
    // `name[first]` of forms is a field of an object.
    const bits = isBracket(bytes[end - 1]) ? TELLS | OWNED : TELLS;
    return (this.bitsOf(bytes, start, end) & bits) !== 0;
  }

  /** False when it is certain that a field of an object of this name tells no more than anywhere. O(1). */
  mayOwn(bytes: Uint8Array, start: number, end: number): boolean {
    return (this.bitsOf(bytes, start, end) & OWNS) !== 0;
  }

  private bitsOf(bytes: Uint8Array, start: number, end: number): number {
    if (this.rules.length === 0) return 0;
    let last = end;
    while (last > start && (KINDS[bytes[last - 1]] === DIGIT || isBracket(bytes[last - 1]))) last--;
    if (last > start && last < end && NUMBER_SIGNS.includes(bytes[last - 1])) last--;
    if (last - start < LEAST_LETTERS) return 0;
    const kinds = KINDS[bytes[last - 1]] | KINDS[bytes[last - 2]] | KINDS[bytes[last - 3]];
    return (kinds & NOT_PLAIN) !== 0 ? TELLS | OWNS | OWNED : this.endings[endingOf(bytes, last)];
  }

  /** False when it is certain that the name tells no more in any object. O(1). */
  mayBeOwned(bytes: Uint8Array, start: number, end: number): boolean {
    return (this.bitsOf(bytes, start, end) & OWNED) !== 0;
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

function endingOf(bytes: Uint8Array, end: number): number {
  return ((bytes[end - 3] & 31) << 10) | ((bytes[end - 2] & 31) << 5) | (bytes[end - 1] & 31);
}

function isNoValue(value: Uint8Array, key: string): boolean {
  if (value.length > PLACEHOLDER_BYTES) return false;
  const text = foldSpan(value, 0, value.length).trim();
  return (
    NO_VALUES.has(text.toLowerCase()) ||
    isPlaceholder(text) ||
    isWidth(key, text) ||
    (REPOSITORY.test(text) && /full_?name$/i.test(key))
  );
}
