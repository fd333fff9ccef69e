/**
 * Replacements in a buffer, and the map from decoded text back to the bytes that encode it.
 *
 * Owns offsets. Untouched bytes are copied, never re-encoded.
 */
import { concat } from "./bytes.ts";

/** Bytes [start, end) give way to `bytes`, because of a finding of `entity`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly entity: string;
}

/** Applies disjoint, ordered edits; with none the input comes back as it is. */
export function applyEdits(input: Uint8Array, edits: readonly Edit[]): Uint8Array {
  return edits.length === 0 ? input : concat(splitByEdits(input, edits));
}

/** The pieces that edits leave of the input, and what stands between them, in order. */
export function splitByEdits(input: Uint8Array, edits: readonly Edit[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(input.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  parts.push(input.subarray(at));
  return parts;
}

/** Edits of a decoded text as edits of the bytes that encode it; `encode` writes a replacement there. */
export function encodeEdits(
  edits: readonly Edit[],
  map: OffsetMap,
  encode: (replacement: Uint8Array) => Uint8Array,
): Edit[] {
  return edits.map(({ start, end, bytes, entity }) => ({
    start: map.toEncoded(start),
    end: map.toEncoded(end),
    bytes: encode(bytes),
    entity,
  }));
}

/** Places where decoded and encoded offsets stop running side by side, in order. */
export class OffsetMap {
  private readonly decoded: number[] = [];
  private readonly encoded: number[] = [];

  constructor(decodedStart: number, encodedStart: number) {
    this.add(decodedStart, encodedStart);
  }

  /** From here on, decoded offset `decoded` is encoded offset `encoded`, until the next place. */
  add(decoded: number, encoded: number): void {
    this.decoded.push(decoded);
    this.encoded.push(encoded);
  }

  /** The encoded offset at which the decoded offset begins. O(log places). */
  toEncoded(offset: number): number {
    let low = 0;
    let high = this.decoded.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.decoded[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return this.encoded[low] + offset - this.decoded[low];
  }

  /** Forgets places that only decoded offsets before `offset` need. */
  trim(offset: number): void {
    let drop = 0;
    while (drop + 1 < this.decoded.length && this.decoded[drop + 1] <= offset) drop++;
    this.decoded.splice(0, drop);
    this.encoded.splice(0, drop);
  }
}
