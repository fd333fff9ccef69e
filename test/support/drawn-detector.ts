/**
 * A detector as plain data, so that it can be sent to another runtime.
 *
 * Owns the validators that may be named. Validators accept by a rule of their own, so that the longest match is often
 * refused and a shorter one has to be found.
 */
import { type Detector, SCORES } from "../../src/core/detector.ts";

export interface DrawnDetector {
  readonly pattern: string;
  readonly boundary: "word" | "none" | "alphanumeric" | "number";
  readonly contextWords: readonly string[];
  /** Which of the acceptances judges. */
  readonly acceptance: number;
}

const ACCEPTANCES: readonly ((text: string) => number)[] = [
  () => SCORES.shaped,
  (text) => (text.length % 3 === 0 ? 0 : SCORES.shaped),
  (text) => (/^\d/.test(text) ? SCORES.strong : SCORES.worded),
  (text) => (text.endsWith("a") ? SCORES.weak : SCORES.ranged),
];
export const ACCEPTANCE_COUNT = ACCEPTANCES.length;

const MATCH_CHARACTERS = 12;

/** Numbered by their places. */
export function detectorsFrom(drawn: readonly DrawnDetector[]): readonly Detector[] {
  return drawn.map(({ acceptance, ...shape }, i) => ({
    ...shape,
    entity: `RANDOM_${i}`,
    source: "drawn",
    maxLength: MATCH_CHARACTERS,
    validate: ({ text, hasContext }) => (hasContext ? SCORES.strong : ACCEPTANCES[acceptance](text)),
    hits: [],
    misses: [],
  }));
}
