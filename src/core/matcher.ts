/**
 * What may stand in for the automaton: another judge of where matches end.
 *
 * Owns the seam. Everything else of a finding (places, boundaries, validators, overlaps, tails) is the engine's. With
 * a matcher every place is looked at, because nothing scans ahead for it.
 */
import type { Surroundings } from "./candidate.ts";

/** Where matches of one rule that begin at a place can end. */
export interface Ends {
  /** Offsets in order, shortest match first; valid until the next call. Places are asked in order. */
  at(around: Surroundings, start: number): readonly number[];
}

/** The patterns of one rule, each of which may match, and how long a match may be. */
export interface RulePatterns {
  readonly patterns: readonly string[];
  readonly longestCharacters: number;
  readonly longestBytes: number;
}

export interface Matcher {
  endsOf(rule: RulePatterns): Ends;
}
