/**
 * The whole records at the start of a chunk, framed without looking at every byte.
 *
 * Owns where quoted fields hold line feeds and where quotes make a field read differently from its bytes. Agrees with
 * CsvFraming on where records end, but takes several that end in a lone CR for one.
 */
import { indexOfByte } from "../native-bytes.ts";
import { CONTEXT_BYTES, MAY_HIDE } from "../context-words.ts";
import type { BlockScan, WordGlance } from "../formats/block-scan.ts";
import { suspectsIn } from "../formats/suspect-places.ts";
import { isOpening } from "../json/decoded-record.ts";
import { lineFeedBefore, lineFeedFrom } from "../lines.ts";
import type { Span } from "../span.ts";
import { CR, LF, QUOTE } from "./framing.ts";

const BACKSLASH = 0x5c;
/** Farther away no field is looked for: looks back must not add up. */
const NEAR_FIELDS_BYTES = 256;

interface SuspectOptions {
  readonly readsQuotes: boolean;
  readonly hasNames: boolean;
}

export interface Column {
  readonly index: number;
  /** Fields of the record. */
  readonly count: number;
}

export class CsvBlock {
  readonly bytes: Uint8Array;
  /** Starts of quoted fields that hold a line feed, and their ends beside. */
  private readonly starts: readonly number[];
  private readonly ends: readonly number[];
  /** Quotes that are doubled or stray, and closing quotes behind which the field goes on; in order. */
  private readonly oddQuotes: Offsets;
  private readonly joins: Offsets;
  private readonly delimiter: number;
  /** The line that was asked for last. */
  private lineStart = 0;
  private lineEnd = 0;
  /** The end of the last line in which a quote was met. */
  private quotedLineEnd = -1;
  /** Quotes that open a field, and odd ones: no record has its first quote elsewhere. */
  private readonly quotes: Offsets;
  /** The same, asked about on their own. */
  private readonly quotesBehind: Offsets;
  /** The length where there is none, or none in a field with odd quotes, which make it count. */
  private nextEscape: number;
  /** The answer of `bracketedEscape` for the last place, and for all up to it. */
  private nextBracketed = -1;

  private constructor(bytes: Uint8Array, framed: Framed, delimiter: number) {
    this.bytes = bytes;
    this.delimiter = delimiter;
    this.nextEscape = framed.mayEscape ? placeOf(bytes, BACKSLASH, 0) : bytes.length;
    this.starts = framed.starts;
    this.ends = framed.ends;
    this.oddQuotes = new Offsets(framed.oddQuotes);
    this.joins = new Offsets(framed.joins);
    this.quotes = new Offsets(framed.quotes);
    this.quotesBehind = new Offsets(framed.quotes);
  }

  /** Reads from the start of a record; `bytes` ends with the last line feed that ends one. */
  static read(chunk: Uint8Array, delimiter: number): CsvBlock {
    const framed = frame(chunk, delimiter);
    return new CsvBlock(chunk.subarray(0, framed.end), framed, delimiter);
  }

  /**
   * The first byte at or after `from` that makes its record suspect, or Infinity. Asked in order. `hasNames`: words may
   * stand in the names of columns.
   */
  suspect(scan: BlockScan, from: number, { readsQuotes, hasNames }: SuspectOptions): number {
    const place = hasNames ? scan.placeAfter(from) : scan.suspectAfter(from, this.glance);
    // A place lies behind the last byte of its match.
    const suspect = Math.min(place - 1, this.joins.next(from), this.bracketedEscape(from));
    return readsQuotes || this.nextEscape < this.bytes.length ? Math.min(suspect, this.oddQuotes.next(from)) : suspect;
  }

  /** Where matches end in a record that may be findings, counted from its start. Asked in order, after `suspect`. */
  suspectsIn(scan: BlockScan, record: Span): readonly number[] {
    return suspectsIn(scan, record, this.glance);
  }

  /**
   * True when a field of the record may hold what its bytes do not show: text on both sides of a closing quote, a doubled
   * quote where a pattern reads quotes, or JSON with an escape, which has quotes around it or is broken. Asked in order.
   */
  hides({ start, end }: Span, readsQuotes: boolean): boolean {
    if (this.joins.next(start) < end || this.bracketedEscape(start) < end) return true;
    if (this.oddQuotes.next(start) >= end) return false;
    if (this.nextEscape < start) this.nextEscape = placeOf(this.bytes, BACKSLASH, start);
    return readsQuotes || this.nextEscape < end;
  }

  /**
   * From where on words may be context of what begins at `at` in the record that begins at `start`: the field to the left
   * may be a label, and so may the characters before it in its own field. Asked in order of `start`.
   */
  wordsFrom(at: number, start: number): number {
    // Between quotes a separator may be a character.
    if (this.quotes.next(start) < at) return start;
    return Math.max(start, Math.min(this.leftFieldFrom(at, start), at - CONTEXT_BYTES));
  }

  /** Asked in order. */
  private readonly glance: WordGlance = (words, start, end) => {
    if (this.starts.length > 0) return MAY_HIDE;
    if (!this.isBehindQuote(start)) {
      const limit = start - NEAR_FIELDS_BYTES;
      const from = this.leftFieldFrom(start, Math.max(0, limit));
      // What stands before the record does no harm.
      return from === limit
        ? MAY_HIDE
        : words.glance(this.bytes, Math.max(0, Math.min(from, start - CONTEXT_BYTES)), end);
    }
    if (start >= this.lineEnd) {
      this.lineStart = lineFeedBefore(this.bytes, start) + 1;
      this.lineEnd = lineFeedFrom(this.bytes, start) + 1;
    }
    const isNear = start - this.lineStart <= NEAR_FIELDS_BYTES;
    return isNear ? words.glance(this.bytes, this.lineStart, end) : MAY_HIDE;
  };

  /** Where the field to the left of the one that `at` lies in begins, or the record; not before `limit`. */
  private leftFieldFrom(at: number, limit: number): number {
    const { bytes, delimiter } = this;
    let isLeft = false;
    let from = at;
    for (; from > limit; from--) {
      const byte = bytes[from - 1];
      if (byte === LF) break;
      if (byte !== delimiter && byte !== CR) continue;
      if (isLeft) break;
      isLeft = true;
    }
    return from;
  }

  /** True when a quote stands in the record before that byte, where no quoted field holds a line feed. Asked in order. */
  private isBehindQuote(at: number): boolean {
    const quote = this.quotesBehind.before(at);
    if (quote >= 0 && quote > this.quotedLineEnd) this.quotedLineEnd = lineFeedFrom(this.bytes, quote);
    return quote >= 0 && at <= this.quotedLineEnd;
  }

  /** The first escape at or after `from` of a record with a bracket, which may open JSON, or Infinity. Asked in order. */
  private bracketedEscape(from: number): number {
    if (this.nextBracketed < from) this.nextBracketed = this.findBracketed(from);
    return this.nextBracketed;
  }

  private findBracketed(from: number): number {
    const { bytes } = this;
    for (let at = placeOf(bytes, BACKSLASH, from); at < bytes.length;) {
      const { start, end } = this.recordAt(at);
      if (holdsBracket(bytes, start, end)) return at;
      at = placeOf(bytes, BACKSLASH, end);
    }
    return Infinity;
  }

  /** The column that a byte lies in; undefined when quotes stand in the record, or a lone CR, which parts it into several. */
  columnAt(at: number, { start, end }: Span): Column | undefined {
    if (this.quotes.next(start) < end) return undefined;
    let index = 0;
    let count = 1;
    for (let i = start; i < end; i++) {
      const byte = this.bytes[i];
      if (byte === CR && i < end - 2) return undefined;
      if (byte !== this.delimiter) continue;
      count++;
      if (i < at) index++;
    }
    return { index, count };
  }

  /** The record that holds a byte. */
  recordAt(at: number): Span {
    const { bytes } = this;
    let start = lineFeedBefore(bytes, at);
    let end = lineFeedFrom(bytes, at);
    if (this.starts.length === 0) return { start: start + 1, end: end + 1 };
    for (let field = this.fieldAt(start); field >= 0; field = this.fieldAt(start)) {
      start = lineFeedBefore(bytes, this.starts[field]);
    }
    for (let field = this.fieldAt(end); field >= 0; field = this.fieldAt(end)) {
      end = lineFeedFrom(bytes, this.ends[field]);
    }
    return { start: start + 1, end: end + 1 };
  }

  /** Index of the quoted field that a line feed lies in, or -1. O(log fields). */
  private fieldAt(at: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return this.starts[low] <= at && at < this.ends[low] ? low : -1;
  }
}

/** Offsets in order, asked for in order. */
class Offsets {
  private readonly offsets: readonly number[];
  private at = 0;

  constructor(offsets: readonly number[]) {
    this.offsets = offsets;
  }

  /** The first at or after `from`, or Infinity. */
  next(from: number): number {
    while (this.at < this.offsets.length && this.offsets[this.at] < from) this.at++;
    return this.offsets[this.at] ?? Infinity;
  }

  /** The last before `from`, or -1. */
  before(from: number): number {
    this.next(from);
    return this.offsets[this.at - 1] ?? -1;
  }
}

interface Framed {
  readonly end: number;
  readonly starts: number[];
  readonly ends: number[];
  readonly oddQuotes: number[];
  readonly joins: number[];
  readonly quotes: number[];
  /** False when no field with odd quotes holds a backslash. */
  readonly mayEscape: boolean;
}

function frame(chunk: Uint8Array, delimiter: number): Framed {
  const starts: number[] = [];
  const ends: number[] = [];
  const oddQuotes: number[] = [];
  const joins: number[] = [];
  const quotes: number[] = [];
  /** The first line feed behind the last quoted field that could hold one. */
  let feed = -1;
  let openFrom = chunk.length;
  let backslash = -1;
  let mayEscape = false;
  for (let quote = placeOf(chunk, QUOTE, 0); quote < chunk.length;) {
    quotes.push(quote);
    if (!isFieldStart(chunk, quote, delimiter)) {
      // What stands before and behind a stray quote is not looked through here.
      mayEscape = true;
      oddQuotes.push(quote);
      quote = placeOf(chunk, QUOTE, quote + 1);
      continue;
    }
    let close = placeOf(chunk, QUOTE, quote + 1);
    const odd = oddQuotes.length;
    while (close + 1 < chunk.length && chunk[close + 1] === QUOTE) {
      oddQuotes.push(close);
      close = placeOf(chunk, QUOTE, close + 2);
    }
    if (oddQuotes.length > odd && backslash < quote) backslash = placeOf(chunk, BACKSLASH, quote);
    mayEscape ||= oddQuotes.length > odd && backslash < close;
    if (close + 1 >= chunk.length) {
      // The field may go on: its record is left for later.
      openFrom = quote;
      break;
    }
    if (feed < quote) feed = placeOf(chunk, LF, quote);
    if (feed < close) {
      starts.push(quote);
      ends.push(close);
    }
    if (!endsField(chunk[close + 1], delimiter)) joins.push(close);
    quote = placeOf(chunk, QUOTE, close + 1);
  }
  return {
    end: lastRecordEnd(chunk, openFrom, { starts, ends }),
    starts,
    ends,
    oddQuotes,
    joins,
    quotes,
    mayEscape,
  };
}

/** Offset just past the last line feed before `from` that lies in no quoted field. */
function lastRecordEnd(chunk: Uint8Array, from: number, { starts, ends }: Pick<Framed, "starts" | "ends">): number {
  let at = lineFeedBefore(chunk, from);
  for (let field = starts.length - 1; field >= 0 && at >= 0 && at < ends[field]; field--) {
    if (at >= starts[field]) at = lineFeedBefore(chunk, starts[field]);
  }
  return at + 1;
}

function isFieldStart(chunk: Uint8Array, at: number, delimiter: number): boolean {
  return at === 0 || chunk[at - 1] === delimiter || chunk[at - 1] === LF || chunk[at - 1] === CR;
}

function endsField(byte: number, delimiter: number): boolean {
  return byte === delimiter || byte === LF || byte === CR;
}

function holdsBracket(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isOpening(bytes[at])) return true;
  return false;
}

/** The first place of the byte at or after `from`; the length when there is none. */
function placeOf(bytes: Uint8Array, byte: number, from: number): number {
  const at = indexOfByte(bytes, byte, from);
  return at < 0 ? bytes.length : at;
}
