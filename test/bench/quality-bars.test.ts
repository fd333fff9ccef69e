import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BARS, judgeBars, renderBars } from "../../bench/quality/bars.ts";
import { isClaimed, RESULTS } from "../../bench/quality/page.ts";
import { fromCsv, type Row } from "../../bench/result.ts";
import { REPOSITORY } from "../support/repository.ts";

const { rows } = fromCsv(readFileSync(join(REPOSITORY, RESULTS), "utf8"));

function changed(meant: Partial<Row>, value: number): Row[] {
  const isMeant = (row: Row): boolean =>
    Object.entries(meant).every(([key, wanted]) => row[key as keyof Row] === wanted);
  expect(rows.filter(isMeant)).toHaveLength(1);
  return rows.map((row) => (isMeant(row) ? { ...row, value } : row));
}

function verdict(over: readonly Row[], wanted: { corpus: string; type?: string; figure: string }): boolean | undefined {
  return judgeBars(over, isClaimed).find(
    ({ bar }) => bar.corpus === wanted.corpus && bar.type === wanted.type && bar.figure === wanted.figure,
  )?.isMet;
}

describe("the bars of the evaluation", () => {
  it("each speak of a figure that was recorded", () => {
    for (const { bar, value } of judgeBars(rows, isClaimed)) expect(value, JSON.stringify(bar)).toBeDefined();
  });

  it("are not met where nothing was measured", () => {
    for (const { isMet } of judgeBars([], isClaimed)) expect(isMet).toBe(false);
  });

  it.each([
    [2, true],
    [2.001, false],
  ])("take a leak of %d % as %s", (leak, isMet) => {
    const over = changed({ bench: "presidio-synth-v2", subject: "EMAIL", metric: "leak" }, leak);
    expect(verdict(over, { corpus: "presidio-synth-v2", type: "EMAIL", figure: "leak" })).toBe(isMet);
  });

  it("count a value that was missed, and a finding that was wrong", () => {
    const wanted = { corpus: "presidio-synth-v2", type: "US_SSN", figure: "F1" };
    expect(verdict(rows, wanted)).toBe(true);
    expect(verdict(changed({ bench: wanted.corpus, subject: "US_SSN", metric: "found" }, 5), wanted)).toBe(false);
    expect(verdict(changed({ bench: wanted.corpus, subject: "US_SSN", metric: "right" }, 5), wanted)).toBe(false);
  });

  it("count false findings per megabyte of the log", () => {
    const wanted = { corpus: "log", figure: "false" };
    const read = rows.find(({ bench, metric }) => bench === "log" && metric === "read")?.value ?? 0;
    const all = { bench: "log", subject: "all", metric: "false" };
    expect(verdict(changed(all, Math.floor(read)), wanted)).toBe(true);
    expect(verdict(changed(all, Math.floor(read) + 1), wanted)).toBe(false);
  });

  it("are a line each on a terminal", () => {
    const lines = renderBars(judgeBars([], isClaimed)).trimEnd().split("\n");
    expect(lines).toHaveLength(BARS.length);
    for (const line of lines) expect(line).toMatch(/^NOT MET .*: not measured, at (?:least|most) [\d.]+$/);
  });
});
