import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RE2 } from "re2-wasm";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { checkAnswer } from "../../bench/answer.ts";
import { judge, limitOf } from "../../bench/bars.ts";
import { CORPORA, openCorpus } from "../../bench/corpora/index.ts";
import { fullDetectors } from "../../bench/catalogue.ts";
import { HOSTILE_PATTERNS } from "../../bench/corpora/hostile-patterns.ts";
import { type Definition, loadDefinitions, readDefinitions } from "../../bench/definition.ts";
import { resultsFileName } from "../../bench/machine.ts";
import { parseOptions } from "../../bench/options.ts";
import { PEERS } from "../../bench/peers/index.ts";
import type { Peer } from "../../bench/peers/peer.ts";
import { ALTERNATION, OURS_ALONE, PATTERNS, patternsOf } from "../../bench/peers/patterns.ts";
import { ABSENT, FAILED, fromCsv, withPart, type Row, toCsv } from "../../bench/result.ts";
import { quantile } from "../../bench/statistics.ts";
import { toJson, toTable } from "../../bench/summary.ts";
import { BUILT_IN } from "../../src/core/detectors/index.ts";

const BENCH_FOLDER = fileURLToPath(new URL("../../bench/", import.meta.url));
const MACHINE = { date: "2026-01-31", cpu: 'Test "CPU", 2 cores', node: "v20.0.0", commit: "abc1234" };
const ENTITIES = Object.keys(PATTERNS);

function row(value: number, rest: Partial<Row> = {}): Row {
  return { bench: "scan/x", subject: "peer", metric: "ratio", value, unit: "", note: "", ...rest };
}

function definition(bars: Definition["bars"]): Definition {
  const toml = 'group = "scan"\n[[bench]]\nname = "x"\nquestion = "?"\nkind = "throughput"';
  return { ...readDefinitions(toml, "x.toml")[0], bars };
}

describe("the definitions of the benchmark", () => {
  const definitions = loadDefinitions(BENCH_FOLDER);

  it("name each bench once, and only corpora and peers that exist", () => {
    expect(new Set(definitions.map(({ id }) => id)).size).toBe(definitions.length);
    const peers = new Set(PEERS.map(({ name }) => name));
    for (const { kind, corpus, peers: own } of definitions) {
      if (kind === "throughput" || kind === "holdback") expect(CORPORA).toContain(corpus);
      for (const peer of own) expect(peers).toContain(peer);
    }
  });

  it("ask a question each", () => {
    for (const { question } of definitions) expect(question).toMatch(/^How .*\?$/);
  });

  it.each([
    ['group = "x"\n[[bench]]\nname = "a"\nquestion = "?"\nkind = "growth"\ncolour = 1', "unknown key colour"],
    ['group = "x"\n[[bench]]\nname = "a"\nquestion = "?"', "no kind"],
    ['group = "x"\n[[bench]]\nname = "a"\nquestion = "?"\nkind = "taste"', "no kind taste"],
    ['group = "x"', "bench is missing"],
    [
      'group = "x"\n[[bench]]\nname = "a"\nquestion = "?"\nkind = "growth"\nbars = [{ metric = "a", atleast = 1 }]',
      "unknown key atleast",
    ],
  ])("refuse what would take no effect: %j", (toml, problem) => {
    expect(() => readDefinitions(toml, "x.toml")).toThrow(problem);
  });
});

describe("the peers of the benchmark", () => {
  const buildFolder = mkdtempSync(join(tmpdir(), "maskwire-bench-"));
  afterAll(() => rmSync(buildFolder, { recursive: true }));
  const context = { buildFolder, benchFolder: BENCH_FOLDER, patterns: PATTERNS };
  const skipAbsent = (peer: Peer, skip: TestContext["skip"]): void => {
    const absence = peer.absence(context);
    skip(absence !== undefined, absence?.reason);
  };

  it("have a pattern for each built-in entity whose values stand for themselves; we look for the others as well", () => {
    const entities = BUILT_IN.map(({ entity }) => entity).filter((entity) => !OURS_ALONE.includes(entity));
    expect(ENTITIES.toSorted()).toEqual(entities.toSorted());
  });

  it.each(ENTITIES)("get a pattern that finds every value of the corpus whole: %s", (entity) => {
    const values = openCorpus("dense", 500_000).gold.filter((gold) => gold.entity === entity);
    const pattern = new RegExp(`^(?:${PATTERNS[entity]})$`);
    expect(values.filter(({ value }) => !pattern.test(value))).toEqual([]);
    expect(values.length).toBeGreaterThan(0);
  });

  it("get patterns that RE2 takes", () => {
    expect(() => new RE2(ALTERNATION, "u")).not.toThrow();
  });

  it("get a pattern for every detector of the full catalogue, which RE2 takes and which finds what the detector does", () => {
    const patterns = patternsOf("full");
    for (const { entity, hits } of fullDetectors()) {
      const pattern = new RE2(patterns[entity], "u");
      const found = hits.filter((hit) => pattern.test(hit));
      expect(found.length, entity).toBeGreaterThan(0);
    }
    expect(Object.keys(patterns).toSorted()).toEqual(
      [...new Set(fullDetectors().map(({ entity }) => entity))].toSorted(),
    );
  });

  it.for(PEERS)("are held to their answer in the full catalogue, too: $name", async (peer, { skip }) => {
    skipAbsent(peer, skip);
    const corpus = openCorpus("dense", 30_000);
    const run = await (await peer.open(corpus, { ...context, patterns: patternsOf("full") })).run(true);
    expect(() => checkAnswer(peer.name, peer.answer, { corpus, run })).not.toThrow();
  });

  it.for(PEERS)("are held to their answer where they are present: $name", async (peer, { skip }) => {
    skipAbsent(peer, skip);
    const corpus = openCorpus("dense", 30_000);
    const run = await (await peer.open(corpus, context)).run(true);
    expect(() => checkAnswer(peer.name, peer.answer, { corpus, run })).not.toThrow();
    expect(run.cpuSeconds).toBeGreaterThanOrEqual(0);
  });

  it("offer fifty hostile patterns", () => {
    expect(HOSTILE_PATTERNS).toHaveLength(50);
  });
});

describe("the check of an answer", () => {
  const corpus = openCorpus("dense", 5000);
  const run = (output: Uint8Array): { cpuSeconds: number; output: Uint8Array } => ({ cpuSeconds: 1, output });

  it.each([
    ["exact", corpus.expected, undefined],
    ["exact", corpus.text, "line 1 is not what the gold says"],
    ["exact", corpus.expected.subarray(1), "is not what the gold says"],
    ["same", corpus.text, undefined],
    ["masked", corpus.expected, undefined],
    ["masked", corpus.text, "values left"],
    ["masked", new Uint8Array(), "0 lines instead of"],
    ["lines", corpus.text, undefined],
    ["lines", corpus.text.subarray(0, 10), "1 lines instead of"],
  ] as const)("says no to what is wrong, and names no value: %s %#", (answer, output, problem) => {
    const check = (): void => checkAnswer("peer", answer, { corpus, run: run(output) });
    if (problem === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(problem);
    for (const { value } of corpus.gold) expect(String(problem)).not.toContain(value);
  });

  it("counts ends", () => {
    const check = (matches: number) => (): void =>
      checkAnswer("peer", "ends", { corpus, run: { cpuSeconds: 1, matches } });
    expect(check(corpus.gold.length)).not.toThrow();
    expect(check(corpus.gold.length - 1)).toThrow("ends for");
  });
});

describe("results of the benchmark", () => {
  it("are the same after being written as CSV and read", () => {
    const rows = [row(1.25, { note: 'a "quoted", note' }), row(0, { metric: ABSENT, note: "not installed" }), row(3)];
    expect(fromCsv(toCsv({ machine: MACHINE, rows }))).toEqual({ machine: MACHINE, rows });
  });

  it("take a part that was measured anew, which keeps its own date and commit", () => {
    const later = { ...MACHINE, date: "2026-02-01", commit: "def5678" };
    const [whole, part] = [row(1), { ...row(2), bench: "scan/y" }];
    const both = withPart({ machine: MACHINE, rows: [whole, { ...part, value: 9 }] }, { machine: later, rows: [part] });
    expect(both).toEqual({ machine: MACHINE, rows: [whole, { ...part, machine: later }] });
    expect(fromCsv(toCsv(both))).toEqual(both);
  });

  it("are refused when the columns are others", () => {
    expect(() => fromCsv("a,b\n1,2\n")).toThrow("other columns");
  });

  it("are named by date and machine", () => {
    expect(resultsFileName(MACHINE)).toBe("2026-01-31-test-cpu-2-cores.csv");
  });

  it.each([
    [{ metric: "ratio", atLeast: 1, stretch: 2 }, [3, 0.9], "not met", "≥ 1"],
    [{ metric: "ratio", atLeast: 1, stretch: 2 }, [3, 1], "met", "≥ 1"],
    [{ metric: "ratio", atLeast: 1, stretch: 2 }, [3, 2], "stretch", "≥ 1"],
    [{ metric: "ratio", atMost: 8, stretch: 6 }, [3, 9], "not met", "≤ 8"],
    [{ metric: "ratio", atMost: 8, stretch: 6 }, [3, 7], "met", "≤ 8"],
    [{ metric: "ratio", atMost: 8, stretch: 6 }, [3, 6], "stretch", "≤ 8"],
    [{ metric: "ratio", subject: "other", atLeast: 1, stretch: 2 }, [3], "not measured", "≥ 1"],
  ])("are judged by their worst row: %j of %j is %s", (bar, values, verdict, limit) => {
    const [judged] = judge(
      [definition([bar])],
      values.map((value) => row(value)),
    );
    expect(judged.verdict).toBe(verdict);
    expect(limitOf(bar)).toBe(limit);
  });

  it("give a ratio against every present peer, and say who was absent and why", () => {
    const bar = { metric: "ratio", subject: "peer", atLeast: 1, stretch: 2 };
    const rows = [
      row(1.5),
      row(0, { subject: "other", metric: ABSENT, note: "not installed" }),
      row(0, { subject: "maskwire", metric: FAILED, note: "line 3" }),
    ];
    const { benches } = JSON.parse(toJson([definition([bar])], { machine: MACHINE, rows })) as { benches: unknown[] };
    expect(benches).toMatchObject([
      {
        ratio: { peer: 1.5 },
        absent: { other: "not installed" },
        failed: { maskwire: "line 3" },
        bars: [{ value: 1.5, verdict: "met" }],
      },
    ]);
    expect(toTable(definition([bar]), rows)).toContain("absent: not installed");
  });

  it("know quantiles", () => {
    expect([0, 0.5, 0.99, 1].map((share) => quantile([5, 1, 4, 2, 3], share))).toEqual([1, 3, 5, 5]);
  });
});

describe("the command line of the benchmark", () => {
  it.each([
    [["--only", "scan", "--json"], { action: "measure", only: ["scan"], isJson: true, seconds: 10 }],
    [["--list"], { action: "list" }],
    [["--report"], { action: "report" }],
    [["--seconds", "0.5", "--csv"], { seconds: 0.5, isCsv: true }],
    [["--only", "scan", "--csv"], { only: ["scan"], isCsv: true }],
  ])("is read: %j", (args, expected) => {
    expect(parseOptions(args)).toMatchObject(expected);
  });

  it.each([
    [["--sconds", "1"], "--sconds"],
    [["--seconds", "0"], "--seconds"],
    [["--seconds", "many"], "--seconds"],
    [["--list", "--report"], "do not go together"],
    [["scan"], "scan"],
  ])("refuses what it does not know: %j", (args, problem) => {
    expect(parseOptions(args)).toContain(problem);
  });
});
