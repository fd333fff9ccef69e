/**
 * Formats that come in records: each is held until it is whole, then masked as a whole.
 *
 * Owns the record that is coming in, up to `lineLimitBytes`. A longer one cannot be parsed and falls to the
 * policy's `onInvalid`, as a stream: it is masked as text on its way through, or dropped, and never held.
 */
import { ByteQueue } from "../bytes.ts";
import type { Policy } from "../policy.ts";
import { openFallback } from "./fallback.ts";
import { type FormatMasker, Output } from "./format-masker.ts";

/** What a record format says: where records end, and what a whole one becomes. */
export interface RecordFormat {
  /** Offset just past the record's end in `chunk`, or -1. Called once for every byte of the stream, in order. */
  findEnd(chunk: Uint8Array, from: number): number;
  /** Writes one whole record, its end included. */
  mask(record: Uint8Array, output: Output): void;
  /** The name that an overlong record goes by as one text. */
  readonly fallbackKey?: string;
  /** Writes what is left when the input ends inside a record. */
  maskUnfinished(record: Uint8Array, output: Output): void;
}

export class RecordMasker implements FormatMasker {
  private readonly policy: Policy;
  private readonly format: RecordFormat;
  private readonly output: Output;
  private readonly record = new ByteQueue();
  /** What the rest of an overlong record goes through; undefined while records are of legal length. */
  private overlong: FormatMasker | undefined;

  constructor(policy: Policy, format: RecordFormat, output = new Output(policy)) {
    this.policy = policy;
    this.format = format;
    this.output = output;
  }

  get heldBytes(): number {
    return this.record.length + (this.overlong?.heldBytes ?? 0);
  }

  /** True when the next byte begins a record. */
  get isBetweenRecords(): boolean {
    return this.record.length === 0 && this.overlong === undefined;
  }

  push(chunk: Uint8Array): Uint8Array {
    for (let at = 0; at < chunk.length;) at = this.pushRecord(chunk, at);
    return this.output.take();
  }

  /** Takes the bytes of one record, or all there are; returns where the next begins. The output stays here. */
  pushRecord(chunk: Uint8Array, from: number): number {
    const found = this.format.findEnd(chunk, from);
    const end = found < 0 ? chunk.length : found;
    this.add(chunk.subarray(from, end));
    if (found >= 0) this.finish();
    return end;
  }

  /** What `pushRecord` has left. */
  take(): Uint8Array {
    return this.output.take();
  }

  flush(): Uint8Array {
    if (this.overlong !== undefined) this.finish();
    else if (this.record.length > 0) this.format.maskUnfinished(this.record.takeAll(), this.output);
    return this.output.take();
  }

  private add(piece: Uint8Array): void {
    if (this.overlong === undefined && this.record.length + piece.length > this.policy.limits.lineLimitBytes) {
      this.overlong = openFallback(this.policy, "LINE_TOO_LONG", this.format.fallbackKey);
      this.output.write(this.overlong.push(this.record.takeAll()));
    }
    if (this.overlong === undefined) this.record.append(piece);
    else this.output.write(this.overlong.push(piece));
  }

  private finish(): void {
    if (this.overlong === undefined) this.format.mask(this.record.takeAll(), this.output);
    else this.output.write(this.overlong.flush());
    this.overlong = undefined;
    this.output.endRecord();
  }
}
