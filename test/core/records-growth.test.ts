/**
 * A record with many matches that need a word costs a bounded number of looks for words a byte: of a long text, or of many
 * short ones under one name.
 */
import { expect, test, vi } from "vitest";
import { ContextWords } from "../../src/core/context-words.ts";
import { CsvBlock } from "../../src/core/csv/block.ts";
import { compilePolicy, type Format, maskWhole } from "../../src/core/index.ts";

/** A telephone number without its word. */
const NUMBER = "971-7342";
const READS_A_BYTE = 72;

const SHAPES: readonly (readonly [string, Format, (count: number) => string])[] = [
  ["quoted CSV field", "csv", (count) => `a,b\n1,2\n1,"sin ${`${NUMBER}, `.repeat(count)}"\n`],
  ["CSV field", "csv", (count) => `a,b\n1,2\n1,sin ${`${NUMBER} `.repeat(count)}\n`],
  ["CSV field of numbers that touch", "csv", (count) => `a,b\n1,2\n1,${`${NUMBER} x `.repeat(count)}\n`],
  ["CSV record of fields", "csv", (count) => `a,b\n1,2\nsin,${`${NUMBER},`.repeat(count)}\n`],
  ["CSV record under names", "csv", (count) => `sin,b\n1,2\nx,${`${NUMBER},`.repeat(count)}\n`],
  ["JSON string", "ndjson", (count) => `{"a":1}\n{"a":"sin ${`${NUMBER} `.repeat(count)}"}\n`],
  ["JSON string without a word", "ndjson", (count) => `{"a":1}\n{"a":"${`${NUMBER} `.repeat(count)}"}\n`],
  ["JSON string with escapes", "ndjson", (count) => `{"a":1}\n{"a":"${`\\n, ${NUMBER} `.repeat(count)}"}\n`],
  ["JSON list", "ndjson", (count) => `{"a":1}\n{"sin":[${`"${NUMBER}",`.repeat(count)}1]}\n`],
  ["event", "sse", (count) => `data: 1\n\ndata: sin ${`${NUMBER} `.repeat(count)}\n\n`],
];

test.each(SHAPES)("a long %s", (_name, format, write) => {
  const policy = compilePolicy({});
  const glance = vi.spyOn(ContextWords.prototype, "glance");
  const inBytes = vi.spyOn(ContextWords.prototype, "inBytes");
  const wordsIn = vi.spyOn(ContextWords.prototype, "wordsIn");
  try {
    const input = new TextEncoder().encode(write(3000));
    maskWhole(policy, format, input);
    const calls = [...glance.mock.calls, ...inBytes.mock.calls, ...wordsIn.mock.calls];
    const read = calls.reduce((sum, [, start, end]) => sum + end - start, 0);
    expect(read / input.length).toBeLessThan(READS_A_BYTE);
  } finally {
    vi.restoreAllMocks();
  }
});

test("a long CSV record with an escape is looked for once, however many matches stand before it", () => {
  const recordAt = vi.spyOn(CsvBlock.prototype, "recordAt");
  try {
    const input = new TextEncoder().encode(
      `a,b\n1,2\n${"1,jane@acme.com\n".repeat(2000)}1,${"x".repeat(100_000)}\\{\n`,
    );
    maskWhole(compilePolicy({}), "csv", input);
    const read = recordAt.mock.results.reduce((sum, { value: { start, end } }) => sum + end - start, 0);
    expect(read / input.length).toBeLessThan(4);
  } finally {
    vi.restoreAllMocks();
  }
});
