/**
 * The whole pairs at the start of a chunk, as they read.
 *
 * Owns the decoded names and values, each on a line of its own so that the automaton keeps them apart, and which pairs need
 * a closer look whatever is found in them. Agrees with FormFormat on what a pair reads as.
 */
import { hexValue } from "../folded-text.ts";
import { opensJson } from "../json/decoded-record.ts";
import type { KeyedValues } from "../keyed-values.ts";
import { LF } from "../lines.ts";
import { hideInvalidUtf8 } from "../utf8-repair.ts";

export const AMPERSAND = 0x26;
export const EQUALS = 0x3d;
export const PERCENT = 0x25;
export const PLUS = 0x2b;
export const SPACE = 0x20;

export class FormBlock {
  /** The decoded names and values. */
  readonly text: Uint8Array;
  /** By pair: where it ends in the block, its `&` included. */
  readonly ends: number[] = [];
  /** By pair: where it begins in `text`; it ends before the next one, and the last at the end. */
  readonly starts: number[] = [];
  /** By pair: where its value begins in `text`; -1 for a name alone. */
  private readonly values: number[] = [];

  /** `block` ends with an `&`. */
  constructor(block: Uint8Array) {
    const buffer = new Uint8Array(block.length);
    this.text = hideInvalidUtf8(buffer.subarray(0, this.decode(block, buffer)));
  }

  private decode(block: Uint8Array, buffer: Uint8Array): number {
    const { ends, starts, values } = this;
    let length = 0;
    let start = 0;
    let value = -1;
    for (let at = 0; at < block.length; at++) {
      let byte = block[at];
      if (byte === AMPERSAND) {
        ends.push(at + 1);
        starts.push(start);
        values.push(value);
        start = length + 1;
        value = -1;
        byte = LF;
      } else if (byte === EQUALS && value < 0) {
        value = length + 1;
        byte = LF;
      } else if (byte === PLUS) byte = SPACE;
      else if (byte === PERCENT) {
        const high = hexValue(block[at + 1]);
        const low = hexValue(block[at + 2]);
        if (high >= 0 && low >= 0) {
          byte = (high << 4) | low;
          at += 2;
        }
      }
      buffer[length++] = byte;
    }
    starts.push(length);
    return length;
  }

  /** The pair that a byte of `text` lies in. O(log pairs). */
  pairAt(place: number): number {
    let low = 0;
    let high = this.ends.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The first pair from `from` on whose name may tell the value, or of which a part may be JSON; the count when none is. */
  nextTold(from: number, keyedValues: KeyedValues): number {
    const { text, starts, values } = this;
    for (let pair = from; pair < values.length; pair++) {
      const end = starts[pair + 1] - 1;
      const value = values[pair];
      const nameEnd = value < 0 ? end : value - 1;
      if (opensJson(text, starts[pair], nameEnd)) return pair;
      if (value < 0) continue;
      if (keyedValues.mayName(text, starts[pair], nameEnd) || opensJson(text, value, end)) return pair;
    }
    return values.length;
  }
}
