/**
 * What a detector is: data that proves itself.
 *
 * Owns the shape only. The engine (engine.ts, resolver.ts) runs it; detectors/ lists the built-in ones.
 */

import type { FieldNames } from "./field-name.ts";
import type { OwnedNames } from "./owned-names.ts";
import type { Boundary } from "./pattern/boundary.ts";

/** How sure a match is before context; the rows of docs/detectors.md. */
export const SCORES = {
  /** Passes one random string in 90 or fewer: mod 97, literal prefix and length, JWT header, PEM marker. */
  strong: 0.95,
  /** Weak checksum (Luhn, mod 11) and a range or brand table. */
  ranged: 0.85,
  /** Weak checksum and a context word. */
  contextual: 0.8,
  /** Own shape with separators and range rules. */
  shaped: 0.75,
  /** Shape and a context word. */
  worded: 0.65,
  /** Weak checksum alone. */
  weak: 0.4,
  /** Shape alone. */
  bare: 0.2,
} as const;

/** What a validator is given: the folded characters of one match and what stands beside it. */
export interface Candidate {
  /** The matched characters after folding: ASCII digits, no invisible characters. */
  readonly text: string;
  /** True when a context word of the detector stands before the match in the same record. */
  readonly hasContext: boolean;
  /** The (up to) two folded characters just before the match, the nearest last; "" at the start of the text. */
  readonly before: string;
  /** The (up to) two folded characters just after the match, "" at the end of the text. */
  readonly after: string;
  /** The (up to) 40 folded characters before the match in its line. */
  readonly preceding: string;
  /** For quick answers to what is plain ASCII, with plain neighbours; absent where only characters are known. */
  readonly raw?: RawMatch;
  /** The same, or the name of the field where the match begins its text: with a colon, and camelCase parted. */
  readonly label: string;
}

/** A match as it is written, and what stands beside it. */
export interface RawMatch {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export type Group = "packs" | "secrets";

export interface Scan {
  readonly pattern: string;
  readonly maxLength?: number;
  /** In place of the detector's own: what stands before a plain value may be written in any way. */
  readonly isPlain?: boolean;
}

export interface Detector {
  readonly entity: string;
  /** Standard or public definition that the pattern and the validator come from. */
  readonly source: string;
  /** RE2 syntax over folded characters: `\d` is a digit of any script, `-` any hyphen, ` ` any space. */
  readonly pattern: string;
  /**
   * Further shapes that count only after a context word: without one `validate` gives them `SCORES.weak` at most.
   * The engine then drops them before it looks any closer.
   */
  readonly contextPattern?: string;
  /** `pattern` too counts only after a context word, under the same rule. */
  readonly needsContext?: boolean;
  /**
   * Most folded characters that the pattern may match. Computed from the pattern when left out;
   * required when it holds `*`, `+` or `{n,}`.
   */
  readonly maxLength?: number;
  /**
   * The patterns match ASCII as it stands: for tokens that only machines write, where other scripts, escapes and
   * invisible characters in between make no token. Needs a fraction of the automaton.
   */
  readonly isPlain?: boolean;
  /**
   * RE2 syntax: what follows a match, of any length, and belongs to it (the body of a key, the rest of a token).
   * Matched greedily from the end of the match; must be able to match the empty text.
   */
  readonly tail?: string | readonly string[];
  /** Which of several tails follows a match that was accepted. */
  whichTail?(candidate: Candidate): number;
  /**
   * What the automaton looks for in place of `pattern`: what stands before a value and tells it, or a looser shape that
   * needs fewer states. Has to begin where `pattern` has a finding or before, and to end wherever it has one; and to
   * match as well where quotes are doubled or escaped, as formats write them.
   */
  readonly scan?: Scan;
  /** The same in place of `contextPattern`. */
  readonly contextScan?: Scan;
  /**
   * Which neighbours forbid a match: `word` (default) = a letter, digit or `_` on either side;
   * `alphanumeric` = a letter or digit on either side, while `_` may touch; `leading` = the same before the match only,
   * for what has a tail;
   * `number` = as `word`, and a digit and `.` before, or `.` and a digit after; `none` = nothing.
   * What else a detector refuses beside it (separator and digit) it says in `validate`.
   */
  readonly boundary?: Boundary;
  /**
   * With boundary `none`: a quick no to a place inside the raw bytes, for patterns that could begin anywhere in a
   * word. Must say yes wherever `validate` could pass.
   */
  mayBegin?(bytes: Uint8Array, at: number): boolean;
  /** With boundary `none`: a quick no to a place as the end of a match, by the byte that follows. */
  mayEnd?(bytes: Uint8Array, at: number): boolean;
  /** A quick no to a match on raw bytes. Must say yes wherever `validate` could pass. */
  mayMatch?(bytes: Uint8Array, start: number, end: number): boolean;
  /** Bytes of every match, where all have as many: then where it begins is known from where it ends. */
  readonly exactBytes?: number;
  /**
   * Detectors of one group are looked for by an automaton of their own where there are several: beside the others' their
   * shapes would multiply states.
   */
  readonly group?: Group;
  /** Words that raise the score when they stand within 40 characters before the match; lower case. */
  readonly contextWords?: readonly string[];
  /** In formats with fields: the whole value of a field with such a name is a finding. */
  readonly keys?: {
    readonly names: FieldNames;
    /** Fields that have one by the object that holds them as well. */
    readonly owned?: OwnedNames | undefined;
    /** `text`: strings only; `scalar`: numbers as well. */
    readonly takes: "text" | "scalar";
  };
  /** Score of one candidate, 0 to refuse it. The engine then tries the next shorter end. Never throws. */
  validate(candidate: Candidate): number;
  /** Texts in which the whole text is one finding at the default threshold. */
  readonly hits: readonly string[];
  /** Texts without any finding of this entity at the default threshold. Misses matter as much. */
  readonly misses: readonly string[];
}
