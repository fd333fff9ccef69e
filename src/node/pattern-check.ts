/**
 * Whether patterns can be used: by our compiler, within its limits, and by RE2, which says what they mean.
 *
 * Owns the verdict, pattern by pattern. Ours is asked first: it counts before it builds, while RE2 runs out of memory.
 */
import { BUILT_IN } from "../core/detectors/index.ts";
import { type Detector, PACK_NAMES } from "../core/index.ts";
import { packDetectors } from "../core/packs/index.ts";
import { PatternError } from "../core/pattern/parse.ts";
import type { PatternSource } from "../core/pattern/pattern-source.ts";
import { compileProgram } from "../core/pattern/program.ts";
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

/** What the product brings itself: RE2 takes it all, as test/node/re2-check.test.ts shows. */
export function shippedPatterns(): NamedPattern[] {
  return patternsOf([...BUILT_IN, ...packDetectors(PACK_NAMES)]);
}

/**
 * Problems in the order of the patterns, at most one each, or one for all together; up to 40 ms a pattern, and more with
 * large counts. RE2 is not asked about a pattern whose text is `known`: it would take half of the time of `check`.
 */
export function checkPatterns(
  patterns: readonly NamedPattern[],
  known: ReadonlySet<string> = new Set(),
): PatternProblem[] {
  const together = problemOf("all patterns together", () => compileProgram(patterns));
  const ours = patterns.map((pattern) => problemOf(pattern.name, () => compileProgram([pattern])));
  if (together.length > 0 && ours.flat().length === 0) return together;
  return patterns.flatMap(({ name, pattern }, i) => {
    if (ours[i].length > 0 || known.has(pattern)) return ours[i];
    return problemOf(name, () => compileRe2(pattern).release());
  });
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
