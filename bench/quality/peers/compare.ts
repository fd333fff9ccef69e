/**
 * `npm run eval -- --peers`: the judge on maskwire and on every peer, over the same corpora.
 *
 * Owns the order of things and what is kept of the figures.
 */
import { join } from "node:path";
import process from "node:process";
import { installedVersion, installPackages } from "../../peers/npm.ts";
import { FAILED, type Row } from "../../result.ts";
import { CORPORA, type Corpus, TYPES } from "../corpora.ts";
import { ALL, judge, type Judged, maskwire, SECRET, type Shared } from "../judge.ts";
import { LIMIT_SECONDS, UNALIGNED } from "./answering.ts";
import { MASKWIRE, nameRow, UNALIGNED_METRIC } from "./figures.ts";
import { NPM_PEERS, type NpmPeer } from "./peers.ts";

/** Size of the log: slow peers read a tenth of a megabyte a second. */
const LOG_MEGABYTES = 2;

const MILLISECONDS = 1000;

/** What peers are compared by; no peer says to find what the others of CORPORA label. */
const COMPARED = CORPORA.filter(({ types }) => types === undefined);

/** Installs what is missing. Returns what could not be had. */
export function installNpmPeers(benchFolder: string): readonly string[] {
  const isMissing = ({ name, version }: NpmPeer): boolean => installedVersion(benchFolder, name) !== version;
  const missing = NPM_PEERS.filter(isMissing);
  if (missing.length === 0) return [];
  process.stderr.write(`eval: installing ${missing.map(specOf).join(", ")}\n`);
  installPackages(benchFolder, missing.map(specOf));
  return missing.filter(isMissing).map(specOf);
}

function specOf({ name, version }: NpmPeer): string {
  return `${name}@${version}`;
}

/** Rows of all, each under its peer's name. Progress goes to the error stream. */
export function compare(shared: Shared, benchFolder: string): Row[] {
  const ways: readonly (readonly [name: string, judged: Judged])[] = [
    [MASKWIRE, { ...maskwire(shared), logMegabytes: LOG_MEGABYTES }],
    ...NPM_PEERS.map(
      ({ name }) => [name, { command: () => commandOf(name, benchFolder), logMegabytes: LOG_MEGABYTES }] as const,
    ),
  ];
  const total = ways.length * COMPARED.length;
  return ways.flatMap(([name, judged], i) =>
    COMPARED.flatMap((corpus, j) => {
      process.stderr.write(`${i * COMPARED.length + j + 1}/${total} ${name}: ${corpus.name}\n`);
      return judgeOne(corpus, shared, judged)
        .filter(({ subject }) => isKept(subject))
        .map((row) => nameRow(row, name));
    }),
  );
}

function commandOf(name: string, benchFolder: string): string {
  return `'${process.execPath}' '${join(benchFolder, "eval.mjs")}' --peer '${name}'`;
}

/** A peer that fails on a corpus has a row that says so; the next corpus may go well. */
function judgeOne(corpus: Corpus, shared: Shared, judged: Judged): Row[] {
  const began = performance.now();
  try {
    let unaligned = 0;
    const rows = judge(corpus, shared, {
      ...judged,
      onErrorStream: (text) => {
        unaligned = Number(text.split(UNALIGNED)[1] ?? 0);
      },
    });
    const note = rows[0]?.note ?? "";
    return [
      ...rows,
      { bench: corpus.name, subject: ALL, metric: UNALIGNED_METRIC, value: unaligned, unit: "texts", note },
    ];
  } catch {
    // What the peer threw may quote the text.
    const seconds = (performance.now() - began) / MILLISECONDS;
    const reason = seconds >= LIMIT_SECONDS ? `over ${LIMIT_SECONDS} s` : "failed";
    process.stderr.write(`eval: ${reason}\n`);
    return [{ bench: corpus.name, subject: ALL, metric: FAILED, value: Math.round(seconds), unit: "s", note: reason }];
  }
}

/** Identity numbers of countries are left out: most peers say to find none. */
function isKept(subject: string): boolean {
  return subject === ALL || subject === SECRET || subject in TYPES;
}
