/**
 * The syntax tree of a pattern.
 *
 * Owns the shapes of nodes and what is known of each once it is made: how much it can match, and what it will cost.
 */
import type { CharSet } from "./charset.ts";

export const ASSERTIONS = ["wordBoundary", "notWordBoundary", "textStart", "textEnd", "lineStart", "lineEnd"] as const;
export type Assertion = (typeof ASSERTIONS)[number];

interface Measures {
  /** Most characters that the node can match; Infinity for an unbounded repeat. */
  readonly longest: number;
  /** Fewest characters that it can match. */
  readonly shortest: number;
  /** True when a required class holds no character, as in `a[^\s\S]`. */
  readonly isImpossible: boolean;
  /** Instructions once it is compiled that read a character. */
  readonly characters: number;
  /** All others. */
  readonly steps: number;
  /** What the counts of repeats within repeats multiply up to. */
  readonly count: number;
}

export type Node = Measures &
  (
    | { readonly kind: "empty" }
    | { readonly kind: "class"; readonly set: CharSet }
    | { readonly kind: "concat"; readonly parts: readonly Node[] }
    | { readonly kind: "alternate"; readonly parts: readonly Node[] }
    | { readonly kind: "repeat"; readonly body: Node; readonly min: number; readonly max: number }
    | { readonly kind: "assert"; readonly assertion: Assertion }
  );

const EMPTY: Node = {
  kind: "empty",
  longest: 0,
  shortest: 0,
  isImpossible: false,
  characters: 0,
  steps: 0,
  count: 1,
};

export function assertNode(assertion: Assertion): Node {
  return { kind: "assert", assertion, longest: 0, shortest: 0, isImpossible: false, characters: 0, steps: 1, count: 1 };
}

export function classNode(set: CharSet): Node {
  const isImpossible = set.length === 0;
  return { kind: "class", set, longest: 1, shortest: 1, isImpossible, characters: 1, steps: 0, count: 1 };
}

export function concatNode(parts: readonly Node[]): Node {
  if (parts.length === 1) return parts[0];
  if (parts.length === 0) return EMPTY;
  let longest = 0;
  let shortest = 0;
  let isImpossible = false;
  let characters = 0;
  let steps = 0;
  let count = 1;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    longest += part.longest;
    shortest += part.shortest;
    isImpossible ||= part.isImpossible;
    characters += part.characters;
    steps += part.steps;
    if (part.count > count) count = part.count;
  }
  return { kind: "concat", parts, longest, shortest, isImpossible, characters, steps, count };
}

export function alternateNode(parts: readonly Node[]): Node {
  if (parts.length === 1) return parts[0];
  let longest = 0;
  let shortest = Infinity;
  let isImpossible = true;
  let characters = 0;
  let steps = parts.length - 1;
  let count = 1;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part.longest > longest) longest = part.longest;
    if (part.shortest < shortest) shortest = part.shortest;
    isImpossible &&= part.isImpossible;
    characters += part.characters;
    steps += part.steps;
    if (part.count > count) count = part.count;
  }
  return { kind: "alternate", parts, longest, shortest, isImpossible, characters, steps, count };
}

/** `count` is the node's own times what is counted inside it. */
export function repeatNode(
  body: Node,
  { min, max }: { readonly min: number; readonly max: number },
  count: number,
): Node {
  // Without an end one copy goes round; each copy that may be left out takes a step past it.
  const copies = max === Infinity ? Math.max(1, min) : max;
  return {
    kind: "repeat",
    body,
    min,
    max,
    // Infinity times nothing is nothing here.
    longest: body.longest === 0 || max === 0 ? 0 : body.longest * max,
    shortest: body.shortest * min,
    isImpossible: min > 0 && body.isImpossible,
    characters: body.characters * copies,
    steps: body.steps * copies + (max === Infinity ? 1 : max - min),
    count,
  };
}
