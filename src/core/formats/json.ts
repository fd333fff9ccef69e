/**
 * JSON: one document of any size, or one record of a format that comes in records.
 *
 * Owns where a value begins and ends. What does not parse is masked as text, escapes read; for a document
 * from the first token that breaks the grammar on.
 */
import { BOM, bomLength, ByteQueue, concat, EMPTY } from "../bytes.ts";
import { editJson, type EditorOptions, JsonEditor } from "../json/editor.ts";
import { encodeJsonText } from "../json/escapes.ts";
import { isJsonSpace } from "../json/walker.ts";
import type { RecordReader } from "../operators/operator.ts";
import type { Policy } from "../policy.ts";
import { whileRead } from "../record-readers.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { behind, openFallback } from "./fallback.ts";
import { type FormatMasker, Output, whenInvalid } from "./format-masker.ts";
import type { RecordFormat } from "./record.ts";

const RECORD_SEPARATOR = 0x1e;

/** Bytes of a byte order mark or a JSON text sequence's separator in front of a value. */
function prefixLength(bytes: Uint8Array): number {
  return bomLength(bytes) || (bytes[0] === RECORD_SEPARATOR ? 1 : 0);
}

/** What the automata have told of a record; places count from its start. */
export type RecordEnds = Required<Pick<EditorOptions, "places" | "escapesShowNothing">>;

/** Masks one whole JSON value and writes it; `onInvalid` decides when it is none. */
export function writeJsonRecord(policy: Policy, record: Uint8Array, output: Output, ends?: RecordEnds): void {
  if (isBlank(record)) {
    output.write(record);
    return;
  }
  const prefix = prefixLength(record);
  const body = record.subarray(prefix);
  const joined = output.openTexts();
  const places = ends?.places?.map((place) => place - prefix);
  const options = { places, escapesShowNothing: ends?.escapesShowNothing, joined };
  const read = (reader: RecordReader): void => reader.readJson(body);
  const { edits, fault } = whileRead(policy.readers, read, () => editJson(policy, body, options));
  if (fault === undefined) {
    if (output.dropsEvent(record, edits)) return;
    output.write(record.subarray(0, prefix));
    output.writeEdited(body, edits, joined);
  } else if (whenInvalid(policy, fault) === "mask-as-text") {
    output.writeEdited(record, escapedTextEdits(policy, record, { encode: encodeJsonText }));
  }
}

function isBlank(record: Uint8Array): boolean {
  const from = prefixLength(record);
  for (let at = from; at < record.length; at++) {
    if (!isJsonSpace(record[at])) return false;
  }
  return true;
}

/** A document that is held whole, because an operator has to see all of it first. */
export class WholeJsonFormat implements RecordFormat {
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  findEnd(): number {
    return -1;
  }

  mask(record: Uint8Array, output: Output): void {
    const body = record.subarray(prefixLength(record));
    const masker = new JsonMasker(this.policy);
    const read = (reader: RecordReader): void => reader.readJson(body);
    output.write(whileRead(this.policy.readers, read, () => concat([masker.push(record), masker.flush()])));
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    this.mask(record, output);
  }
}

export class JsonMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly output: Output;
  private readonly editor: JsonEditor;
  /** Begins with what is not decided. */
  private readonly pending = new ByteQueue();
  /** Bytes of `pending` that have been walked. */
  private walked = 0;
  private isStarted = false;
  /** What the rest goes through once the document has turned out not to be JSON. */
  private fallback: FormatMasker | undefined;

  constructor(policy: Policy) {
    this.policy = policy;
    this.output = new Output(policy);
    this.editor = new JsonEditor(policy, { isStream: true });
  }

  get heldBytes(): number {
    return this.pending.length + (this.fallback?.heldBytes ?? 0);
  }

  push(chunk: Uint8Array): Uint8Array {
    if (chunk.length > 0) this.take(chunk, false);
    return this.output.take();
  }

  flush(): Uint8Array {
    this.take(EMPTY, true);
    if (this.fallback !== undefined) this.output.write(this.fallback.flush());
    return this.output.take();
  }

  private take(chunk: Uint8Array, isLast: boolean): void {
    if (this.fallback !== undefined) {
      this.output.write(this.fallback.push(chunk));
      return;
    }
    this.pending.append(chunk);
    if (!this.isStarted && !this.start(isLast)) return;
    const bytes = this.pending.bytes;
    const walkedTo = this.editor.walk(bytes, isLast, this.walked);
    const decided = this.editor.decidedTo(walkedTo);
    this.output.writeEdited(bytes.subarray(0, decided), this.editor.takeEdits(decided));
    this.editor.forget(decided);
    this.pending.consume(decided);
    this.walked = walkedTo - decided;
    const { fault } = this.editor;
    if (fault === undefined) return;
    this.fallback = behind(this.editor.opening, openFallback(this.policy, fault));
    this.output.write(this.fallback.push(this.pending.takeAll()));
  }

  /** Passes a byte order mark; false while it may still be coming. */
  private start(isLast: boolean): boolean {
    const { bytes } = this.pending;
    if (!isLast && bytes.length < BOM.length && bytes[0] === BOM[0]) return false;
    const prefix = prefixLength(bytes);
    this.output.write(bytes.subarray(0, prefix));
    this.pending.consume(prefix);
    this.isStarted = true;
    return true;
  }
}
