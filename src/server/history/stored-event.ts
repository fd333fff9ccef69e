/**
 * The bytes of one event as a broker keeps it.
 *
 * Owns the layout: version, flags, time, type, token, trace, then a part for each policy. Holds masked bytes and tokens only.
 */
import type { NewEvent, Part } from "./broker.ts";
import { decodeText, encodeText } from "../text.ts";

export interface EventRecord extends NewEvent {
  readonly atMs: number;
  /** Keyed hash of the event's key, lower-case hex; "" when it has none. */
  readonly token: string;
}

const VERSION = 1;
const IS_GAP = 1;
const HAS_TRACE = 2;
/** Behind the token. */
const TRACE_BYTES = 55;
/** In the place of a length: the policy does not show the event. */
const HIDDEN = 0xffff_ffff;
/** Version, flags, time, and the lengths of type and token and the number of parts. */
const HEAD_BYTES = 1 + 1 + 8 + 2 + 1 + 2;
const PART_HEAD_BYTES = 16 + 4;

export function encodeRecord({ atMs, event, isGap, parts, token, trace }: EventRecord): Uint8Array {
  const tokenBytes = encodeText(token);
  const lengthBytes = parts.reduce(
    (sum, { data }) => sum + PART_HEAD_BYTES + (data?.length ?? 0),
    HEAD_BYTES + event.length + tokenBytes.length + (trace === undefined ? 0 : TRACE_BYTES),
  );
  const bytes = new Uint8Array(lengthBytes);
  const numbers = new DataView(bytes.buffer);
  numbers.setUint8(0, VERSION);
  numbers.setUint8(1, (isGap ? IS_GAP : 0) + (trace === undefined ? 0 : HAS_TRACE));
  numbers.setFloat64(2, atMs);
  numbers.setUint16(10, event.length);
  numbers.setUint8(12, tokenBytes.length);
  numbers.setUint16(13, parts.length);
  let at = HEAD_BYTES;
  const put = (some: Uint8Array): void => {
    bytes.set(some, at);
    at += some.length;
  };
  put(event);
  put(tokenBytes);
  if (trace !== undefined) put(encodeText(trace));
  for (const { mark, data } of parts) {
    put(encodeText(mark));
    numbers.setUint32(at, data === null ? HIDDEN : data.length);
    at += 4;
    if (data !== null) put(data);
  }
  return bytes;
}

/** Undefined for bytes that are no whole record of this version. Copies, so that no record keeps a larger array. */
export function decodeRecord(given: Uint8Array): EventRecord | undefined {
  // A Buffer's own `slice` does not copy.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD_BYTES || numbers.getUint8(0) !== VERSION) return undefined;
  let at = HEAD_BYTES;
  const take = (length: number): Uint8Array => bytes.slice(at, (at += length));
  const event = take(numbers.getUint16(10));
  const token = decodeText(take(numbers.getUint8(12)));
  const flags = numbers.getUint8(1);
  const trace = (flags & HAS_TRACE) === 0 ? undefined : decodeText(take(TRACE_BYTES));
  const parts: Part[] = [];
  for (let count = numbers.getUint16(13); count > 0; count--) {
    if (at + PART_HEAD_BYTES > bytes.length) return undefined;
    const mark = decodeText(take(PART_HEAD_BYTES - 4));
    const length = numbers.getUint32(at);
    at += 4;
    parts.push({ mark, data: length === HIDDEN ? null : take(length) });
  }
  if (at !== bytes.length) return undefined;
  return { atMs: numbers.getFloat64(2), event, isGap: (flags & IS_GAP) !== 0, parts, token, trace };
}
