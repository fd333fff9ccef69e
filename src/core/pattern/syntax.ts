/** The syntax tree of a pattern. */
import type { CharSet } from "./charset.ts";

export type Assertion = "wordBoundary" | "notWordBoundary" | "textStart" | "textEnd" | "lineStart" | "lineEnd";

export type Node =
  | { readonly kind: "empty" }
  | { readonly kind: "class"; readonly set: CharSet }
  | { readonly kind: "concat"; readonly parts: readonly Node[] }
  | { readonly kind: "alternate"; readonly parts: readonly Node[] }
  | { readonly kind: "repeat"; readonly body: Node; readonly min: number; readonly max: number }
  | { readonly kind: "assert"; readonly assertion: Assertion };

/** Most characters that a node can match; Infinity for an unbounded repeat. */
export function longestMatch(node: Node): number {
  switch (node.kind) {
    case "empty":
    case "assert":
      return 0;
    case "class":
      return 1;
    case "concat":
      return node.parts.reduce((sum, part) => sum + longestMatch(part), 0);
    case "alternate":
      return Math.max(0, ...node.parts.map(longestMatch));
    case "repeat": {
      const body = longestMatch(node.body);
      // Infinity times nothing is nothing here.
      return body === 0 || node.max === 0 ? 0 : body * node.max;
    }
  }
}

/** Fewest characters that a node can match. */
export function shortestMatch(node: Node): number {
  switch (node.kind) {
    case "empty":
    case "assert":
      return 0;
    case "class":
      return 1;
    case "concat":
      return node.parts.reduce((sum, part) => sum + shortestMatch(part), 0);
    case "alternate":
      return Math.min(...node.parts.map(shortestMatch));
    case "repeat":
      return shortestMatch(node.body) * node.min;
  }
}

/** True when a required class holds no character, as in `a[^\s\S]`. */
export function isImpossible(node: Node): boolean {
  switch (node.kind) {
    case "empty":
    case "assert":
      return false;
    case "class":
      return node.set.length === 0;
    case "concat":
      return node.parts.some(isImpossible);
    case "alternate":
      return node.parts.every(isImpossible);
    case "repeat":
      return node.min > 0 && isImpossible(node.body);
  }
}
