import { describe, expect, it } from "vitest";
import { openCorpus } from "../../bench/corpora/index.ts";
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
