/**
 * Writes one server-sent event by the rules of docs/protocol.md 1.2.
 *
 * Owns framing only. Never repairs: a field that could break out of its line is refused.
 */
import { indexOfByte } from "../native-bytes.ts";
import { StreamError } from "../errors.ts";
import { ByteBuffer } from "./byte-buffer.ts";

export interface SseFields {
  /** Undefined: no data line, so that nothing is dispatched. Empty data is an event with empty data. */
  readonly data?: Uint8Array | undefined;
  /** Without CR, LF or NUL; empty or undefined means `message`. */
  readonly event?: Uint8Array | undefined;
  /** Without CR, LF or NUL; empty resets the client's id. */
  readonly id?: Uint8Array | undefined;
  readonly retryMs?: number | undefined;
  /** A field that no standard client knows: it ignores the line. Without CR, LF or NUL. */
  readonly trace?: Uint8Array | undefined;
}

const CR = 13;
const LF = 10;
const LINE_END = Uint8Array.of(LF);
const NAMES = {
  data: ascii("data: "),
  event: ascii("event: "),
  id: ascii("id: "),
  retry: ascii("retry: "),
  trace: ascii("traceparent: "),
};

/**
 * One event with its empty line. Data is split at CRLF, CR and LF, so a client reads them all as LF.
 * @throws StreamError `BAD_MESSAGE` when `event`, `id` or `trace` holds CR, LF or NUL, or `retryMs` is no whole number.
 */
export function writeSse(fields: SseFields): Uint8Array {
  const out = new ByteBuffer();
  if (fields.retryMs !== undefined) addLine(out, NAMES.retry, digitsOf(fields.retryMs));
  if (fields.id !== undefined) addLine(out, NAMES.id, oneLine(fields.id));
  if (fields.event !== undefined && fields.event.length > 0) addLine(out, NAMES.event, oneLine(fields.event));
  if (fields.trace !== undefined) addLine(out, NAMES.trace, oneLine(fields.trace));
  if (fields.data !== undefined) addData(out, fields.data);
  out.add(LINE_END);
  return out.take();
}

function addData(out: ByteBuffer, data: Uint8Array): void {
  let at = 0;
  let lf = indexOfByte(data, LF);
  let cr = indexOfByte(data, CR);
  for (;;) {
    if (lf !== -1 && lf < at) lf = indexOfByte(data, LF, at);
    if (cr !== -1 && cr < at) cr = indexOfByte(data, CR, at);
    const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
    if (end === -1) break;
    addLine(out, NAMES.data, data.subarray(at, end));
    at = end === cr && data[end + 1] === LF ? end + 2 : end + 1;
  }
  addLine(out, NAMES.data, data.subarray(at));
}

function addLine(out: ByteBuffer, name: Uint8Array, value: Uint8Array): void {
  out.add(name);
  out.add(value);
  out.add(LINE_END);
}

function oneLine(value: Uint8Array): Uint8Array {
  if (value.includes(CR) || value.includes(LF) || value.includes(0)) throw new StreamError("BAD_MESSAGE");
  return value;
}

function digitsOf(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new StreamError("BAD_MESSAGE");
  return ascii(String(value));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
