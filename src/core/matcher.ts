/**
 * What may stand in for the automaton: another judge of where matches end.
 *
 * Owns the seam. Everything else of a finding (places, boundaries, validators, overlaps, tails) is the engine's. With
 * a matcher every place is looked at, because nothing scans ahead for it.
 */
import type { Surroundings } from "./surroundings.ts";

/** Where matches of one rule that begin at a place can end. */
export interface Ends {
  /**
   * How many there are; `places` holds their offsets in order, shortest match first, until the next call. What stands
   * behind them there is left from other calls. Places are asked in order.
   */
  at(around: Surroundings, start: number): number;
  readonly places: readonly number[];
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
