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
  /** When it was measured by itself, after the run that the others are of. */
  readonly machine?: Machine;
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
    const { machine: own = machine, ...figures } = row;
    const cells: Readonly<Record<string, string | number>> = { ...own, ...figures };
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
  const machine = machineOf(first);
  return {
    machine,
    rows: records.map((record) => {
      const { bench, subject, metric, value, unit, note } = record;
      const own = machineOf(record);
      const row = { bench, subject, metric, value: Number(value), unit, note };
      return isSame(own, machine) ? row : { ...row, machine: own };
    }),
  };
}

/** Results in which some benches are measured anew, which say so by themselves; the others stay. */
export function withPart(whole: Results, { machine, rows }: Results): Results {
  const benches = new Set(rows.map(({ bench }) => bench));
  const part = isSame(machine, whole.machine) ? rows : rows.map((row) => ({ ...row, machine }));
  return { machine: whole.machine, rows: [...whole.rows.filter(({ bench }) => !benches.has(bench)), ...part] };
}

function machineOf({ date, cpu, node, commit }: Readonly<Record<string, string>>): Machine {
  return { date, cpu, node, commit };
}

function isSame(one: Machine, other: Machine): boolean {
  return one.date === other.date && one.cpu === other.cpu && one.node === other.node && one.commit === other.commit;
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
