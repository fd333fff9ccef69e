/**
 * `npm run eval`: how good the detectors are on texts of others.
 *
 * Owns the order of things: every corpus that is there, the figures into results.csv, and docs/detectors.md from them.
 */
import { randomInt } from "node:crypto";
import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describeMachine } from "../machine.ts";
import { type Row, toCsv } from "../result.ts";
import { CORPORA } from "./corpora.ts";
import { judge, missingOf, type Shared } from "./judge.ts";
import { renderDetectors, RESULTS } from "./page.ts";
import { summarize } from "./summary.ts";

const HELP = `npm run eval [-- --seed N]

Judges \`maskwire detect\` by the corpora that lie beside this repository, in ../shared, and writes
${RESULTS} and docs/detectors.md. The log is another one each time; --seed makes a certain one.
`;

/** Returns the exit code. */
export function main(args: readonly string[], repository: string): number {
  const seed = readSeed(args);
  if (seed === undefined) {
    process.stderr.write(HELP);
    return 2;
  }
  const shared = { repository, folder: realFolder(join(repository, "../shared")), seed };
  const rows = judgeAll(shared);
  if (rows === undefined) return 0;
  const results = { machine: describeMachine(join(repository, "bench")), rows };
  writeFileSync(join(repository, RESULTS), toCsv(results));
  writeFileSync(join(repository, "docs/detectors.md"), renderDetectors(results));
  process.stdout.write(summarize(rows));
  return 0;
}

/** The judge runs only by the name that its file really has. */
function realFolder(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

const SEEDS = 1_000_000;

function readSeed([option, value, ...others]: readonly string[]): number | undefined {
  if (option === undefined) return randomInt(SEEDS);
  const isSeed = option === "--seed" && /^\d{1,9}$/.test(value ?? "") && others.length === 0;
  return isSeed ? Number(value) : undefined;
}

/** Undefined when a corpus is absent: figures of some are not written over figures of all. */
function judgeAll(shared: Shared): Row[] | undefined {
  const missing = new Set(CORPORA.flatMap((corpus) => missingOf(corpus, shared) ?? []));
  for (const path of missing) process.stderr.write(`eval: skipped, nothing is written: ${path} is absent\n`);
  if (missing.size > 0) return undefined;
  return CORPORA.flatMap((corpus) => judge(corpus, shared));
}
