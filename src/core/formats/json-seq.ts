/**
 * JSON text sequences, RFC 7464: each element opens with a record separator and ends with a line feed.
 *
 * Owns where an element ends: at the first line feed after one whole value, so that nothing waits for the element
 * that follows, and before the next separator in any case: an element that was cut short hides no other.
 */
import type { Policy } from "../policy.ts";
import type { Output } from "./format-masker.ts";
import { writeJsonRecord } from "./json.ts";
import type { RecordFormat } from "./record.ts";

const SEPARATOR = 0x1e;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonSeqFormat implements RecordFormat {
  private readonly policy: Policy;
  private isAtStart = true;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;
  private hasValue = false;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  findEnd(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === SEPARATOR && !this.isAtStart) return this.end(at);
      this.isAtStart = false;
      if (this.isInString) this.readInString(byte);
      else if (byte === NEWLINE && this.hasValue && this.depth === 0) return this.end(at + 1);
      else this.read(byte);
    }
    return -1;
  }

  mask(record: Uint8Array, output: Output): void {
    writeJsonRecord(this.policy, record, output);
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    writeJsonRecord(this.policy, record, output);
  }

  private end(at: number): number {
    this.isAtStart = true;
    this.depth = 0;
    this.isInString = false;
    this.isEscaped = false;
    this.hasValue = false;
    return at;
  }

  private read(byte: number): void {
    if (byte === QUOTE) this.isInString = true;
    else if (byte === 0x7b || byte === 0x5b) this.depth++;
    else if ((byte === 0x7d || byte === 0x5d) && this.depth > 0) this.depth--;
    if (byte > 0x20) this.hasValue = true;
  }

  private readInString(byte: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.isInString = false;
  }
}
