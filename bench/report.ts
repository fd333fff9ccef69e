/**
 * docs/performance.md from one CSV.
 *
 * Owns the page; a bar that is not met is printed as such. Never measures.
 */
import { type Judged, judge, limitOf } from "./bars.ts";
import type { Definition, Kind } from "./definition.ts";
import { OURS, RATIO, SHARE, SPEED } from "./kinds/throughput.ts";
import { PEERS } from "./peers/index.ts";
import type { Results, Row } from "./result.ts";
import { isRemark, shownRows } from "./summary.ts";

export interface ReportInput {
  readonly definitions: readonly Definition[];
  readonly results: Results;
  /** Name of the CSV, without folder. */
  readonly source: string;
}

export function renderReport({ definitions, results, source }: ReportInput): string {
  const { machine, rows } = results;
  const measured = definitions.filter(({ id }) => rows.some(({ bench }) => bench === id));
  const groups = [...new Set(measured.map(({ group }) => group))];
  return [
    "# Performance",
    "",
    `Generated from \`bench/results/${source}\` by \`npm run bench -- --report\`; do not edit. Measured on ${machine.date} at commit`,
    `${machine.commit}: ${machine.cpu}, Node ${machine.node}.`,
    "",
    "Times are CPU times, so a busy machine disturbs them less; ratios within one run are what to look at. Every answer is",
    "checked before it is timed: maskwire's output equals the generator's gold byte for byte, a peer's output holds none of",
    "the values. Corpora are seeded and made by `bench/corpora`.",
    "",
    "## Bars",
    "",
    "| bench | figure | measured | bar | stretch | |",
    "|---|---|---|---|---|---|",
    ...judge(definitions, rows).map(barRow),
    "",
    ...groups.flatMap((group) => [
      `## ${group.charAt(0).toUpperCase()}${group.slice(1)}`,
      "",
      ...measured
        .filter((definition) => definition.group === group)
        .flatMap((definition) =>
          renderBench(
            definition,
            rows.filter(({ bench }) => bench === definition.id),
          ),
        ),
    ]),
    "## Peers",
    "",
    "All peers get the shapes of `bench/peers/patterns.ts`, those of the twelve oldest detectors; maskwire looks for all. Theirs are without",
    "validators, context words, other scripts, zero-width characters and percent escapes, all of which maskwire's figures",
    "include.",
    "",
    "| peer | what is measured |",
    "|---|---|",
    ...PEERS.map(({ name, summary }) => `| ${name} | ${summary} |`),
    "",
    "## Run it",
    "",
    "`npm run build && npm run bench` measures what is installed; `npm run bench -- --install-peers` installs the rest,",
    "`npm run bench -- --help` lists the options, `npm run bench -- --csv` keeps the figures.",
    "",
  ].join("\n");
}

function barRow({ definition, bar, worst, verdict }: Judged): string {
  const figure = [bar.metric, bar.subject ?? ""].join(" ").trim();
  const stretch = limitOf(
    bar.atLeast === undefined ? { ...bar, atMost: bar.stretch } : { ...bar, atLeast: bar.stretch },
  );
  const measured = worst === undefined ? "" : String(worst.value);
  const verdictText = verdict === "stretch" ? "met, stretch too" : verdict;
  const shown = verdict.startsWith("not") ? `**${verdictText}**` : verdictText;
  return `| ${definition.id} | ${figure} | ${measured} | ${limitOf(bar)} | ${stretch} | ${shown} |`;
}

function renderBench(definition: Definition, rows: readonly Row[]): string[] {
  const shares = rows.filter(({ metric }) => metric === SHARE);
  const figures = rows.filter(({ metric }) => metric !== SHARE);
  const table = (TABLES[definition.kind] ?? figureTable)(shownRows(definition, figures));
  const isMissed = judge([definition], rows).some(({ verdict }) => verdict === "not met");
  const profile = isMissed && shares.length > 0 ? profileTable(definition, rows, shares) : [];
  const own = rows[0]?.machine;
  const when =
    own === undefined ? "" : ` Measured on ${own.date} at commit ${own.commit}: ${own.cpu}, Node ${own.node}.`;
  return [`**${definition.id}.** ${definition.question}${when}`, "", ...table, "", ...profile];
}

const TABLES: Partial<Readonly<Record<Kind, (rows: readonly Row[]) => string[]>>> = {
  throughput: throughputTable,
  readings: optionTable,
};

/** Why a bar is not met: which module takes how much of a byte, or of the whole where no bytes are counted. */
function profileTable({ id }: Definition, rows: readonly Row[], shares: readonly Row[]): string[] {
  const speed = rows.find(({ subject, metric }) => subject === OURS && metric === SPEED);
  const cost = (share: number): string => (speed === undefined ? "" : ((1000 / speed.value) * share).toFixed(2));
  return [
    `Where the time of ${id} goes, by module of \`src/core\`, of V8's sampling profiler:`,
    "",
    "| module | share | ns a byte | most of it in |",
    "|---|---|---|---|",
    ...shares.map(
      ({ subject, value, note }) => `| ${subject} | ${(value * 100).toFixed(1)} % | ${cost(value)} | ${note} |`,
    ),
    "",
  ];
}

function throughputTable(rows: readonly Row[]): string[] {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const cell = (subject: string, metric: string): string =>
    String(rows.find((row) => row.subject === subject && row.metric === metric)?.value ?? "");
  return [
    "| | MB per CPU second | maskwire ÷ it | |",
    "|---|---|---|---|",
    ...subjects.map((subject) => {
      const [first] = rows.filter((row) => row.subject === subject);
      const remark = isRemark(first) ? `${first.metric}: ${first.note}` : first.note;
      return `| ${subject} | ${cell(subject, SPEED)} | ${cell(subject, RATIO)} | ${remark} |`;
    }),
  ];
}

/** One option a line, one metric a column. */
function optionTable(rows: readonly Row[]): string[] {
  const metrics = [...new Set(rows.map(({ metric }) => metric))];
  const find = (subject: string, metric: string): Row | undefined =>
    rows.find((row) => row.subject === subject && row.metric === metric);
  const head = metrics.map((metric) => `${metric}, ${rows.find((row) => row.metric === metric)?.unit}`);
  return [
    `| option | ${head.join(" | ")} |`,
    `|---|${metrics.map(() => "---|").join("")}`,
    ...[...new Set(rows.map(({ subject }) => subject))].map(
      (subject) => `| ${code(subject)} | ${metrics.map((metric) => find(subject, metric)?.value ?? "").join(" | ")} |`,
    ),
  ];
}

function figureTable(rows: readonly Row[]): string[] {
  return [
    "| | figure | value | unit | |",
    "|---|---|---|---|---|",
    ...rows.map(
      ({ subject, metric, value, unit, note }) => `| ${code(subject)} | ${metric} | ${value} | ${unit} | ${note} |`,
    ),
  ];
}

/** Patterns are full of what a table takes for its own. */
function code(subject: string): string {
  return /^[\w -]+$/.test(subject) ? subject : `\`${subject.replaceAll("|", String.raw`\|`)}\``;
}
