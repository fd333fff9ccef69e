/**
 * How large a pattern, and all patterns of a policy, may be.
 *
 * Owns the numbers, and the count of places that is taken before anything is built: a pattern that explodes is refused
 * for what it would need, at the cost of reading its syntax tree once.
 */
import type { CharSet } from "./charset.ts";
import { PatternError } from "./pattern-error.ts";
import type { Node } from "./syntax.ts";

export const PATTERN_LIMITS = {
  /** Patterns of one policy; a tail or a context shape counts as one. */
  patternsLimit: 1_000,
  /** Characters that one pattern is written in. */
  patternCharactersLimit: 8_192,
  /** Instructions of one pattern: threads that one byte may have to move. */
  patternInstructionsLimit: 20_000,
  /** Places in one pattern where a thread can stand: its instructions, and the bytes inside their characters. */
  patternPositionsLimit: 200_000,
  /** Characters of the longest match: what a stream may have to hold back. */
  matchCharactersLimit: 16_384,
  /** Instructions of all patterns of a policy together. */
  policyInstructionsLimit: 200_000,
} as const;

export function refuseOver(amount: number, limit: number, message: string): void {
  if (amount > limit) throw new PatternError(`${message}, over the limit of ${limit}`);
}

/** What the classes of a node cost together, each as often as it is compiled; reads each once, whatever the counts. */
export function classesCost(node: Node, costOf: (set: CharSet) => number): number {
  switch (node.kind) {
    case "class":
      return costOf(node.set);
    case "concat":
    case "alternate": {
      let sum = 0;
      for (let i = 0; i < node.parts.length; i++) sum += classesCost(node.parts[i], costOf);
      return sum;
    }
    case "repeat": {
      const copies = node.max === Infinity ? Math.max(1, node.min) : node.max;
      return copies * classesCost(node.body, costOf);
    }
    default:
      return 0;
  }
}
