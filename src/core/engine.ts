/**
 * The detectors of a policy, compiled: one automaton for all of them and one for each.
 *
 * Owns compilation and figures. Immutable but for the automata's own caches, so all streams share it.
 */
import { encodeUtf8 } from "./bytes.ts";
import { ContextWords } from "./context-words.ts";
import { type Detector, SCORES } from "./detector.ts";
import { ConfigurationError } from "./errors.ts";
import { MatchEnds } from "./match-ends.ts";
import type { Ends, Matcher } from "./matcher.ts";
import type { Boundary } from "./pattern/boundary.ts";
import { Dfa, type DfaState, ROW_BITS, STATE_LIMIT } from "./pattern/dfa.ts";
import { KIND } from "./pattern/neighbour.ts";
import { PatternError } from "./pattern/parse.ts";
import { compileProgram, firstBytes, type PatternSource, type Program } from "./pattern/program.ts";
import { ScanLoop } from "./scan-loop.ts";
import { Scratch } from "./window.ts";

/** One detector ready to run; `rank` is its place in the precedence order, 0 wins. */
export interface Rule {
  readonly detector: Detector;
  readonly rank: number;
  readonly boundary: Boundary;
  readonly firstBytes: Uint8Array;
  readonly longestCharacters: number;
  readonly longestBytes: number;
  /** Scratch: where matches end; used by one stream at a time, never across calls. */
  readonly ends: Ends;
  readonly tail: Dfa | undefined;
  readonly contextWords: ContextWords;
  readonly needsText: boolean;
}

/** Rules with a match, in order of rank. */
export interface Hits {
  readonly rules: readonly Rule[];
  /** Those of `rules` that matched only in a shape which needs a context word. */
  readonly needContext: readonly Rule[];
  /** The words of `needContext` together. */
  readonly words: ContextWords;
}

export interface Engine {
  readonly rules: readonly Rule[];
  /** The words of all rules together. */
  readonly words: ContextWords;
  /** Looks for every rule at every byte. */
  readonly scanner: Dfa;
  /** Scratch: the loop over `scanner`; used by one stream at a time, never across calls. */
  readonly loop: ScanLoop;
  /** Scratch: the joined view of a held rest and a chunk. */
  readonly scratch: Scratch;
  /** Which rules a state of `scanner` with matches stands for. */
  hitsAt(state: DfaState): Hits;
  /** Which rules a set of matching patterns stands for. */
  hitsOf(patterns: readonly number[]): Hits;
  readonly threshold: number;
  /** True when another matcher judges: what the automaton says of clean text then counts for nothing. */
  readonly isBlind: boolean;
  /** True when the text of any finding is wanted. */
  readonly keepsText: boolean;
  readonly longestMatchBytes: number;
  readonly program: Program;
}

export interface EngineOptions {
  readonly threshold: number;
  /** Judges instead of the automaton. */
  readonly matcher?: Matcher | undefined;
  /** Whether the text of an entity's findings is wanted. */
  needsText(entity: string): boolean;
}

/** @throws ConfigurationError `BAD_PATTERN` with the entity and the reason. */
export function compileEngine(detectors: readonly Detector[], options: EngineOptions): Engine {
  const { threshold } = options;
  const tails = detectors.filter((detector) => detector.tail !== undefined);
  const shapes = detectors.filter((detector) => detector.contextPattern !== undefined);
  const program = compileTogether(detectors, { tails, shapes });
  const tailIndex = (detector: Detector): number => detectors.length + tails.indexOf(detector);
  const shapeIndex = (detector: Detector): number => detectors.length + tails.length + shapes.indexOf(detector);
  const rules = detectors.map((detector, rank): Rule => {
    const patterns = detector.contextPattern === undefined ? [rank] : [rank, shapeIndex(detector)];
    const longestBytes = Math.max(...patterns.map((index) => program.patterns[index].longestBytes));
    const longestCharacters = Math.max(...patterns.map((index) => program.patterns[index].longestCharacters));
    const { pattern, contextPattern } = detector;
    const sources = contextPattern === undefined ? [pattern] : [pattern, contextPattern];
    return {
      detector,
      rank,
      boundary: program.patterns[rank].boundary,
      firstBytes: unionOf(patterns.map((index) => firstBytes(program, index))),
      longestCharacters,
      longestBytes,
      ends:
        options.matcher?.endsOf({ patterns: sources, longestCharacters, longestBytes }) ??
        new MatchEnds(new Dfa(program, { patterns, isUnanchored: false }), longestBytes),
      tail:
        detector.tail === undefined
          ? undefined
          : new Dfa(program, { patterns: [tailIndex(detector)], isUnanchored: false }),
      contextWords: new ContextWords(detector.contextWords ?? []),
      needsText: options.needsText(detector.entity),
    };
  });
  const ruleOf = new Map(rules.map((rule) => [rule.rank, rule]));
  // A low threshold lets even bare shapes pass: then nothing needs a word.
  for (const detector of shapes)
    if (threshold <= SCORES.weak) ruleOf.set(shapeIndex(detector), rules[detectors.indexOf(detector)]);
  const shapeRuleOf = new Map(shapes.map((detector) => [shapeIndex(detector), rules[detectors.indexOf(detector)]]));
  const scanner = new Dfa(program, {
    patterns: [...rules.keys(), ...shapes.map((detector) => shapeIndex(detector))],
    isUnanchored: true,
  });
  const wordsOf = joinWords();
  const hitsOf = (patterns: readonly number[]): Hits => {
    const pick = (from: ReadonlyMap<number, Rule>): Rule[] =>
      inOrder(patterns.flatMap((index) => from.get(index) ?? []));
    const certain = pick(ruleOf);
    const needContext = pick(shapeRuleOf).filter((rule) => !certain.includes(rule));
    return { needContext, words: wordsOf(needContext), rules: inOrder([...certain, ...needContext]) };
  };
  return {
    rules,
    words: wordsOf(rules),
    scanner,
    loop: new ScanLoop(scanner),
    scratch: new Scratch(),
    hitsAt: (state) => (state.outcome ??= hitsOf(state.matches)) as Hits,
    hitsOf,
    threshold,
    isBlind: options.matcher !== undefined,
    keepsText: rules.some((rule) => rule.needsText),
    longestMatchBytes: Math.max(0, ...rules.map((rule) => rule.longestBytes)),
    program,
  };
}

function patternOf({ pattern, maxLength, boundary = "word" }: Detector): PatternSource {
  return { pattern, boundary, ...(maxLength === undefined ? {} : { maxLength }) };
}

function shapeOf(detector: Detector): PatternSource {
  return { ...patternOf(detector), pattern: detector.contextPattern as string };
}

function tailOf(detector: Detector): PatternSource {
  return { pattern: detector.tail as string, isTail: true };
}

/** The words of several rules together; put together once for the same rules. */
function joinWords(): (rules: readonly Rule[]) => ContextWords {
  const known = new Map<string, ContextWords>();
  return (rules) => {
    const key = rules.map((rule) => rule.rank).join();
    let words = known.get(key);
    if (words === undefined) {
      words = new ContextWords(rules.flatMap((rule) => rule.contextWords.words));
      known.set(key, words);
    }
    return words;
  };
}

/** Each rule once, in order of rank. */
export function inOrder(rules: readonly Rule[]): Rule[] {
  return [...new Set(rules)].toSorted((a, b) => a.rank - b.rank);
}

function unionOf(sets: readonly Uint8Array[]): Uint8Array {
  return sets[0].map((_, byte) => Math.max(...sets.map((set) => set[byte])));
}

interface Extras {
  readonly tails: readonly Detector[];
  readonly shapes: readonly Detector[];
}

function compileTogether(detectors: readonly Detector[], { tails, shapes }: Extras): Program {
  try {
    return compileProgram([...detectors.map(patternOf), ...tails.map(tailOf), ...shapes.map(shapeOf)]);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    for (const detector of detectors) checkAlone(detector);
    throw new ConfigurationError("BAD_PATTERN", `all detectors together: ${error.message}`);
  }
}

function checkAlone(detector: Detector): void {
  const tails = detector.tail === undefined ? [] : [tailOf(detector)];
  const shapes = detector.contextPattern === undefined ? [] : [shapeOf(detector)];
  try {
    compileProgram([patternOf(detector), ...tails, ...shapes]);
  } catch (error) {
    throw error instanceof PatternError
      ? new ConfigurationError("BAD_PATTERN", `${detector.entity}: ${error.message}`)
      : error;
  }
}

/** What the automaton has grown to. */
export interface AutomatonSize {
  readonly states: number;
  readonly stateLimit: number;
  readonly tableBytes: number;
  readonly tableLimitBytes: number;
}

/** The automaton's size after reading the examples of its detectors: states are built by what is read. O(examples). */
export function measureAutomaton({ rules, scanner, loop }: Engine): AutomatonSize {
  for (const { detector } of rules)
    for (const example of [...detector.hits, ...detector.misses])
      loop.run(encodeUtf8(` ${example}\n`), scanner.stateOf(scanner.start(KIND.none)));
  const rowBytes = scanner.table.BYTES_PER_ELEMENT << ROW_BITS;
  return {
    states: scanner.states.length,
    stateLimit: STATE_LIMIT,
    tableBytes: scanner.states.length * rowBytes,
    tableLimitBytes: STATE_LIMIT * rowBytes,
  };
}
