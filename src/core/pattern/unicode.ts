/**
 * Unicode properties and folding, out of the committed tables.
 *
 * Owns the answer to "what does this character count as". Never asks the engine's own Unicode data,
 * which differs between runtimes.
 */
import { type CharSet, decodeSet, has, normalize, subtract, union } from "./charset.ts";
import { FOLDS, SETS } from "./unicode-tables.ts";
import { unicodeClass } from "./unicode-classes.ts";

/** A general category, a script, or a set of our own (`Ignorable`, `Unspaced`); undefined when there is none. */
export function property(name: string): CharSet | undefined {
  return Object.hasOwn(SETS, name) ? decodeSet(SETS[name as keyof typeof SETS]) : unicodeClass(name);
}

/** Marks that any character may bear: accents, strokes through it, circles and keys around it, as emoji digits have them. */
const MARKS = [0x300, 0x36f, 0x1ab0, 0x1aff, 0x1dc0, 0x1dff, 0x20d0, 0x20ff, 0xfe20, 0xfe2f];
/** NUL; controls that no terminal shows, but for NEL, which ends a line. */
const CONTROLS = [0, 0, 0x80, 0x84, 0x86, 0x9f];
/** Anchors of annotations and objects; U+FFFD, which stands for invalid bytes. */
const SPECIALS = [0xfff9, 0xfffd];

/** Characters that vanish inside a value: default-ignorable ones, and those that change nothing of how it is read. */
export const IGNORABLE: CharSet = union(
  property("Ignorable") as CharSet,
  normalize([...CONTROLS, ...MARKS, ...SPECIALS]),
);

interface FoldRun {
  readonly start: number;
  readonly end: number;
  readonly target: number;
}

const LETTERS = property("L") as CharSet;
const DIGITS = property("Nd") as CharSet;
const UNSPACED = property("Unspaced") as CharSet;

const RUNS: readonly FoldRun[] = [...decodeRuns(), ...digitRuns()].toSorted((a, b) => a.start - b.start);

function decodeRuns(): FoldRun[] {
  const numbers = FOLDS.split(" ").map((part) => Number.parseInt(part, 36));
  const out: FoldRun[] = [];
  for (let i = 0, end = 0; i < numbers.length; i += 3) {
    const start = end + numbers[i];
    end = start + numbers[i + 1];
    out.push({ start, end, target: numbers[i + 2] });
  }
  return out;
}

/** Decimal digits of all scripts come from 0 to 9, some of them side by side; those of ASCII are themselves. */
function digitRuns(): FoldRun[] {
  const out: FoldRun[] = [];
  for (let i = 2; i < DIGITS.length; i += 2)
    for (let start = DIGITS[i]; start <= DIGITS[i + 1]; start += 10) out.push({ start, end: start + 9, target: 0x30 });
  return out;
}

/** The character that stands for this one in patterns and validators: ASCII where there is such a form. */
export function foldCodePoint(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  let low = 0;
  let high = RUNS.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = RUNS[middle];
    if (codePoint < run.start) high = middle - 1;
    else if (codePoint > run.end) low = middle + 1;
    else return run.target + (isConstant(run) ? 0 : codePoint - run.start);
  }
  return codePoint;
}

// Spaces and hyphens fold each on its own; letters and digits fold in step with their run.
function isConstant(run: FoldRun): boolean {
  return run.target === 0x20 || run.target === 0x2d;
}

export function isIgnorable(codePoint: number): boolean {
  return (codePoint === 0 || codePoint >= 0x80) && has(IGNORABLE, codePoint);
}

/** Characters that are never seen as themselves: they vanish, or fold to another. */
const UNSEEN: CharSet = normalize([...IGNORABLE, ...RUNS.flatMap(({ start, end }) => [start, end])]);

/** All code points that fold into the set: what a class of a pattern means in the raw text. */
export function unfold(set: CharSet): CharSet {
  const folded: number[] = [];
  if (isShort(set)) pushSources(folded, set);
  else pushRuns(folded, set);
  return union(subtract(set, UNSEEN), normalize(folded));
}

/** Most classes of patterns are one letter in both cases. */
const SHORT = 4;

function isShort(set: CharSet): boolean {
  let members = 0;
  for (let i = 0; i < set.length && members <= SHORT; i += 2) members += set[i + 1] - set[i] + 1;
  return members <= SHORT;
}

/** By character: the ranges that fold to it. */
let sources: number[][] | undefined;

function sourcesByTarget(): number[][] {
  const out: number[][] = [];
  for (const run of RUNS) {
    if (isConstant(run)) (out[run.target] ??= []).push(run.start, run.end);
    else for (let at = run.start; at <= run.end; at++) (out[run.target + at - run.start] ??= []).push(at, at);
  }
  return out;
}

function pushSources(ranges: number[], set: CharSet): void {
  sources ??= sourcesByTarget();
  for (let i = 0; i < set.length; i += 2)
    for (let point = set[i]; point <= set[i + 1]; point++) ranges.push(...(sources[point] ?? []));
}

function pushRuns(ranges: number[], set: CharSet): void {
  for (const run of RUNS) {
    const length = isConstant(run) ? 0 : run.end - run.start;
    for (let i = 0; i < set.length && set[i] <= run.target + length; i += 2) {
      const lo = Math.max(set[i], run.target) - run.target;
      const hi = Math.min(set[i + 1], run.target + length) - run.target;
      if (lo <= hi) ranges.push(run.start + lo, isConstant(run) ? run.end : run.start + hi);
    }
  }
}

/**
 * Letter, digit or `_` that cannot touch a value. Scripts that are written without spaces do not count:
 * a card number right after a Chinese character is still a card number.
 */
export function isWordCharacter(codePoint: number): boolean {
  if (codePoint < 0x80) {
    return (
      (codePoint >= 0x30 && codePoint <= 0x39) ||
      (codePoint >= 0x41 && codePoint <= 0x5a) ||
      codePoint === 0x5f ||
      (codePoint >= 0x61 && codePoint <= 0x7a)
    );
  }
  return (has(LETTERS, codePoint) || has(DIGITS, codePoint)) && !has(UNSPACED, codePoint);
}
