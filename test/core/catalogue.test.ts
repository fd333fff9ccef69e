import { describe, expect, it } from "vitest";
import { openCorpus } from "../../bench/corpora/index.ts";
import { SCORES } from "../../src/core/detector.ts";
import { withPacks } from "../../src/core/detectors/index.ts";
import { compileEngine } from "../../src/core/engine.ts";
import { findIn } from "../../src/core/finder.ts";
import { createMasker, compilePolicy, PACK_NAMES } from "../../src/core/index.ts";

const CORPUS_BYTES = 3_000_000;
const CHUNK_BYTES = 65_536;

describe("the whole catalogue at once", () => {
  it.each(["dense", "csv-dense", "prose"])("fits the automaton's table on the corpus %s", (name) => {
    const policy = compilePolicy({ packs: PACK_NAMES });
    const { text } = openCorpus(name, CORPUS_BYTES);
    const masker = createMasker(policy, "text");
    for (let at = 0; at < text.length; at += CHUNK_BYTES) masker.push(text.subarray(at, at + CHUNK_BYTES));
    masker.flush();
    // A table that was full is cleared, and counts up.
    for (const { generation } of policy.engine.automata) expect(generation).toBe(0);
  });
});

describe("a context word", () => {
  const worded = withPacks(PACK_NAMES)
    .filter(({ contextWords = [] }) => contextWords.length > 0)
    .map((detector) => ({ entity: detector.entity, detector }));

  it.each(worded)("changes what a value of $entity is worth", ({ detector }) => {
    const engine = compileEngine([detector], { threshold: SCORES.worded, needsText: () => false });
    const { contextWords: [word] = [], hits, misses } = detector;
    const worth = (label: string): number[] =>
      [...hits, ...misses].map((text) => findIn(engine, Buffer.from(`${label} ${text}`))[0]?.score ?? 0);
    expect(worth(word)).not.toEqual(worth("xyzzy"));
  });
});
