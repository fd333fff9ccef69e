/**
 * What stands beside a candidate, for detectors whose rule is finer than `boundary`.
 *
 * Owns the questions only; which answer refuses a candidate is the detector's business.
 */
import { ALPHANUMERIC, KINDS, NOT_PLAIN } from "../ascii.ts";
import type { Candidate, RawMatch } from "../detector.ts";
import { isHexAfterPercent } from "../folded-text.ts";
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

/** True when what stands beside is certain, and neither a letter, a digit nor one of these. */
export function isFreeInBytes({ bytes, start, end }: RawMatch, others: string): boolean {
  return (
    start > 0 &&
    end < bytes.length &&
    !isHexAfterPercent(bytes, start) &&
    isFree(bytes[start - 1], others) &&
    isFree(bytes[end], others)
  );
}

function isFree(byte: number, others: string): boolean {
  if ((KINDS[byte] & (ALPHANUMERIC | NOT_PLAIN)) !== 0) return false;
  for (let i = 0; i < others.length; i++) if (others.charCodeAt(i) === byte) return false;
  return true;
}

/** A digit and one of the separators before, or one of the separators and a digit after: part of a longer number. */
export function isInsideNumber({ before, after }: Candidate, separators: string): boolean {
  return (
    (isDigit(before.charAt(0)) && before.length === 2 && separators.includes(before.charAt(1))) ||
    (isDigit(after.charAt(1)) && separators.includes(after.charAt(0)))
  );
}

/** Digits that spaces part. */
const SPACED_DIGITS = /^\d.*[ +].*\d$/;

/**
 * True for a part of a longer number, or of a list of numbers: in running text spaces part those, and more digits stand behind
 * one.
 */
export function isListed(candidate: Candidate): boolean {
  return isInsideNumber(candidate, !candidate.hasContext && SPACED_DIGITS.test(candidate.text) ? "-. " : "-.");
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}
