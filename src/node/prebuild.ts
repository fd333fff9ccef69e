/**
 * Writes the table of patterns that are compiled when the program is built.
 *
 * Owns the way from the compiler's instructions to the table's. Used by src/build.mjs and by tests, never by the program.
 */
import { Buffer } from "node:buffer";
import { Emitter } from "../core/pattern/emitter.ts";
import { INVISIBLE, type Instructions, OP } from "../core/pattern/instructions.ts";
import { PatternReader } from "../core/pattern/pattern-reader.ts";
import type { PatternSource } from "../core/pattern/pattern-source.ts";
import { COLUMNS, keyOf, type WrittenClass, type WrittenPattern, type WrittenTable } from "../core/pattern/prebuilt.ts";

interface Written {
  readonly pattern: WrittenPattern;
  readonly instructions: Instructions;
}

/** The table of these patterns, each once. @throws PatternError as the compiler. */
export function writeTable(sources: readonly PatternSource[]): string {
  const sets: WrittenClass[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (set: WrittenClass): number => {
    const key = JSON.stringify(set);
    const number = numbers.get(key) ?? sets.push(set) - 1;
    numbers.set(key, number);
    return number;
  };
  const byKey = new Map(sources.map((source) => [keyOf(source), source]));
  const all = Array.from(byKey.values(), (source) => writePattern(source, numberOf));
  const count = all.reduce((sum, { pattern }) => sum + pattern.length, 0);
  const table: WrittenTable = { sets, patterns: all.map(({ pattern }) => pattern), code: codeOf(all, count), count };
  return JSON.stringify(table);
}

function writePattern(source: PatternSource, numberOf: (set: WrittenClass) => number): Written {
  const reader = new PatternReader(true, undefined);
  const pattern = reader.read(source);
  const emitter = new Emitter(reader.instructions);
  emitter.add(pattern, 0);
  const { instructions, hasAssertions } = emitter;
  const { longestCharacters, longestBytes } = pattern.bounds;
  const bound = (most: number): number => (most === Infinity ? -1 : most);
  // By the number of its class, which of the pattern's classes it is.
  const places = new Map(pattern.numbers.map((number, place) => [number, place + 1]));
  for (let at = 0; at < instructions.length; at++) {
    const operand = instructions.operand[at];
    if (instructions.op[at] === OP.char && operand !== INVISIBLE)
      instructions.operand[at] = places.get(operand) as number;
  }
  const written = {
    key: keyOf(source),
    longestCharacters: bound(longestCharacters),
    longestBytes: bound(longestBytes),
    hasAssertions,
    needed: reader.instructions,
    length: instructions.length,
    classes: Array.from(pattern.classes, ([set, number]) =>
      numberOf({ set, unfolds: pattern.unfolds, wideNodes: reader.classes[number].wideNodes }),
    ),
  };
  return { pattern: written, instructions };
}

function codeOf(all: readonly Written[], count: number): string {
  const bytes = new Uint8Array(count * (2 * COLUMNS.length + 1));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { instructions } of all) {
    for (let i = 0; i < instructions.length; i++, at++) {
      for (const [column, name] of COLUMNS.entries()) {
        const value = instructions[name][i];
        if (value !== (value << 16) >> 16)
          throw new RangeError(`an instruction's ${name} is ${value}: no 16 bits hold it`);
        view.setInt16(2 * (column * count + at), value, true);
      }
      bytes[2 * COLUMNS.length * count + at] = instructions.op[i];
    }
  }
  return Buffer.from(bytes).toString("base64");
}
