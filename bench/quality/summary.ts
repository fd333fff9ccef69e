/**
 * Figures of the evaluation, put together.
 *
 * Owns the sums: what belongs together over corpora and what must not be mixed.
 */
import type { Row } from "../result.ts";
import { CORPORA, LOG } from "./corpora.ts";
import { ALL } from "./judge.ts";

/** What is known of one entity; undefined where no corpus says anything. */
export interface Measured {
  /** Labelled values of all corpora. */
  readonly values: number;
  /** Share of findings that were right. */
  readonly precision: number | undefined;
  /** Share of values that were found. */
  readonly recall: number | undefined;
  /** Share of letters and digits of values that stayed readable. */
  readonly leak: number | undefined;
  /** Findings where nothing was to be found, per MB of the log. */
  readonly falsePerMegabyte: number | undefined;
}

/** One type or entity, over all corpora that label it. */
export function measure(rows: readonly Row[], subject: string): Measured {
  const own = rows.filter((row) => row.subject === subject && isCounted(row));
  const sum = (metric: string, among: readonly Row[] = own): number =>
    among.filter((row) => row.metric === metric).reduce((total, { value }) => total + value, 0);
  const complete = own.filter(({ bench }) => CORPORA.find(({ name }) => name === bench)?.isComplete === true);
  const values = sum("values");
  const right = sum("right", complete) + sum("hidden", complete);
  const findings = sum("findings", complete) + sum("hidden", complete) + sum("hit", complete);
  const inLog = rows.filter(({ bench }) => bench === LOG);
  const hasLog = inLog.some((row) => row.subject === subject && row.metric === "values" && row.value > 0);
  return {
    values,
    precision: findings === 0 ? undefined : right / findings,
    recall: values === 0 ? undefined : (sum("found") + sum("hidden")) / values,
    leak: leakOf(own),
    falsePerMegabyte: hasLog
      ? sum(
          "false",
          inLog.filter((row) => row.subject === subject),
        ) / megabytesOf(inLog)
      : undefined,
  };
}

/** Bare values say nothing about entities that need a word beside them; of what was judged twice one time counts. */
function isCounted({ bench, note }: Row): boolean {
  if (isAgain(bench)) return false;
  const isValues = CORPORA.some(({ name, judgement }) => name === bench && judgement === "values");
  return !isValues || note === "with names";
}

function isAgain(bench: string): boolean {
  return CORPORA.some(({ name, again }) => name === bench && again !== undefined);
}

/** By the number of values; lengths are not known any more. */
function leakOf(own: readonly Row[]): number | undefined {
  let values = 0;
  let readable = 0;
  for (const row of own) {
    if (row.metric !== "leak") continue;
    const count = own.find(({ bench, metric }) => bench === row.bench && metric === "values")?.value ?? 0;
    values += count;
    readable += (count * row.value) / 100;
  }
  return values === 0 ? undefined : readable / values;
}

function megabytesOf(rows: readonly Row[]): number {
  return rows.find(({ subject, metric }) => subject === ALL && metric === "read")?.value ?? Number.NaN;
}

/** What a corpus says as a whole. */
export interface Whole {
  readonly name: string;
  readonly note: string;
  readonly holds: string;
  readonly values: number;
  readonly found: number;
  readonly lookAlikes: number;
  readonly hit: number;
  readonly falsePerMegabyte: number | undefined;
  /** Per cent of the characters outside of labels. */
  readonly overMasked: number | undefined;
}

/** @param isClaimed which subjects count; others are what nobody says to find. */
export function wholes(rows: readonly Row[], isClaimed: (subject: string) => boolean): Whole[] {
  return CORPORA.filter(({ again }) => again === undefined).map(({ name, hasNames, judgement, isComplete, holds }) => {
    const own = rows.filter(
      ({ bench, note }) => bench === name && (judgement === "sentences" || hasNames === (note === "with names")),
    );
    const sum = (metric: string, among: readonly Row[]): number =>
      among.filter((row) => row.metric === metric).reduce((total, { value }) => total + value, 0);
    const claimed = own.filter(({ subject }) => isClaimed(subject));
    const all = own.filter(({ subject }) => subject === ALL);
    return {
      name,
      note: own[0]?.note ?? "",
      holds,
      values: sum("values", claimed),
      found: sum("found", claimed) + sum("hidden", claimed),
      lookAlikes: sum("look-alikes", own),
      hit: sum("hit", own),
      falsePerMegabyte: isComplete && judgement === "sentences" ? sum("false", all) / megabytesOf(own) : undefined,
      overMasked: isComplete ? all.find(({ metric }) => metric === "over-masked")?.value : undefined,
    };
  });
}

/** For a terminal. */
export function summarize(rows: readonly Row[]): string {
  const lines = wholes(rows, () => true).map(({ name, note, values, found, lookAlikes, hit, ...rest }) => {
    const parts = [`${found} of ${values} values`];
    if (lookAlikes > 0) parts.push(`${hit} of ${lookAlikes} look-alikes hit`);
    if (rest.falsePerMegabyte !== undefined) parts.push(`${rest.falsePerMegabyte.toFixed(2)} false findings per MB`);
    return `${[name, note].filter(Boolean).join(", ")}: ${parts.join(", ")}\n`;
  });
  return lines.join("");
}
