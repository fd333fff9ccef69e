/** `maskwire explain`: why something was masked, and what was nearly. */
import { Option } from "commander";
import { SCORES, StreamError } from "../../core/index.ts";
import { explain as explainInput, type Explanation } from "../../core/explain.ts";
import { FIELD } from "../../core/finding.ts";
import { repairUtf8 } from "../../core/utf8-repair.ts";
import type { Policy } from "../../core/index.ts";
import { type Arguments, formatOf, type Command, withInput } from "../command.ts";
import { readWhole, requireInput } from "../input.ts";
import { tell, type ExitCode, type Io } from "../io.ts";
import { createOutput } from "../output.ts";
import { type Paint, paintFor } from "../paint.ts";
import { openPolicy } from "../policies.ts";

const INPUT_LIMIT_BYTES = 16_777_216;
const LF = 0x0a;

/** What a score stands for, as docs/detectors.md has it. */
const REASONS: Readonly<Record<number, string>> = {
  [SCORES.strong]: "a check that chance hardly passes, or its issuer's mark",
  [SCORES.ranged]: "its check digit, in a range that is given out",
  [SCORES.contextual]: "its check digit, beside a word for it",
  [SCORES.shaped]: "its shape",
  [SCORES.worded]: "its shape, beside a word for it",
  [SCORES.weak]: "a check digit that one number in ten has; it needs a word beside it",
  [SCORES.bare]: "a shape that many numbers have; it needs a word beside it",
  0: "its check, its neighbours or its placeholder say no",
};

export const explain: Command = {
  notes: `
Reads any format (by --format, else by the file's ending; multipart by its media type with the boundary) and prints a line for
each value: where (line, column, and the path: a JSON path, a column, a form's field, data of an event), what, and why.
Values are shown by their shape only (a for a letter, 9 for a digit), unless --unsafe-show-values asks for them.

Example: echo 'card 4111 1111 1111 1112' | maskwire explain --refused

Exit: 0 explained, 1 the input broke off or is over 16 MiB, 2 usage.`,
  define: (parser) =>
    withInput(parser)
      .addOption(new Option("--refused", "also what a detector looked at and refused").default(false))
      .addOption(new Option("--json", "one JSON object a line").default(false))
      .addOption(new Option("--unsafe-show-values", "print the values themselves").default(false)),
  run: async (args, io) => {
    const choice = formatOf(args);
    const policy = await openPolicy(args, io);
    const input = policy === undefined ? undefined : await requireInput(args.file, io);
    if (policy === undefined || input === undefined) return 2;
    const raw = await readWhole(input, INPUT_LIMIT_BYTES);
    if (typeof raw === "string") {
      tell(io, raw);
      return 1;
    }
    const bytes = repairUtf8(raw);
    try {
      return await print({ policy, bytes, all: explainInput(policy, choice, bytes) }, args, io);
    } catch (thrown) {
      if (!(thrown instanceof StreamError)) throw thrown;
      tell(io, thrown.row.text);
      return 2;
    }
  },
};

interface Explained {
  readonly policy: Policy;
  readonly bytes: Uint8Array;
  readonly all: readonly Explanation[];
}

async function print({ policy, bytes, all }: Explained, args: Arguments, io: Io): Promise<ExitCode> {
  const shown = all.filter(({ verdict }) => verdict === "masked" || args.refused === true);
  const lines = lineStarts(bytes);
  const rows = shown.map((one) => rowOf(one, { policy, place: placeIn(lines, one.start), args }));
  const output = createOutput(io.stdout);
  // Once, and not by an argument for each: there may be a million rows.
  const widest = (key: "place" | "entity" | "value"): number =>
    rows.reduce((width, row) => Math.max(width, row[key].length), 0);
  const width = { place: widest("place"), entity: widest("entity"), value: Math.min(40, widest("value")) };
  const paint = paintFor(io);
  for (const row of rows) {
    const line = args.json === true ? JSON.stringify(row) : lineOf(row, width, paint);
    if (!(await output.write(`${line}\n`))) return 0;
  }
  await output.finish();
  const masked = all.filter(({ verdict }) => verdict === "masked").length;
  const refused = all.length - masked;
  const hint = refused > 0 && args.refused !== true ? "; --refused shows them" : "";
  tell(io, `${masked} masked, ${refused} looked at and refused${hint}`);
  return 0;
}

const MASKED = { sign: "✔", colour: "green" } as const;
const REFUSED = { sign: "·", colour: "dim" } as const;

/** The columns of one row, padded to their widths, which count the text without its colour. */
function lineOf(row: Row, width: Readonly<Record<"place" | "entity" | "value", number>>, paint: Paint): string {
  const { sign, colour } = row.verdict === "masked" ? MASKED : REFUSED;
  const pad = " ".repeat(width.entity - row.entity.length);
  return [
    row.place.padEnd(width.place),
    `${sign} ${paint(colour, row.entity)}${pad}`,
    row.value.padEnd(width.value),
    `${row.why}${row.operator === "" ? "" : ` → ${row.operator}`}`,
  ].join("  ");
}

interface Row {
  readonly place: string;
  readonly verdict: Explanation["verdict"];
  readonly entity: string;
  readonly start: number;
  readonly end: number;
  /** Its shape, or itself. */
  readonly value: string;
  readonly score: number | null;
  readonly why: string;
  readonly operator: string;
}

interface RowParts {
  readonly policy: Policy;
  readonly place: string;
  readonly args: Arguments;
}

function rowOf(explanation: Explanation, parts: RowParts): Row {
  const { verdict, entity, path, start, end, testimony, teller, value } = explanation;
  const { policy, place, args } = parts;
  const text = new TextDecoder().decode(value);
  return {
    place: path === "" ? place : `${place} ${args.unsafeShowValues === true ? path : shapeOfPath(path)}`,
    verdict,
    entity,
    start,
    end,
    value: args.unsafeShowValues === true ? text : shapeOf(text),
    score: testimony?.score ?? null,
    why:
      whyOf(policy, explanation) +
      (teller === undefined ? "" : ` (${args.unsafeShowValues === true ? teller : shapeOfPath(teller)})`),
    operator: verdict === "masked" ? policy.operatorOf(entity) : "",
  };
}

function whyOf({ detectors }: Policy, { entity, testimony, teller }: Explanation): string {
  const isTold = detectors.some((detector) => detector.entity === entity && detector.keys !== undefined);
  if (isTold && testimony !== undefined && testimony.score > 0) return "the name before it tells it";
  if (entity === FIELD) return "a path under `fields` names it";
  if (testimony === undefined)
    return teller === undefined ? "the name of its field tells it" : "a name beside or around it tells it";
  return REASONS[testimony.score] ?? `score ${testimony.score}`;
}

/** Offsets at which lines begin, in order. */
function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) starts.push(at + 1);
  return starts;
}

/** `line:column`, from 1; columns count bytes. */
function placeIn(lines: readonly number[], offset: number): string {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return `${low + 1}:${offset - lines[low] + 1}`;
}

const SHAPE_CHARACTERS = 40;

/** No letter and no digit of it. */
function shapeOf(text: string): string {
  const shape = text.replaceAll(/\p{L}/gu, "a").replaceAll(/\p{N}/gu, "9");
  const printable = shape.replaceAll(/[^\x20-\x7e]/g, "?");
  return printable.length > SHAPE_CHARACTERS ? `${printable.slice(0, SHAPE_CHARACTERS - 1)}…` : printable;
}

/** Names of fields are shown, unless they could be a value themselves. */
function shapeOfPath(path: string): string {
  return path
    .split(".")
    .map((step) =>
      /^[A-Za-z_][A-Za-z_-]{0,30}\d{0,2}(?:\[\d+\])*$/.test(step) || /^\[\d+\]$/.test(step) ? step : shapeOf(step),
    )
    .join(".");
}
