/**
 * NDJSON: one value a line.
 *
 * Owns the quick way for whole lines: the automaton runs over all of them at once, and a line in which no match
 * ended and no escape hides anything leaves as it came, valid or not. Every other line is masked as a record.
 */
import type { Engine, Hits, Rule } from "../engine.ts";
import { KIND } from "../pattern/dfa.ts";
import { plausibleRules } from "../plausible.ts";
import type { Policy } from "../policy.ts";
import { type FormatMasker, Output } from "./format-masker.ts";
import { writeJsonRecord } from "./json.ts";
import { type RecordFormat, RecordMasker } from "./record.ts";

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

class LineFormat implements RecordFormat {
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  findEnd(chunk: Uint8Array, from: number): number {
    return chunk.indexOf(NEWLINE, from) + 1 || -1;
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
    const first = this.records.isBetweenRecords ? 0 : chunk.indexOf(NEWLINE) + 1 || chunk.length;
    const last = chunk.lastIndexOf(NEWLINE) + 1;
    this.output.write(this.records.push(chunk.subarray(0, first)));
    if (last > first) this.writeLines(chunk.subarray(first, last));
    this.output.write(this.records.push(chunk.subarray(Math.max(first, last))));
    return this.output.take();
  }

  flush(): Uint8Array {
    return this.records.flush();
  }

  private writeLines(block: Uint8Array): void {
    const lines = new Lines(this.policy.engine, block);
    let cleanFrom = 0;
    for (let start = 0; start < block.length;) {
      const end = block.indexOf(NEWLINE, start) + 1;
      if (!lines.isClean(start, end)) {
        this.output.write(block.subarray(cleanFrom, start));
        this.writeLine(block.subarray(start, end), lines.placesOf(start, end));
        cleanFrom = end;
      }
      start = end;
    }
    this.output.write(block.subarray(cleanFrom));
  }

  private writeLine(line: Uint8Array, places: readonly number[]): void {
    if (line.length > this.policy.limits.lineLimitBytes) this.output.write(this.records.push(line));
    else writeJsonRecord(this.policy, line, this.output, places);
  }
}

/** Where matches end and escapes stand in a block of whole lines; asked line by line, in order. */
class Lines {
  private readonly block: Uint8Array;
  private readonly places: number[];
  private readonly rules: (readonly Rule[])[];
  private readonly needContext: (readonly Rule[])[];
  private next = 0;
  private nextEscape: number;

  constructor(engine: Engine, block: Uint8Array) {
    const { loop, scanner } = engine;
    this.block = block;
    const last = loop.run(block, scanner.stateOf(scanner.start(KIND.none)));
    this.places = [];
    this.rules = [];
    this.needContext = [];
    for (let i = 0; i < loop.hits; i++) {
      const place = loop.places[i];
      this.note(place, engine.hitsAt(loop.states[i]), loop.idleBefore(place));
    }
    const atEnd = scanner.matchesAtEnd(last);
    if (atEnd.length > 0) this.note(block.length, engine.hitsOf(atEnd), loop.idleBefore(block.length));
    this.nextEscape = block.indexOf(BACKSLASH);
  }

  private note(place: number, hits: Hits, idle: number): void {
    const rules = plausibleRules(this.block, { start: idle + 1, end: place }, hits.rules);
    if (rules.length === 0) return;
    this.places.push(place);
    this.rules.push(rules);
    this.needContext.push(hits.needContext);
  }

  isClean(start: number, end: number): boolean {
    if (this.nextEscape >= 0 && this.nextEscape < start) this.nextEscape = this.block.indexOf(BACKSLASH, start);
    while (this.next < this.places.length && this.places[this.next] <= start) this.next++;
    const hasEscape = this.nextEscape >= 0 && this.nextEscape < end;
    return !hasEscape && !this.hasMatch(start, end);
  }

  /** Ends of matches in the line, counted from its start. */
  placesOf(start: number, end: number): readonly number[] {
    const places: number[] = [];
    for (let i = this.next; i < this.places.length && this.places[i] <= end; i++) places.push(this.places[i] - start);
    return places;
  }

  /** A shape that needs a context word is no match in a line without one, be it in a text or in a field name. */
  private hasMatch(start: number, end: number): boolean {
    let without: Rule | undefined;
    for (let i = this.next; i < this.places.length && this.places[i] <= end; i++) {
      for (const rule of this.rules[i]) {
        if (!this.needContext[i].includes(rule)) return true;
        if (rule === without) continue;
        if (rule.contextWords.inBytes(this.block, start, end) !== false) return true;
        without = rule;
      }
    }
    return false;
  }
}
