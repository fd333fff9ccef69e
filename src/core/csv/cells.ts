/**
 * The fields of one CSV record: where each stands, what it reads as, and how a replacement is written there.
 *
 * Owns quotes. Reads what is malformed as most readers do: a quote inside an unquoted field is a character, what
 * follows a closing quote belongs to the field. Fields without a finding keep their bytes.
 */
import { concat, EMPTY } from "../bytes.ts";
import { applyEdits, type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import { CR, isDelimiter, LF, QUOTE } from "./framing.ts";

export interface Cell {
  /** Raw bytes, quotes included. */
  readonly start: number;
  readonly end: number;
  /** Offset just past the closing quote; `start` for a field without quotes. */
  readonly quotedEnd: number;
  /** Quotes stand inside that are not the pair around the field. */
  readonly hasInnerQuotes: boolean;
}

export interface CsvRecord {
  readonly cells: readonly Cell[];
  /** True when quotes stand where RFC 4180 has none, or the last one is missing. */
  readonly isMalformed: boolean;
  /** True when the record ends inside a quoted field. */
  readonly isUnterminated: boolean;
}

/** Splits a record; `start` skips a byte order mark. A line end behind it is no part of a field. */
export function readRecord(record: Uint8Array, start: number, delimiter: number): CsvRecord {
  const end = endOfFields(record);
  const cells: Cell[] = [];
  let isMalformed = false;
  let at = start;
  for (;;) {
    const cell = readCell(record, { at, end, delimiter });
    if (cell === undefined) return { cells, isMalformed: true, isUnterminated: true };
    cells.push(cell);
    isMalformed ||= cell.quotedEnd > cell.start ? cell.quotedEnd < cell.end : cell.hasInnerQuotes;
    if (cell.end >= end) return { cells, isMalformed, isUnterminated: false };
    at = cell.end + 1;
  }
}

function endOfFields(record: Uint8Array): number {
  let end = record.length;
  if (end > 0 && record[end - 1] === LF) end--;
  if (end > 0 && record[end - 1] === CR) end--;
  return end;
}

interface Place {
  readonly at: number;
  readonly end: number;
  readonly delimiter: number;
}

/** The field that begins at a place; undefined when its closing quote is missing. */
function readCell(record: Uint8Array, { at: start, end, delimiter }: Place): Cell | undefined {
  let at = start;
  let hasInnerQuotes = false;
  if (start < end && record[start] === QUOTE) {
    for (at = start + 1; ; at += 2) {
      while (at < end && record[at] !== QUOTE) at++;
      if (at >= end) return undefined;
      if (at + 1 >= end || record[at + 1] !== QUOTE) break;
      hasInnerQuotes = true;
    }
    at++;
  }
  const quotedEnd = at;
  for (; at < end && !isDelimiter(record[at], delimiter); at++) hasInnerQuotes ||= record[at] === QUOTE;
  return { start, end: at, quotedEnd, hasInnerQuotes };
}

export interface CellText {
  readonly text: Uint8Array;
  readonly map: OffsetMap;
}

/** What a field reads as, and where its characters stand. */
export function decodeCell(record: Uint8Array, { start, end, quotedEnd, hasInnerQuotes }: Cell): CellText {
  if (quotedEnd === start) return { text: record.subarray(start, end), map: new OffsetMap(0, start) };
  const map = new OffsetMap(0, start + 1);
  const inside = quotedEnd - 1;
  if (!hasInnerQuotes && quotedEnd === end) return { text: record.subarray(start + 1, inside), map };
  const text = new Uint8Array(end - start);
  let length = 0;
  for (let at = start + 1; at < inside; at++) {
    text[length++] = record[at];
    if (record[at] !== QUOTE) continue;
    at++;
    map.add(length, at + 1);
  }
  // What stands behind the closing quote is never edited in place.
  text.set(record.subarray(quotedEnd, end), length);
  return { text: text.subarray(0, length + end - quotedEnd), map };
}

/** Edits of what a field reads as, as edits of the record. The field gets quotes where a replacement needs them. */
export function encodeCellEdits(
  edits: readonly Edit[],
  cell: Cell,
  { text, map, delimiter }: CellText & { readonly delimiter: number },
): readonly Edit[] {
  const isQuoted = cell.quotedEnd > cell.start;
  const isWhole = cell.quotedEnd === cell.end;
  const needsQuotes = isQuoted ? !isWhole : edits.some(({ bytes }) => bytes.some((byte) => isSpecial(byte, delimiter)));
  if (needsQuotes) return rewrite(edits, cell, applyEdits(text, edits));
  return encodeEdits(edits, map, isQuoted ? doubleQuotes : (bytes) => bytes);
}

/** One edit for the whole field; the others are only counted. */
function rewrite([first, ...others]: readonly Edit[], { start, end }: Cell, text: Uint8Array): readonly Edit[] {
  const quote = Uint8Array.of(QUOTE);
  return [
    { start, end, bytes: concat([quote, doubleQuotes(text), quote]), entity: first.entity },
    ...others.map(({ entity }) => ({ start: end, end, bytes: EMPTY, entity })),
  ];
}

function isSpecial(byte: number, delimiter: number): boolean {
  return byte === QUOTE || byte === LF || byte === CR || byte === delimiter;
}

/** The bytes of a text as the inside of a quoted field. */
export function doubleQuotes(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(QUOTE)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === QUOTE ? [QUOTE, QUOTE] : [byte])));
}
