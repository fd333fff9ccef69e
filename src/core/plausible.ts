/**
 * Which rules of a match end are worth a closer look.
 *
 * Owns the quick refusals on raw bytes: no place in the stretch may begin a match that passes, or a shape needs a
 * context word and there is none. Errs on the side of "worth it": the resolver judges exactly. Most numbers of a
 * log end here.
 */
import { KINDS, NOT_PLAIN } from "./ascii.ts";
import { CONTEXT_CHARACTERS, LOOK_BACK_BYTES, mayBeginAt } from "./candidate.ts";
import { COLOUR_LETTER } from "./colour.ts";
import { type ContextWords, MAY_HIDE, NO_WORDS } from "./context-words.ts";
import type { Hits } from "./hits.ts";
import type { Rule } from "./rule.ts";
import type { RuleList } from "./rule-list.ts";

const PERCENT = 0x25;
/** Bytes of one percent-encoded character. */
const ESCAPE_BYTES = 3;

/** Longer stretches are not searched: they are rare, and every match end in them would search them again. */
export const STRETCH_LIMIT_BYTES = 256;

/** A match ended at `end`; it began at `start` or later. Indices of `bytes`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Rules that can have a finding in the stretch, whatever stands before it. */
export function plausibleRules(bytes: Uint8Array, { start, end }: Stretch, { rules, none }: Hits): readonly Rule[] {
  if (end - start > STRETCH_LIMIT_BYTES) return rules;
  // Undefined while none is refused, as most often.
  let left: RuleList | undefined;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (!rule.isPicky || mayMatch(bytes, start, end, rule)) left = left?.with(rule);
    else left ??= rules.slice(0, i).reduce((list, one) => list.with(one), none);
  }
  return left === undefined ? rules : left.rules;
}

/**
 * A quick no to a match end of matches that are equally long, wherever they began. `isAtStart`: the text begins with the bytes;
 * otherwise the sign that a value stands behind may be in bytes that came before, and what is so near is not refused.
 */
export function refusesEnd(bytes: Uint8Array, end: number, { lone }: Pick<Hits, "lone">, isAtStart = true): boolean {
  if (lone === undefined) return false;
  const { exactBytes = 0 } = lone.detector;
  return (isAtStart || end - exactBytes >= LOOK_BACK_BYTES) && !mayMatch(bytes, 0, end, lone);
}

/** True when there is such a rule. */
export function isPlausible(bytes: Uint8Array, { start, end }: Stretch, rules: readonly Rule[]): boolean {
  if (end - start > STRETCH_LIMIT_BYTES) return rules.length > 0;
  for (const rule of rules) if (!rule.isPicky || mayMatch(bytes, start, end, rule)) return true;
  return false;
}

function mayMatch(bytes: Uint8Array, start: number, end: number, rule: Rule): boolean {
  const { detector } = rule;
  if (detector.mayEnd?.(bytes, end) === false) return false;
  if (detector.mayMatch === undefined) return true;
  const from = detector.exactBytes === undefined ? start : end - detector.exactBytes;
  const to = detector.exactBytes === undefined ? end : from + 1;
  if (from < start) return true;
  const firstBytes = rule.firstBytes();
  const { touching } = rule;
  for (let at = from; at < to; at++) {
    // Most places are inside of words and numbers, and this says less than the question below, but at once.
    const isInside = at >= ESCAPE_BYTES && (KINDS[bytes[at - 1]] & touching) !== 0;
    if (isInside && bytes[at - ESCAPE_BYTES] !== PERCENT && bytes[at - 1] !== COLOUR_LETTER) continue;
    if (firstBytes[bytes[at]] === 1 && mayBeginAt(bytes, at, rule) && detector.mayMatch(bytes, at, end)) return true;
  }
  return false;
}

/** What is known of the text that a stretch lies in. */
export interface TextAround {
  /** True when the text begins with the bytes at hand. */
  readonly isAtStart: boolean;
  /** True when the name of the field that holds the text is one of the words. */
  isNamed(words: ContextWords): boolean;
}

/**
 * The rules of a match end in a text. Without the 41 characters before the stretch, context words are left to the
 * resolver.
 */
export function plausibleInText(bytes: Uint8Array, stretch: Stretch, hits: Hits, around: TextAround): readonly Rule[] {
  const { needContext, words } = hits;
  const from = windowFrom(stretch.start - CONTEXT_CHARACTERS - 1, around);
  if (needContext.length === 0 || from < 0 || stretch.end - stretch.start > STRETCH_LIMIT_BYTES)
    return plausibleRules(bytes, stretch, hits);
  const glance = words.glance(bytes, from, stretch.end);
  // Most numbers have no word: then there is nothing to ask rule by rule.
  if (glance === 0 && hits.wordless.length === 0 && !around.isNamed(words)) return hits.wordless;
  const rules = plausibleRules(bytes, stretch, hits);
  if (rules.length === 0) return rules;
  const wide = (glance & MAY_HIDE) === 0 ? from : windowFrom(wideFrom(bytes, stretch.start), around);
  if (wide < 0) return rules;
  const found = glance === 0 ? NO_WORDS : words.wordsIn(bytes, wide, stretch.end);
  if (found === undefined) return rules;
  const isNamed = around.isNamed(words);
  const hasWords = found.length > 0 || isNamed;
  if (!hasWords && (rules === hits.rules || hits.wordless.length === 0)) return hits.wordless;
  let left = hits.none;
  for (const rule of rules) {
    const isLeft =
      hits.wordless.includes(rule) ||
      (hasWords && (rule.contextWords().mayHoldOf(found) || (isNamed && around.isNamed(rule.contextWords()))));
    if (isLeft) left = left.with(rule);
  }
  return left.rules;
}

/**
 * Where the characters begin that may be context of what begins at `at`, whatever they are; may be negative. Nothing counts but
 * plain ASCII: of other bytes it takes four to be certain of one character, and some are no visible one.
 */
export function wideFrom(bytes: Uint8Array, at: number): number {
  const limit = at - LOOK_BACK_BYTES;
  const last = Math.max(0, limit);
  let left = CONTEXT_CHARACTERS + 1;
  for (let i = at - 1; i >= last; i--) {
    if (KINDS[bytes[i]] !== NOT_PLAIN) left--;
    // Two characters before were the digits of an escape, maybe.
    else if (bytes[i] < 0x80) left += 2;
    if (left === 0) return i;
  }
  return limit;
}

function windowFrom(start: number, { isAtStart }: TextAround): number {
  return isAtStart ? Math.max(0, start) : start;
}
