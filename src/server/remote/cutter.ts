/**
 * Cuts a masked stream into the records that a remote detector is asked about.
 *
 * Owns where records end, in lines, server-sent events and whole documents, and the longest one that is held. Joined, the
 * pieces are the stream.
 */
import type { Format } from "../../core/index.ts";
import { ByteBuffer } from "../../core/sse/byte-buffer.ts";
import { concat } from "../../core/bytes.ts";
import { decodeText, encodeText } from "../text.ts";

/** One record of a stream as it stands there. */
export interface Piece {
  /** What is looked at; undefined for a record that is too long to be held, and for what is no record. */
  readonly record: Uint8Array | undefined;
  readonly isTooLong: boolean;
  /** The bytes of the stream once the record is this one. */
  readonly write: (record: Uint8Array) => Uint8Array;
}

export interface Cutter {
  /** True where records may be JSON. */
  readonly isJson: boolean;
  readonly heldBytes: number;
  push(chunk: Uint8Array): Piece[];
  end(): Piece[];
}

interface Framing {
  readonly isJson: boolean;
  /** Offset just past the end of the first record, -1 when it goes on; `held` is what stands before `chunk`. */
  readonly findEnd: (chunk: Uint8Array, from: number, state: FramingState) => number;
  readonly toPiece: (bytes: Uint8Array) => Piece;
}

interface FramingState {
  /** True when the line that is being read holds a character. */
  hasText: boolean;
  /** True when the byte before was a CR, whose line a LF would still belong to. */
  isAfterCr: boolean;
}

/** A data line, at the start of a stream behind a BOM. */
const DATA = /^\uFEFF?data(?:: ?|(?=[\r\n]*$))([^\r\n]*)/;
const LF = 10;
const CR = 13;

const FRAMINGS: { readonly [Name in Format]?: Framing } = {
  text: { isJson: false, findEnd: endOfLine, toPiece: linePiece },
  ndjson: { isJson: true, findEnd: endOfLine, toPiece: linePiece },
  json: { isJson: true, findEnd: () => -1, toPiece: (bytes) => piece(bytes, (record) => record) },
  sse: { isJson: true, findEnd: endOfEvent, toPiece: eventPiece },
};

/** Undefined for a format whose records nobody could look at. */
export function openCutter(format: Format, limitBytes: number): Cutter | undefined {
  const framing = FRAMINGS[format];
  return framing === undefined ? undefined : new RecordCutter(framing, limitBytes);
}

class RecordCutter implements Cutter {
  readonly isJson: boolean;
  readonly #framing: Framing;
  readonly #limitBytes: number;
  readonly #record = new ByteBuffer();
  readonly #state: FramingState = { hasText: false, isAfterCr: false };
  #isTooLong = false;

  constructor(framing: Framing, limitBytes: number) {
    this.#framing = framing;
    this.#limitBytes = limitBytes;
    this.isJson = framing.isJson;
  }

  get heldBytes(): number {
    return this.#record.lengthBytes;
  }

  push(chunk: Uint8Array): Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    for (;;) {
      const end = this.#framing.findEnd(chunk, at, this.#state);
      this.#keep(chunk.subarray(at, end < 0 ? chunk.length : end));
      if (end < 0) return pieces;
      pieces.push(...this.#finish());
      at = end;
    }
  }

  end(): Piece[] {
    return this.#isTooLong || this.#record.lengthBytes > 0 ? this.#finish() : [];
  }

  #keep(bytes: Uint8Array): void {
    if (!this.#isTooLong && this.#record.lengthBytes + bytes.length <= this.#limitBytes) this.#record.add(bytes);
    else {
      this.#isTooLong = true;
      this.#record.clear();
    }
  }

  #finish(): Piece[] {
    const isTooLong = this.#isTooLong;
    this.#isTooLong = false;
    if (!isTooLong) return [this.#framing.toPiece(this.#record.take())];
    // Its own end was not kept.
    const isEvent = this.#framing === FRAMINGS.sse;
    const write = (record: Uint8Array): Uint8Array =>
      isEvent ? concat([encodeText("data: "), record, encodeText("\n\n")]) : concat([record, encodeText("\n")]);
    return [{ record: undefined, isTooLong: true, write }];
  }
}

function piece(record: Uint8Array | undefined, write: Piece["write"]): Piece {
  return { record, isTooLong: false, write };
}

function endOfLine(chunk: Uint8Array, from: number): number {
  return chunk.indexOf(LF, from) + 1 || -1;
}

/** A line ends in LF, CR LF or CR; an empty one ends the event, its LF may stand before the next. */
function endOfEvent(chunk: Uint8Array, from: number, state: FramingState): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at];
    const isRest = byte === LF && state.isAfterCr;
    state.isAfterCr = byte === CR;
    if (isRest) continue;
    if (byte !== LF && byte !== CR) state.hasText = true;
    else if (state.hasText) state.hasText = false;
    else return at + 1;
  }
  return -1;
}

function linePiece(bytes: Uint8Array): Piece {
  let end = bytes.length;
  if (bytes[end - 1] === LF) end--;
  if (bytes[end - 1] === CR) end--;
  const tail = bytes.subarray(end);
  return piece(bytes.subarray(0, end), (record) => concat([record, tail]));
}

/** The `data` lines are the record; written anew they stand in the place of the first. */
function eventPiece(bytes: Uint8Array): Piece {
  const lines = decodeText(bytes).split(/(?<=\r\n|\n|\r(?!\n))/);
  const data = lines.flatMap((line) => DATA.exec(line)?.slice(1, 2) ?? []);
  if (data.length === 0) return piece(undefined, () => bytes);
  const record = encodeText(data.join("\n"));
  return piece(record, (masked) => {
    if (masked === record) return bytes;
    const written = decodeText(masked)
      .split("\n")
      .map((line) => `data: ${line}\n`);
    const first = lines.findIndex(isData);
    const others = lines.filter((line, index) => index === first || !isData(line));
    return encodeText(others.map((line) => (isData(line) ? written.join("") : line)).join(""));
  });
}

function isData(line: string): boolean {
  return DATA.test(line);
}
