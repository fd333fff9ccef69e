/**
 * A first look at many records: where one may stand that deserves a real one.
 *
 * Owns an automaton that leaves out every shape which counts only beside a context word, and looks for the words instead: in a
 * log numbers are everywhere and those words nearly nowhere. Says "maybe" too often, never "no": a record in which it ends
 * nowhere has no finding. Knows no format.
 */
import { DIGIT, KINDS, LETTER, LOWER, UPPER } from "./ascii.ts";
import { CONTEXT_CHARACTERS } from "./candidate.ts";
import { CONTEXT_BYTES, ContextWords, NO_WORDS } from "./context-words.ts";
import type { Boundary } from "./pattern/boundary.ts";
import { Dfa, type DfaState } from "./pattern/dfa.ts";
import type { PatternSource } from "./pattern/pattern-source.ts";
import { compileProgram } from "./pattern/program.ts";
import { groupsOf, SIEVE_GROUP_LEAST } from "./pattern-groups.ts";
import { isPlausible, refusesEnd, type Stretch } from "./plausible.ts";
import { loneOf, type Rule, type Shape } from "./rule.ts";
import { Scan } from "./scan.ts";
import type { Span } from "./span.ts";

/** Words of one pattern: a pattern may not have too many characters. */
const WORDS_OF_PATTERN = 40;

/** What a state with matches stands for. */
interface Sign {
  readonly rules: readonly Rule[];
  /** `loneOf` the rules. */
  readonly lone: Rule | undefined;
  readonly isClue: boolean;
}

/** Automata that run over the same bytes. */
export interface Automata {
  readonly automata: readonly Dfa[];
  readonly scan: Scan;
}

export class Sieve implements Automata {
  readonly automata: readonly Dfa[];
  readonly scan: Scan;
  /** By pattern; those behind them are of words. */
  private readonly rules: readonly Rule[];
  private readonly words: ContextWords;
  /** No match of theirs begins right behind a letter: a word between digits is none then. */
  private readonly partsDigits: boolean;

  /** @throws PatternError when all patterns together are too large. */
  private constructor(shapes: readonly Shape[], left: readonly Rule[], onClear?: () => void) {
    const words = new ContextWords([...new Set(left.flatMap((rule) => rule.contextWords().words))]);
    this.words = words;
    this.partsDigits = left.every(({ touching }) => (touching & LETTER) === LETTER);
    this.rules = shapes.map(({ rule }) => rule);
    const clues = cluesOf(words.words);
    const program = compileProgram([...shapes.map(({ source }) => source), ...clues]);
    const numbered = this.rules.map((rule, pattern) => [pattern, rule] as const);
    const [first = [], ...others] = groupsOf(numbered, SIEVE_GROUP_LEAST);
    const groups = [[...first, ...clues.map((_, i) => shapes.length + i)], ...others];
    this.automata = groups.map((patterns) => new Dfa(program, { patterns, isUnanchored: true, onClear }));
    this.scan = new Scan(this.automata);
  }

  /** Undefined where it would leave out nothing. */
  static of(shapes: readonly Shape[], onClear?: () => void): Sieve | undefined {
    const left = shapes.filter(({ needsContext, rule }) => needsContext && !rule.contextWords().mayHoldOf(NO_WORDS));
    if (left.length === 0) return undefined;
    const certain = shapes.filter((shape) => !left.includes(shape));
    return new Sieve(
      certain,
      left.map(({ rule }) => rule),
      onClear,
    );
  }

  /** Where what deserves a look ends in the block, asked for in order; until the next run. */
  run(block: Uint8Array): Signs {
    const endsLast = this.scan.matchesAtEnd(this.scan.run(block, this.scan.begin())).length > 0;
    return new Signs(this, block, endsLast);
  }

  /** False when it is certain that what ends in a stretch, by a state with matches, comes to nothing. */
  mayCount(bytes: Uint8Array, stretch: Stretch, state: DfaState): boolean {
    const sign = this.signAt(state);
    return (sign.isClue && this.mayBeWord(bytes, stretch.end)) || isPlausible(bytes, stretch, sign.rules);
  }

  signAt(state: DfaState): Sign {
    return (state.outcome ??= this.signOf(state.matches)) as Sign;
  }

  private signOf(patterns: readonly number[]): Sign {
    const rules = patterns.filter((pattern) => pattern < this.rules.length).map((pattern) => this.rules[pattern]);
    return { rules, lone: loneOf(rules), isClue: patterns.some((pattern) => pattern >= this.rules.length) };
  }

  /** False when it is certain that no word and no phrase ends at `end`. */
  mayBeWord(bytes: Uint8Array, end: number): boolean {
    const next = KINDS[bytes[end]];
    // The word goes on: a capital behind another one, or any small letter.
    if (next === LOWER || (next === UPPER && KINDS[bytes[end - 1]] === UPPER)) return false;
    const from = Math.max(0, end - CONTEXT_BYTES);
    // Of hex digits many a word is made; with one more it shows that digits stand on both sides.
    if (this.partsDigits && next === DIGIT) return this.words.inBytes(bytes, from, end + 1) !== false;
    return this.words.wordsIn(bytes, from, end)?.length !== 0;
  }
}

/** One answer of a sieve, asked in order of places. */
export class Signs {
  private readonly sieve: Sieve;
  private readonly block: Uint8Array;
  private readonly endsLast: boolean;
  private next = 0;

  constructor(sieve: Sieve, block: Uint8Array, endsLast: boolean) {
    this.sieve = sieve;
    this.block = block;
    this.endsLast = endsLast;
  }

  /** The first place behind `from` at which something ends, or Infinity. */
  after(from: number): number {
    const { hits } = this.sieve.scan;
    for (; this.next < hits.size; this.next++) {
      const place = hits.places[this.next];
      if (place > from && this.isSign(this.next)) return place;
    }
    return this.endsLast && from < this.block.length ? this.block.length : Infinity;
  }

  /**
   * Where in a record something ends that needs no word, counted from its start; undefined when a word ends there, which
   * could make something of all the rest. To be asked when `after` has led into the record.
   */
  placesIn({ start, end }: Span): readonly number[] | undefined {
    const { hits } = this.sieve.scan;
    const places: number[] = [];
    for (; this.next < hits.size && hits.places[this.next] <= end; this.next++) {
      if (this.isWord(this.next)) return undefined;
      if (this.isMatch(this.next)) places.push(hits.places[this.next] - start);
    }
    return this.endsLast && end === this.block.length ? undefined : places;
  }

  private isSign(i: number): boolean {
    return this.isWord(i) || this.isMatch(i);
  }

  private isWord(i: number): boolean {
    const { sieve, block } = this;
    const { places, states } = sieve.scan.hits;
    return sieve.signAt(states[i]).isClue && sieve.mayBeWord(block, places[i]);
  }

  private isMatch(i: number): boolean {
    const { scan } = this.sieve;
    const { places, states } = scan.hits;
    const sign = this.sieve.signAt(states[i]);
    if (sign.rules.length === 0 || refusesEnd(this.block, places[i], sign)) return false;
    return isPlausible(this.block, { start: scan.idleBefore(places[i]) + 1, end: places[i] }, sign.rules);
  }
}

/** Stand inside many other words, as `pan` in `span_id`. */
const SHORT_WORD = /^[a-z]{1,4}$/;

/**
 * Patterns of words and phrases. What parts two words is whatever is no letter, and nothing where camelCase does; a line end
 * only leaves nothing alive.
 */
function cluesOf(words: readonly string[]): readonly PatternSource[] {
  const short = words.filter((word) => SHORT_WORD.test(word));
  const others = words.filter((word) => !short.includes(word));
  return [
    ...patternsOf(
      others.map((word) => `(?i:${word.replaceAll(" ", String.raw`[^\p{L}\n]*`)})`),
      "none",
    ),
    // A small letter begins no word behind another letter; a capital may, and any letter behind a digit.
    ...patternsOf(
      short.map((word) => `${word[0]}(?i:${word.slice(1)})`),
      "leading",
    ),
    ...patternsOf(
      short.map((word) => String.raw`(?:\d(?i:${word[0]})|${word[0].toUpperCase()})(?i:${word.slice(1)})`),
      "none",
    ),
  ];
}

function patternsOf(clues: readonly string[], boundary: Boundary): readonly PatternSource[] {
  return Array.from({ length: Math.ceil(clues.length / WORDS_OF_PATTERN) }, (_, i) => ({
    pattern: clues.slice(i * WORDS_OF_PATTERN, (i + 1) * WORDS_OF_PATTERN).join("|"),
    boundary,
    maxLength: CONTEXT_CHARACTERS,
  }));
}
