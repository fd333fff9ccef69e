/**
 * From syntax trees to instructions, from the end of each pattern to its front.
 *
 * Owns how each node is built, and which copies of a repeated part are noted. A repeated part is compiled once and copied.
 */
import type { CharSet } from "./charset.ts";
import { INVISIBLE, Instructions, NOWHERE, OP, type Part } from "./instructions.ts";
import type { ReadyPattern } from "./prebuilt.ts";
import { ASSERTIONS, type Node } from "./syntax.ts";

/** A pattern as far as its instructions depend on it. */
export interface PatternTree {
  readonly tree: Node;
  /** Whether its classes mean all characters that fold into them. */
  readonly unfolds: boolean;
  /** Number of each class. */
  readonly classes: ReadonlyMap<CharSet, number>;
}

/** What was compiled before, and the numbers of its classes here. */
interface ReadyParts {
  readonly ready: ReadyPattern;
  readonly numbers: readonly number[];
}

export class Emitter {
  readonly instructions: Instructions;
  hasAssertions = false;
  private unfolds = true;
  private classes: ReadonlyMap<CharSet, number> = new Map();

  constructor(capacity: number) {
    this.instructions = new Instructions(capacity);
  }

  /** Adds a pattern that was compiled before; returns where it begins. */
  addReady({ ready, numbers }: ReadyParts, index: number): number {
    this.hasAssertions ||= ready.hasAssertions;
    return ready.write(this.instructions, index, numbers);
  }

  /** Returns where the pattern begins. */
  add({ tree, unfolds, classes }: PatternTree, index: number): number {
    const { instructions } = this;
    this.unfolds = unfolds;
    this.classes = classes;
    // The entry is reached by nothing but the start, so that a loop to the front never looks like "no match begun".
    const entry = instructions.add(OP.split, NOWHERE, NOWHERE);
    const end = instructions.add(OP.match, NOWHERE, index);
    instructions.out[entry] = this.compile(tree, end);
    instructions.owner.fill(index, entry, instructions.length);
    return entry;
  }

  /** Compiles a node that continues at `next`; returns where it begins. */
  private compile(node: Node, next: number): number {
    switch (node.kind) {
      case "empty":
        return next;
      case "class":
        return this.character(this.classes.get(node.set) as number, next);
      case "concat": {
        let begin = next;
        for (let i = node.parts.length - 1; i >= 0; i--) begin = this.compile(node.parts[i], begin);
        return begin;
      }
      case "alternate":
        return this.alternate(node.parts, next);
      case "repeat":
        return node.max === Infinity
          ? this.repeatFrom(node.body, node.min, next)
          : this.repeat(node.body, node.min, node.max, next);
      case "assert":
        this.hasAssertions = true;
        return this.instructions.add(OP.assert, next, ASSERTIONS.indexOf(node.assertion));
    }
  }

  private character(number: number, next: number): number {
    const { instructions } = this;
    const read = instructions.add(OP.char, next, number);
    if (!this.unfolds) return read;
    const begin = instructions.add(OP.split, read, NOWHERE);
    instructions.operand[begin] = instructions.add(OP.char, begin, INVISIBLE);
    return begin;
  }

  private alternate(parts: readonly Node[], next: number): number {
    let begin = NOWHERE;
    for (let i = 0; i < parts.length; i++) {
      const out = this.compile(parts[i], next);
      begin = begin === NOWHERE ? out : this.instructions.add(OP.split, begin, out);
    }
    return begin;
  }

  private repeat(body: Node, min: number, max: number, next: number): number {
    const { instructions } = this;
    if (max === 1) {
      const begin = this.compile(body, next);
      return min === 1 ? begin : instructions.add(OP.split, begin, next);
    }
    const round = this.rounds(body);
    const starts: number[] = [];
    let begin = next;
    for (let i = min; i < max; i++) {
      starts.push(instructions.length);
      begin = instructions.add(OP.split, round(begin), next);
    }
    for (let i = 0; i < min; i++) begin = round(begin);
    // The more rounds may follow, the more can be read: the last one is compiled first. Noted when nothing is copied any more.
    instructions.rankCopies(starts.toReversed());
    return begin;
  }

  /** `min` rounds or more: the fewer rounds are owed, the more can be read. */
  private repeatFrom(body: Node, min: number, next: number): number {
    const { instructions } = this;
    const round = this.rounds(body);
    const again = instructions.add(OP.split, NOWHERE, next);
    const starts = [instructions.length];
    // One copy of it goes round, or `+` within `+` would double at each level.
    const loop = round(again);
    instructions.out[again] = loop;
    if (min === 0) return again;
    let begin = loop;
    for (let i = 1; i < min; i++) {
      starts.push(instructions.length);
      begin = round(begin);
    }
    instructions.rankCopies(starts);
    // Owes nothing and may go round: as good as any place at the front of a round.
    instructions.first[again] = loop - again;
    instructions.rank[again] = -1;
    return begin;
  }

  /** Adds the body once more each time; it continues at `then`. Returns where it begins. */
  private rounds(body: Node): (then: number) => number {
    const { instructions } = this;
    let first: Part | undefined;
    let front = NOWHERE;
    return (then) => {
      const start = instructions.length;
      if (first !== undefined) {
        instructions.copy(first, then);
        return front === first.next ? then : front - first.start + start;
      }
      front = this.compile(body, then);
      first = { start, end: instructions.length, next: then };
      return front;
    };
  }
}
