/**
 * CSV: a record of fields, masked in place.
 *
 * Owns the way of a record: the first one names the columns, and each field of the others is a text that goes by its
 * column's name. What is malformed or ragged falls to `onInvalid`; masked as text it is still read field by field.
 * Does not care for formulas: a field that begins with `=` leaves as it came.
 */
import { bomLength, EMPTY } from "../bytes.ts";
import type { ContextWords } from "../context-words.ts";
import { type Cell, type CsvRecord, decodeCell, doubleQuotes, encodeCellEdits, readRecord } from "../csv/cells.ts";
import { tellingNames } from "../csv/companions.ts";
import { Columns, declaredDelimiter, guessDelimiter, looksLikeData } from "../csv/columns.ts";
import { COMMA, CR, CsvFraming, LF, QUOTE, SEMICOLON, TAB } from "../csv/framing.ts";
import type { Column } from "../csv/block.ts";
import { dropOf } from "../drops.ts";
import type { Edit } from "../edit.ts";
import { type FieldPlace, NOWHERE_SPECIAL } from "../field-rules.ts";
import { isClean } from "../finder.ts";
import { foldSpan } from "../folded-text.ts";
import type { Policy } from "../policy.ts";
import { whileRead } from "../record-readers.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { type Output, whenInvalid } from "./format-masker.ts";
import type { Delimiter, FormatOptions } from "./format-options.ts";
import { type HeldText, heldTextEdits, looksLikeJson } from "../json/editor.ts";
import type { RecordFormat } from "./record.ts";
import { endsOutside } from "./suspect-places.ts";

const DELIMITER_BYTES: Readonly<Record<Delimiter, number>> = { comma: COMMA, semicolon: SEMICOLON, tab: TAB };
/** 40 characters of four bytes, and quotes. */
const LABEL_BYTES = 162;
const BACKSLASH = 0x5c;
const NO_COLUMNS = new Columns([], true);
/** Alone in its record: a line without a character is no record. */
const EMPTY_CELL = Uint8Array.of(QUOTE, QUOTE);

/** Whose names are words that a rule looks for. */
interface Named {
  readonly columns: readonly boolean[];
  /** True for all names together. */
  readonly isAny: boolean;
}

interface Whereabouts {
  readonly start: number;
  readonly places: readonly number[] | undefined;
}

interface Known {
  readonly isRagged: boolean;
  readonly places: readonly number[] | undefined;
}

export class CsvFormat implements RecordFormat {
  readonly framing = new CsvFraming();
  /** Undefined until the first record has been read. */
  protected columns: Columns | undefined;
  protected readonly policy: Policy;
  private readonly options: FormatOptions;
  private isFirst = true;
  private readonly labelWords: ContextWords;
  private readonly wordsNamed = new Map<ContextWords, Named>();
  private columnPlaces: readonly FieldPlace[] = [];
  /** True when the columns' names together hold a word that some rule looks for. */
  hasNames = false;
  /** By column: a name that tells its values. */
  private told: readonly (string | undefined)[] = [];

  constructor(policy: Policy, options: FormatOptions) {
    this.policy = policy;
    this.options = options;
    this.labelWords = policy.engine.words;
    if (options.delimiter !== undefined) this.framing.delimiter = DELIMITER_BYTES[options.delimiter];
    if (options.header === "absent") this.columns = NO_COLUMNS;
  }

  /** True when a column's name tells its values: then every record is read. */
  get isTold(): boolean {
    return this.told.some((name) => name !== undefined);
  }

  /** True when separator and columns are known. */
  get isSettled(): boolean {
    return this.columns !== undefined && this.framing.delimiter !== undefined && !this.isFirst;
  }

  get fallbackKey(): string {
    return this.columns?.all ?? "";
  }

  /** True when the name of the column is one of the words; when the column is not known, all names count. */
  isNamed(words: ContextWords, findColumn: () => Column | undefined): boolean {
    let named = this.wordsNamed.get(words);
    if (named === undefined) {
      const isWord = (name: string): boolean => words.inText(name);
      named = { columns: (this.columns?.names ?? []).map(isWord), isAny: isWord(this.fallbackKey) };
      this.wordsNamed.set(words, named);
    }
    // Together the names may hold a phrase that none of them holds.
    if (!named.isAny) return false;
    const column = findColumn();
    return column?.count === named.columns.length ? named.columns[column.index] : true;
  }

  findEnd(chunk: Uint8Array, from: number): number {
    return this.framing.findEnd(chunk, from);
  }

  mask(record: Uint8Array, output: Output): void {
    // Without the names of its columns nobody could read the rest.
    const isHeader = this.columns === undefined && this.options.header === "present";
    const edits = this.editsOf(record);
    if (edits !== undefined && (isHeader || !output.dropsEvent(record, edits))) output.writeEdited(record, edits);
  }

  /**
   * Edits of one record, or undefined when the policy drops it. `places`: where matches end in it, when the automaton
   * has run over it already.
   */
  editsOf(record: Uint8Array, places?: readonly number[]): readonly Edit[] | undefined {
    const start = this.isFirst ? bomLength(record) : 0;
    this.isFirst = false;
    if (isBlank(record, start) || (this.columns === undefined && this.takesDeclaration(record, start))) return [];
    return this.recordEdits(record, { start, places });
  }

  maskUnfinished(record: Uint8Array, output: Output): void {
    this.mask(record, output);
  }

  /** `sep=;` in front of the header. */
  private takesDeclaration(record: Uint8Array, start: number): boolean {
    const declared = declaredDelimiter(record, start);
    if (declared === undefined) return false;
    this.framing.delimiter ??= declared;
    return true;
  }

  private recordEdits(record: Uint8Array, { start, places }: Whereabouts): readonly Edit[] | undefined {
    const delimiter = (this.framing.delimiter ??= guessDelimiter(record));
    const read = readRecord(record, start, delimiter);
    const { columns } = this;
    const isRagged = (columns?.names.length ?? 0) > 0 && read.cells.length !== columns?.names.length;
    const isDropped = (read.isMalformed || isRagged) && whenInvalid(this.policy, "BAD_CSV") === "drop";
    const edits = read.isUnterminated
      ? escapedTextEdits(this.policy, record, { encode: doubleQuotes, key: this.fallbackKey })
      : this.readFields(record, read, { isRagged, places });
    if (columns === undefined) {
      this.columns = this.readColumns(record, read, edits.length > 0);
      this.told = tellingNames(this.columns.names, this.policy.keyedValues);
      this.hasNames = this.labelWords.inText(this.fallbackKey);
    }
    return isDropped ? undefined : edits;
  }

  /** The edits of fields, after whoever has to see all of them first. */
  private readFields(record: Uint8Array, read: CsvRecord, known: Known): readonly Edit[] {
    const readers = known.isRagged || this.columns === undefined ? [] : this.policy.readers;
    const textOf = (index: number): Uint8Array => decodeCell(record, read.cells[index]).text;
    const names = this.columns?.names ?? [];
    return whileRead(
      readers,
      (reader) => reader.readCells(names, textOf),
      () => this.fieldEdits(record, read, known),
    );
  }

  private fieldEdits(record: Uint8Array, { cells }: CsvRecord, { isRagged, places }: Known): readonly Edit[] {
    const columns = this.columns ?? NO_COLUMNS;
    const delimiter = this.framing.delimiter as number;
    // Where nobody knows which column a field is in, it may be the one that tells.
    const telling = isRagged ? this.told.find((name) => name !== undefined) : undefined;
    const isClean = this.cleanFields(record, places);
    const all: Edit[] = [];
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      const told = telling ?? this.told[index];
      const isTold = told !== undefined;
      const at = isRagged ? NOWHERE_SPECIAL : this.placeOf(index);
      if (!isTold && at.verdict === "look" && isAsItReads(record, cell) && isClean(cell)) continue;
      const decoded = decodeCell(record, cell);
      const key = told ?? columns.keyOf(index, index === 0 ? "" : this.labelOf(record, cells[index - 1]), isRagged);
      const edits = this.fieldTextEdits(decoded.text, { key, nesting: 0, mayTell: isTold, at }, index);
      if (edits.length === 0) continue;
      const drop = this.policy.drops === undefined ? undefined : dropOf(edits, cells.length > 1 ? EMPTY : EMPTY_CELL);
      if (drop === undefined)
        all.push(...encodeCellEdits(edits, cell, { text: decoded.text, map: decoded.map, delimiter }));
      else all.push({ start: cell.start, end: cell.end, ...drop });
    }
    return all;
  }

  /** Edits of what a field reads as. */
  protected fieldTextEdits(text: Uint8Array, held: HeldText, _index: number): readonly Edit[] {
    return heldTextEdits(this.policy, text, held);
  }

  /**
   * Tells whether no match ends in a field; asked in order. `places` holds where matches end in the record, when that is
   * known.
   */
  private cleanFields(record: Uint8Array, places: readonly number[] | undefined): (cell: Cell) => boolean {
    const { engine, readings } = this.policy;
    if (readings.length > 0) return () => false;
    if (places === undefined) return ({ start, end }) => isClean(engine, record, { start, end });
    return endsOutside(places);
  }

  /** The text of a field that may be the label of the next one; "" for one that is too long, or holds no such word. */
  private labelOf(record: Uint8Array, cell: Cell): string {
    if (cell.end - cell.start > LABEL_BYTES) return "";
    if (this.labelWords.inBytes(record, cell.start, cell.end) === false) return "";
    return textOf(decodeCell(record, cell).text);
  }

  private readColumns(record: Uint8Array, { cells }: CsvRecord, hasFinding: boolean): Columns {
    const names = cells.map((cell) => textOf(decodeCell(record, cell).text));
    const isData = hasFinding || names.some(looksLikeData);
    const isCertain = this.options.header === "present" || !isData;
    const { fields } = this.policy;
    this.columnPlaces = names.map((name) => {
      const place = fields.field(fields.root, name);
      return isCertain || typeof place.verdict === "object" ? place : NOWHERE_SPECIAL;
    });
    return new Columns(names, isCertain);
  }

  /** By the policy's paths: the column's name is the one step, its number where the file names none. */
  private placeOf(index: number): FieldPlace {
    const { fields } = this.policy;
    if (this.columns === NO_COLUMNS) return fields.element(fields.root, index);
    return this.columnPlaces[index] ?? NOWHERE_SPECIAL;
  }
}

/** True when the bytes of the field's content are its text, and no JSON with escapes. */
function isAsItReads(record: Uint8Array, { start, end, quotedEnd, hasInnerQuotes }: Cell): boolean {
  if (hasInnerQuotes || (quotedEnd !== start && quotedEnd !== end)) return false;
  const content = record.subarray(quotedEnd > start ? start + 1 : start, end);
  return !looksLikeJson(content) || !content.includes(BACKSLASH);
}

function textOf(text: Uint8Array): string {
  return foldSpan(text, 0, text.length);
}

/** A line end alone, or nothing. */
function isBlank(record: Uint8Array, start: number): boolean {
  for (let at = start; at < record.length; at++) if (record[at] !== LF && record[at] !== CR) return false;
  return true;
}
