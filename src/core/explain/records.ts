/**
 * Explains formats that hold texts: CSV, events, forms and their parts.
 *
 * Owns where each text stands in the input. What is found is what the format itself finds.
 */
import { bomLength } from "../bytes.ts";
import { decodeCell, readRecord } from "../csv/cells.ts";
import type { Edit } from "../edit.ts";
import { StreamError } from "../errors.ts";
import { foldSpan } from "../folded-text.ts";
import type { FormatOptions } from "../formats/format-options.ts";
import { CsvFormat } from "../formats/csv.ts";
import { decodeFormText, FormFormat } from "../formats/form.ts";
import { isRead } from "../sse/extra-fields.ts";
import { joinLines, type Line, splitLines, SseFormat } from "../formats/sse.ts";
import { type HeldText, heldTextEdits, looksLikeJson } from "../json/editor.ts";
import type { FormatChoice } from "../masker.ts";
import { Delimiter } from "../multipart/delimiter.ts";
import { headersEnd, readPart } from "../multipart/headers.ts";
import { escapedTextEdits, textEdits } from "../text-edits.ts";
import { explainJson } from "./json.ts";
import { type Explanation, explainEdits, type Testimony, type Witnessed, type Witnessing } from "./witness.ts";

const EQUALS = 0x3d;
const COLON = 0x3a;

/** Where a text stands. */
interface Whereabouts {
  readonly input: Uint8Array;
  /** From an offset in the text to one in the input. */
  readonly toInput: (offset: number) => number;
  readonly path: string;
}

function placed(all: readonly Explanation[], { input, toInput, path }: Whereabouts): Explanation[] {
  return all.map((one) => {
    const [start, end] = [toInput(one.start), toInput(one.end)];
    const inner = one.path === "" || path === "" ? path + one.path : `${path}.${one.path}`;
    return { ...one, path: inner, start, end, value: input.subarray(start, end) };
  });
}

/** In JSON inside a text the offsets of what was refused are not those of the text. */
function explainHeld({ policy }: Witnessing, text: Uint8Array, { edits, witness }: Witnessed): Explanation[] {
  const inside = looksLikeJson(text) ? witness.filter(({ score }) => score >= policy.engine.threshold) : witness;
  return explainEdits(policy, text, { edits, witness: inside });
}

/** What a format asked of one text, and what it was told. */
interface Asked extends Witnessed {
  readonly index: number;
  readonly text: Uint8Array;
}

class AskedTexts {
  readonly all: Asked[] = [];
  private readonly witness: Testimony[];

  constructor(witness: Testimony[]) {
    this.witness = witness;
  }

  ask(text: Uint8Array, index: number, run: () => readonly Edit[]): readonly Edit[] {
    this.witness.length = 0;
    const edits = run();
    this.all.push({ index, text, edits, witness: [...this.witness] });
    return edits;
  }
}

class ExplainingCsv extends CsvFormat {
  asked: AskedTexts;

  constructor({ policy, witness }: Witnessing, options: FormatOptions) {
    super(policy, options);
    this.asked = new AskedTexts(witness);
  }

  /** True until the names of the columns are known. */
  get isHeader(): boolean {
    return this.columns === undefined;
  }

  nameOf(index: number): string {
    return this.columns?.names[index]?.replace(/ column$/, "") || `[${index}]`;
  }

  protected override fieldTextEdits(text: Uint8Array, held: HeldText, index: number): readonly Edit[] {
    return this.asked.ask(text, index, () => super.fieldTextEdits(text, held, index));
  }
}

export function explainCsv(watched: Witnessing, options: FormatOptions, input: Uint8Array): Explanation[] {
  const format = new ExplainingCsv(watched, options);
  const all: Explanation[] = [];
  for (let start = 0; start < input.length;) {
    const found = format.findEnd(input, start);
    const end = found < 0 ? input.length : found;
    const record = input.subarray(start, end);
    const isHeader = format.isHeader;
    format.asked = new AskedTexts(watched.witness);
    watched.witness.length = 0;
    const edits = format.editsOf(record) ?? [];
    const recordStart = start;
    const bom = start === 0 ? bomLength(record) : 0;
    const { cells } = readRecord(record, bom, format.framing.delimiter ?? 0);
    for (const one of format.asked.all) {
      const { map } = decodeCell(record, cells[one.index]);
      const toInput = (offset: number): number => recordStart + map.toEncoded(offset);
      all.push(
        ...placed(explainHeld(watched, one.text, one), {
          input,
          toInput,
          path: isHeader ? "" : format.nameOf(one.index),
        }),
      );
    }
    // A record whose last quote is missing is one text.
    if (format.asked.all.length === 0 && edits.length > 0) {
      const toInput = (offset: number): number => recordStart + offset;
      all.push(
        ...placed(explainEdits(watched.policy, record, { edits, witness: watched.witness }), {
          input,
          toInput,
          path: "",
        }),
      );
    }
    start = end;
  }
  return all;
}

export function explainEvents({ policy, witness }: Witnessing, input: Uint8Array): Explanation[] {
  const format = new SseFormat(policy);
  const all: Explanation[] = [];
  for (let start = 0; start < input.length;) {
    const end = format.findEnd(input, start);
    // A client drops an event that the input cuts off.
    if (end < 0) break;
    const record = input.subarray(start, end);
    const lines = splitLines(record, start === 0 ? bomLength(record) : 0);
    const data = lines.filter(({ name }) => name === "data");
    const base = start;
    const inRecord: Explanation[] = [];
    if (data.length > 0) {
      const { text, map } = joinLines(record, data);
      const explained = explainJson(policy, text, { format: "ndjson", start: 0, witness });
      inRecord.push(...placed(explained, { input, toInput: (offset) => base + map.toEncoded(offset), path: "data" }));
    }
    const isLeft = ({ name, start: at }: Line): boolean =>
      name !== "data" && (policy.extraFields === "mask" || isRead(record, at) === true);
    for (const line of lines.filter(isLeft)) inRecord.push(...explainLine(line, record, base));
    all.push(...inRecord.toSorted((a, b) => a.start - b.start));
    start = end;
  }
  return all;

  function explainLine(line: Line, record: Uint8Array, base: number): Explanation[] {
    const from = line.name === "" ? line.start : line.valueStart;
    const text = record.subarray(from, line.end);
    witness.length = 0;
    const found = escapedTextEdits(policy, text, { encode: (replacement) => replacement });
    // An id in which something is found gives way as a whole.
    const edits = line.name === "id" && policy.hideId !== undefined ? found.slice(0, 1) : found;
    const comment = record[line.start] === COLON ? "comment" : "field";
    const toInput = (offset: number): number => base + from + offset;
    return placed(explainEdits(policy, text, { edits, witness }), { input, toInput, path: line.name || comment });
  }
}

class ExplainingForm extends FormFormat {
  readonly asked: AskedTexts;

  constructor({ policy, witness }: Witnessing) {
    super(policy);
    this.asked = new AskedTexts(witness);
  }

  protected override valueEdits(text: Uint8Array, held: HeldText): readonly Edit[] {
    return this.asked.ask(text, 0, () => super.valueEdits(text, held));
  }
}

export function explainForm(watched: Witnessing, input: Uint8Array): Explanation[] {
  const { policy, witness } = watched;
  const all: Explanation[] = [];
  const separators = new FormFormat(policy);
  for (let start = 0; start < input.length;) {
    const found = separators.findEnd(input, start);
    const end = found < 0 ? input.length : found;
    const pair = input.subarray(start, end);
    const textEnd = found < 0 ? pair.length : pair.length - 1;
    const equals = pair.indexOf(EQUALS);
    const nameEnd = equals < 0 ? textEnd : equals;
    const name = decodeFormText(pair, 0, nameEnd);
    const base = start;
    const form = new ExplainingForm(watched);
    form.pairEdits(pair);
    witness.length = 0;
    const edits = textEdits(policy, name.text);
    const toName = (offset: number): number => base + name.map.toEncoded(offset);
    all.push(...placed(explainEdits(policy, name.text, { edits, witness }), { input, toInput: toName, path: "" }));
    const value = decodeFormText(pair, Math.min(nameEnd + 1, textEnd), textEnd);
    const path = foldSpan(name.text, 0, name.text.length);
    const toInput = (offset: number): number => base + value.map.toEncoded(offset);
    for (const one of form.asked.all)
      all.push(...placed(explainHeld(watched, one.text, one), { input, toInput, path }));
    start = end;
  }
  return all;
}

export interface MultipartOptions extends FormatOptions {
  /** Explains a part that is a stream of its own. */
  readonly explain: (watched: Witnessing, choice: FormatChoice, input: Uint8Array) => Explanation[];
}

/** @throws StreamError `BAD_BOUNDARY` without one. */
export function explainMultipart(
  watched: Witnessing,
  { boundary, explain }: MultipartOptions,
  input: Uint8Array,
): Explanation[] {
  const { policy, witness } = watched;
  if (boundary === undefined) throw new StreamError("BAD_BOUNDARY");
  const delimiter = new Delimiter(boundary);
  const all: Explanation[] = [];
  const add = (some: readonly Explanation[], base: number, path: string): void => {
    // One by one: a part may hold more than a call takes arguments.
    for (const one of placed(some, { input, toInput: (offset) => base + offset, path })) all.push(one);
  };
  const addText = (start: number, end: number, path: string): void => {
    const text = input.subarray(start, end);
    witness.length = 0;
    const edits = textEdits(policy, text);
    add(explainEdits(policy, text, { edits, witness }), start, path);
  };
  let at = 0;
  let headers: Uint8Array | undefined;
  for (;;) {
    const found = delimiter.find(input.subarray(at), { isStart: true, isLast: true });
    const isEnd = typeof found === "number";
    const contentEnd = at + (isEnd ? found : found.contentEnd);
    if (headers === undefined) addText(at, contentEnd, "");
    else addPart(headers, at, contentEnd);
    if (isEnd) return all;
    at += found.end;
    if (found.isClosing) {
      addText(at, input.length, "");
      return all;
    }
    const length = headersEnd(input.subarray(at));
    addText(at, length < 0 ? input.length : at + length, "headers");
    if (length < 0) return all;
    headers = input.subarray(at, at + length);
    at += length;
  }

  function addPart(head: Uint8Array, start: number, end: number): void {
    const part = readPart(head);
    const content = input.subarray(start, end);
    if (part.kind === "unreadable") return;
    if (part.kind === "stream") {
      const { format, options } = part.type;
      add(explain(watched, { format, ...options }, content), start, "part");
      return;
    }
    const { fields } = policy;
    const name = Uint8Array.from(part.name, (character) => character.charCodeAt(0));
    const key = foldSpan(name, 0, name.length);
    witness.length = 0;
    const held = { key, nesting: 0, mayTell: true, at: fields.field(fields.root, key) };
    const edits = heldTextEdits(policy, content, held);
    add(explainHeld(watched, content, { edits, witness: [...witness] }), start, key);
  }
}
