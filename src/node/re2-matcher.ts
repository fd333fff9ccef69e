/**
 * The matcher that asks RE2: what our automaton has to agree with, on real input. Slow.
 *
 * Owns the way from bytes to the folded text that RE2 reads, and back. Keeps no text. RE2 answers whether a stretch is
 * a match as a whole; its own spans are never used. A percent-encoded character is read as what it stands for, or the
 * whole stretch as it is written.
 */
import type { Surroundings } from "../core/surroundings.ts";
import { foldedCharacters, type FoldedCharacters } from "../core/folded-text.ts";
import type { Ends, Matcher, RulePatterns } from "../core/matcher.ts";
import { compileRe2, type Re2Pattern } from "./re2.ts";

export interface Re2Matcher extends Matcher {
  /** Frees RE2's memory; the next question compiles anew. */
  release(): void;
}

/**
 * `compile` stands between this matcher and RE2 where somebody wants to see, or to remember, what is asked.
 * @throws PatternError from `compilePolicy`, when RE2 refuses a pattern or has no memory for it.
 */
export function createRe2Matcher(compile: (pattern: string) => Re2Questions = compileRe2): Re2Matcher {
  // RE2's heap has room for some dozens of patterns: policies share them.
  const known = new Map<string, Re2Questions>();
  const patternOf = (source: string): Re2Questions => {
    const pattern = known.get(source) ?? compile(source);
    known.set(source, pattern);
    return pattern;
  };
  return {
    endsOf: (rule) => new Re2Ends(rule, patternOf),
    release: () => {
      for (const pattern of known.values()) pattern.release();
    },
  };
}

/** What is asked of one compiled pattern: yes or no, by the text and its neighbours alone. */
export type Re2Questions = Pick<Re2Pattern, "matchesWhole" | "matchesStart" | "release">;

/** Only these can ask for what stands beside a match; `[^…]` looks the same and costs time only. */
const MAY_ASSERT = /[$^]|\\[ABbz]/;

class Re2Ends implements Ends {
  places: readonly number[] = [];
  private readonly rule: RulePatterns;
  private readonly patterns: readonly { readonly re2: Re2Questions; readonly asserts: boolean }[];

  constructor(rule: RulePatterns, patternOf: (source: string) => Re2Questions) {
    this.rule = rule;
    this.patterns = rule.patterns.map((source) => ({ re2: patternOf(source), asserts: MAY_ASSERT.test(source) }));
  }

  at({ bytes, offset }: Surroundings, start: number): number {
    const from = start - offset;
    const stretch = { start: from, end: Math.min(bytes.length, from + this.rule.longestBytes) };
    const found = new Set<number>();
    for (const reading of readingsOf(bytes, stretch)) this.findEnds(bytes, from, { reading, found });
    this.places = [...found].toSorted((a, b) => a - b).map((end) => end + offset);
    return this.places.length;
  }

  private findEnds(bytes: Uint8Array, from: number, { reading, found }: Search): void {
    const { characters, ends } = reading;
    // Escapes count as one character, which is seen to when a match is judged.
    const most = Math.min(characters.length, ESCAPE_CHARACTERS * this.rule.longestCharacters);
    for (const { re2, asserts } of this.patterns) {
      const before = asserts ? neighbour(bytes, from - 1) : "";
      // No match at all is by far the most frequent answer. What follows the text is not known here: assertions at the
      // end are asked about below.
      if (!asserts && !re2.matchesStart(characters.slice(0, most).join(""), before)) continue;
      let text = "";
      for (let count = 0; count < most; count++) {
        text += characters[count];
        const after = asserts ? neighbour(bytes, ends[count]) : "";
        if (re2.matchesWhole(text, { before, after })) found.add(ends[count]);
      }
    }
  }
}

interface Search {
  readonly reading: FoldedCharacters;
  /** Ends of matches, indices of the bytes. */
  readonly found: Set<number>;
}

const PERCENT = 0x25;
const ESCAPE_CHARACTERS = 3;

function readingsOf(bytes: Uint8Array, stretch: { start: number; end: number }): readonly FoldedCharacters[] {
  const folded = foldedCharacters(bytes, stretch, { decodesPercent: true });
  const hasEscapes = bytes.subarray(stretch.start, stretch.end).includes(PERCENT);
  return hasEscapes ? [folded, foldedCharacters(bytes, stretch, { decodesPercent: false })] : [folded];
}

const NEWLINE = 0x0a;

/** Assertions tell no more than three kinds of neighbours apart, by their byte. */
function neighbour(bytes: Uint8Array, at: number): string {
  if (at < 0 || at >= bytes.length) return "";
  if (bytes[at] === NEWLINE) return "\n";
  return /\w/.test(String.fromCharCode(bytes[at])) ? "a" : " ";
}
