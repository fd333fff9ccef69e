/**
 * NDJSON: one value a line.
 *
 * Owns the quick way for whole lines: the automaton runs over all of them at once, and a line in which no match
 * ended and no escape hides anything leaves as it came, valid or not. Every other line is masked as a record.
 */
import type { Policy } from "../policy.ts";
import { LF, lineFeedBefore, lineFeedFrom } from "../lines.ts";
import { BlockScan, WHOLE_RECORD } from "./block-scan.ts";
import { type FormatMasker, Output } from "./format-masker.ts";
import { writeJsonRecord } from "./json.ts";
import { type RecordFormat, RecordMasker } from "./record.ts";

const BACKSLASH = 0x5c;

class LineFormat implements RecordFormat {
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  findEnd(chunk: Uint8Array, from: number): number {
    return chunk.indexOf(LF, from) + 1 || -1;
  }

  mask(record: Uint8Array, output: Output): void {
    writeJsonRecord(this.policy, record, output);
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    writeJsonRecord(this.policy, record, output);
  }
}

export class NdjsonMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly records: RecordMasker;
  private readonly output: Output;

  constructor(policy: Policy) {
    this.policy = policy;
    this.records = new RecordMasker(policy, new LineFormat(policy));
    this.output = new Output(policy);
  }

  get heldBytes(): number {
    return this.records.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (!this.policy.passesClean) return this.records.push(chunk);
    const first = this.records.isBetweenRecords ? 0 : chunk.indexOf(LF) + 1 || chunk.length;
    const last = chunk.lastIndexOf(LF) + 1;
    this.output.write(this.records.push(chunk.subarray(0, first)));
    if (last > first) this.writeLines(chunk.subarray(first, last));
    this.output.write(this.records.push(chunk.subarray(Math.max(first, last))));
    return this.output.take();
  }

  flush(): Uint8Array {
    return this.records.flush();
  }

  private writeLines(block: Uint8Array): void {
    const scan = new BlockScan(this.policy.engine, block);
    let escape = -1;
    const escapeFrom = (from: number): number => {
      if (escape < from) escape = block.indexOf(BACKSLASH, from);
      return (escape = escape < 0 ? Infinity : escape);
    };
    // A place lies behind the last byte of its match.
    const next = (from: number): number => Math.min(scan.placeAfter(from) - 1, escapeFrom(from));
    let cleanFrom = 0;
    for (let suspect = next(0), end = 0; suspect < block.length; suspect = next(end)) {
      const start = lineFeedBefore(block, suspect) + 1;
      end = lineFeedFrom(block, suspect) + 1;
      if (escapeFrom(start) >= end && !scan.hasMatch({ start, end }, WHOLE_RECORD)) continue;
      this.output.write(block.subarray(cleanFrom, start));
      this.writeLine(block.subarray(start, end), scan.placesIn(start, end));
      cleanFrom = end;
    }
    this.output.write(block.subarray(cleanFrom));
  }

  private writeLine(line: Uint8Array, places: readonly number[]): void {
    if (line.length > this.policy.limits.lineLimitBytes) this.output.write(this.records.push(line));
    else writeJsonRecord(this.policy, line, this.output, places);
  }
}
