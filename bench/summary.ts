/** Results for whoever runs the command: a table for people, an object for programs. Owns both forms. */
import { judge, limitOf } from "./bars.ts";
import type { Definition } from "./definition.ts";
import { RATIO, SHARE, SPEED } from "./kinds/throughput.ts";
import { ABSENT, FAILED, type Results, type Row } from "./result.ts";

/** Of benches with many rows the table shows the worst; the CSV has all. */
const SHOWN_ROWS = 8;

export function toJson(definitions: readonly Definition[], { machine, rows }: Results): string {
  const benches = definitions.map((definition) => {
    const { id, question, corpus, format } = definition;
    const own = rows.filter(({ bench }) => bench === id);
    const byMetric = (metric: string): Record<string, number> =>
      Object.fromEntries(own.filter((row) => row.metric === metric).map(({ subject, value }) => [subject, value]));
    return {
      bench: id,
      question,
      corpus,
      format,
      ...(definition.kind === "throughput"
        ? { mbPerCpuSecond: byMetric(SPEED), ratio: byMetric(RATIO), share: byMetric(SHARE) }
        : { figures: own.filter((row) => !isRemark(row)).map(figureOf) }),
      absent: notesOf(own, ABSENT),
      failed: notesOf(own, FAILED),
      bars: judge([definition], rows).map(({ bar, worst, verdict }) => ({ ...bar, value: worst?.value, verdict })),
    };
  });
  return `${JSON.stringify({ machine, benches }, undefined, 2)}\n`;
}

export function toTable(definition: Definition, rows: readonly Row[]): string {
  const lines = shownRows(definition, rows).map(({ subject, metric, value, unit, note }) =>
    isRemark({ metric })
      ? `  ${subject.padEnd(26)}${metric}: ${note}`
      : `  ${subject.padEnd(26)}${metric.padEnd(12)}${String(value).padStart(10)}  ${unit.padEnd(30)}${note}`,
  );
  const bars = judge([definition], rows).map(
    ({ bar, worst, verdict }) =>
      `  bar: ${bar.subject ?? "worst"} ${bar.metric} ${limitOf(bar)}: ${worst?.value ?? "?"}, ${verdict}`,
  );
  return `${definition.id}: ${definition.question}\n${[...lines, ...bars].join("\n")}\n\n`;
}

/** All rows, or of a long list the worst of each metric. */
export function shownRows({ kind }: Definition, rows: readonly Row[]): readonly Row[] {
  if (kind !== "growth" || rows.some(isRemark)) return rows;
  const growth = rows.filter(({ metric }) => metric === "growth").toSorted((a, b) => b.value - a.value);
  const speed = rows.filter(({ metric }) => metric === SPEED).toSorted((a, b) => a.value - b.value);
  const refused = rows.filter(({ metric }) => metric === "refused");
  return [...growth.slice(0, SHOWN_ROWS), ...speed.slice(0, SHOWN_ROWS), ...refused];
}

/** True for a row that holds a reason and no figure. */
export function isRemark({ metric }: Pick<Row, "metric">): boolean {
  return metric === ABSENT || metric === FAILED;
}

function notesOf(rows: readonly Row[], metric: string): Record<string, string> {
  return Object.fromEntries(rows.filter((row) => row.metric === metric).map(({ subject, note }) => [subject, note]));
}

function figureOf({ subject, metric, value, unit, note }: Row): Omit<Row, "bench"> {
  return { subject, metric, value, unit, note };
}
