/**
 * Patterns that were compiled when the program was built: to read them takes most of the time until a first policy is ready.
 *
 * Owns the form of the table. What it says of a pattern is what the compiler says; where the table has none, or the runtime
 * cannot read it, the pattern is compiled.
 */
import { bytesOfBase64 } from "../native-bytes.ts";
import { once } from "../once.ts";
import { type CharacterClass, classOf } from "./character-class.ts";
import type { CharSet } from "./charset.ts";
import { INVISIBLE, type Instructions, NOWHERE, OP } from "./instructions.ts";
import type { Span } from "../span.ts";
import type { Bounds, PatternSource } from "./pattern-source.ts";
import { prebuiltTable } from "./prebuilt-table.ts";

/** The arguments of `classOf`. */
export interface WrittenClass {
  readonly set: CharSet;
  readonly unfolds: boolean;
  readonly wideNodes: number;
}

/** A table as it is written: text that every runtime reads. */
export interface WrittenTable {
  readonly sets: readonly WrittenClass[];
  readonly patterns: readonly WrittenPattern[];
  /** Columns of `count` instructions, in base64: COLUMNS of two bytes each, little-endian, then the operations. */
  readonly code: string;
  readonly count: number;
}

export interface WrittenPattern {
  readonly key: string;
  /** -1 stands for Infinity. */
  readonly longestCharacters: number;
  readonly longestBytes: number;
  readonly hasAssertions: boolean;
  /** Instructions that are counted against the limits, and those that there are. */
  readonly needed: number;
  readonly length: number;
  /** Numbers of `sets`. */
  readonly classes: readonly number[];
}

/** Columns of two bytes. Places count from the pattern's first instruction; classes by `classes`, from 1; 0 is INVISIBLE. */
export const COLUMNS = ["out", "operand", "first", "rank"] as const;

export interface ReadyPattern {
  readonly bounds: Bounds;
  readonly hasAssertions: boolean;
  readonly needed: number;
  readonly classes: readonly CharacterClass[];
  /** Adds the pattern of this index behind all others; `numbers`: those of its classes. Returns where it begins. */
  write(instructions: Instructions, index: number, numbers: readonly number[]): number;
}

/** What of a source makes its instructions. */
export function keyOf({ pattern, maxLength, isTail = false, isPlain = false }: PatternSource): string {
  return `${maxLength ?? ""} ${Number(isTail)}${Number(isPlain)} ${pattern}`;
}

export class Prebuilt {
  private readonly sets: WrittenTable["sets"];
  private readonly patterns = new Map<string, { readonly written: WrittenPattern; readonly from: number }>();
  private readonly columns: readonly Int16Array[];
  private readonly op: Uint8Array;

  /** Undefined where the runtime takes longer to read it than to compile. */
  static read(text: string): Prebuilt | undefined {
    const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
    if (!isLittleEndian || bytesOfBase64("") === undefined) return undefined;
    const table = JSON.parse(text) as WrittenTable;
    return new Prebuilt(table, bytesOfBase64(table.code) as Uint8Array<ArrayBuffer>);
  }

  private constructor({ sets, patterns, count }: WrittenTable, bytes: Uint8Array<ArrayBuffer>) {
    this.sets = sets;
    this.columns = COLUMNS.map((_, i) => new Int16Array(bytes.buffer, 2 * i * count, count));
    this.op = bytes.subarray(2 * COLUMNS.length * count);
    let from = 0;
    for (const written of patterns) {
      this.patterns.set(written.key, { written, from });
      from += written.length;
    }
  }

  find(source: PatternSource): ReadyPattern | undefined {
    const known = this.patterns.get(keyOf(source));
    if (known === undefined) return undefined;
    const { written, from } = known;
    const span = { start: from, end: from + written.length };
    const { longestCharacters, longestBytes, hasAssertions, needed, classes } = written;
    return {
      bounds: { longestCharacters: bound(longestCharacters), longestBytes: bound(longestBytes) },
      hasAssertions,
      needed,
      classes: classes.map((number) => this.classAt(number)),
      write: (instructions, index, numbers) => this.write(instructions, span, index, numbers),
    };
  }

  private classAt(number: number): CharacterClass {
    const { set, unfolds, wideNodes } = this.sets[number];
    return classOf(set, unfolds, wideNodes);
  }

  private write(instructions: Instructions, span: Span, index: number, numbers: readonly number[]): number {
    const [out, operand, first, rank] = this.columns;
    const { op } = this;
    const { start, end } = span;
    const begin = instructions.length;
    const classes = [INVISIBLE, ...numbers];
    for (let at = start, to = begin; at < end; at++, to++) {
      instructions.out[to] = moved(out[at], begin);
      if (op[at] === OP.char) instructions.operand[to] = classes[operand[at]];
      else if (op[at] === OP.split) instructions.operand[to] = moved(operand[at], begin);
      else instructions.operand[to] = op[at] === OP.match ? index : operand[at];
    }
    instructions.op.set(op.subarray(start, end), begin);
    instructions.first.set(first.subarray(start, end), begin);
    instructions.rank.set(rank.subarray(start, end), begin);
    instructions.owner.fill(index, begin, begin + end - start);
    instructions.length += end - start;
    return begin;
  }
}

function moved(place: number, by: number): number {
  return place === NOWHERE ? NOWHERE : place + by;
}

/** The table of the program; undefined where there is none. */
export const prebuilt = once(() => {
  const text = prebuiltTable();
  return text === "" ? undefined : Prebuilt.read(text);
});

function bound(written: number): number {
  return written < 0 ? Infinity : written;
}
