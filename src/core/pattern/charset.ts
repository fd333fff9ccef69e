/**
 * Sets of code points as sorted, disjoint, inclusive ranges in one flat array: [lo, hi, lo, hi, …].
 *
 * Owns set arithmetic only. Knows nothing of UTF-8, case or folding.
 */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** Sorts, joins what touches, drops what is empty. O(ranges) for what is nearly in order, as all but written classes are. */
export function normalize(ranges: readonly number[]): CharSet {
  const sorted: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i];
    const hi = ranges[i + 1];
    let at = i;
    sorted.push(lo, hi);
    for (; at > 0 && sorted[at - 2] > lo; at -= 2) {
      sorted[at] = sorted[at - 2];
      sorted[at + 1] = sorted[at - 1];
    }
    sorted[at] = lo;
    sorted[at + 1] = hi;
  }
  return merge(sorted, []);
}

export function union(...sets: readonly CharSet[]): CharSet {
  return sets.reduce((all, set) => merge(all, set));
}

/** Two lists in order become a set. O(ranges of both). */
function merge(one: CharSet, other: CharSet): CharSet {
  const out: number[] = [];
  let last = -1;
  for (let i = 0, j = 0; i < one.length || j < other.length;) {
    const isOne = j >= other.length || (i < one.length && one[i] <= other[j]);
    const lo = isOne ? one[i] : other[j];
    const hi = isOne ? one[i + 1] : other[j + 1];
    if (isOne) i += 2;
    else j += 2;
    if (lo > hi) continue;
    if (last > 0 && lo <= out[last] + 1) {
      if (hi > out[last]) out[last] = hi;
    } else {
      out.push(lo, hi);
      last += 2;
    }
  }
  return out;
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

/** O(ranges of both). */
export function subtract(set: CharSet, other: CharSet): CharSet {
  const out: number[] = [];
  let at = 0;
  for (let i = 0; i < set.length; i += 2) {
    const hi = set[i + 1];
    let lo = set[i];
    while (at < other.length && other[at + 1] < lo) at += 2;
    for (let j = at; j < other.length && other[j] <= hi; j += 2) {
      if (other[j] > lo) out.push(lo, other[j] - 1);
      lo = other[j + 1] + 1;
    }
    if (lo <= hi) out.push(lo, hi);
  }
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

/** Reads "gap length" pairs in base 36, each gap counted from the end of the range before. */
export function decodeSet(text: string): CharSet {
  const numbers = text.split(" ").map((part) => Number.parseInt(part, 36));
  const out: number[] = [];
  for (let i = 0, end = 0; i < numbers.length; i += 2) {
    const start = end + numbers[i];
    end = start + numbers[i + 1];
    out.push(start, end);
  }
  return out;
}
