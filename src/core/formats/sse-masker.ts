/**
 * Server-Sent Events, many at once.
 *
 * Owns the quick way for whole events: the automaton runs over all of them, and an event in which no match ended and no
 * escape hides anything leaves as it came. Every other event is masked as a record.
 */
import type { Edit } from "../edit.ts";
import type { Policy } from "../policy.ts";
import { SseBlock } from "../sse/block.ts";
import { NearName } from "../json/near-name.ts";
import { MAY_HIDE } from "../context-words.ts";
import { BlockScan, type WordGlance } from "./block-scan.ts";
import { type FormatMasker, Output } from "./format-masker.ts";
import { RecordMasker } from "./record.ts";
import { SseFormat } from "./sse.ts";
import { suspectsIn } from "./suspect-places.ts";

const LF = 0x0a;
const QUOTE = 0x22;

export class SseMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly format: SseFormat;
  private readonly records: RecordMasker;
  private readonly output: Output;
  /** A pattern that reads line feeds could match over two `data` lines, one that reads quotes over an escaped quote. */
  private readonly isQuick: boolean;

  constructor(policy: Policy) {
    const { engine } = policy;
    this.policy = policy;
    this.format = new SseFormat(policy);
    this.records = new RecordMasker(policy, this.format);
    this.output = new Output(policy);
    this.isQuick = policy.passesClean && !engine.reads(LF) && !engine.reads(QUOTE);
  }

  get heldBytes(): number {
    return this.records.heldBytes;
  }

  push(chunk: Uint8Array): Uint8Array {
    let at = this.pushOpenEvent(chunk);
    const block = SseBlock.read(chunk.subarray(at));
    if (block.bytes.length > 0) {
      this.writeBlock(block);
      this.format.restart();
      at += block.bytes.length;
    }
    this.output.write(this.records.push(chunk.subarray(at)));
    return this.output.take();
  }

  flush(): Uint8Array {
    return this.records.flush();
  }

  /** Goes event by event until one begins that may be looked at together with others; returns where. */
  private pushOpenEvent(chunk: Uint8Array): number {
    let at = 0;
    const isOver = (): boolean => this.isQuick && this.format.isPastFirst && this.records.isBetweenRecords;
    while (at < chunk.length && !isOver()) at = this.records.pushRecord(chunk, at);
    this.output.write(this.records.take());
    return at;
  }

  private writeBlock(block: SseBlock): void {
    const { bytes } = block;
    const scan = new BlockScan(this.policy.engine, bytes);
    const context = new NearName(bytes);
    const glance: WordGlance = (words, start, end) => {
      const from = context.nearFrom(start);
      return from < 0 ? MAY_HIDE : words.glance(bytes, from, end);
    };
    // A place lies behind the last byte of its match.
    const next = (from: number): number => Math.min(scan.suspectAfter(from, glance) - 1, block.escapeFrom(from));
    let cleanFrom = 0;
    for (let suspect = next(0), end = 0; suspect < bytes.length; suspect = next(end)) {
      const event = block.eventAt(suspect);
      const { start } = event;
      ({ end } = event);
      const hasEscape = block.escapeFrom(start) < end;
      if (!hasEscape && !scan.hasMatch(event, context)) continue;
      const text = bytes.subarray(start, end);
      const isLegal = text.length <= this.policy.limits.lineLimitBytes;
      // Words may hide in escapes.
      const places = hasEscape ? scan.placesIn(start, end) : suspectsIn(scan, event, glance);
      const edits = isLegal ? this.format.editsOf(text, { places }) : undefined;
      if (edits?.length === 0) continue;
      this.output.write(bytes.subarray(cleanFrom, start));
      this.writeEvent(text, edits);
      cleanFrom = end;
    }
    this.output.write(bytes.subarray(cleanFrom));
  }

  private writeEvent(event: Uint8Array, edits: readonly Edit[] | undefined): void {
    if (edits !== undefined) return this.output.writeEdited(event, edits);
    this.format.restart();
    this.output.write(this.records.push(event));
  }
}
