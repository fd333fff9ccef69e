import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadDefinitions } from "../../bench/definition.ts";
import { newestResults } from "../../bench/main.ts";
import { renderReport } from "../../bench/report.ts";
import { ABSENT, FAILED, fromCsv, type Row } from "../../bench/result.ts";

const BENCH_FOLDER = fileURLToPath(new URL("../../bench/", import.meta.url));
const definitions = loadDefinitions(BENCH_FOLDER);
const machine = { date: "2026-01-31", cpu: "Test CPU", node: "v20.0.0", commit: "abc1234" };

function row(bench: string, rest: Partial<Row>): Row {
  return { bench, subject: "maskwire", metric: "speed", value: 1, unit: "", note: "", ...rest };
}

function render(rows: readonly Row[]): string {
  return renderReport({ definitions, results: { machine, rows }, source: "x.csv" });
}

describe("docs/performance.md", () => {
  it("is what the newest results say", async () => {
    const source = newestResults(BENCH_FOLDER) as string;
    const results = fromCsv(readFileSync(`${BENCH_FOLDER}results/${source}`, "utf8"));
    const page = renderReport({ definitions, results, source });
    await expect(page).toMatchFileSnapshot("../../docs/performance.md");
  });

  it("says where the figures come from", () => {
    const page = render([row("scan/text-sparse", {})]);
    for (const fact of ["bench/results/x.csv", "2026-01-31", "abc1234", "Test CPU", "v20.0.0"])
      expect(page).toContain(fact);
  });

  it.each([
    [{ subject: "hyperscan", metric: "ratio", value: 0.9 }, "| ratio hyperscan | 0.9 | ≥ 1 | ≥ 2 | **not met** |"],
    [{ subject: "hyperscan", metric: "ratio", value: 1.2 }, "| ratio hyperscan | 1.2 | ≥ 1 | ≥ 2 | met |"],
    [{ subject: "hyperscan", metric: "ratio", value: 2 }, "| ratio hyperscan | 2 | ≥ 1 | ≥ 2 | met, stretch too |"],
    [{ subject: "hyperscan", metric: ABSENT, note: "why" }, "| ratio hyperscan |  | ≥ 1 | ≥ 2 | **not measured** |"],
    [{ subject: "hyperscan", metric: ABSENT, note: "why" }, "| hyperscan |  |  | absent: why |"],
    [{ metric: FAILED, note: "line 3 is wrong" }, "| maskwire |  |  | failed: line 3 is wrong |"],
  ])("is honest: %j", (figure, line) => {
    expect(render([row("scan/text-sparse", figure)])).toContain(line);
  });

  it("has a line for each option that costs, and says of a part when it was measured", () => {
    const time = { metric: "time", unit: "of the default policy's time" };
    const own = { ...machine, date: "2026-02-01", commit: "def5678" };
    const page = render([
      row("scan/text-sparse", {}),
      row("readings/text", { ...time, subject: "crossLine", value: 1.25, machine: own }),
      row("readings/text", { metric: "held at most", subject: "crossLine", value: 70, unit: "bytes", machine: own }),
    ]);
    expect(page).toContain("| option | time, of the default policy's time | held at most, bytes |\n|---|---|---|\n");
    expect(page).toContain("| crossLine | 1.25 | 70 |");
    expect(page).toContain("Measured on 2026-02-01 at commit def5678");
  });

  it("shows patterns as code, bars of tables escaped", () => {
    const page = render([row("growth/user-patterns", { subject: "(?:a|a)*b", metric: "growth", value: 1 })]);
    expect(page).toContain(String.raw`| ${"`"}(?:a\|a)*b${"`"} | growth | 1 |`);
  });
});
