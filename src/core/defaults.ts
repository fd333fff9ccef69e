/**
 * What a policy means where it says nothing, for those who read policies without compiling them.
 *
 * Owns constants. Imports nothing that runs.
 */
import type { MaskSpec } from "./operators/spec.ts";

/** Lowest score that counts. */
export const DEFAULT_THRESHOLD = 0.6;
/** Of `hash`: 16 base32 characters, even odds of one collision at a trillion values. */
export const DEFAULT_HASH_BITS = 80;
/** Of `pseudonym`: eight characters, even odds of one collision at a million values. */
export const DEFAULT_PSEUDONYM_BITS = 40;
/** Of `generalize` to a range. */
export const DEFAULT_STEP = 10;
const DEFAULT_KEEP_LAST = 4;
/** A value that has fewer than so many times what is to be kept keeps nothing. */
const HIDDEN_SHARE = 3;

/** Letters and digits from which on a value keeps what `mask` is to keep of it; shorter ones keep none. */
export function keepsFrom(spec: MaskSpec): number {
  const { keepFirst, keepLast } = keptBy(spec);
  return HIDDEN_SHARE * (keepFirst + keepLast);
}

/** How many characters `mask` leaves at either end of a long value. */
export function keptBy({ keepFirst, keepLast }: MaskSpec): { readonly keepFirst: number; readonly keepLast: number } {
  return { keepFirst: keepFirst ?? 0, keepLast: keepLast ?? (keepFirst === undefined ? DEFAULT_KEEP_LAST : 0) };
}
