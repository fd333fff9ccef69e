/** A seeded run of random patterns and texts through both readers: the short one of the suite and the long one by hand. */
import { Random } from "../../bench/corpora/random.ts";
import { parsePattern } from "../../src/core/pattern/parse.ts";
import { PatternDraw } from "./random-pattern.ts";
import { ComparedPattern, type Difference } from "./re2-differential.ts";

/** Most of the time goes into RE2's compiler, so each pattern reads many. */
const TEXTS_PER_PATTERN = 12;
const BEFORE = ["a", "_", " ", "\n", "é"];

export interface FuzzCounts {
  /** Patterns with a text, compared end by end. */
  pairs: number;
  patterns: number;
  /** Patterns that both refuse, and the few that are too large for one. */
  refused: number;
  differences: Difference[];
}

/** Runs until so many pairs are compared; tells its counts after each pattern. */
export function* fuzz(seed: number, pairs: number): Generator<FuzzCounts> {
  const random = new Random(seed);
  const counts: FuzzCounts = { pairs: 0, patterns: 0, refused: 0, differences: [] };
  while (counts.pairs < pairs) {
    const source = new PatternDraw(random);
    const pattern = source.pattern();
    const compared = new ComparedPattern(pattern);
    counts.patterns++;
    if (compared.verdict !== undefined) counts.differences.push(compared.verdict);
    else if (!compared.isComparable) counts.refused++;
    if (compared.isComparable) {
      const tree = parsePattern(pattern);
      const isInside = random.next() < 0.3;
      for (let i = 0; i < TEXTS_PER_PATTERN; i++) {
        const difference = compared.compare({ text: source.text(tree), before: isInside ? random.pick(BEFORE) : "" });
        if (difference !== undefined) counts.differences.push(difference);
        counts.pairs++;
      }
    }
    compared.release();
    yield counts;
  }
}
