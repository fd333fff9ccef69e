/**
 * Patterns read and counted: what each will need is known, and refused, before any of it is built.
 *
 * Owns the bounds of a match, the numbers of classes and the counts.
 */
import type { Boundary } from "./boundary.ts";
import { CharacterClass, classOf } from "./character-class.ts";
import type { CharSet } from "./charset.ts";
import type { PatternTree } from "./emitter.ts";
import { INVISIBLE } from "./instructions.ts";
import { classesCost, PATTERN_LIMITS, refuseOver } from "./limits.ts";
import { parsePattern, PatternError } from "./parse.ts";
import type { Bounds, PatternSource } from "./pattern-source.ts";
import type { Prebuilt, ReadyPattern } from "./prebuilt.ts";
import type { Node } from "./syntax.ts";
import { IGNORABLE } from "./unicode.ts";

interface Read {
  readonly bounds: Bounds;
  readonly boundary: Boundary;
  /** Of what it reads, each number as often as the pattern has such a class. */
  readonly numbers: readonly number[];
}

/** A pattern that has been read, and one that was compiled before. */
export type ReadPattern = Read & PatternTree;
export type KnownPattern = Read & { readonly ready: ReadyPattern };

/** Bytes that invisible characters and wide forms may add to a long match; a short one may grow eightfold. */
const SLACK_BYTES = 512;
/** A read, and the two steps by which invisible characters pass before it. */
const FOLDED_CHARACTER_INSTRUCTIONS = 3;
/** The entry and the match. */
const FRAME_INSTRUCTIONS = 2;

let folding: CharacterClass | undefined;

function invisible(isFolding: boolean): CharacterClass {
  if (!isFolding) return new CharacterClass([], { unfolds: false, isEscaped: false });
  if (folding === undefined) {
    folding = new CharacterClass(IGNORABLE, { unfolds: false, isEscaped: true });
    // Counted with every character of a pattern: exactly, then.
    void folding.trie;
  }
  return folding;
}

export class PatternReader {
  /** Of all patterns so far, by number. */
  readonly classes: CharacterClass[];
  /** Instructions of all patterns so far. */
  instructions = 0;

  private readonly isFolding: boolean;
  private readonly known: Prebuilt | undefined;
  private readonly numbers = new Map<CharacterClass, number>();

  /** `known`: patterns that were compiled before, as they fold. */
  constructor(isFolding: boolean, known?: Prebuilt) {
    this.isFolding = isFolding;
    this.known = isFolding ? known : undefined;
    this.classes = [invisible(isFolding)];
  }

  /** As `read`, or quicker for what is known. @throws PatternError as `read`. */
  take(source: PatternSource): ReadPattern | KnownPattern {
    const ready = this.known?.find(source);
    if (ready === undefined) return this.read(source);
    this.count(ready.needed);
    const numbers = ready.classes.map((one) => this.numberOf(one));
    return { bounds: ready.bounds, boundary: source.boundary ?? "none", numbers, ready };
  }

  /** @throws PatternError; its message does not say which pattern, the caller knows. */
  read(source: PatternSource): ReadPattern {
    const characters = source.pattern.length;
    refuseOver(characters, PATTERN_LIMITS.patternCharactersLimit, `the pattern has ${characters} characters`);
    const tree = parsePattern(source.pattern);
    const bounds = boundsOf(tree, source);
    const unfolds = this.isFolding && source.isPlain !== true;
    this.countInstructions(tree, unfolds);
    const classes = new Map<CharSet, number>();
    this.numberClasses(tree, unfolds, classes);
    const pattern = { tree, unfolds, classes };
    this.countPositions(pattern);
    return { ...pattern, bounds, boundary: source.boundary ?? "none", numbers: [...classes.values()] };
  }

  private countInstructions({ characters, steps }: Node, unfolds: boolean): void {
    const needed = FRAME_INSTRUCTIONS + steps + characters * (unfolds ? FOLDED_CHARACTER_INSTRUCTIONS : 1);
    this.count(needed);
  }

  private count(needed: number): void {
    const { patternInstructionsLimit, policyInstructionsLimit } = PATTERN_LIMITS;
    refuseOver(needed, patternInstructionsLimit, `the pattern needs ${needed} instructions`);
    this.instructions += needed;
    const together = this.instructions;
    refuseOver(together, policyInstructionsLimit, `the patterns together need ${together} instructions`);
  }

  private numberClasses(node: Node, unfolds: boolean, known: Map<CharSet, number>): void {
    if (node.kind === "class") {
      // By identity: the parser gives one class that is written twice as one.
      if (!known.has(node.set)) known.set(node.set, this.numberOf(classOf(node.set, unfolds)));
    } else if (node.kind === "repeat") this.numberClasses(node.body, unfolds, known);
    else if (node.kind === "concat" || node.kind === "alternate")
      for (let i = 0; i < node.parts.length; i++) this.numberClasses(node.parts[i], unfolds, known);
  }

  private numberOf(one: CharacterClass): number {
    let number = this.numbers.get(one);
    if (number === undefined) this.numbers.set(one, (number = this.classes.push(one) - 1));
    return number;
  }

  /** Nearly every pattern is far below the limit: then no trie is built to know how far. */
  private countPositions({ tree, unfolds, classes }: PatternTree): void {
    const { patternPositionsLimit: limit } = PATTERN_LIMITS;
    const skip = unfolds ? 1 + this.classes[INVISIBLE].mostNodes : 0;
    const steps = FRAME_INSTRUCTIONS + tree.steps;
    const positions = (nodesOf: (one: CharacterClass) => number): number =>
      steps + classesCost(tree, (set) => nodesOf(this.classes[classes.get(set) as number]) + skip);
    let most = 0;
    for (const number of classes.values()) most = Math.max(most, this.classes[number].mostNodes);
    if (steps + tree.characters * (most + skip) <= limit || positions(({ mostNodes }) => mostNodes) <= limit) return;
    const exactly = positions(({ trie }) => trie.length);
    refuseOver(exactly, limit, `the pattern needs ${exactly} positions`);
  }
}

function boundsOf(tree: Node, source: PatternSource): Bounds {
  if (tree.isImpossible) throw new PatternError("the pattern can never match: one of its classes is empty");
  if (source.isTail === true) return { longestCharacters: Infinity, longestBytes: Infinity };
  if (tree.shortest === 0) throw new PatternError("the pattern can match nothing; make a part of it required");
  const longestCharacters = Math.min(tree.longest, source.maxLength ?? Infinity);
  if (longestCharacters === Infinity)
    throw new PatternError("the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength");
  const { matchCharactersLimit } = PATTERN_LIMITS;
  refuseOver(longestCharacters, matchCharactersLimit, `the longest match has ${longestCharacters} characters`);
  return { longestCharacters, longestBytes: longestCharacters + Math.min(7 * longestCharacters, SLACK_BYTES) };
}
