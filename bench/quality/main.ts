/**
 * `npm run eval`: how good the detectors are on texts of others.
 *
 * Owns the order of things: every corpus that is there, the figures into a CSV, and docs/detectors.md from it.
 */
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { describeMachine } from "../machine.ts";
import { fromCsv, type Results, toCsv } from "../result.ts";
import { judgeBars, renderBars } from "./bars.ts";
import { CORPORA } from "./corpora.ts";
import { judge, missingOf, type Shared } from "./judge.ts";
import { isClaimed, renderDetectors, RESULTS } from "./page.ts";
import { answer } from "./peers/answering.ts";
import { compare, installNpmPeers } from "./peers/compare.ts";
import { PEER_RESULTS } from "./peers/figures.ts";
import { renderPeers } from "./peers/page.ts";
import { NPM_PEERS, type NpmPeer } from "./peers/peers.ts";
import { summarize } from "./summary.ts";

const HELP = `npm run eval [-- --seed N] [--peers]

Judges \`maskwire detect\` by the corpora that lie beside this repository, in ../shared, and writes
${RESULTS} and docs/detectors.md. The log is another one each time; --seed makes a certain one.
Fails where a bar of bench/quality/bars.ts is not met; skipped where the corpora are absent.

  --peers   compares with npm packages instead: installs them into bench/.peers, which is no part of the repository,
            runs each over the same corpora and writes ${PEER_RESULTS} and docs/detectors.md. Takes minutes.
`;

const OPTIONS = {
  seed: { type: "string" },
  peers: { type: "boolean", default: false },
  // One peer as the process that this command runs.
  peer: { type: "string" },
} as const;

/** Returns the exit code. */
export async function main(args: readonly string[], repository: string): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stderr.write(HELP);
    return 2;
  }
  const benchFolder = join(repository, "bench");
  if (options.peer !== undefined) {
    await answer(options.peer, benchFolder);
    return 0;
  }
  const shared = { repository, folder: realFolder(join(repository, "../shared")), seed: options.seed };
  if (isAbsent(shared)) return 0;
  return options.peers ? comparePeers(shared, benchFolder) : judgeAll(shared, benchFolder);
}

function judgeAll(shared: Shared, benchFolder: string): number {
  const rows = CORPORA.flatMap((corpus) => judge(corpus, shared));
  writeFileSync(join(shared.repository, RESULTS), toCsv({ machine: describeMachine(benchFolder), rows }));
  writePage(shared.repository);
  const judged = judgeBars(rows, isClaimed);
  process.stdout.write(`${summarize(rows)}\n${renderBars(judged)}`);
  return judged.every(({ isMet }) => isMet) ? 0 : 1;
}

function comparePeers(shared: Shared, benchFolder: string): number {
  const missing = installNpmPeers(benchFolder);
  if (missing.length > 0) {
    process.stderr.write(`eval: nothing is written: npm could not install ${missing.join(", ")}\n`);
    return 1;
  }
  const results = { machine: describeMachine(benchFolder), rows: compare(shared, benchFolder) };
  writeFileSync(join(shared.repository, PEER_RESULTS), toCsv(results));
  writePage(shared.repository);
  process.stdout.write(`${renderPeers(results).join("\n")}\n`);
  return 0;
}

function writePage(repository: string): void {
  const read = (path: string): Results => fromCsv(readFileSync(join(repository, path), "utf8"));
  writeFileSync(join(repository, "docs/detectors.md"), renderDetectors(read(RESULTS), read(PEER_RESULTS)));
}

/** The judge runs only by the name that its file really has. */
function realFolder(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

const SEEDS = 1_000_000;

interface Options {
  readonly seed: number;
  readonly peers: boolean;
  readonly peer: NpmPeer | undefined;
}

/** Undefined when something is not understood. */
function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
    const peer = NPM_PEERS.find(({ name }) => name === values.peer);
    const isKnown = /^\d{1,9}$/.test(values.seed ?? "0") && (values.peer === undefined) === (peer === undefined);
    return isKnown ? { seed: Number(values.seed ?? randomInt(SEEDS)), peers: values.peers, peer } : undefined;
  } catch {
    return undefined;
  }
}

/** Says what is absent: figures of some corpora are not written over figures of all. */
function isAbsent(shared: Shared): boolean {
  const missing = new Set(CORPORA.flatMap((corpus) => missingOf(corpus, shared) ?? []));
  for (const path of missing) process.stderr.write(`eval: skipped, nothing is written: ${path} is absent\n`);
  return missing.size > 0;
}
