/** Bars held against rows. Owns the verdict: of all rows that a bar speaks of, the worst one counts. */
import type { Bar, Definition } from "./definition.ts";
import type { Row } from "./result.ts";

export type Verdict = "met" | "stretch" | "not met" | "not measured";

export interface Judged {
  readonly definition: Definition;
  readonly bar: Bar;
  readonly worst: Row | undefined;
  readonly verdict: Verdict;
}

export function judge(definitions: readonly Definition[], rows: readonly Row[]): Judged[] {
  return definitions.flatMap((definition) =>
    definition.bars.map((bar) => {
      const worst = worstRow(
        bar,
        rows.filter((row) => isMeant(row, definition, bar)),
      );
      return { definition, bar, worst, verdict: worst === undefined ? "not measured" : verdictOf(bar, worst.value) };
    }),
  );
}

/** `≥ 1.5` or `≤ 64`. */
export function limitOf({ atLeast, atMost }: Bar): string {
  return atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
}

function isMeant(row: Row, definition: Definition, bar: Bar): boolean {
  return (
    row.bench === definition.id &&
    row.metric === bar.metric &&
    (bar.subject === undefined || row.subject === bar.subject)
  );
}

function worstRow(bar: Bar, rows: readonly Row[]): Row | undefined {
  const sign = bar.atLeast === undefined ? -1 : 1;
  return rows.toSorted((a, b) => sign * (a.value - b.value))[0];
}

function verdictOf({ atLeast, atMost = 0, stretch }: Bar, value: number): Verdict {
  const isWithin = (limit: number): boolean => (atLeast === undefined ? value <= limit : value >= limit);
  if (!isWithin(atLeast ?? atMost)) return "not met";
  return isWithin(stretch) ? "stretch" : "met";
}
