/**
 * Lines that deserve a look, found by a sieve.
 *
 * Owns the choice of lines: those in which something ends, and those whose escapes may stand for something.
 */
import { ByteCursor } from "../byte-cursor.ts";
import type { Engine } from "../engine.ts";
import { NearEscapes } from "../json/near-escapes.ts";
import { endsInTokens } from "../json/token-ends.ts";
import { lineFeedBefore, lineFeedFrom } from "../lines.ts";
import type { Sieve } from "../sieve.ts";
import type { Span } from "../span.ts";
import { BlockScan } from "./block-scan.ts";
import type { RecordEnds } from "./json.ts";

const BACKSLASH = 0x5c;

export interface SuspectLine extends Span {
  readonly ends: RecordEnds;
}

/**
 * The lines of a block that may hold a finding, in order; undefined where all are better looked at. The block ends with a
 * line feed.
 */
export function siftLines(engine: Engine, block: Uint8Array): readonly SuspectLine[] | undefined {
  const sieve = engine.sieve.of(block.length);
  if (sieve === undefined) return undefined;
  const lines = linesOf(sieve, block);
  let through = 0;
  for (const { start, end } of lines) through += end - start;
  engine.sieve.note(through, block.length);
  return lines.map(({ start, end, places }) => {
    const line = { start, end };
    // Where words stand, escapes may hide what counts beside one.
    const escapesShowNothing = places !== undefined;
    const all = places ?? new BlockScan(engine, block.subarray(start, end)).placesIn(0, end - start);
    const automata = escapesShowNothing ? sieve : engine;
    return { start, end, ends: { places: endsInTokens(automata, block, line, all), escapesShowNothing } };
  });
}

interface SiftedLine extends Span {
  /** Undefined when more may end there than the sieve looks for. */
  readonly places: readonly number[] | undefined;
}

function linesOf(sieve: Sieve, block: Uint8Array): readonly SiftedLine[] {
  const signs = sieve.run(block);
  const undone = NearEscapes.ofSieve(sieve, block);
  const escapes = new ByteCursor(block, BACKSLASH);
  const lines: SiftedLine[] = [];
  for (let from = 0; from < block.length;) {
    // A sign lies behind the last byte of what ends there.
    const sign = signs.after(from) - 1;
    const at = Math.min(sign, escapes.next(from));
    if (at >= block.length) break;
    const start = lineFeedBefore(block, at) + 1;
    const end = lineFeedFrom(block, at) + 1;
    const line = { start, end };
    const escape = escapes.next(start);
    const isShown = escape >= end || undone.showNothing(line, escape);
    // What an escape hides may be a word.
    if (!isShown) lines.push({ start, end, places: undefined });
    else if (sign < end) lines.push({ start, end, places: signs.placesIn(line) });
    from = end;
  }
  return lines;
}
