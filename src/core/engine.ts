/**
 * The detectors of a policy, compiled: one automaton for all of them and one for each.
 *
 * Owns compilation and figures. Immutable but for the automata's own caches, so all streams share it.
 */
import { ContextWords } from "./context-words.ts";
import type { Detector } from "./detector.ts";
import { ConfigurationError } from "./errors.ts";
import { MatchEnds } from "./match-ends.ts";
import type { Boundary } from "./pattern/boundary.ts";
import { Dfa } from "./pattern/dfa.ts";
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
  readonly ends: MatchEnds;
  readonly tail: Dfa | undefined;
  readonly contextWords: ContextWords;
}

export interface Engine {
  readonly rules: readonly Rule[];
  /** Looks for every rule at every byte. */
  readonly scanner: Dfa;
  /** Scratch: the loop over `scanner`; used by one stream at a time, never across calls. */
  readonly loop: ScanLoop;
  /** Scratch: the joined view of a held rest and a chunk. */
  readonly scratch: Scratch;
  /** The rules of these ranks, in order of rank. */
  rulesOf(ranks: readonly number[]): readonly Rule[];
  readonly threshold: number;
  readonly longestMatchBytes: number;
  readonly program: Program;
}

/** @throws ConfigurationError `BAD_PATTERN` with the entity and the reason. */
export function compileEngine(detectors: readonly Detector[], threshold: number): Engine {
  const tails = detectors.filter((detector) => detector.tail !== undefined);
  const program = compileTogether(detectors, tails);
  const rules = detectors.map((detector, rank): Rule => {
    const { longestCharacters, longestBytes } = program.patterns[rank];
    const tail = tails.indexOf(detector);
    return {
      detector,
      rank,
      boundary: program.patterns[rank].boundary,
      firstBytes: firstBytes(program, rank),
      longestCharacters,
      longestBytes,
      ends: new MatchEnds(new Dfa(program, { patterns: [rank], isUnanchored: false }), longestBytes),
      tail: tail < 0 ? undefined : new Dfa(program, { patterns: [detectors.length + tail], isUnanchored: false }),
      contextWords: new ContextWords(detector.contextWords ?? []),
    };
  });
  const scanner = new Dfa(program, { patterns: rules.map((rule) => rule.rank), isUnanchored: true });
  return {
    rules,
    scanner,
    loop: new ScanLoop(scanner),
    scratch: new Scratch(),
    rulesOf: rememberByIdentity((ranks) => ranks.map((rank) => rules[rank]).toSorted((a, b) => a.rank - b.rank)),
    threshold,
    longestMatchBytes: Math.max(0, ...rules.map((rule) => rule.longestBytes)),
    program,
  };
}

/** States hand out the same array for as long as they live, so identity is the quickest key. */
function rememberByIdentity<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}

function patternOf({ pattern, maxLength, boundary = "word" }: Detector): PatternSource {
  return { pattern, boundary, ...(maxLength === undefined ? {} : { maxLength }) };
}

function tailOf(detector: Detector): PatternSource {
  return { pattern: detector.tail as string, isTail: true };
}

function compileTogether(detectors: readonly Detector[], tails: readonly Detector[]): Program {
  try {
    return compileProgram([...detectors.map(patternOf), ...tails.map(tailOf)]);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    for (const detector of detectors) checkAlone(detector);
    throw new ConfigurationError("BAD_PATTERN", `all detectors together: ${error.message}`);
  }
}

function checkAlone(detector: Detector): void {
  try {
    compileProgram(detector.tail === undefined ? [patternOf(detector)] : [patternOf(detector), tailOf(detector)]);
  } catch (error) {
    throw error instanceof PatternError
      ? new ConfigurationError("BAD_PATTERN", `${detector.entity}: ${error.message}`)
      : error;
  }
}
