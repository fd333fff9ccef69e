/**
 * Reads a server-sent event stream: bytes in, whole events out, by the rules of docs/protocol.md 1.1.
 *
 * Owns the open line and the open event. Never decodes text: fields stay bytes, and whoever decodes one field as
 * UTF-8 gets what decoding the stream would give, because a line end is never part of a longer character.
 */
import { indexOfByte } from "../native-bytes.ts";
import { BOM, EMPTY } from "../bytes.ts";
import { ByteBuffer } from "./byte-buffer.ts";

export interface SseEvent {
  /** The `data` lines joined with LF. Empty when `isTooLarge`. May be a view of the chunk. */
  readonly data: Uint8Array;
  /** Event type; empty means `message`. */
  readonly event: Uint8Array;
  /** The last event id as of this event; empty when there is none. */
  readonly id: Uint8Array;
  /** False when `id` is inherited from an earlier event. */
  readonly hasOwnId: boolean;
  /** A line or the data was longer than the limit: what it held is gone. */
  readonly isTooLarge: boolean;
}

const CR = 13;
const LF = 10;
const COLON = 58;
const SPACE = 32;
const LINE_END = Uint8Array.of(LF);
/** The longest known field name, a colon and a space: the limit is one of the value, not of the line. */
const NAME_BYTES = 7;

export class SseParser {
  readonly #limitBytes: number;
  #lastId: Uint8Array;
  #retryMs: number | undefined;

  readonly #line = new ByteBuffer();
  #isSkippingLine = false;
  #isAfterCr = false;
  #bomBytes = 0;

  /** The only data line so far; from the second on all are in `#data`. */
  #single: Uint8Array | undefined;
  readonly #data = new ByteBuffer();
  #event: Uint8Array = EMPTY;
  #id: Uint8Array;
  #hasOwnId = false;
  #isTooLarge = false;

  /**
   * `limitBytes`: longest data of one event, and longest value of one line; comments are skipped unread.
   * `lastId`: what an earlier connection of the same stream left, so that it outlives a reconnect.
   */
  constructor(limitBytes: number, lastId: Uint8Array = EMPTY) {
    this.#limitBytes = limitBytes;
    this.#lastId = lastId;
    this.#id = lastId;
  }

  /** What a reconnect sends as `Last-Event-ID`: the id at the last empty line, not that of an unfinished event. */
  get lastId(): Uint8Array {
    return this.#lastId;
  }

  /** The last valid `retry`. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** True when the stream, ending here, cuts an event or a line: both are dropped. */
  get isUnfinished(): boolean {
    return this.#line.lengthBytes > 0 || this.#isSkippingLine || this.#single !== undefined || this.#isTooLarge;
  }

  /**
   * Adds one chunk; returns the events that it completes. O(chunk.length).
   * The caller must not change the chunk while it uses the events.
   */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let at = this.#skipBom(chunk);
    let lf = indexOfByte(chunk, LF, at);
    let cr = indexOfByte(chunk, CR, at);
    while (at < chunk.length) {
      // A CR ended its line when it came; the LF of that CRLF is swallowed here, however late it comes.
      if (this.#isAfterCr) {
        this.#isAfterCr = false;
        if (chunk[at] === LF) {
          at++;
          continue;
        }
      }
      // Each byte is searched once: a position is looked for again only when it was passed.
      if (lf !== -1 && lf < at) lf = indexOfByte(chunk, LF, at);
      if (cr !== -1 && cr < at) cr = indexOfByte(chunk, CR, at);
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      if (end === -1) {
        this.#keepLine(chunk.subarray(at));
        break;
      }
      this.#isAfterCr = end === cr;
      this.#endLine(chunk.subarray(at, end), events);
      at = end + 1;
    }
    return events;
  }

  #skipBom(chunk: Uint8Array): number {
    let at = 0;
    while (this.#bomBytes < BOM.length && at < chunk.length) {
      if (chunk[at] !== BOM[this.#bomBytes]) {
        // Not a BOM after all: what looked like its start is the start of the first line.
        this.#keepLine(BOM.subarray(0, this.#bomBytes));
        this.#bomBytes = BOM.length;
        break;
      }
      at++;
      this.#bomBytes++;
    }
    return at;
  }

  #keepLine(part: Uint8Array): void {
    if (part.length === 0 || this.#isSkippingLine) return;
    if ((this.#line.first ?? part[0]) === COLON) {
      this.#isSkippingLine = true;
    } else if (this.#line.lengthBytes + part.length > this.#limitBytes + NAME_BYTES) {
      this.#line.clear();
      this.#isSkippingLine = true;
      this.#isTooLarge = true;
    } else {
      this.#line.add(part);
    }
  }

  #endLine(part: Uint8Array, events: SseEvent[]): void {
    let line = part;
    if (this.#line.lengthBytes > 0) {
      this.#keepLine(part);
      line = this.#line.take();
    }
    if (this.#isSkippingLine) this.#isSkippingLine = false;
    else if (line.length === 0) this.#dispatch(events);
    else if (line.length > this.#limitBytes + NAME_BYTES) this.#isTooLarge ||= line[0] !== COLON;
    else this.#field(line);
  }

  #field(line: Uint8Array): void {
    const colon = indexOfByte(line, COLON);
    const name = nameOf(colon < 0 ? line : line.subarray(0, colon));
    const value = colon < 0 ? EMPTY : line.subarray(line[colon + 1] === SPACE ? colon + 2 : colon + 1);
    // Copies: a name or id must not keep a whole chunk alive.
    if (name === "data") this.#addData(value);
    else if (name === "event") this.#event = value.slice();
    else if (name === "id" && !value.includes(0)) this.#setId(value.slice());
    else if (name === "retry") this.#retryMs = numberOf(value) ?? this.#retryMs;
  }

  #setId(id: Uint8Array): void {
    this.#id = id;
    this.#hasOwnId = true;
  }

  #addData(value: Uint8Array): void {
    const before = this.#data.lengthBytes || (this.#single?.length ?? -1);
    if (before + 1 + value.length > this.#limitBytes) this.#isTooLarge = true;
    if (this.#isTooLarge) {
      this.#data.clear();
      this.#single = EMPTY;
    } else if (this.#single === undefined) {
      this.#single = value;
    } else {
      if (this.#data.lengthBytes === 0) this.#data.add(this.#single);
      this.#data.add(LINE_END);
      this.#data.add(value);
    }
  }

  #dispatch(events: SseEvent[]): void {
    this.#lastId = this.#id;
    if (this.#isTooLarge || this.#single !== undefined) {
      const data = this.#data.lengthBytes > 0 ? this.#data.take() : (this.#single ?? EMPTY);
      events.push({
        data: this.#isTooLarge ? EMPTY : data,
        event: this.#event,
        id: this.#lastId,
        hasOwnId: this.#hasOwnId,
        isTooLarge: this.#isTooLarge,
      });
    }
    this.#data.clear();
    this.#single = undefined;
    this.#event = EMPTY;
    this.#hasOwnId = false;
    this.#isTooLarge = false;
  }
}

function numberOf(digits: Uint8Array): number | undefined {
  if (digits.length === 0 || !digits.every((byte) => byte >= 48 && byte <= 57)) return undefined;
  return digits.reduce((value, byte) => value * 10 + byte - 48, 0);
}

/** Known names are short ASCII; any other line gives a name that nobody asks for. */
function nameOf(bytes: Uint8Array): string {
  return bytes.length > NAME_BYTES ? "" : String.fromCharCode(...bytes);
}
