/**
 * One pattern, read by our automaton and by RE2.
 *
 * Owns the comparison: whether a pattern is accepted, and every place where a match that begins at the start of a text
 * ends, with what stands before and behind. Folding is off: RE2 knows none.
 */
import { Dfa, HAS_MATCH, NO_THREAD } from "../../src/core/pattern/dfa.ts";
import { KIND, plainKind } from "../../src/core/pattern/neighbour.ts";
import { parsePattern, PatternError } from "../../src/core/pattern/parse.ts";
import { compileProgram } from "../../src/core/pattern/program.ts";
import { compileRe2, type Re2Pattern } from "../../src/node/re2.ts";

export interface Difference {
  readonly pattern: string;
  /** Undefined when the verdicts differ. */
  readonly text?: string;
  readonly before?: string;
  readonly ours: string;
  readonly re2: string;
}

export interface Input {
  readonly text: string;
  /** One character in front of the text, or "". */
  readonly before: string;
}

/** What is refused by intent, with a pattern that RE2 takes. */
const REFUSED_BY_INTENT = /\\C is not supported|nested deeper/;
/** What RE2 refuses for its own size: its limits are others than ours. */
const TOO_LARGE_FOR_RE2 = /no memory|too large/;

export class ComparedPattern {
  /** False when either side refuses it. */
  readonly isComparable: boolean;
  readonly verdict: Difference | undefined;

  private readonly pattern: string;
  private readonly dfa: Dfa | undefined;
  private readonly re2: Re2Pattern | undefined;

  constructor(pattern: string) {
    this.pattern = pattern;
    const refusal = refusalOf(() => parsePattern(pattern));
    const size = refusal ?? refusalOf(() => compileUnfolded(pattern));
    // RE2 is not asked for what explodes: it would run out of memory.
    if (refusal === undefined && size !== undefined) {
      this.isComparable = false;
      return;
    }
    let re2Refusal: string | undefined;
    try {
      this.re2 = compileRe2(pattern);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      re2Refusal = error.message;
    }
    if (refusal === undefined && re2Refusal !== undefined && TOO_LARGE_FOR_RE2.test(re2Refusal)) {
      this.isComparable = false;
      return;
    }
    const isIntended = refusal !== undefined && REFUSED_BY_INTENT.test(refusal);
    if ((refusal === undefined) !== (re2Refusal === undefined) && !isIntended)
      this.verdict = { pattern, ours: refusal ?? "accepted", re2: re2Refusal ?? "accepted" };
    this.isComparable = refusal === undefined && re2Refusal === undefined;
    if (this.isComparable) this.dfa = compileUnfolded(pattern);
  }

  /** The difference on one input, if there is one; none when RE2 runs out of memory over it. */
  compare(input: Input): Difference | undefined {
    let ends;
    try {
      ends = this.ends(input);
    } catch (error) {
      if (!(error instanceof PatternError && TOO_LARGE_FOR_RE2.test(error.message))) throw error;
    }
    if (ends === undefined) return undefined;
    const [ours, re2] = [ends.ours.join(" "), ends.re2.join(" ")];
    return ours === re2 ? undefined : { pattern: this.pattern, ...input, ours, re2 };
  }

  /** Where matches from the start of the text end, in UTF-16 units; undefined when the pattern cannot be compared. */
  ends(input: Input): { readonly ours: number[]; readonly re2: number[] } | undefined {
    if (this.dfa === undefined || this.re2 === undefined) return undefined;
    return { ours: endsOf(this.dfa, input), re2: endsByRe2(this.re2, input) };
  }

  release(): void {
    this.re2?.release();
  }
}

function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.message;
  }
}

/** As a tail the pattern may match nothing and need no bound. */
function compileUnfolded(pattern: string): Dfa {
  const program = compileProgram([{ pattern, isTail: true }], { fold: "none" });
  return new Dfa(program, { patterns: [0], isUnanchored: false });
}

function endsOf(dfa: Dfa, { text, before }: Input): number[] {
  const encoder = new TextEncoder();
  let entry = dfa.start(before === "" ? KIND.none : plainKind(encoder.encode(before).at(-1) as number));
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    for (const [index, byte] of encoder.encode(character).entries()) {
      entry = dfa.step(entry, byte);
      if ((entry & HAS_MATCH) !== 0) ends.push(index === 0 ? at : Number.NaN);
      if ((entry & NO_THREAD) !== 0) return ends;
    }
    at += character.length;
  }
  if (dfa.matchesAtEnd(entry).length > 0) ends.push(at);
  return ends;
}

function endsByRe2(re2: Re2Pattern, { text, before }: Input): number[] {
  const ends: number[] = [];
  for (let at = 0; at <= text.length;) {
    const point = text.codePointAt(at);
    const after = point === undefined ? "" : String.fromCodePoint(point);
    if (re2.matchesWhole(text.slice(0, at), { before, after })) ends.push(at);
    at += Math.max(1, after.length);
  }
  return ends;
}

/** A smaller pattern or text with a difference still; the same one when there is none. */
export function shrink(difference: Difference): Difference {
  let smallest = difference;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smallerThan(smallest)) {
      const found = differenceOf(candidate.pattern, candidate.input);
      if (found === undefined || (found.text === undefined) !== (difference.text === undefined)) continue;
      smallest = found;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function* smallerThan({
  pattern,
  text,
  before = "",
}: Difference): Generator<{ pattern: string; input: Input | undefined }> {
  const input = text === undefined ? undefined : { text, before };
  for (const shorter of withoutPieces(pattern)) yield { pattern: shorter, input };
  if (input === undefined) return;
  if (before !== "") yield { pattern, input: { text: input.text, before: "" } };
  for (const shorter of withoutPieces(input.text)) yield { pattern, input: { text: shorter, before } };
}

const LONGEST_PIECE = 8;

function* withoutPieces(text: string): Generator<string> {
  const characters = [...text];
  for (let length = Math.min(LONGEST_PIECE, characters.length); length > 0; length--)
    for (let at = 0; at + length <= characters.length; at++) yield characters.toSpliced(at, length).join("");
}

/** Compares one pattern with one input, or verdicts alone. */
export function differenceOf(pattern: string, input?: Input): Difference | undefined {
  const compared = new ComparedPattern(pattern);
  const difference = input === undefined ? compared.verdict : compared.compare(input);
  compared.release();
  return difference;
}
