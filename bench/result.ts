/**
 * What was measured: one figure a row, and where it was measured.
 *
 * Owns the CSV, written and read. Never judges a figure.
 */
export interface Row {
  readonly bench: string;
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The input, where one bench has several; why a peer was absent. */
  readonly note: string;
}

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly node: string;
  readonly commit: string;
}

export interface Results {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** Metric of the row that says that a peer was not there. */
export const ABSENT = "absent";
/** Metric of the row that says why a bench has no figures, such as a wrong answer. */
export const FAILED = "failed";

const COLUMNS = ["date", "cpu", "node", "commit", "bench", "subject", "metric", "value", "unit", "note"] as const;

export function toCsv({ machine, rows }: Results): string {
  const lines = rows.map((row) => {
    const cells: Readonly<Record<string, string | number>> = { ...machine, ...row };
    return COLUMNS.map((column) => quote(String(cells[column]))).join(",");
  });
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}

/** @throws Error when the columns are not those that `toCsv` writes. */
export function fromCsv(csv: string): Results {
  const [header, ...lines] = csv.trimEnd().split("\n").map(splitLine);
  if (header.join() !== COLUMNS.join()) throw new Error("this CSV has other columns");
  const records = lines.map((cells) => Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i]])));
  const [first] = records;
  if (first === undefined) throw new Error("this CSV has no rows");
  const { date, cpu, node, commit } = first;
  return {
    machine: { date, cpu, node, commit },
    rows: records.map(({ bench, subject, metric, value, unit, note }) => ({
      bench,
      subject,
      metric,
      value: Number(value),
      unit,
      note,
    })),
  };
}

/** Four figures are more than any of these measurements is worth. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function quote(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function splitLine(line: string): string[] {
  const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell);
  // The end of the line matches once more, as an empty cell behind the last comma.
  return cells
    .slice(0, COLUMNS.length)
    .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}
