/**
 * What a CSV file says about itself in its first record: the separator and the names of its columns.
 *
 * Owns the guesses, each a function of that record alone, so that no cut can change them; and the name that a field
 * goes by. A wrong name may only mask more: names that are not certain count as context and exclude nothing.
 */
import { COMMA, CR, LF, QUOTE, SEMICOLON, TAB } from "./framing.ts";

/** In order of preference where the counts are equal. */
const CANDIDATES: readonly number[] = [COMMA, SEMICOLON, TAB];
/** Ends no field's name: behind it nothing reads as one that excludes a value. */
const UNCERTAIN = " column";
/** A longer neighbour is no label. */
const LABEL_CHARACTERS = 40;

/** The candidate that separates the most fields of the record; comma when there is none. */
export function guessDelimiter(record: Uint8Array): number {
  const counts = new Map(CANDIDATES.map((candidate) => [candidate, 0]));
  let isQuoted = false;
  for (const byte of record) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && counts.has(byte)) counts.set(byte, (counts.get(byte) as number) + 1);
  }
  return CANDIDATES.reduce((best, one) => ((counts.get(one) as number) > (counts.get(best) as number) ? one : best));
}

const SEP = [0x73, 0x65, 0x70, 0x3d];

/** The separator that a first line `sep=;` names, as spreadsheets write it; undefined for any other record. */
export function declaredDelimiter(record: Uint8Array, start: number): number | undefined {
  const delimiter = record[start + SEP.length];
  const after = record[start + SEP.length + 1];
  const isSep = SEP.every((letter, i) => (record[start + i] | 0x20) === letter) && CANDIDATES.includes(delimiter);
  return isSep && (after === undefined || after === CR || after === LF) ? delimiter : undefined;
}

export class Columns {
  /** As the file has them, in order; empty when it names none. */
  readonly names: readonly string[];
  /** All names at once, for a text whose column nobody knows. */
  readonly all: string;

  /** `isCertain`: the first record holds names and nothing else. */
  constructor(names: readonly string[], isCertain: boolean) {
    this.names = isCertain ? names : names.map((name) => (name === "" ? "" : name + UNCERTAIN));
    this.all = names.length === 0 ? "" : names.join(" ") + UNCERTAIN;
  }

  /**
   * The name that field `index` of a record goes by: its column's, with the text of the field to the left before it,
   * which may be a label (`ssn,536904399`).
   */
  keyOf(index: number, left: string, isRagged: boolean): string {
    const name = isRagged ? this.all : (this.names[index] ?? "");
    const label = left.length > LABEL_CHARACTERS ? "" : left;
    if (label === "") return name;
    return name === "" ? label + UNCERTAIN : `${label} ${name}`;
  }
}

/** True for a number of any kind, a time, a telephone number: what names no column. */
export function looksLikeData(text: string): boolean {
  return /^[\p{N}\s.,:;/+()€$%-]+$/u.test(text) && /\p{N}/u.test(text);
}
