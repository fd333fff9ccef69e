/** Line feeds near a place. */
import { indexOfByte, lastIndexOfByte } from "./native-bytes.ts";

export const LF = 0x0a;

/** The last line feed before a place, or -1. */
export function lineFeedBefore(bytes: Uint8Array, from: number): number {
  return from === 0 ? -1 : lastIndexOfByte(bytes, LF, from - 1);
}

/** The first line feed at or after a place, or -1. */
export function lineFeedFrom(bytes: Uint8Array, from: number): number {
  return indexOfByte(bytes, LF, from);
}
