/**
 * Takes out of an event stream what no client reads: comments, fields that the standard does not know, and a `retry` that
 * is no number.
 *
 * Owns the start of the line that comes in, until it says whether the line stays. Lines that stay keep their bytes. What
 * goes is never held, however long.
 */
import { BOM, bomLength, concat, EMPTY, encodeUtf8 } from "../bytes.ts";

/** What becomes of them: masked as text and kept, or taken out. */
export const EXTRA_FIELDS = ["mask", "drop"] as const;
export type ExtraFields = (typeof EXTRA_FIELDS)[number];

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
/** For the one line feed that a chunk may have more than came. */
const ROOM = new Uint8Array(1);
const RETRY = encodeUtf8("retry");
const NAMES = [...["data", "event", "id"].map(encodeUtf8), RETRY];
/** Digits are held until their line ends; a longer time is none that anybody waits. */
const RETRY_DIGITS = 16;

export class ExtraFieldsFilter {
  /** The start of a line that may still stay or go. */
  private held: Uint8Array = EMPTY;
  private isAtLineStart = true;
  private isFirstLine = true;
  /** Of the line that is read, or was read last. */
  private isKept = true;
  private isAfterCr = false;
  /** The last line that stayed ended in CR, and the LF of a CR LF has not come. */
  private isCrOpen = false;
  /** Of the chunk that is read. */
  private nextCr = -1;

  get heldBytes(): number {
    return this.held.length;
  }

  /** Adds a chunk; returns what stays of it, together with what was held. O(chunk.length). */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.held.length === 0 ? chunk : concat([this.held, chunk]);
    this.nextCr = -1;
    const kept = new Kept(bytes);
    let at = 0;
    while (at < bytes.length) {
      if (this.isAtLineStart && !this.isSecondHalf(bytes[at])) {
        const start = this.isFirstLine ? at + bomLength(bytes.subarray(at)) : at;
        const isKept = this.isFirstLine && mayBecomeBom(bytes) ? undefined : isRead(bytes, start);
        if (isKept === undefined) break;
        at = start;
        // The two would be one line end, and the empty line gone.
        if (isKept && this.isCrOpen && bytes[at] === LF) kept.insertLineFeed(at);
        this.beginLine(isKept);
      }
      const next = this.endOfLine(bytes, at);
      if (!this.isKept) kept.cut(at, next);
      at = next;
    }
    this.held = bytes.slice(at);
    return kept.take(at);
  }

  /** The input is over: what is held is the start of a line that has no end. */
  flush(): Uint8Array {
    const rest = this.held;
    this.held = EMPTY;
    return rest;
  }

  /** True for the LF of a CR LF, which goes or stays with its line. */
  private isSecondHalf(byte: number): boolean {
    const isHalf = this.isAfterCr && byte === LF;
    this.isAfterCr = false;
    return isHalf;
  }

  private beginLine(isKept: boolean): void {
    this.isAtLineStart = false;
    this.isFirstLine = false;
    this.isKept = isKept;
    if (isKept) this.isCrOpen = false;
  }

  /** Offset behind the line's end, or behind all there is of it. */
  private endOfLine(bytes: Uint8Array, from: number): number {
    // Most streams have none, and it is looked for once.
    if (this.nextCr < from) this.nextCr = indexOrEnd(bytes, CR, from);
    const at = Math.min(indexOrEnd(bytes, LF, from), this.nextCr);
    if (at === bytes.length) return at;
    this.isAtLineStart = true;
    this.isAfterCr = bytes[at] === CR;
    if (this.isKept) this.isCrOpen = this.isAfterCr;
    return at + 1;
  }
}

/** What stays of a chunk, moved together in one copy of it: pieces of their own would cost more than the lines. */
class Kept {
  private readonly bytes: Uint8Array;
  private copy: Uint8Array | undefined;
  private length = 0;
  /** What stands from here on is not moved yet. */
  private from = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  cut(start: number, end: number): void {
    this.moveUntil(start);
    this.from = end;
  }

  /** In front of the LF at `at`, which it may overwrite where it stands: it is the same byte. */
  insertLineFeed(at: number): void {
    const copy = this.moveUntil(at);
    copy[this.length++] = LF;
  }

  take(end: number): Uint8Array {
    if (this.copy === undefined) return this.bytes.subarray(0, end);
    return this.moveUntil(end).subarray(0, this.length);
  }

  private moveUntil(end: number): Uint8Array {
    this.copy ??= concat([this.bytes, ROOM]);
    const { copy } = this;
    copy.copyWithin(this.length, this.from, end);
    this.length += end - this.from;
    this.from = end;
    return copy;
  }
}

/** True while a byte order mark may come and is not all there. */
function mayBecomeBom(bytes: Uint8Array): boolean {
  return bytes.length < BOM.length && bytes.every((byte, at) => byte === BOM[at]);
}

/** Whether a client reads the line that begins at `start`; undefined while its bytes do not say. */
export function isRead(bytes: Uint8Array, start: number): boolean | undefined {
  if (start === bytes.length) return undefined;
  if (isLineEnd(bytes[start])) return true;
  let isOpen = false;
  for (const name of NAMES) {
    const isName = isNamed(bytes, start, name);
    if (isName === true) return name !== RETRY || isNumber(bytes, start + name.length);
    isOpen ||= isName === undefined;
  }
  return isOpen ? undefined : false;
}

/** Whether this is the name of the line, all of it. */
function isNamed(bytes: Uint8Array, start: number, name: Uint8Array): boolean | undefined {
  for (let i = 0; i < name.length; i++) {
    if (start + i === bytes.length) return undefined;
    if (bytes[start + i] !== name[i]) return false;
  }
  const end = start + name.length;
  return end === bytes.length ? undefined : bytes[end] === COLON || isLineEnd(bytes[end]);
}

/** Whether what stands between a name and the line's end is a colon and digits. */
function isNumber(bytes: Uint8Array, colon: number): boolean | undefined {
  if (bytes[colon] !== COLON) return false;
  const start = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1;
  for (let at = start; at <= start + RETRY_DIGITS; at++) {
    if (at >= bytes.length) return undefined;
    if (isLineEnd(bytes[at])) return at > start;
    if (bytes[at] < 0x30 || bytes[at] > 0x39) return false;
  }
  return false;
}

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}
