/**
 * An event as the files hold it: how many bytes there are up to and with it, then its record.
 *
 * Owns that layout. Two counts tell the bytes in between without a look at the events.
 */
import type { StoredEvent } from "../../server/history/broker.ts";
import { decodeRecord, encodeRecord, type EventRecord } from "../../server/history/stored-event.ts";
import type { Stored } from "./level-store.ts";

const COUNT_BYTES = 8;

export interface DiskEvent extends StoredEvent {
  /** Keyed hash of the event's key; "" when it has none. */
  readonly token: string;
}

export function writeEvent(event: EventRecord, endBytes: number): Uint8Array {
  const record = encodeRecord(event);
  const value = Buffer.alloc(COUNT_BYTES + record.length);
  value.writeDoubleBE(endBytes, 0);
  value.set(record, COUNT_BYTES);
  return value;
}

/** Undefined for what is not whole. */
export function readEvent({ sequence, value, isWhole }: Stored): DiskEvent | undefined {
  const record = isWhole ? decodeRecord(value.subarray(COUNT_BYTES)) : undefined;
  return record === undefined ? undefined : { ...record, sequence };
}

/** Of a whole one. */
export function countOf({ value }: Stored): number {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getFloat64(0);
}
