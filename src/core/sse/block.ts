/**
 * The whole events at the start of a chunk, framed without looking at every byte.
 *
 * Owns where they begin and end. Knows lines that end in LF or CR LF; a chunk with a lone CR has no block.
 */
import { indexOfByte, lastIndexOfByte } from "../native-bytes.ts";
import type { Span } from "../span.ts";

const LF = 0x0a;
const CR = 0x0d;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;

export class SseBlock {
  readonly bytes: Uint8Array;
  private nextEscape: number;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.nextEscape = this.findEscape(0);
  }

  /** Reads from the start of an event; `bytes` ends with the last empty line. */
  static read(chunk: Uint8Array): SseBlock {
    const bytes = chunk.subarray(0, lastEventEnd(chunk));
    return new SseBlock(hasLoneCr(bytes) ? bytes.subarray(0, 0) : bytes);
  }

  /**
   * The first JSON escape at or after `from` that may hide something, or Infinity: any but that of a quote, which only
   * hides what a pattern that reads quotes would find. Asked in order.
   */
  escapeFrom(from: number): number {
    if (this.nextEscape < from) this.nextEscape = this.findEscape(from);
    return this.nextEscape;
  }

  private findEscape(from: number): number {
    const { bytes } = this;
    let at = indexOfByte(bytes, BACKSLASH, from);
    while (at >= 0 && bytes[at + 1] === QUOTE) at = indexOfByte(bytes, BACKSLASH, at + 2);
    return at < 0 ? Infinity : at;
  }

  /** The event that holds a byte. */
  eventAt(at: number): Span {
    const { bytes } = this;
    let start = at === 0 ? -1 : lastIndexOfByte(bytes, LF, at - 1);
    while (start >= 0 && !isEmptyLine(bytes, start)) start = start === 0 ? -1 : lastIndexOfByte(bytes, LF, start - 1);
    let end = indexOfByte(bytes, LF, at);
    while (!isEmptyLine(bytes, end)) end = indexOfByte(bytes, LF, end + 1);
    return { start: start + 1, end: end + 1 };
  }
}

/** Offset just past the last line feed that ends an empty line. */
function lastEventEnd(chunk: Uint8Array): number {
  let at = lastIndexOfByte(chunk, LF);
  while (at >= 0 && !isEmptyLine(chunk, at)) at = at === 0 ? -1 : lastIndexOfByte(chunk, LF, at - 1);
  return at + 1;
}

/** True when the line feed at `at` ends a line without characters; the first line begins at 0. */
function isEmptyLine(bytes: Uint8Array, at: number): boolean {
  const end = at > 0 && bytes[at - 1] === CR ? at - 1 : at;
  return end === 0 || bytes[end - 1] === LF;
}

function hasLoneCr(bytes: Uint8Array): boolean {
  for (let at = indexOfByte(bytes, CR); at >= 0; at = indexOfByte(bytes, CR, at + 1))
    if (bytes[at + 1] !== LF) return true;
  return false;
}
