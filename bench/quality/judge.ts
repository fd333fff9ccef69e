/**
 * Runs one corpus through the shared judge.
 *
 * Owns how the judge is called and what its answer means. The judge runs `maskwire detect` and never sees the library.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Corpus, LOG, NAMES_ELSEWHERE, TYPES } from "./corpora.ts";
import type { Row } from "../result.ts";

/** Who is judged, and on how much. */
export interface Judged {
  /** Shell command that reads `{"id","text"}` a line and writes `{"id","spans"}` a line. */
  command(corpus: Corpus): string;
  /** Size of the log that is made. */
  readonly logMegabytes: number;
  /** What the command wrote to its error stream, when all went well. */
  readonly onErrorStream?: (text: string) => void;
}

/** The built command, on a log as large as its rates ask for. */
export function maskwire(shared: Shared): Judged {
  return { command: (corpus) => commandOf(corpus, shared), logMegabytes: 10 };
}

/** Where judge and corpora lie: beside the repository. */
export interface Shared {
  readonly repository: string;
  readonly folder: string;
  readonly seed: number;
}

/** What is missing to judge this corpus; undefined when nothing is. */
export function missingOf(corpus: Corpus, shared: Shared): string | undefined {
  const wanted = [toolOf(shared, "eval"), textsOf(corpus) === LOG ? toolOf(shared, "gen-log") : dataOf(corpus, shared)];
  return wanted.find((path) => !existsSync(path));
}

/** @throws Error when the judge or the judged fails. */
export function judge(corpus: Corpus, shared: Shared, judged: Judged = maskwire(shared)): Row[] {
  const scratch = mkdtempSync(join(tmpdir(), "maskwire-eval-"));
  try {
    const isLog = textsOf(corpus) === LOG;
    const data = isLog ? makeLog(shared, scratch, judged.logMegabytes) : dataOf(corpus, shared);
    const report = join(scratch, "report.json");
    const { types = Object.keys(TYPES) } = corpus;
    const flags =
      corpus.judgement === "values"
        ? ["--cover", ...(corpus.hasNames ? ["--prefix"] : [])]
        : ["--types", types.join(",")];
    const { logMegabytes, onErrorStream } = judged;
    const stderr = run([
      toolOf(shared, "eval"),
      ...flags,
      "--data",
      data,
      "--cmd",
      judged.command(corpus),
      "--json",
      report,
    ]);
    onErrorStream?.(stderr);
    const answer: unknown = JSON.parse(readFileSync(report, "utf8"));
    const note = isLog ? `${logMegabytes} MB, seed ${shared.seed}` : corpus.hasNames ? "with names" : "";
    const rows = corpus.judgement === "values" ? readCover(answer as Cover) : readQuality(answer as Quality, types);
    return rows.map((row) => ({ bench: corpus.name, note, ...row }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeLog(shared: Shared, scratch: string, megabytes: number): string {
  const gold = join(scratch, "gold.jsonl");
  const size = ["--mb", String(megabytes), "--seed", String(shared.seed)];
  run([toolOf(shared, "gen-log"), ...size, "--out", join(scratch, "log.ndjson"), "--gold", gold]);
  return gold;
}

function commandOf({ policy }: Corpus, { repository }: Shared): string {
  const config = join(repository, "bench/quality/policy.yaml");
  return `'${process.execPath}' '${join(repository, "dist/node/main.js")}' detect --config '${config}' --policy ${policy}`;
}

/** Returns what went to the error stream. */
function run(args: readonly string[]): string {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  return stderr;
}

function textsOf({ name, data = name }: Corpus): string {
  return data;
}

function toolOf({ folder }: Shared, name: string): string {
  return join(folder, "tools", `${name}.mjs`);
}

function dataOf(corpus: Corpus, { folder }: Shared): string {
  return join(folder, "data/pii", `${textsOf(corpus)}.dev.jsonl`);
}

type Figure = Pick<Row, "subject" | "metric" | "value" | "unit">;

/** Where the judge keeps what belongs to no type. */
const TOTAL = "__all";

interface Quality {
  readonly groups: {
    readonly all: Readonly<Record<string, TypeFigures>> & {
      readonly [TOTAL]: { readonly overMask: number; readonly offSpans: number; readonly bytes: number };
    };
  };
}

interface TypeFigures {
  readonly gold: number;
  readonly pred: number;
  readonly P: number | null;
  readonly R: number | null;
  readonly Plenient: number | null;
  readonly leak: number | null;
}

/** Subject of the figures that belong to no type. */
export const ALL = "all";
/** Subject of secrets of every kind. */
export const SECRET = "SECRET";

/** Counts where there are some, so that corpora can be added up. */
function readQuality({ groups: { all } }: Quality, types: readonly string[]): Figure[] {
  const { offSpans, bytes, overMask } = all[TOTAL];
  const megabytes = { subject: ALL, metric: "read", value: bytes / 1e6, unit: "MB" };
  return [
    ...types.flatMap((type) => readType(type, all[type])),
    megabytes,
    { subject: ALL, metric: "false", value: offSpans, unit: "findings" },
    { subject: ALL, metric: "over-masked", value: rounded(100 * overMask), unit: "%" },
  ];
}

function readType(subject: string, { gold, pred, P, R, Plenient, leak }: TypeFigures): Figure[] {
  const count = (metric: string, value: number): Figure => ({ subject, metric, value, unit: "values" });
  const share = (metric: string, value: number): Figure => ({
    subject,
    metric,
    value: rounded(100 * value),
    unit: "%",
  });
  return [
    count("values", gold),
    count("found", Math.round(gold * (R ?? 0))),
    count("findings", pred),
    count("right", Math.round(pred * (P ?? 0))),
    count("false", Math.round(pred * (1 - (Plenient ?? 1)))),
    ...(leak === null ? [] : [share("leak", leak)]),
  ];
}

interface Cover {
  readonly by: Readonly<Record<string, CoverFigures>>;
}

interface CoverFigures {
  readonly gold: number;
  readonly full: number;
  readonly neg: number;
  readonly hit: number;
}

function readCover({ by }: Cover): Figure[] {
  const joined = new Map<string, CoverFigures>();
  for (const [name, one] of Object.entries(by)) {
    const subject = name === ALL ? SECRET : (NAMES_ELSEWHERE[name] ?? name);
    const known = joined.get(subject) ?? { gold: 0, full: 0, neg: 0, hit: 0 };
    joined.set(subject, {
      gold: known.gold + one.gold,
      full: known.full + one.full,
      neg: known.neg + one.neg,
      hit: known.hit + one.hit,
    });
  }
  return [...joined].flatMap(([subject, { gold, full, neg, hit }]) =>
    Object.entries({ values: gold, hidden: full, "look-alikes": neg, hit }).map(([metric, value]) => ({
      subject,
      metric,
      value,
      unit: "values",
    })),
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
