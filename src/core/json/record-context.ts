/**
 * What names the values of JSON records: the words that may be context of a match in one of them.
 *
 * Owns how far before a match such words can stand. A value has the name of its field, an element that of its array,
 * and both the text before them; what is no JSON has the text before it only. Errs on the side of farther.
 */
import { CONTEXT_CHARACTERS } from "../candidate.ts";
import type { Span } from "../span.ts";
import { mayBeTold } from "./roles.ts";
import { isJsonSpace } from "./walker.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Words count wherever they stand in the record, behind the match as well. */
export const ANYWHERE = -1;

export class JsonContext {
  private readonly bytes: Uint8Array;
  private readonly quotesIn: (record: Span) => readonly number[];
  private quotes: readonly number[] = [];
  private quotesOf = -1;

  /** `quotesIn`: offsets of the quotes that open and close a record's strings, where others are text; in order. */
  constructor(bytes: Uint8Array, quotesIn?: (record: Span) => readonly number[]) {
    this.bytes = bytes;
    this.quotesIn = quotesIn ?? ((record) => findQuotes(bytes, record));
  }

  /** The first byte of a record from which on words count for what begins at `at`, or ANYWHERE. */
  wordsFrom(at: number, record: Span): number {
    const window = at - CONTEXT_CHARACTERS - 1;
    const name = this.nameFrom(at, record);
    return name === ANYWHERE ? ANYWHERE : Math.max(record.start, Math.min(window, name));
  }

  /** Where the name of the value begins; ANYWHERE when that is not at once to be seen, or others may name the value. */
  private nameFrom(at: number, record: Span): number {
    if (this.quotesOf !== record.start) {
      this.quotesOf = record.start;
      this.quotes = this.quotesIn(record);
    }
    const { quotes } = this;
    const before = countBelow(quotes, at);
    const isInString = before % 2 === 1;
    // The quote that closes what may be the name, which opens one before.
    const closing = before - (isInString ? 2 : 1);
    if (closing < 1) return ANYWHERE;
    const from = quotes[closing] + 1;
    const isNamed = isColonOnly(this.bytes, from, isInString ? quotes[before - 1] : at);
    return isNamed && !mayBeTold(this.bytes, quotes[closing - 1] + 1, from - 1) ? quotes[closing - 1] : ANYWHERE;
  }
}

/** How many of these numbers, which are in order, are lower. */
export function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True when a colon stands between two places, and beside it nothing but white space and parts of a number. */
export function isColonOnly(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && isJsonSpace(bytes[at])) at++;
  if (bytes[at] !== COLON) return false;
  at++;
  while (at < to && (isJsonSpace(bytes[at]) || isNumberByte(bytes[at]))) at++;
  return at >= to;
}

function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e;
}

function findQuotes(bytes: Uint8Array, { start, end }: Span): number[] {
  const quotes: number[] = [];
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) quotes.push(at);
    else if (byte === BACKSLASH) at++;
  }
  return quotes;
}
