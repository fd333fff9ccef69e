/**
 * How large a pattern, and all patterns of a policy, may be.
 *
 * Owns the numbers, and the count that is taken before anything is built: a pattern that explodes is refused for
 * what it would need, at the cost of reading its syntax tree once.
 */
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

/** What one node costs by its kind. */
export interface Costs {
  /** One character of a class. */
  character(set: readonly number[]): number;
  /** A split or an assertion. */
  readonly step: number;
}

/** What the node costs once it is compiled; linear in the tree, whatever the counts in it. */
export function costOf(node: Node, costs: Costs): number {
  switch (node.kind) {
    case "empty":
      return 0;
    case "class":
      return costs.character(node.set);
    case "assert":
      return costs.step;
    case "concat":
      return sumOf(node.parts, costs);
    case "alternate":
      return sumOf(node.parts, costs) + (node.parts.length - 1) * costs.step;
    case "repeat": {
      const body = costOf(node.body, costs);
      return node.max === Infinity
        ? body * Math.max(1, node.min) + costs.step
        : body * node.max + (node.max - node.min) * costs.step;
    }
  }
}

function sumOf(parts: readonly Node[], costs: Costs): number {
  return parts.reduce((sum, part) => sum + costOf(part, costs), 0);
}
