/**
 * NDJSON: one value a line.
 *
 * Owns the quick way for whole lines: the automaton runs over all of them at once, and a line in which no match
 * ended, with or without its escapes, leaves as it came, valid or not. Every other line is masked as a record.
 */
import { ByteCursor } from "../byte-cursor.ts";
import { indexOfByte, lastIndexOfByte } from "../native-bytes.ts";
import { MAY_HIDE } from "../context-words.ts";
import type { Policy } from "../policy.ts";
import { LF, lineFeedBefore, lineFeedFrom } from "../lines.ts";
import { DecodedRecords } from "../json/decoded-record.ts";
import { ESCAPE_BYTES, NearEscapes } from "../json/near-escapes.ts";
import { NearName } from "../json/near-name.ts";
import { JsonContext } from "../json/record-context.ts";
import { endsInTokens } from "../json/token-ends.ts";
import { BlockScan, cleanDecoded, type WordGlance } from "./block-scan.ts";
import { type FormatMasker, Output } from "./format-masker.ts";
import { type RecordEnds, writeJsonRecord } from "./json.ts";
import { type RecordFormat, RecordMasker } from "./record.ts";
import { siftLines, type SuspectLine } from "./sifted-lines.ts";
import { suspectsIn } from "./suspect-places.ts";

const BACKSLASH = 0x5c;

export class LineFormat implements RecordFormat {
  private readonly policy: Policy;
  private readonly maskWhole: RecordFormat["mask"];

  /** `maskWhole`: a quicker way for lines with an end, where there is one. */
  constructor(policy: Policy, maskWhole?: RecordFormat["mask"]) {
    this.policy = policy;
    this.maskWhole = maskWhole ?? ((record, output) => writeJsonRecord(policy, record, output));
  }

  findEnd(chunk: Uint8Array, from: number): number {
    return indexOfByte(chunk, LF, from) + 1 || -1;
  }

  mask(record: Uint8Array, output: Output): void {
    this.maskWhole(record, output);
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    writeJsonRecord(this.policy, record, output);
  }
}

interface Suspect extends SuspectLine {
  /** Nothing but its escapes make it suspect, and they are undone. */
  readonly isDecoded: boolean;
}

export class NdjsonMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly records: RecordMasker;
  private readonly output: Output;

  constructor(policy: Policy) {
    this.policy = policy;
    const maskWhole = policy.passesClean ? this.writeLines.bind(this) : undefined;
    this.records = new RecordMasker(policy, new LineFormat(policy, maskWhole));
    this.output = new Output(policy);
  }

  get heldBytes(): number {
    return this.records.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (!this.policy.passesClean) return this.records.push(chunk);
    const first = this.records.isBetweenRecords ? 0 : indexOfByte(chunk, LF) + 1 || chunk.length;
    const last = lastIndexOfByte(chunk, LF) + 1;
    this.output.write(this.records.push(chunk.subarray(0, first)));
    if (last > first) this.writeLines(chunk.subarray(first, last), this.output);
    this.output.write(this.records.push(chunk.subarray(Math.max(first, last))));
    return this.output.take();
  }

  flush(): Uint8Array {
    return this.records.flush();
  }

  private writeLines(block: Uint8Array, output: Output): void {
    let cleanFrom = 0;
    for (const { start, end, ends } of siftLines(this.policy.engine, block) ?? this.findSuspects(block)) {
      output.write(block.subarray(cleanFrom, start));
      this.writeLine(block.subarray(start, end), ends, output);
      cleanFrom = end;
    }
    output.write(block.subarray(cleanFrom));
  }

  /** The lines that may hold a finding, in order. */
  private findSuspects(block: Uint8Array): readonly Suspect[] {
    const { engine } = this.policy;
    const scan = new BlockScan(engine, block);
    const context = new NearName(block, new JsonContext(block));
    const undone = NearEscapes.of(engine, block);
    const decoded = new DecodedRecords(block.length);
    const suspects: Suspect[] = [];
    const escapes = new ByteCursor(block, BACKSLASH);
    const escapesNear = new ByteCursor(block, BACKSLASH);
    const glance: WordGlance = (words, start, end) => {
      const from = context.nearFrom(start);
      return from < 0 || escapesNear.next(from - ESCAPE_BYTES) < end ? MAY_HIDE : words.glance(block, from, end);
    };
    // A place lies behind the last byte of its match.
    const next = (from: number): number => Math.min(scan.suspectAfter(from, glance) - 1, escapes.next(from));
    for (let suspect = next(0), end = 0; suspect < block.length; suspect = next(end)) {
      const start = lineFeedBefore(block, suspect) + 1;
      end = lineFeedFrom(block, suspect) + 1;
      const record = { start, end };
      const escape = escapes.next(start);
      const escapesShowNothing = escape < end && undone.showNothing(record, escape);
      if (escapesShowNothing && !scan.hasMatch(record, context, undone)) continue;
      const isClean = !scan.hasMatch(record, context);
      if (isClean && escape >= end) continue;
      const isDecoded = isClean && decoded.add(block.subarray(start, end));
      // Words may hide in escapes.
      const places = escape < end ? scan.placesIn(start, end) : suspectsIn(scan, record, glance);
      const ends = { places: endsInTokens(engine, block, record, places), escapesShowNothing };
      suspects.push({ start, end, ends, isDecoded });
    }
    const clean = cleanDecoded(engine, decoded);
    let index = 0;
    return suspects.filter(({ isDecoded }) => !isDecoded || !clean[index++]);
  }

  private writeLine(line: Uint8Array, ends: RecordEnds, output: Output): void {
    if (line.length > this.policy.limits.lineLimitBytes) output.write(this.records.push(line));
    else writeJsonRecord(this.policy, line, output, ends);
  }
}
