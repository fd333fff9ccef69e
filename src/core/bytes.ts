/** Small helpers on byte arrays; the ones every host needs and none brings alike. */
import { StreamError } from "./errors.ts";

export const EMPTY = new Uint8Array(0);

/**
 * What a caller takes for bytes, of whatever realm; a Buffer is one.
 * @throws StreamError `BAD_CHUNK` for all else: a string would be read as nothing, wider numbers would be cut.
 */
export function checkBytes(chunk: Uint8Array): void {
  const given: { readonly [Symbol.toStringTag]?: unknown } | null | undefined = chunk;
  if (given?.[Symbol.toStringTag] !== "Uint8Array") throw new StreamError("BAD_CHUNK");
}

/**
 * The same memory without a subclass. A `slice` of Node's Buffer is no copy: what writes over one would write over the
 * caller's bytes.
 */
export function plainView(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Joins arrays; one among empty ones comes back as it is. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const full = parts.filter((part) => part.length > 0);
  if (full.length === 0) return EMPTY;
  if (full.length === 1) return full[0];
  const out = new Uint8Array(full.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of full) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The byte order mark in UTF-8. */
export const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Bytes of a byte order mark at the start; 0 when there is none. */
export function bomLength(bytes: Uint8Array): number {
  return BOM.every((byte, i) => bytes[i] === byte) ? BOM.length : 0;
}

/** UTF-8 of a string; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    const c = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (c <= 0x7f) out.push(c);
    else if (c <= 0x7ff) out.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c <= 0xffff) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return Uint8Array.from(out);
}

const chars = String.fromCharCode;

/**
 * Bytes of ASCII as a string. A view of the bytes, and a call with as many arguments as it has, cost three times as much as
 * some arguments too many and a cut; short spans are almost all there are.
 */
// prettier-ignore
export function asciiText(b: Uint8Array, at: number, end: number): string {
  const length = end - at;
  if (length > 32 && length <= 64) return asciiText(b, at, at + 32) + asciiText(b, at + 32, end);
  if (length > 64 || at + 32 > b.length)
    return chars.apply(undefined, b.subarray(at, end) as unknown as number[]);
  if (length <= 12)
    return chars(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8],
      b[at + 9], b[at + 10], b[at + 11]).slice(0, length);
  return chars(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9],
    b[at + 10], b[at + 11], b[at + 12], b[at + 13], b[at + 14], b[at + 15], b[at + 16], b[at + 17], b[at + 18],
    b[at + 19], b[at + 20], b[at + 21], b[at + 22], b[at + 23], b[at + 24], b[at + 25], b[at + 26], b[at + 27],
    b[at + 28], b[at + 29], b[at + 30], b[at + 31]).slice(0, length);
}

/** Smaller buffers are left as they are. */
const COMPACT_FROM_BYTES = 1024;

/**
 * Bytes that wait for more. Appending is amortised O(chunk), also byte by byte; views that were handed out are
 * never overwritten, because bytes are only ever written behind them or into a new buffer.
 */
export class ByteQueue {
  private buffer: Uint8Array = EMPTY;
  private start = 0;
  private end = 0;
  // A caller's chunk is adopted without a copy; it is not ours to write behind.
  private isOwn = false;

  get length(): number {
    return this.end - this.start;
  }

  /** A view of what waits; valid for good. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(this.start, this.end);
  }

  append(chunk: Uint8Array): void {
    if (this.length === 0) {
      // A small part of a large chunk is copied: it may wait for long, and would keep all of the chunk alive.
      this.isOwn = chunk.length * 2 < chunk.buffer.byteLength;
      this.buffer = this.isOwn ? chunk.slice() : chunk;
      this.start = 0;
      this.end = chunk.length;
      return;
    }
    if (this.end + chunk.length > this.buffer.length || !this.isOwn) this.reallocate(chunk.length);
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** Drops bytes from the front. */
  consume(bytes: number): void {
    this.start += bytes;
    if (this.length === 0) this.release();
    else if (this.buffer.byteLength > COMPACT_FROM_BYTES && this.length * 8 < this.buffer.byteLength) this.compact();
  }

  // A few bytes that wait must not keep a large buffer alive.
  private compact(): void {
    const live = this.bytes.slice();
    this.buffer = live;
    this.isOwn = true;
    this.start = 0;
    this.end = live.length;
  }

  /** Takes everything out. */
  takeAll(): Uint8Array {
    const all = this.bytes;
    this.release();
    return all;
  }

  private release(): void {
    this.buffer = EMPTY;
    this.isOwn = false;
    this.start = 0;
    this.end = 0;
  }

  private reallocate(extra: number): void {
    const live = this.length;
    // Small pieces double the room, a large one is not worth room behind it.
    const buffer = new Uint8Array(live + extra + (extra < live ? live + extra : 0));
    buffer.set(this.bytes);
    this.buffer = buffer;
    this.start = 0;
    this.end = live;
    this.isOwn = true;
  }
}
