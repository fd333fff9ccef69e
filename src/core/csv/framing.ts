/**
 * Where a CSV record ends, over any chunking.
 *
 * Owns the state between two bytes: RFC 4180 with what readers of real files add. A quote opens a field only at its
 * start; what follows a closing quote up to the separator is unquoted again; LF, CR and CR LF end a record, and the LF of
 * a CR LF is a record of its own, so that no record waits for it.
 */
import { BOM } from "../bytes.ts";

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const SEMICOLON = 0x3b;
export const TAB = 0x09;
export const CR = 0x0d;
export const LF = 0x0a;

type Place = "start" | "unquoted" | "quoted" | "closing";

export class CsvFraming {
  /** What separates fields; until it is known all that could be do. */
  delimiter: number | undefined;
  private place: Place = "start";
  private isAfterCr = false;
  private isAtRecordStart = true;
  private bomBytes = 0;

  /** Offset just past the record's end, or -1. Called once for every byte of the stream, in order. */
  findEnd(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) if (this.isEnd(chunk[at])) return at + 1;
    return -1;
  }

  /** Goes on at the start of a record, after records that somebody else has framed. */
  restart(): void {
    this.place = "start";
    this.isAfterCr = false;
    this.isAtRecordStart = true;
  }

  private isEnd(byte: number): boolean {
    const isSecondHalf = byte === LF && this.isAfterCr && this.isAtRecordStart;
    this.isAfterCr = false;
    this.isAtRecordStart = false;
    if (isSecondHalf) return this.end(byte);
    if (this.place === "quoted") {
      if (byte === QUOTE) this.place = "closing";
      return false;
    }
    if (byte === QUOTE && this.place !== "unquoted") {
      this.place = "quoted";
      return false;
    }
    if (byte === LF || byte === CR) return this.end(byte);
    if (this.isBom(byte)) return false;
    this.place = this.isDelimiter(byte) ? "start" : "unquoted";
    return false;
  }

  private end(byte: number): boolean {
    this.restart();
    this.isAfterCr = byte === CR;
    this.bomBytes = BOM.length;
    return true;
  }

  private isDelimiter(byte: number): boolean {
    return isDelimiter(byte, this.delimiter);
  }

  private isBom(byte: number): boolean {
    if (this.bomBytes < BOM.length && byte === BOM[this.bomBytes]) {
      this.bomBytes++;
      return this.bomBytes === BOM.length || this.place === "start";
    }
    this.bomBytes = BOM.length;
    return false;
  }
}

/** True for the separator, or for any that could be one while it is not known. */
export function isDelimiter(byte: number, delimiter: number | undefined): boolean {
  return delimiter === undefined ? byte === COMMA || byte === SEMICOLON || byte === TAB : byte === delimiter;
}
