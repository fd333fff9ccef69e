/**
 * What stands beside a candidate, for detectors whose rule is finer than `boundary`.
 *
 * Owns the questions only; which answer refuses a candidate is the detector's business.
 */
import type { Candidate } from "../detector.ts";
import { isWordCharacter } from "../pattern/unicode.ts";

const UNDERSCORE = 0x5f;

/** A letter or digit touches the match. Unlike boundary `word`, `_` may: `key_AKIA…`, `_jane@example.com_`. */
export function isInsideWord(candidate: Candidate): boolean {
  return isInsideWordBefore(candidate) || isInsideWordAfter(candidate);
}

export function isInsideWordBefore({ before }: Candidate): boolean {
  return isLetterOrDigit(Array.from(before).at(-1)?.codePointAt(0));
}

export function isInsideWordAfter({ after }: Candidate): boolean {
  return isLetterOrDigit(after.codePointAt(0));
}

function isLetterOrDigit(codePoint: number | undefined): boolean {
  return codePoint !== undefined && codePoint !== UNDERSCORE && isWordCharacter(codePoint);
}

/** A digit and one of the separators before, or one of the separators and a digit after: part of a longer number. */
export function isInsideNumber({ before, after }: Candidate, separators: string): boolean {
  return (
    (isDigit(before.charAt(0)) && before.length === 2 && separators.includes(before.charAt(1))) ||
    (isDigit(after.charAt(1)) && separators.includes(after.charAt(0)))
  );
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}
