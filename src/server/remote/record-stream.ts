/**
 * A masked stream whose records wait for remote detectors, and leave in order.
 *
 * Owns the order. Asks about all records of one chunk at once, within the limits of each detector.
 */
import { concat } from "../../core/bytes.ts";
import { StreamError, type ErrorCode } from "../../core/index.ts";
import type { StageStream } from "../masking/stage.ts";
import type { Cutter, Piece } from "./cutter.ts";

export interface RecordMask {
  mask(record: Uint8Array): Promise<Uint8Array | ErrorCode>;
  /** What becomes of a record that cannot be looked at. */
  unchecked(): Uint8Array | ErrorCode;
}

/** More of one chunk would only stand in the queue. */
const RECORDS_AT_ONCE = 64;

export class RecordStream implements StageStream {
  readonly #cutter: Cutter;
  readonly #records: RecordMask;

  constructor(cutter: Cutter, records: RecordMask) {
    this.#cutter = cutter;
    this.#records = records;
  }

  get heldBytes(): number {
    return this.#cutter.heldBytes;
  }

  push(masked: Uint8Array): Promise<Uint8Array> {
    return this.#maskAll(this.#cutter.push(masked));
  }

  flush(): Promise<Uint8Array> {
    return this.#maskAll(this.#cutter.end());
  }

  async #maskAll(pieces: readonly Piece[]): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < pieces.length; at += RECORDS_AT_ONCE)
      parts.push(...(await Promise.all(pieces.slice(at, at + RECORDS_AT_ONCE).map((piece) => this.#mask(piece)))));
    return concat(parts);
  }

  async #mask({ record, isTooLong, write }: Piece): Promise<Uint8Array> {
    if (record === undefined && !isTooLong) return write(new Uint8Array(0));
    const masked = record === undefined ? this.#records.unchecked() : await this.#records.mask(record);
    if (typeof masked === "string") throw new StreamError(masked);
    return write(masked);
  }
}
