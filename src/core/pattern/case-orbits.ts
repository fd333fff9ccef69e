/**
 * Case-insensitive sets as `(?i)` has them in RE2: characters of one orbit of simple case folding are one.
 *
 * Owns the closure of a set over its orbits: `k` brings `K` and the Kelvin sign, `s` brings the long s.
 */
import { type CharSet, normalize, union } from "./charset.ts";
import { CASES } from "./unicode-tables.ts";

interface CaseRun {
  readonly start: number;
  readonly end: number;
  /** To a neighbour in the orbit; undefined for pairs, which swap. */
  readonly step: number | undefined;
}

/** No orbit has more members, so that many steps less one, up or down, lead from any of them to every other. */
const LONGEST_ORBIT = 4;

let runs: readonly CaseRun[] | undefined;

/** By character of ASCII: keywords are made of these, and the same letter is the same set. */
const ascii: (CharSet | undefined)[] = [];

/** The set and every character that differs from a member only in case. */
export function foldCase(set: CharSet): CharSet {
  const [lo, hi] = set;
  return set.length === 2 && lo === hi && lo < 0x80 ? (ascii[lo] ??= closure(set)) : closure(set);
}

function closure(set: CharSet): CharSet {
  let folded = set;
  for (let i = 1; i < LONGEST_ORBIT; i++) folded = union(folded, normalize(neighboursOf(folded)));
  return folded;
}

/** Each member's neighbours in its orbit, in no order. */
function neighboursOf(set: CharSet): readonly number[] {
  const out: number[] = [];
  runs ??= decodeRuns();
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    while (from < runs.length && runs[from].end < set[i]) from++;
    for (let r = from; r < runs.length && runs[r].start <= set[i + 1]; r++) {
      const lo = Math.max(set[i], runs[r].start);
      const hi = Math.min(set[i + 1], runs[r].end);
      // Runs up and runs down overlap: one that ends before the set may stand behind one that does not.
      if (lo <= hi) out.push(...imageOf(runs[r], lo, hi));
    }
  }
  return out;
}

function imageOf({ start, end, step }: CaseRun, lo: number, hi: number): [number, number] {
  if (step !== undefined) return [lo + step, hi + step];
  // Widened to whole pairs: what is added is the other half of a member.
  return [lo - ((lo - start) % 2), Math.min(end, hi + 1 - ((hi - start) % 2))];
}

/** The table leads upwards only. */
function decodeRuns(): CaseRun[] {
  const parts = CASES.split(" ");
  const out: CaseRun[] = [];
  for (let i = 0, end = 0; i < parts.length; i += 3) {
    const start = end + Number.parseInt(parts[i], 36);
    end = start + Number.parseInt(parts[i + 1], 36);
    const step = parts[i + 2] === "x" ? undefined : Number.parseInt(parts[i + 2], 36);
    out.push({ start, end, step });
    if (step !== undefined) out.push({ start: start + step, end: end + step, step: -step });
  }
  return out.toSorted((a, b) => a.start - b.start);
}
