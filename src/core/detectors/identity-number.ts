/**
 * From the description of an identity number to its detector.
 *
 * Owns what separators, words and checks are worth; knows no number.
 */
import { type Detector, SCORES } from "../detector.ts";
import { isListed } from "../validators/neighbours.ts";
import type { Check } from "../validators/checks.ts";
import { splitWords } from "../words.ts";

export interface Scheme {
  readonly entity: string;
  readonly source: string;
  /** As written with separators, or of letters and digits; counts by itself unless `needsContext`. */
  readonly pattern: string;
  /** A bare run of digits: beside a word only. */
  readonly bare?: string;
  readonly needsContext?: boolean;
  /** Left out where the number alone is worth as much: from `SCORES.contextual` on, unless a shape counts beside a word only. */
  readonly words?: readonly string[];
  /** What has to hold of its capitals and digits, whatever stands beside it. */
  readonly isValid: Check;
  /** Where there are numbers without check digits: what has to hold as well unless a word stands beside it. */
  readonly isProven?: Check;
  /** Words before it that name another number: the country whose numbers look otherwise. */
  readonly isElsewhere?: RegExp;
  /** What `pattern` is worth by itself; `worded` says that `isValid` checks no digits. */
  readonly score?: number;
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

/**
 * What the automaton looks for in place of the shapes of a number that counts beside a word only: digits, eight or more,
 * without upper counts. One for all of them, or groups of digits would stand in thousands of combinations of counts.
 */
const DIGITS = { pattern: String.raw`\d(?:[ +._/-]{0,2}\d){7,}`, maxLength: 40 };
const IS_DIGITS = /^(?:\\d|[^A-Za-z])*$/;

/** A space may be two, or the plus sign that forms write for it; a class with a count says itself what it takes. */
export function separated(pattern: string): string {
  return pattern.replaceAll(/\[([^\]]*)\](\{)?| /g, (one, inner: string | undefined, count: string | undefined) => {
    if (count !== undefined) return one;
    if (inner === undefined) return String.raw`(?: {1,2}|\+)`;
    return inner.includes(" ") ? `(?: {1,2}|[+${inner.replace(" ", "")}])` : one;
  });
}

/**
 * So many digits, fourteen at most, grouped as one likes: for numbers with check digits, beside a word. What forms write for a
 * space is none here: `960121+1021413` is no such number.
 */
export function grouped(digits: number): string {
  return String.raw`\d(?:[\x20./-]?\d){${digits - 1}}`;
}

/** The shapes of a number; those that count beside a word only are one. */
function shapesOf(scheme: Scheme): Partial<Detector> & { pattern: string } {
  const { bare, needsContext = false } = scheme;
  const pattern = separated(scheme.pattern);
  if (needsContext)
    return { pattern: bare === undefined ? pattern : `(?:${pattern})|(?:${separated(bare)})`, needsContext };
  return bare === undefined ? { pattern } : { pattern, contextPattern: separated(bare) };
}

/**
 * For packs, of which many may be on at once: digits are looked for by one loose shape. It ends in every longer number, so
 * it costs time wherever there are some; the few that every policy looks for go without it.
 */
export function looseDetectorOf(scheme: Scheme): Detector {
  const detector = detectorOf(scheme);
  const { pattern, contextPattern, needsContext } = detector;
  // Words are read without the vowels that some scripts write above and below: `เลขประจำต วประชาชน`.
  const contextWords = scheme.words?.map(splitWords);
  return {
    ...detector,
    ...(contextWords === undefined ? {} : { contextWords }),
    group: "packs",
    ...(needsContext === true && IS_DIGITS.test(pattern) ? { scan: DIGITS } : {}),
    ...(contextPattern !== undefined && IS_DIGITS.test(contextPattern) ? { contextScan: DIGITS } : {}),
  };
}

export function detectorOf(scheme: Scheme): Detector {
  const { entity, source, needsContext = false, words, ...rest } = scheme;
  const { isValid, isProven, isElsewhere, score = SCORES.ranged, hits, misses } = rest;
  const shapes = shapesOf(scheme);
  const ownShape = new RegExp(`^(?:${shapes.pattern})$`);
  return {
    entity,
    source,
    ...shapes,
    boundary: "number",
    ...(words === undefined ? {} : { contextWords: words }),
    validate(candidate) {
      const text = candidate.text.replaceAll(/[^0-9A-Za-z]/g, "").toUpperCase();
      if (!isValid(text) || isListed(candidate)) return 0;
      if (isElsewhere?.test(candidate.label) === true) return 0;
      const proven = isProven === undefined || isProven(text);
      if (candidate.hasContext)
        return proven && score !== SCORES.worded ? Math.max(score, SCORES.contextual) : SCORES.worded;
      return !proven || needsContext || !ownShape.test(candidate.text) ? SCORES.weak : score;
    },
    hits,
    misses,
  };
}
