/**
 * JSON records as they read once their escapes are undone, strings, structure and all.
 *
 * Owns the quick way past escapes: where no match ends in the decoded bytes there is no finding, because the text of
 * every string stands there whole, between quotes. Takes no record whose escapes may mean more than that.
 */
import type { Span } from "../span.ts";
import { EMPTY, encodeUtf8 } from "../bytes.ts";
import { readEscape } from "./escapes.ts";
import { isJsonSpace } from "./walker.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

export class DecodedRecords {
  /** The records taken, one behind the other. */
  readonly spans: Span[] = [];

  private readonly capacityBytes: number;
  private buffer = EMPTY;
  private length = 0;
  /** By the start of a record: offsets of the quotes that open and close its strings; other quotes are text. */
  private readonly quotes = new Map<number, readonly number[]>();

  /** `capacityBytes`: as many as the records have before they are decoded. */
  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes;
  }

  get text(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  quotesIn({ start }: Span): readonly number[] {
    return this.quotes.get(start) ?? [];
  }

  /**
   * Takes a record. False when what it decodes to does not tell all: an escape in a name (names are read in more ways
   * than texts), or what is left may be JSON with escapes of its own.
   */
  add(record: Uint8Array): boolean {
    // Few blocks hold a record that comes this way.
    if (this.buffer === EMPTY) this.buffer = new Uint8Array(this.capacityBytes);
    const start = this.length;
    const quotes: number[] = [];
    const end = this.decode(record, quotes);
    if (end < 0) return false;
    const text = this.buffer.subarray(start, end);
    if (
      text.indexOf(BACKSLASH) >= 0 &&
      (holdsEscape(text) || quotes.some((quote) => opensJson(this.buffer, quote + 1, end)))
    )
      return false;
    this.length = end;
    this.spans.push({ start, end });
    this.quotes.set(start, quotes);
    return true;
  }

  /** Writes the decoded record behind the others; returns where it ends, or -1 when an escape stands in a name. */
  private decode(record: Uint8Array, quotes: number[]): number {
    const { buffer } = this;
    let { length } = this;
    let hasEscape = false;
    for (let at = 0; at < record.length; at++) {
      const byte = record[at];
      if (byte === BACKSLASH) {
        hasEscape = true;
        const escape = readEscape(record, at, true);
        if (escape !== "cut" && escape !== "none") {
          if (escape.codePoint < 0x80) buffer[length++] = escape.codePoint;
          else for (const one of encodeUtf8(String.fromCodePoint(escape.codePoint))) buffer[length++] = one;
          at += escape.length - 1;
          continue;
        }
      } else if (byte === QUOTE) {
        if (hasEscape && isBeforeColon(record, at + 1, record.length)) return -1;
        hasEscape = false;
        quotes.push(length);
      }
      buffer[length++] = byte;
    }
    return length;
  }
}

/** True for a text in which characters are written as JSON escapes. */
export function holdsEscape(text: Uint8Array): boolean {
  let at = text.indexOf(BACKSLASH);
  while (at >= 0 && text[at + 1] !== LETTER_U) at = text.indexOf(BACKSLASH, at + 1);
  return at >= 0;
}

/** True when what ends before `from` is a name: nothing but white space parts it from a colon. */
export function isBeforeColon(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  while (at < end && isJsonSpace(bytes[at])) at++;
  return at < end && bytes[at] === COLON;
}

/** True for what opens an object or an array. */
export function isOpening(codePoint: number): boolean {
  return codePoint === OPEN_BRACE || codePoint === OPEN_BRACKET;
}

/** True when a text begins with a bracket, as one that holds an object or array. */
export function opensJson(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && isJsonSpace(bytes[at])) at++;
  return at < to && isOpening(bytes[at]);
}
