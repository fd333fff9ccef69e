/**
 * CSV, many records at once.
 *
 * Owns the quick way for whole records: the automaton runs over all of them, and a record in which no match ended and no
 * quote hides anything leaves as it came. Every other record is read field by field.
 */
import { indexOfByte } from "../native-bytes.ts";
import type { ContextWords } from "../context-words.ts";
import { CsvBlock } from "../csv/block.ts";
import { CR, QUOTE } from "../csv/framing.ts";
import type { Edit } from "../edit.ts";
import type { Policy } from "../policy.ts";
import type { Span } from "../span.ts";
import { BlockScan, type RecordContext } from "./block-scan.ts";
import { CsvFormat } from "./csv.ts";
import { type FormatMasker, Output } from "./format-masker.ts";
import type { FormatOptions } from "./format-options.ts";
import { RecordMasker } from "./record.ts";

export class CsvMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly format: CsvFormat;
  private readonly records: RecordMasker;
  private readonly output: Output;
  private readonly readsQuotes: boolean;

  constructor(policy: Policy, options: FormatOptions) {
    this.policy = policy;
    this.readsQuotes = policy.engine.reads(QUOTE);
    this.format = new CsvFormat(policy, options);
    this.records = new RecordMasker(policy, this.format);
    this.output = new Output(policy);
  }

  get heldBytes(): number {
    return this.records.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    for (let at = 0; at < chunk.length;) {
      at = this.pushUntilSettled(chunk, at);
      // So no record of a block is too long for a record.
      const end = Math.min(chunk.length, at + this.policy.limits.lineLimitBytes);
      const block = CsvBlock.read(chunk.subarray(at, end), this.format.framing.delimiter as number);
      if (block.bytes.length > 0) {
        this.writeBlock(block);
        this.format.framing.restart();
        at += block.bytes.length;
      } else at = this.pushRecords(chunk, at, end);
    }
    return this.output.take();
  }

  flush(): Uint8Array {
    return this.records.flush();
  }

  /** Goes record by record until one begins that may be looked at together with others; returns where. */
  private pushUntilSettled(chunk: Uint8Array, from: number): number {
    let at = from;
    const isQuick = (): boolean => this.policy.passesClean && this.format.isSettled && !this.format.isTold;
    const isOver = (): boolean => isQuick() && this.records.isBetweenRecords;
    while (at < chunk.length && !isOver()) at = this.records.pushRecord(chunk, at);
    this.output.write(this.records.take());
    return at;
  }

  /** Goes record by record until one begins at `to` or behind; returns where. */
  private pushRecords(chunk: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) at = this.records.pushRecord(chunk, at);
    this.output.write(this.records.take());
    return at;
  }

  private writeBlock(block: CsvBlock): void {
    const { bytes } = block;
    const scan = new BlockScan(this.policy.engine, bytes);
    const isNamed = (words: ContextWords, place: number, record: Span): boolean =>
      this.format.isNamed(words, () => block.columnAt(place - 1, record));
    const context: RecordContext = {
      isNamed: this.format.hasNames ? isNamed : undefined,
      wordsFrom: (at, { start }) => block.wordsFrom(at, start),
    };
    let cleanFrom = 0;
    const next = (from: number): number =>
      block.suspect(scan, from, { readsQuotes: this.readsQuotes, hasNames: this.format.hasNames });
    for (let suspect = next(0), end = 0; suspect < bytes.length; suspect = next(end)) {
      const record = block.recordAt(suspect);
      const { start } = record;
      ({ end } = record);
      if (!block.hides(record, this.readsQuotes) && !scan.hasMatch(record, context)) continue;
      const places = this.format.hasNames ? scan.placesIn(start, end) : block.suspectsIn(scan, record);
      const edits = this.oneRecordEdits(bytes.subarray(start, end), places);
      if (edits?.length === 0) continue;
      this.output.write(bytes.subarray(cleanFrom, start));
      this.writeRecord(bytes.subarray(start, end), edits);
      cleanFrom = end;
    }
    this.output.write(bytes.subarray(cleanFrom));
  }

  /** Undefined for what is no single record. */
  private oneRecordEdits(record: Uint8Array, places: readonly number[]): readonly Edit[] | undefined {
    const cr = indexOfByte(record, CR);
    const isOne = cr < 0 || cr === record.length - 2;
    return isOne ? this.format.editsOf(record, places) : undefined;
  }

  private writeRecord(record: Uint8Array, edits: readonly Edit[] | undefined): void {
    if (edits !== undefined) return this.output.writeEdited(record, edits);
    this.format.framing.restart();
    this.output.write(this.records.push(record));
  }
}
