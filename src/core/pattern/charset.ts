/**
 * Sets of code points as sorted, disjoint, inclusive ranges in one flat array: [lo, hi, lo, hi, …].
 *
 * Owns set arithmetic only. Knows nothing of UTF-8 or of folding.
 */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** Sorts, joins what touches, drops what is empty. */
export function normalize(ranges: readonly number[]): CharSet {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i];
    const hi = ranges[i + 1];
    if (lo <= hi) pairs.push([lo, hi]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of pairs) {
    const last = out.length - 1;
    if (last > 0 && lo <= out[last] + 1) out[last] = Math.max(out[last], hi);
    else out.push(lo, hi);
  }
  return out;
}

export function union(...sets: readonly CharSet[]): CharSet {
  return normalize(sets.flat());
}

export function negate(set: CharSet): CharSet {
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i] > next) out.push(next, set[i] - 1);
    next = set[i + 1] + 1;
  }
  if (next <= MAX_CODE_POINT) out.push(next, MAX_CODE_POINT);
  return out;
}

export function has(set: CharSet, codePoint: number): boolean {
  let low = 0;
  let high = set.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (codePoint < set[2 * middle]) high = middle - 1;
    else if (codePoint > set[2 * middle + 1]) low = middle + 1;
    else return true;
  }
  return false;
}

const UPPER_TO_LOWER = 0x20;

/** Adds the other case of ASCII letters, as RE2's `(?i)` does for them; other scripts fold by simple case mapping. */
export function foldCase(set: CharSet): CharSet {
  const extra: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const lo = set[i];
    const hi = set[i + 1];
    pushOverlap(extra, [lo, hi], [0x41, 0x5a, UPPER_TO_LOWER]);
    pushOverlap(extra, [lo, hi], [0x61, 0x7a, -UPPER_TO_LOWER]);
    // Beyond ASCII only small sets are folded one by one: a large one (\p{L}, a negation) holds both cases already.
    if (lo > 0x7f && hi - lo < 512) for (let c = lo; c <= hi; c++) pushOtherCases(extra, c);
  }
  return union(set, extra);
}

function pushOverlap(
  out: number[],
  [lo, hi]: readonly [number, number],
  [from, to, shift]: readonly [number, number, number],
): void {
  const start = Math.max(lo, from);
  const end = Math.min(hi, to);
  if (start <= end) out.push(start + shift, end + shift);
}

function pushOtherCases(out: number[], codePoint: number): void {
  const text = String.fromCodePoint(codePoint);
  for (const other of [text.toLowerCase(), text.toUpperCase()]) {
    const point = other.codePointAt(0) as number;
    if (other.length === String.fromCodePoint(point).length && point !== codePoint) out.push(point, point);
  }
}
