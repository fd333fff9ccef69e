/**
 * The bytes that a finder can see: a little decided text to look back on, what is undecided, and the new chunk.
 *
 * Owns a small copy between chunks and nothing else. The joined view of one push lives in the engine's scratch, so
 * that a chunk is neither copied into fresh memory nor kept; what leaves is a view of the chunk itself.
 */
import { concat, EMPTY } from "./bytes.ts";

/** Joined views longer than this get memory of their own. */
const SCRATCH_LIMIT_BYTES = 262_144;

/** Memory for the joined view; used by one push at a time, never across calls. */
export class Scratch {
  private bytes: Uint8Array = EMPTY;

  take(length: number): Uint8Array {
    if (length > SCRATCH_LIMIT_BYTES) return new Uint8Array(length);
    if (this.bytes.length < length) this.bytes = new Uint8Array(Math.min(2 * length, SCRATCH_LIMIT_BYTES));
    return this.bytes.subarray(0, length);
  }
}

export class Window {
  /** All bytes at hand; valid until the next `load` of any finder of the engine. */
  bytes: Uint8Array = EMPTY;
  /** Offset of `bytes[0]` in the text. */
  offset = 0;

  private readonly scratch: Scratch;
  /** What was kept of the chunks before, and what it was when the last chunk came. */
  private kept: Uint8Array = EMPTY;
  private before: Uint8Array = EMPTY;
  private beforeOffset = 0;
  private chunk: Uint8Array = EMPTY;

  constructor(scratch: Scratch) {
    this.scratch = scratch;
  }

  load(chunk: Uint8Array): void {
    this.before = this.kept;
    this.beforeOffset = this.offset;
    this.chunk = chunk;
    if (this.before.length === 0) this.bytes = chunk;
    else {
      this.bytes = this.scratch.take(this.before.length + chunk.length);
      this.bytes.set(this.before);
      this.bytes.set(chunk, this.before.length);
    }
  }

  /** Keeps a copy of the bytes from `position` on, and gives the joined view back. */
  keepFrom(position: number): void {
    const from = Math.max(position, this.offset);
    this.kept = this.bytes.slice(from - this.offset);
    this.offset = from;
    this.bytes = this.kept;
  }

  /** Lets go of the last chunk: an idle stream must not keep 64 KiB alive for the sake of a few bytes. */
  forget(): void {
    this.before = EMPTY;
    this.chunk = EMPTY;
  }

  /** Bytes that were at hand in the last push, as lasting views; until `forget`. */
  slice(start: number, end: number): Uint8Array {
    const seam = this.beforeOffset + this.before.length;
    if (start >= seam) return this.chunk.subarray(start - seam, end - seam);
    const early = this.before.subarray(start - this.beforeOffset, Math.min(end, seam) - this.beforeOffset);
    return end <= seam ? early : concat([early, this.chunk.subarray(0, end - seam)]);
  }
}
