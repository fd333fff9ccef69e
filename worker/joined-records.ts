/**
 * Events one behind the other, as a row holds them and as an object sends them: a length in front of each record.
 *
 * Owns that layout. What a record is, `src/server/history/stored-event.ts` knows.
 */
import type { StoredEvent } from "../src/server/history/broker.ts";
import { decodeRecord, encodeRecord, type EventRecord } from "../src/server/history/stored-event.ts";

const LENGTH_BYTES = 4;
const SEQUENCE_BYTES = 8;

export function joinRecords(records: readonly Uint8Array[]): Uint8Array {
  return joinAfter(0, records);
}

/** Undefined in the place of a record that cannot be read; nothing behind a broken length. */
export function splitRecords(joined: Uint8Array): (EventRecord | undefined)[] {
  const numbers = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
  const records: (EventRecord | undefined)[] = [];
  for (let at = 0; at + LENGTH_BYTES <= joined.length;) {
    const end = at + LENGTH_BYTES + numbers.getUint32(at);
    records.push(decodeRecord(joined.subarray(at + LENGTH_BYTES, Math.min(end, joined.length))));
    at = end;
  }
  return records;
}

/** Consecutive events as one message. */
export function encodeEvents(events: readonly StoredEvent[]): Uint8Array {
  const joined = joinAfter(
    SEQUENCE_BYTES,
    events.map((event) => encodeRecord({ ...event, token: "" })),
  );
  new DataView(joined.buffer).setFloat64(0, events[0]?.sequence ?? 0);
  return joined;
}

/** Events that cannot be read are left out. */
export function decodeEvents(message: Uint8Array): StoredEvent[] {
  const first = new DataView(message.buffer, message.byteOffset).getFloat64(0);
  return splitRecords(message.subarray(SEQUENCE_BYTES)).flatMap((record, index) => {
    if (record === undefined) return [];
    const { token: _token, ...event } = record;
    return { ...event, sequence: first + index };
  });
}

function joinAfter(headBytes: number, records: readonly Uint8Array[]): Uint8Array {
  const lengthBytes = records.reduce((sum, record) => sum + LENGTH_BYTES + record.length, headBytes);
  const joined = new Uint8Array(lengthBytes);
  const numbers = new DataView(joined.buffer);
  let at = headBytes;
  for (const record of records) {
    numbers.setUint32(at, record.length);
    joined.set(record, at + LENGTH_BYTES);
    at += LENGTH_BYTES + record.length;
  }
  return joined;
}
