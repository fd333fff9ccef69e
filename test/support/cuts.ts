/**
 * Every way to cut an input that is worth a run: where chunks start, in bytes. Pure, so that it runs inside workerd.
 */

import type { Format, PolicySpec } from "../../src/core/index.ts";

/** One case as JSON; bytes are hexadecimal. */
export interface CutsCase {
  readonly format: Format;
  readonly policy: PolicySpec;
  readonly inputHex: string;
  readonly outputHex: string;
}

/** What came of one case. */
export interface CutsVerdict {
  readonly cuts: number;
  /** The first cut whose bytes are not the expected ones. */
  readonly differing?: { readonly cut: readonly number[]; readonly outputHex: string };
}

/** Up to this length every pair of cuts is tried too: 1,128 more runs. */
const PAIRS_MAX_BYTES = 48;
const FIXED_SIZES = [2, 3, 5, 7, 16];

/** Whole, byte by byte, in fixed sizes, at each single place, and for short inputs at each two places. */
export function* listCuts(length: number): Generator<readonly number[]> {
  yield [];
  yield everyNth(length, 1);
  for (const size of FIXED_SIZES) if (size < length) yield everyNth(length, size);
  for (let at = 0; at <= length; at++) yield [at];
  if (length > PAIRS_MAX_BYTES) return;
  for (let first = 1; first < length; first++) {
    // first === second is an empty chunk in between.
    for (let second = first; second < length; second++) yield [first, second];
  }
}

/** The chunks that these cuts make; an empty one where two cuts are equal or stand at an end. */
export function cutBytes(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  return [0, ...cuts].map((start, index) => bytes.slice(start, cuts[index] ?? bytes.length));
}

function everyNth(length: number, size: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / size) - 1) }, (_, index) => (index + 1) * size);
}
