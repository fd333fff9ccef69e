/**
 * Which rules of a match end are worth a closer look.
 *
 * Owns the quick refusals on raw bytes: no place in the stretch may begin a match that passes, or a shape needs a
 * context word and there is none. Errs on the side of "worth it": the resolver judges exactly. Most numbers of a
 * log end here.
 */
import { CONTEXT_CHARACTERS, mayBeginAt } from "./candidate.ts";
import type { Hits } from "./engine.ts";
import type { Rule } from "./rule.ts";

/** Longer stretches are not searched: they are rare, and every match end in them would search them again. */
const STRETCH_LIMIT_BYTES = 256;

/** A match ended at `end`; it began at `start` or later. Indices of `bytes`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Rules that can have a finding in the stretch, whatever stands before it. */
export function plausibleRules(bytes: Uint8Array, stretch: Stretch, rules: readonly Rule[]): readonly Rule[] {
  if (stretch.end - stretch.start > STRETCH_LIMIT_BYTES) return rules;
  return rules.every((rule) => mayMatch(bytes, stretch, rule))
    ? rules
    : rules.filter((rule) => mayMatch(bytes, stretch, rule));
}

function mayMatch(bytes: Uint8Array, { start, end }: Stretch, rule: Rule): boolean {
  const { detector, firstBytes } = rule;
  if (detector.mayEnd?.(bytes, end) === false) return false;
  if (detector.mayMatch === undefined) return true;
  for (let at = start; at < end; at++) {
    if (firstBytes[bytes[at]] === 1 && mayBeginAt(bytes, at, rule) && detector.mayMatch(bytes, at, end)) return true;
  }
  return false;
}

/** What is known of the text that a stretch lies in. */
export interface TextAround {
  /** True when the text begins with the bytes at hand. */
  readonly isAtStart: boolean;
  /** True when the name of the field that holds the text is a word that the rule looks for. */
  isNamed(rule: Rule): boolean;
}

/**
 * The rules of a match end in a text. Without the 41 characters before the stretch, context words are left to the
 * resolver.
 */
export function plausibleInText(
  bytes: Uint8Array,
  stretch: Stretch,
  { hits, around }: { readonly hits: Hits; readonly around: TextAround },
): readonly Rule[] {
  const rules = plausibleRules(bytes, stretch, hits.rules);
  const window = stretch.start - CONTEXT_CHARACTERS - 1;
  const from = around.isAtStart ? Math.max(0, window) : window;
  if (hits.needContext.length === 0 || from < 0 || stretch.end - stretch.start > STRETCH_LIMIT_BYTES) return rules;
  if (hits.words.inBytes(bytes, from, stretch.end) === false) {
    const isWithout = (rule: Rule): boolean => hits.needContext.includes(rule) && !around.isNamed(rule);
    return rules.some(isWithout) ? rules.filter((rule) => !isWithout(rule)) : rules;
  }
  const isWithout = (rule: Rule): boolean =>
    hits.needContext.includes(rule) &&
    rule.contextWords.inBytes(bytes, from, stretch.end) === false &&
    !around.isNamed(rule);
  return rules.some(isWithout) ? rules.filter((rule) => !isWithout(rule)) : rules;
}
