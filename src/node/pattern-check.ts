/**
 * Whether patterns can be used: by our compiler, within its limits, and by RE2, which says what they mean.
 *
 * Owns the verdict, pattern by pattern. Ours is asked first: it counts before it builds, while RE2 runs out of memory.
 */
import type { Detector } from "../core/index.ts";
import { PatternError } from "../core/pattern/parse.ts";
import { compileProgram, type PatternSource } from "../core/pattern/program.ts";
import { tailsOf } from "../core/rule.ts";
import { compileRe2 } from "./re2.ts";

export interface NamedPattern extends PatternSource {
  /** Names the pattern in a refusal. */
  readonly name: string;
}

export interface PatternProblem {
  readonly name: string;
  /** Quotes nothing but the configuration. */
  readonly reason: string;
}

/** Every pattern that a detector brings, under the detector's name. */
export function patternsOf(detectors: readonly Detector[]): NamedPattern[] {
  return detectors.flatMap((detector) => {
    const { entity, pattern, contextPattern, maxLength, scan, isPlain = false } = detector;
    const bound = { isPlain, ...(maxLength === undefined ? {} : { maxLength }) };
    return [
      { name: entity, pattern, ...bound },
      ...(contextPattern === undefined
        ? []
        : [{ name: `${entity} contextPattern`, pattern: contextPattern, ...bound }]),
      ...(scan === undefined ? [] : [{ name: `${entity} scan`, ...scan, isPlain }]),
      ...tailsOf(detector).map((tail) => ({ name: `${entity} tail`, pattern: tail, isTail: true, isPlain })),
    ];
  });
}

/**
 * Problems in the order of the patterns, at most one each, or one for all together; up to 40 ms a pattern, and more with
 * large counts.
 */
export function checkPatterns(patterns: readonly NamedPattern[]): PatternProblem[] {
  const together = problemOf("all patterns together", () => compileProgram(patterns));
  const ours = patterns.map((pattern) => problemOf(pattern.name, () => compileProgram([pattern])));
  if (together.length > 0 && ours.flat().length === 0) return together;
  return patterns.flatMap(({ name, pattern }, i) =>
    ours[i].length > 0 ? ours[i] : problemOf(name, () => compileRe2(pattern).release()),
  );
}

function problemOf(name: string, check: () => unknown): PatternProblem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return [{ name, reason: error.message }];
  }
}
