/** A pattern as it is given, and how much it may match. */
import type { Boundary } from "./boundary.ts";

export interface PatternSource {
  readonly pattern: string;
  readonly maxLength?: number;
  /** A tail may match nothing and need not be bounded. */
  readonly isTail?: boolean;
  /** Default `none`. */
  readonly boundary?: Boundary;
  /** Matches what stands there, folded or not; default: as the program says. */
  readonly isPlain?: boolean;
}

export interface Bounds {
  /** Most folded characters; declared where the syntax has no bound, Infinity for tails. */
  readonly longestCharacters: number;
  /** Most bytes that a match may span in the raw text. */
  readonly longestBytes: number;
}
