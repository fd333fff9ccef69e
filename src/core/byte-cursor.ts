/**
 * Where one byte stands next, asked from places that move on.
 *
 * Owns the last answer, which is good for all places before it: nearly every question is two comparisons. Keeps no text of its
 * own.
 */
import { indexOfByte } from "./native-bytes.ts";

export class ByteCursor {
  private readonly bytes: Uint8Array;
  private readonly byte: number;
  /** The first place from `from` on is `found`; Infinity when there is none. */
  private from = 0;
  private found = -1;

  constructor(bytes: Uint8Array, byte: number) {
    this.bytes = bytes;
    this.byte = byte;
  }

  /** The first place at or after `at`, or Infinity. O(distance from the place asked for last). */
  next(at: number): number {
    if (at > this.found) this.search(at);
    else if (at < this.from) this.widen(Math.max(0, at));
    return this.found;
  }

  private search(at: number): void {
    const found = indexOfByte(this.bytes, this.byte, at);
    this.from = at;
    this.found = found < 0 ? Infinity : found;
  }

  private widen(at: number): void {
    const { bytes, byte } = this;
    for (let i = this.from - 1; i >= at; i--) if (bytes[i] === byte) this.found = i;
    this.from = at;
  }
}
