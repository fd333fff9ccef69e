/**
 * The byte automaton of many patterns: instructions over classes of characters.
 *
 * Owns what a compiled pattern is, and which bytes no pattern tells apart. Reading text is the work of dfa.ts. Every class
 * is unfolded (all characters that fold into it), and invisible characters may stand before every character but the
 * first of a match.
 */
import { type Boundary, LEAD_RANGES } from "./boundary.ts";
import type { CharacterClass } from "./character-class.ts";
import { Emitter } from "./emitter.ts";
import { INVISIBLE, type Instructions, NOWHERE, OP } from "./instructions.ts";
import { PATTERN_LIMITS, refuseOver } from "./limits.ts";
import { type Prebuilt, prebuilt } from "./prebuilt.ts";
import { PatternReader } from "./pattern-reader.ts";
import type { Bounds, PatternSource } from "./pattern-source.ts";

export interface CompiledPattern extends Bounds {
  readonly entry: number;
  readonly boundary: Boundary;
  /** What it reads. */
  readonly classes: readonly CharacterClass[];
}

export interface ProgramOptions {
  /**
   * `detector` (default): text is read as a person would, in any script, percent-encoded, with invisible characters.
   * `none`: a pattern matches what RE2 matches and nothing else.
   */
  readonly fold?: "detector" | "none";
  /** Patterns that were compiled before; default: those of the program. */
  readonly known?: Prebuilt;
}

export interface Program {
  readonly instructions: Instructions;
  /** By operand of what reads a character; the first is of what is invisible. */
  readonly classes: readonly CharacterClass[];
  readonly patterns: readonly CompiledPattern[];
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
  const isFolding = options.fold !== "none";
  const reader = new PatternReader(isFolding, options.known ?? prebuilt());
  const read = sources.map((source) => reader.take(source));
  const { classes } = reader;
  const emitter = new Emitter(reader.instructions);
  const patterns = read.map((pattern, index) => ({
    entry: "ready" in pattern ? emitter.addReady(pattern, index) : emitter.add(pattern, index),
    longestCharacters: pattern.bounds.longestCharacters,
    longestBytes: pattern.bounds.longestBytes,
    boundary: pattern.boundary,
    classes: pattern.numbers.map((number) => classes[number]),
  }));
  const { instructions, hasAssertions } = emitter;
  return { instructions, classes, patterns, hasAssertions, isFolding, ...byteClassesOf(classes, hasAssertions) };
}

const NEWLINE = 0x0a;
const PERCENT = 0x25;
const HEX_DIGITS = "0123456789ABCDEFabcdef";
const ASCII_END = 0x7f;

/** Splits the 256 bytes wherever a class, or an assertion, tells two neighbours apart; more often rather than too rarely. */
function byteClassesOf(
  classes: readonly CharacterClass[],
  hasAssertions: boolean,
): { byteClasses: Uint8Array; byteClassCount: number } {
  const starts = new Uint8Array(257);
  const mark = (lo: number, hi: number): void => {
    starts[lo] = 1;
    starts[hi + 1] = 1;
  };
  for (const { ascii } of classes) for (let i = 0; i < ascii.length; i += 2) mark(ascii[i], ascii[i + 1]);
  if (classes.some(({ form }) => form.isEscaped)) {
    mark(PERCENT, PERCENT);
    for (const digit of HEX_DIGITS) mark(digit.charCodeAt(0), digit.charCodeAt(0));
  }
  // Beyond ASCII nearly every byte is told apart by what folds into some class: which ones would take all tries to know.
  if (classes.some(({ isAscii }) => !isAscii)) starts.fill(1, ASCII_END + 1);
  for (const [lo, hi] of LEAD_RANGES) mark(lo, hi);
  if (hasAssertions) mark(NEWLINE, NEWLINE);
  if (hasAssertions) mark(ASCII_END + 1, 0xff);
  const byteClasses = new Uint8Array(256);
  let current = 0;
  for (let byte = 1; byte < 256; byte++) {
    if (starts[byte] === 1) current++;
    byteClasses[byte] = current;
  }
  return { byteClasses, byteClassCount: current + 1 };
}

/** First bytes that can begin a match of the pattern: what lets the resolver skip a start without work. */
export function firstBytes({ instructions, classes, patterns }: Program, pattern: number): Uint8Array {
  const out = new Uint8Array(256);
  const seen = new Set<number>();
  const open = [patterns[pattern].entry];
  while (open.length > 0) {
    const at = open.pop() as number;
    if (at === NOWHERE || seen.has(at)) continue;
    seen.add(at);
    const operand = instructions.operand[at];
    if (instructions.op[at] === OP.char) {
      // A match never begins with an invisible character: it is left in front of the finding.
      if (operand === INVISIBLE) continue;
      for (const edge of classes[operand].trie[0]) out.fill(1, edge.lo, edge.hi + 1);
    } else if (instructions.op[at] === OP.split) open.push(instructions.out[at], operand);
    else if (instructions.op[at] === OP.assert) open.push(instructions.out[at]);
  }
  return out;
}

/** True when one of these patterns may read this byte of ASCII. */
export function readsByte({ patterns }: Program, byte: number, among: ReadonlySet<number>): boolean {
  return patterns.some(({ classes }, pattern) => among.has(pattern) && classes.some((one) => one.mayBeginWith(byte)));
}
