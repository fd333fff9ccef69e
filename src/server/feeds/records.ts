/**
 * Cuts a published body into events: one JSON value, NDJSON, or server-sent events.
 *
 * Owns framing and the size of one event. Never masks, and keeps nothing of an event that is too large.
 */
import { StreamError, type ErrorCode, type Format } from "../../core/index.ts";
import { ByteBuffer } from "../../core/sse/byte-buffer.ts";
import { SseParser } from "../../core/sse/parser.ts";
import { decodeText } from "../text.ts";
import { isJson } from "../subscribers/transports.ts";

/** One event of a body, or why it is none. */
export type BodyRecord =
  | {
      readonly data: Uint8Array;
      readonly event: string;
      /** The producer's own id of the event. */
      readonly key?: string;
      /** The `traceparent` of this very event. */
      readonly trace?: string;
    }
  | { readonly refused: ErrorCode };

export interface RecordReader {
  /** Adds one chunk; returns the events that it completes. */
  push(chunk: Uint8Array): BodyRecord[];
  /** The body ended in order. */
  end(): BodyRecord[];
  /** True when the end cut an event, which is dropped. */
  readonly isUnfinished: boolean;
}

export type PublishFormat = "json" | "ndjson" | "sse";

const LF = 10;
export const MESSAGE = "message";

/** Opens a reader; `limitBytes` is the longest event. */
export const RECORD_READERS: Readonly<Record<PublishFormat, (limitBytes: number) => RecordReader>> = {
  json: (limitBytes) => new JsonReader(limitBytes),
  ndjson: (limitBytes) => new NdjsonReader(limitBytes),
  sse: (limitBytes) => new SseReader(limitBytes),
};

export function isPublishFormat(format: Format): format is PublishFormat {
  return Object.hasOwn(RECORD_READERS, format);
}

class JsonReader implements RecordReader {
  readonly isUnfinished = false;
  readonly #limitBytes: number;
  readonly #body = new ByteBuffer();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** @throws StreamError `EVENT_TOO_LARGE`: there is only the one event. */
  push(chunk: Uint8Array): BodyRecord[] {
    const bytes = this.#body.lengthBytes + chunk.length;
    if (bytes > this.#limitBytes) throw new StreamError("EVENT_TOO_LARGE", { bytes, limit: this.#limitBytes });
    this.#body.add(chunk);
    return [];
  }

  end(): BodyRecord[] {
    return [jsonRecord(this.#body.take())];
  }
}

class NdjsonReader implements RecordReader {
  readonly isUnfinished = false;
  readonly #limitBytes: number;
  readonly #line = new ByteBuffer();
  #isSkipping = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  push(chunk: Uint8Array): BodyRecord[] {
    const records: BodyRecord[] = [];
    let at = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, at)) {
      const part = chunk.subarray(at, end);
      // A line within one chunk is not copied.
      if (this.#line.lengthBytes === 0 && !this.#isSkipping && part.length <= this.#limitBytes) {
        addLine(records, part);
      } else {
        this.#keep(part);
        this.#endLine(records);
      }
      at = end + 1;
    }
    this.#keep(chunk.subarray(at));
    return records;
  }

  end(): BodyRecord[] {
    const records: BodyRecord[] = [];
    this.#endLine(records);
    return records;
  }

  #keep(part: Uint8Array): void {
    if (this.#isSkipping || this.#line.lengthBytes + part.length > this.#limitBytes) {
      this.#isSkipping = true;
      this.#line.clear();
    } else {
      this.#line.add(part);
    }
  }

  #endLine(records: BodyRecord[]): void {
    if (this.#isSkipping) records.push({ refused: "EVENT_TOO_LARGE" });
    else addLine(records, this.#line.take());
    this.#isSkipping = false;
  }
}

class SseReader implements RecordReader {
  readonly #parser: SseParser;

  constructor(limitBytes: number) {
    this.#parser = new SseParser(limitBytes);
  }

  get isUnfinished(): boolean {
    return this.#parser.isUnfinished;
  }

  push(chunk: Uint8Array): BodyRecord[] {
    return this.#parser.push(chunk).map(({ data, event, id, hasOwnId, isTooLarge }) =>
      isTooLarge
        ? { refused: "EVENT_TOO_LARGE" }
        : {
            data,
            event: event.length === 0 ? MESSAGE : decodeText(event),
            ...(hasOwnId && id.length > 0 ? { key: decodeText(id) } : {}),
          },
    );
  }

  end(): BodyRecord[] {
    return [];
  }
}

/** Empty lines are no events: they keep a connection alive. */
function addLine(records: BodyRecord[], line: Uint8Array): void {
  if (line.length > 0 && !isBlank(line)) records.push(jsonRecord(line));
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 32 || byte === 9 || byte === 13);
}

/** One JSON value without white space around it, or why it is none. */
export function jsonRecord(line: Uint8Array): BodyRecord {
  const text = decodeText(line);
  return isJson(text) ? { data: trim(line), event: MESSAGE } : { refused: "BAD_JSON" };
}

/** JSON's white space at both ends would become empty `data` lines. */
function trim(line: Uint8Array): Uint8Array {
  let start = 0;
  let end = line.length;
  while (start < end && line[start] <= 32) start++;
  while (end > start && line[end - 1] <= 32) end--;
  return line.subarray(start, end);
}
