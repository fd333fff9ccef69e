/**
 * The byte automaton of many patterns: instructions over classes of characters, each class a trie of bytes.
 *
 * Owns compilation and its refusals for size. Reading text is the work of dfa.ts. Every class is unfolded (all
 * characters that fold into it), and invisible characters may stand before every character but the first of a match.
 */
import type { CharSet } from "./charset.ts";
import { type Boundary, LEAD_RANGES } from "./boundary.ts";
import { costOf, PATTERN_LIMITS } from "./limits.ts";
import { parsePattern, PatternError } from "./parse.ts";
import { type Assertion, isImpossible, longestMatch, type Node, shortestMatch } from "./syntax.ts";
import { byteTrie, type ByteTrie } from "./utf8.ts";
import { IGNORABLE, unfold } from "./unicode.ts";

export type Instruction =
  /** Reads one character of class `set`, then goes to `out`. */
  | { readonly op: "char"; readonly set: number; out: number }
  /** Goes to `out` and, where it is not NOWHERE, to `other` as well. */
  | { readonly op: "split"; out: number; other: number }
  | { readonly op: "assert"; readonly assertion: Assertion; out: number }
  | { readonly op: "match"; readonly pattern: number };

export const NOWHERE = -1;

/** Most nodes of one trie: places inside one character. */
const TRIE_LIMIT = 4096;

/** Bytes that invisible characters and wide forms may add to a long match; a short one may grow eightfold. */
const SLACK_BYTES = 512;

export interface CompiledPattern {
  readonly entry: number;
  /** Most folded characters; declared where the syntax has no bound, Infinity for tails. */
  readonly longestCharacters: number;
  /** Most bytes that a match may span in the raw text. */
  readonly longestBytes: number;
  readonly boundary: Boundary;
}

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

/** Where an instruction stands among the copies of a repeated part. */
export interface Copy {
  /** The same instruction in the copy that can read on in most ways. */
  readonly first: number;
  /** What can be read from here can be read from the same instruction in every copy of a lower rank, too. */
  readonly rank: number;
}

export interface ProgramOptions {
  /**
   * `detector` (default): text is read as a person would, in any script, percent-encoded, with invisible characters.
   * `none`: a pattern matches what RE2 matches and nothing else.
   */
  readonly fold?: "detector" | "none";
}

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly tries: readonly ByteTrie[];
  readonly patterns: readonly CompiledPattern[];
  /** Instruction to the pattern that it belongs to. */
  readonly owners: readonly number[];
  /** By instruction; undefined outside of repeats. */
  readonly copies: readonly (Copy | undefined)[];
  readonly hasAssertions: boolean;
  /** True when text may be in disguise: other scripts, escapes, invisible characters. */
  readonly isFolding: boolean;
  /** Byte to class: bytes of one class are never told apart by any pattern. */
  readonly byteClasses: Uint8Array;
  readonly byteClassCount: number;
}

/** @throws PatternError; its message does not say which pattern, the caller knows. */
export function compileProgram(sources: readonly PatternSource[], options: ProgramOptions = {}): Program {
  const { patternsLimit } = PATTERN_LIMITS;
  refuseOver(sources.length, patternsLimit, `there are ${sources.length} patterns`);
  const compiler = new Compiler(options);
  const patterns = sources.map((source, index) => compiler.add(source, index));
  const classes = byteClassesOf(compiler.tries, compiler.hasAssertions);
  return {
    instructions: compiler.instructions,
    tries: compiler.tries,
    patterns,
    owners: compiler.owners,
    copies: compiler.copies,
    hasAssertions: compiler.hasAssertions,
    isFolding: compiler.isFolding,
    ...classes,
  };
}

function refuseOver(amount: number, limit: number, message: string): void {
  if (amount > limit) throw new PatternError(`${message}, over the limit of ${limit}`);
}

/** A read, and the two steps by which invisible characters pass before it. */
const FOLDED_CHARACTER_INSTRUCTIONS = 3;
/** The entry and the match. */
const FRAME_INSTRUCTIONS = 2;

class Compiler {
  readonly instructions: Instruction[] = [];
  readonly tries: ByteTrie[] = [];
  readonly owners: number[] = [];
  readonly copies: (Copy | undefined)[] = [];
  hasAssertions = false;
  readonly isFolding: boolean;
  private owner = 0;
  /** Whether the classes of the pattern at hand mean all characters that fold into them. */
  private unfolds = true;
  private readonly setNumbers = new Map<string, number>();
  /** A repeat compiles the same node many times: by identity it is known at once. */
  private readonly knownSets = new Map<CharSet, number>();
  private readonly plainSets = new Map<CharSet, number>();
  private readonly ignorable = 0;

  constructor({ fold = "detector" }: ProgramOptions) {
    this.isFolding = fold === "detector";
    this.tries.push(byteTrie(this.isFolding ? IGNORABLE : [], { percent: this.isFolding }));
  }

  add(source: PatternSource, index: number): CompiledPattern {
    const characters = source.pattern.length;
    refuseOver(characters, PATTERN_LIMITS.patternCharactersLimit, `the pattern has ${characters} characters`);
    const tree = parsePattern(source.pattern);
    const bounds = boundsOf(tree, source);
    this.unfolds = this.isFolding && source.isPlain !== true;
    this.refuseSize(tree);
    this.owner = index;
    // The entry is reached by nothing but the start, so that a loop to the front never looks like "no match begun".
    const entry = this.emit({ op: "split", out: NOWHERE, other: NOWHERE });
    const end = this.emit({ op: "match", pattern: index });
    (this.instructions[entry] as { out: number }).out = this.compile(tree, end);
    return { entry, ...bounds, boundary: source.boundary ?? "none" };
  }

  /** Counts before it builds: first what needs no tables at all. */
  private refuseSize(tree: Node): void {
    const { patternInstructionsLimit, patternPositionsLimit, policyInstructionsLimit } = PATTERN_LIMITS;
    const perCharacter = this.unfolds ? FOLDED_CHARACTER_INSTRUCTIONS : 1;
    const instructions = FRAME_INSTRUCTIONS + costOf(tree, { step: 1, character: () => perCharacter });
    refuseOver(instructions, patternInstructionsLimit, `the pattern needs ${instructions} instructions`);
    const together = this.instructions.length + instructions;
    refuseOver(together, policyInstructionsLimit, `the patterns together need ${together} instructions`);
    const skip = this.unfolds ? 1 + this.tries[this.ignorable].length : 0;
    const character = (set: CharSet): number => this.tries[this.setNumber(set)].length + skip;
    const positions = FRAME_INSTRUCTIONS + costOf(tree, { step: 1, character });
    refuseOver(positions, patternPositionsLimit, `the pattern needs ${positions} positions`);
  }

  private emit(instruction: Instruction): number {
    this.instructions.push(instruction);
    this.owners.push(this.owner);
    return this.instructions.length - 1;
  }

  /** Compiles a node that continues at `next`; returns where it begins. */
  private compile(node: Node, next: number): number {
    switch (node.kind) {
      case "empty":
        return next;
      case "class":
        return this.character(node.set, next);
      case "concat":
        return node.parts.reduceRight((after, part) => this.compile(part, after), next);
      case "alternate":
        return node.parts
          .map((part) => this.compile(part, next))
          .reduceRight((other, out) => this.emit({ op: "split", out, other }));
      case "repeat":
        return this.repeat(node.body, node.min, node.max, next);
      case "assert":
        this.hasAssertions = true;
        return this.emit({ op: "assert", assertion: node.assertion, out: next });
    }
  }

  private character(set: CharSet, next: number): number {
    const read = this.emit({ op: "char", set: this.setNumber(set), out: next });
    if (!this.unfolds) return read;
    const skip = { op: "char", set: this.ignorable, out: NOWHERE } as const;
    const begin = this.emit({ op: "split", out: read, other: NOWHERE });
    (this.instructions[begin] as { other: number }).other = this.emit({ ...skip, out: begin });
    return begin;
  }

  private setNumber(set: CharSet): number {
    const known = this.unfolds ? this.knownSets : this.plainSets;
    let number = known.get(set);
    if (number === undefined) {
      number = this.numberByValue(set);
      known.set(set, number);
    }
    return number;
  }

  private numberByValue(set: CharSet): number {
    const key = `${this.unfolds ? "" : "="}${set.join()}`;
    let number = this.setNumbers.get(key);
    if (number === undefined) {
      const trie = trieOf(key, set, this.unfolds);
      number = this.tries.push(trie) - 1;
      this.setNumbers.set(key, number);
    }
    return number;
  }

  private repeat(body: Node, min: number, max: number, next: number): number {
    if (max === Infinity) return this.repeatFrom(body, min, next);
    let begin = next;
    const starts: number[] = [];
    for (let i = min; i < max; i++) {
      starts.push(this.instructions.length);
      begin = this.emit({ op: "split", out: this.compile(body, begin), other: next });
    }
    // The more rounds may follow, the more can be read: the last one is compiled first.
    this.noteCopies(starts.toReversed());
    for (let i = 0; i < min; i++) begin = this.compile(body, begin);
    return begin;
  }

  /** `min` rounds or more: the fewer rounds are owed, the more can be read. */
  private repeatFrom(body: Node, min: number, next: number): number {
    const again = this.emit({ op: "split", out: NOWHERE, other: next });
    const starts = [this.instructions.length];
    // One copy of it goes round, or `+` within `+` would double at each level.
    const loop = this.compile(body, again);
    (this.instructions[again] as { out: number }).out = loop;
    if (min === 0) return again;
    let begin = loop;
    for (let i = 1; i < min; i++) {
      starts.push(this.instructions.length);
      begin = this.compile(body, begin);
    }
    this.noteCopies(starts);
    // Owes nothing and may go round: as good as any place at the front of a round.
    this.copies[again] = { first: loop, rank: -1 };
    return begin;
  }

  /** Copies of one part, each of which can read on in all the ways in which the next one can. */
  private noteCopies(starts: readonly number[]): void {
    if (starts.length < 2) return;
    const length = Math.abs(starts[1] - starts[0]);
    starts.forEach((start, rank) => {
      for (let i = 0; i < length; i++) this.copies[start + i] = { first: starts[0] + i, rank };
    });
  }
}

/** Tries of classes that were compiled lately: policies share most of theirs, and a reload compiles all of them again. */
const lately = new Map<string, ByteTrie>();
/** Nodes of all of them; each takes about a hundred bytes. */
const LATELY_LIMIT = 64 * 1024;
let latelyNodes = 0;

/** @throws PatternError when nothing is left of the class, or it needs too many positions. */
function trieOf(key: string, set: CharSet, unfolds: boolean): ByteTrie {
  const known = lately.get(key);
  if (known !== undefined) return known;
  const seen = unfolds ? unfold(set) : set;
  if (seen.length === 0 && set.length > 0)
    throw new PatternError(
      "a class of the pattern holds nothing but characters that vanish or are read as plain ones; write the plain ones",
    );
  const trie = byteTrie(seen, { percent: unfolds });
  refuseOver(trie.length, TRIE_LIMIT, `a class of the pattern needs ${trie.length} positions`);
  latelyNodes += trie.length;
  if (latelyNodes > LATELY_LIMIT) {
    lately.clear();
    latelyNodes = trie.length;
  }
  lately.set(key, trie);
  return trie;
}

function boundsOf(tree: Node, source: PatternSource): Pick<CompiledPattern, "longestCharacters" | "longestBytes"> {
  if (isImpossible(tree)) throw new PatternError("the pattern can never match: one of its classes is empty");
  if (source.isTail === true) return { longestCharacters: Infinity, longestBytes: Infinity };
  if (shortestMatch(tree) === 0) throw new PatternError("the pattern can match nothing; make a part of it required");
  const longestCharacters = Math.min(longestMatch(tree), source.maxLength ?? Infinity);
  if (longestCharacters === Infinity)
    throw new PatternError("the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength");
  const { matchCharactersLimit } = PATTERN_LIMITS;
  refuseOver(longestCharacters, matchCharactersLimit, `the longest match has ${longestCharacters} characters`);
  return { longestCharacters, longestBytes: longestCharacters + Math.min(7 * longestCharacters, SLACK_BYTES) };
}

/** Splits the 256 bytes wherever an edge of a trie, or an assertion, tells two neighbours apart. */
function byteClassesOf(
  tries: readonly ByteTrie[],
  hasAssertions: boolean,
): { byteClasses: Uint8Array; byteClassCount: number } {
  const starts = new Uint8Array(257);
  const mark = (lo: number, hi: number): void => {
    starts[lo] = 1;
    starts[hi + 1] = 1;
  };
  for (const trie of tries) for (const edges of trie) for (const edge of edges) mark(edge.lo, edge.hi);
  for (const [lo, hi] of LEAD_RANGES) mark(lo, hi);
  if (hasAssertions) mark(NEWLINE, NEWLINE);
  if (hasAssertions) mark(0x80, 0xff);
  const byteClasses = new Uint8Array(256);
  let current = 0;
  for (let byte = 1; byte < 256; byte++) {
    if (starts[byte] === 1) current++;
    byteClasses[byte] = current;
  }
  return { byteClasses, byteClassCount: current + 1 };
}

const NEWLINE = 0x0a;

/** First bytes that can begin a match of the pattern: what lets the resolver skip a start without work. */
export function firstBytes(program: Program, pattern: number): Uint8Array {
  const out = new Uint8Array(256);
  const seen = new Set<number>();
  const visit = (pc: number): void => {
    if (pc === NOWHERE || seen.has(pc)) return;
    seen.add(pc);
    const instruction = program.instructions[pc];
    if (instruction.op === "char") {
      // A match never begins with an invisible character: it is left in front of the finding.
      if (instruction.set === 0) return;
      for (const edge of program.tries[instruction.set][0] ?? []) out.fill(1, edge.lo, edge.hi + 1);
    } else if (instruction.op === "split") {
      visit(instruction.out);
      visit(instruction.other);
    } else if (instruction.op === "assert") visit(instruction.out);
  };
  visit(program.patterns[pattern].entry);
  return out;
}

/** True when one of these patterns may read this byte of ASCII. */
export function readsByte(
  { instructions, tries, owners }: Program,
  byte: number,
  patterns: ReadonlySet<number>,
): boolean {
  return instructions.some(
    (instruction, index) =>
      instruction.op === "char" &&
      patterns.has(owners[index]) &&
      tries[instruction.set][0].some(({ lo, hi }) => lo <= byte && byte <= hi),
  );
}
