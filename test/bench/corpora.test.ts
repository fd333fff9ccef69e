import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CORPORA, openCorpus } from "../../bench/corpora/index.ts";
import { prefixOf } from "../../bench/corpora/corpus.ts";
import { HOSTILE, hostileText } from "../../bench/corpora/hostile.ts";
import { VALUES } from "../../bench/corpora/values.ts";
import { OURS_ALONE } from "../../bench/peers/patterns.ts";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { compilePolicy, type Format, maskWhole } from "../../src/core/index.ts";

const BYTES = 2_000_000;
const policy = compilePolicy({});
const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const FORMATS: readonly (readonly [corpus: string, format: Format])[] = [
  ["sparse", "text"],
  ["sparse", "ndjson"],
  ["dense", "text"],
  ["dense", "ndjson"],
  ["prose", "text"],
  ["json-events", "ndjson"],
  ["csv", "csv"],
  ["csv-dense", "csv"],
  ["csv-dense", "text"],
  ["form", "form"],
  ["form-dense", "form"],
  ["sse", "sse"],
  ["sse-dense", "sse"],
  ["sse-dense", "text"],
];

describe("the corpora of the benchmark", () => {
  it.each(CORPORA)("make the same bytes every time: %s", (name) => {
    expect(digest(openCorpus(name, 100_000).text)).toBe(digest(openCorpus(name, 100_000).text));
  });

  it.each(FORMATS)("hold exactly the values that their gold says: %s as %s", (name, format) => {
    const corpus = openCorpus(name, BYTES);
    const lines = decode(maskWhole(policy, format, corpus.text)).split("\n");
    const wrong = decode(corpus.expected)
      .split("\n")
      .flatMap((line, i) => (line === lines[i] ? [] : [{ expected: line, got: lines[i] }]));
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(corpus.gold.length).toBeGreaterThan(0);
  });

  it("hold every built-in entity whose values stand for themselves", () => {
    const entities = BUILT_IN.map(({ entity }) => entity).filter((entity) => !OURS_ALONE.includes(entity));
    expect(Object.keys(VALUES).toSorted()).toEqual(entities.toSorted());
    const found = new Set(openCorpus("dense", BYTES).gold.map(({ entity }) => entity));
    expect([...found].toSorted()).toEqual(Object.keys(VALUES).toSorted());
  });

  it("are cut for slow peers between lines, gold and all", () => {
    const corpus = openCorpus("dense", 100_000);
    const part = prefixOf(corpus, 10_000);
    expect(part.text.length).toBeLessThanOrEqual(10_000);
    expect(decode(maskWhole(policy, "text", part.text))).toBe(decode(part.expected));
    expect(decode(part.text).split("\n").length - 1).toBe(part.lineCount);
    for (const { line, value } of part.gold) expect(decode(part.text).split("\n")[line]).toContain(value);
  });

  it.each(Object.keys(HOSTILE))("make hostile texts of the length asked for, legal UTF-8: %s", (name) => {
    const text = hostileText(name, 10_000);
    expect(text.length).toBeGreaterThan(9900);
    expect(text.length).toBeLessThanOrEqual(10_001);
    expect(() => decode(text)).not.toThrow();
  });
});
