/**
 * The benchmark: definitions in, figures out.
 *
 * Owns the order of things. Knows no corpus, no peer and no kind of measurement by itself.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Catalogue } from "./catalogue.ts";
import type { BenchContext } from "./context.ts";
import { type Definition, type Kind, loadDefinitions } from "./definition.ts";
import { measureCompile, profileCompile, runCompile } from "./kinds/compile.ts";
import { runGrowth } from "./kinds/growth.ts";
import { runHoldback } from "./kinds/holdback.ts";
import { runDrops, runOperators } from "./kinds/operators.ts";
import { runReadings } from "./kinds/readings.ts";
import { measureStreams, runStreams } from "./kinds/streams.ts";
import { runViews } from "./kinds/views.ts";
import { runViewsServer } from "./kinds/views-server.ts";
import { OURS, runThroughput } from "./kinds/throughput.ts";
import { describeMachine, resultsFileName } from "./machine.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { installPeers, PEERS } from "./peers/index.ts";
import { Progress } from "./progress.ts";
import { renderReport } from "./report.ts";
import { FAILED, fromCsv, type Results, type Row, toCsv, withPart } from "./result.ts";
import { toJson, toTable } from "./summary.ts";

const KINDS: Readonly<Record<Kind, (definition: Definition, context: BenchContext) => Promise<Row[]>>> = {
  throughput: runThroughput,
  growth: runGrowth,
  holdback: runHoldback,
  streams: runStreams,
  compile: runCompile,
  views: runViews,
  "views-server": runViewsServer,
  operators: runOperators,
  drops: runDrops,
  readings: runReadings,
};

const CHILDREN: Readonly<Record<string, (catalogue: Catalogue) => Promise<unknown>>> = {
  compile: async (catalogue) => measureCompile(catalogue),
  "compile-profile": profileCompile,
  streams: (catalogue) => measureStreams(catalogue, collector("major")),
};

/** Returns the exit code. */
export async function main(args: readonly string[], benchFolder: string): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\n\n${HELP}`);
    return 2;
  }
  if (options.child !== undefined) {
    const [name, catalogue] = options.child.split(":");
    process.stdout.write(JSON.stringify(await CHILDREN[name](catalogue as Catalogue)));
    return 0;
  }
  try {
    return await ACTIONS[options.action](options, benchFolder);
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : "failed"}\n`);
    return 1;
  }
}

const ACTIONS: Readonly<Record<Options["action"], (options: Options, benchFolder: string) => Promise<number>>> = {
  help: async () => {
    process.stdout.write(HELP);
    return 0;
  },
  list,
  report: async (_, benchFolder) => report(benchFolder),
  "install-peers": async (_, benchFolder) => {
    const failed = installPeers(benchFolder);
    for (const problem of failed) process.stderr.write(`${problem}\n`);
    return failed.length === 0 ? 0 : 1;
  },
  measure,
};

async function list({ only }: Options, benchFolder: string): Promise<number> {
  const context = contextOf(benchFolder, 0);
  for (const { id, question } of choose(benchFolder, only)) process.stdout.write(`${id.padEnd(26)}${question}\n`);
  process.stdout.write("\npeers\n");
  for (const peer of PEERS) {
    const reason = peer.absence(context)?.reason;
    process.stdout.write(`  ${peer.name.padEnd(18)}${reason === undefined ? peer.summary : `absent: ${reason}`}\n`);
  }
  return 0;
}

async function measure({ only, seconds, isJson, isCsv }: Options, benchFolder: string): Promise<number> {
  const definitions = choose(benchFolder, only);
  if (definitions.length === 0) {
    process.stderr.write(`no bench is called ${only.join(" or ")}; --list prints them\n`);
    return 2;
  }
  const machine = describeMachine(benchFolder);
  const progress = new Progress(process.stderr, definitions.length);
  const context = { ...contextOf(benchFolder, seconds), progress: (share: number) => progress.show(share) };
  const rows: Row[] = [];
  for (const definition of definitions) {
    progress.begin(definition.id);
    const own = await runOne(definition, context);
    progress.end();
    rows.push(...own);
    if (!isJson) process.stdout.write(toTable(definition, own));
  }
  const results = { machine, rows };
  if (isJson) process.stdout.write(toJson(definitions, results));
  if (isCsv) {
    const name = resultsFileName(machine);
    const before = only.length === 0 ? undefined : readResults(benchFolder, newestResults(benchFolder));
    mkdirSync(join(benchFolder, "results"), { recursive: true });
    writeFileSync(
      join(benchFolder, "results", name),
      toCsv(before === undefined ? results : withPart(before, results)),
    );
    process.stderr.write(`bench/results/${name}\n`);
  }
  return rows.some(({ metric }) => metric === FAILED) ? 1 : 0;
}

/** A bench that fails has a row that says so; the others still run. */
async function runOne(definition: Definition, context: BenchContext): Promise<Row[]> {
  try {
    return await KINDS[definition.kind](definition, context);
  } catch (error) {
    const note = error instanceof Error ? error.message : "failed";
    return [{ bench: definition.id, subject: OURS, metric: FAILED, value: 0, unit: "", note }];
  }
}

function report(benchFolder: string): number {
  const source = newestResults(benchFolder);
  if (source === undefined) {
    process.stderr.write("bench/results holds no CSV; --csv writes one\n");
    return 2;
  }
  const results = readResults(benchFolder, source);
  const page = renderReport({ definitions: loadDefinitions(benchFolder), results, source });
  writeFileSync(join(benchFolder, "../docs/performance.md"), page);
  return 0;
}

function readResults(benchFolder: string, source: string): Results;
function readResults(benchFolder: string, source: string | undefined): Results | undefined;
function readResults(benchFolder: string, source: string | undefined): Results | undefined {
  return source === undefined ? undefined : fromCsv(readFileSync(join(benchFolder, "results", source), "utf8"));
}

/** File names begin with their date. */
export function newestResults(benchFolder: string): string | undefined {
  const files = readdirSync(join(benchFolder, "results")).filter((file) => file.endsWith(".csv"));
  return files.toSorted().at(-1);
}

function choose(benchFolder: string, only: readonly string[]): Definition[] {
  const isChosen = ({ id, group }: Definition): boolean =>
    only.length === 0 || only.includes(id) || only.includes(group);
  return loadDefinitions(benchFolder).filter(isChosen);
}

function contextOf(benchFolder: string, seconds: number): BenchContext {
  const buildFolder = join(benchFolder, ".build");
  mkdirSync(buildFolder, { recursive: true });
  return {
    benchFolder,
    buildFolder,
    seconds,
    progress() {},
    collect: collector("minor"),
    child: async (name, catalogue) => {
      const words = [join(benchFolder, "run.mjs"), "--child", `${name}:${catalogue}`];
      const { stdout, status } = spawnSync(process.execPath, words);
      if (status !== 0) throw new Error(`the measurement of ${name} failed`);
      return JSON.parse(stdout.toString()) as unknown;
    },
  };
}

/**
 * Minor ones between measurements: a full one shrinks the heap, and whoever runs next would pay for its growth.
 */
function collector(type: "major" | "minor"): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { type: string }) => void;
  return () => collect({ type });
}
