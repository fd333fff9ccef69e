/**
 * A text whose right answer is known: made line by line together with its gold.
 *
 * Owns the two texts and the gold. Never asks a masker what is right.
 */
import { Buffer } from "node:buffer";
import type { Value } from "./values.ts";

export interface Line {
  readonly text: string;
  /** As they stand in `text`, escapes included; each occurs once. */
  readonly values: readonly Value[];
}

export interface Gold extends Value {
  readonly line: number;
}

export interface Corpus {
  readonly name: string;
  readonly text: Uint8Array;
  /** The text with `[ENTITY]` in place of every value. */
  readonly expected: Uint8Array;
  readonly gold: readonly Gold[];
  readonly lineCount: number;
}

/** Calls `makeLine` until there are `bytes` bytes; every line ends in LF. */
export function buildCorpus(name: string, bytes: number, makeLine: () => Line): Corpus {
  const text: string[] = [];
  const expected: string[] = [];
  const gold: Gold[] = [];
  for (let length = 0; length < bytes;) {
    const line = makeLine();
    for (const value of line.values) gold.push({ ...value, line: text.length });
    text.push(line.text);
    expected.push(redact(line));
    length += Buffer.byteLength(line.text) + 1;
  }
  return { name, text: join(text), expected: join(expected), gold, lineCount: text.length };
}

/** The first lines of a corpus, `bytes` bytes or a little less: what slow peers get. */
export function prefixOf(corpus: Corpus, bytes: number): Corpus {
  if (bytes >= corpus.text.length) return corpus;
  const end = corpus.text.lastIndexOf(NEWLINE, bytes) + 1;
  const text = corpus.text.subarray(0, end);
  const lineCount = countLines(text);
  return {
    name: corpus.name,
    text,
    expected: corpus.expected.subarray(0, endOfLine(corpus.expected, lineCount)),
    gold: corpus.gold.filter(({ line }) => line < lineCount),
    lineCount,
  };
}

const NEWLINE = 0x0a;

function redact({ text, values }: Line): string {
  return values.reduce((rest, { entity, value }) => rest.replace(value, () => `[${entity}]`), text);
}

function join(lines: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.from(`${lines.join("\n")}\n`));
}

function countLines(text: Uint8Array): number {
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function endOfLine(text: Uint8Array, lines: number): number {
  let at = 0;
  for (let line = 0; line < lines; line++) at = text.indexOf(NEWLINE, at) + 1;
  return at;
}
