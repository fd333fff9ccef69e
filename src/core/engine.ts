/**
 * The detectors of a policy, compiled: one automaton for all of them and one for each.
 *
 * Owns compilation and figures. Immutable but for the automata's own caches, so all streams share it.
 */
import type { Detector } from "./detector.ts";
import { ConfigurationError } from "./errors.ts";
import { MatchEnds } from "./match-ends.ts";
import type { Boundary } from "./pattern/boundary.ts";
import { Dfa } from "./pattern/dfa.ts";
import { PatternError } from "./pattern/parse.ts";
import { compileProgram, firstBytes, type PatternSource, type Program } from "./pattern/program.ts";

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
}

export interface Engine {
  readonly rules: readonly Rule[];
  /** Looks for every rule at every byte. */
  readonly scanner: Dfa;
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
    };
  });
  return {
    rules,
    scanner: new Dfa(program, { patterns: rules.map((rule) => rule.rank), isUnanchored: true }),
    threshold,
    longestMatchBytes: Math.max(0, ...rules.map((rule) => rule.longestBytes)),
    program,
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
