/**
 * From a set of code points to the byte sequences that encode it.
 *
 * Owns the tries that the automaton walks inside one character. A trie also holds the percent-encoded form
 * of its ASCII members (`%40` for `@`), so that a URL-encoded value reads like a plain one.
 */
import type { CharSet } from "./charset.ts";

/** Edge of a trie: bytes lo to hi lead to node `to`, or end the character when `to` is ACCEPT. */
export interface Edge {
  readonly lo: number;
  readonly hi: number;
  readonly to: number;
}

/** Nodes by number; node 0 is the start. Edges of a node may overlap: `%` itself and the start of `%40`. */
export type ByteTrie = readonly (readonly Edge[])[];

export const ACCEPT = -1;

type Sequence = readonly (readonly [number, number])[];

const SURROGATES = [0xd800, 0xdfff] as const;
/** Last code points of the encodings of one, two, three and four bytes. */
const LENGTH_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

export function byteTrie(set: CharSet, options: { readonly percent: boolean }): ByteTrie {
  const builder = new TrieBuilder();
  for (let i = 0; i < set.length; i += 2) {
    for (const sequence of utf8Sequences(set[i], set[i + 1])) builder.add(sequence);
  }
  if (options.percent) for (const sequence of percentSequences(set)) builder.add(sequence);
  return builder.nodes;
}

class TrieBuilder {
  readonly nodes: Edge[][] = [[]];

  add(sequence: Sequence): void {
    let node = 0;
    sequence.forEach(([lo, hi], index) => {
      const edges = this.nodes[node];
      if (index === sequence.length - 1) {
        edges.push({ lo, hi, to: ACCEPT });
        return;
      }
      // Sequences come in order, so the edge that they share is the newest.
      const newest = edges.at(-1);
      if (newest !== undefined && newest.lo === lo && newest.hi === hi && newest.to !== ACCEPT) {
        node = newest.to;
        return;
      }
      this.nodes.push([]);
      edges.push({ lo, hi, to: this.nodes.length - 1 });
      node = this.nodes.length - 1;
    });
  }
}

/** Byte-range sequences that encode exactly the code points lo to hi, surrogates left out. */
function utf8Sequences(lo: number, hi: number): Sequence[] {
  if (lo < SURROGATES[0] && hi > SURROGATES[1]) {
    return [...utf8Sequences(lo, SURROGATES[0] - 1), ...utf8Sequences(SURROGATES[1] + 1, hi)];
  }
  const from = lo >= SURROGATES[0] && lo <= SURROGATES[1] ? SURROGATES[1] + 1 : lo;
  const to = hi >= SURROGATES[0] && hi <= SURROGATES[1] ? SURROGATES[0] - 1 : hi;
  if (from > to) return [];
  const limit = LENGTH_LIMITS.find((end) => from <= end) as number;
  if (to > limit) return [...utf8Sequences(from, limit), ...utf8Sequences(limit + 1, to)];
  return splitAligned(from, to);
}

/** Splits a range of one encoded length where its trailing bytes are not full ranges. */
function splitAligned(lo: number, hi: number): Sequence[] {
  if (hi <= 0x7f) return [[[lo, hi]]];
  for (const bits of [6, 12, 18]) {
    const mask = (1 << bits) - 1;
    if (lo >> bits === hi >> bits) break;
    if ((lo & mask) !== 0) return [...splitAligned(lo, lo | mask), ...splitAligned((lo | mask) + 1, hi)];
    if ((hi & mask) !== mask) return [...splitAligned(lo, (hi & ~mask) - 1), ...splitAligned(hi & ~mask, hi)];
  }
  const first = encode(lo);
  const last = encode(hi);
  return [first.map((byte, i): [number, number] => [byte, last[i]])];
}

function encode(c: number): number[] {
  if (c <= 0x7f) return [c];
  if (c <= 0x7ff) return [0xc0 | (c >> 6), 0x80 | (c & 63)];
  if (c <= 0xffff) return [0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63)];
  return [0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63)];
}

const PERCENT = 0x25;
/** The first hex digit of an ASCII character. */
const HIGH_DIGITS = 8;
/** Values of the second one that stand side by side, and the byte that the first of them is written as. */
const LOW_DIGITS = [
  { from: 0, to: 9, byte: 0x30 },
  { from: 10, to: 15, byte: 0x41 },
  { from: 10, to: 15, byte: 0x61 },
] as const;

function percentSequences(set: CharSet): Sequence[] {
  const out: Sequence[] = [];
  for (let high = 0; high < HIGH_DIGITS; high++) {
    const digit = 0x30 + high;
    for (const { from, to, byte } of LOW_DIGITS) {
      for (let i = 0; i < set.length && set[i] <= high * 16 + to; i += 2) {
        const lo = Math.max(set[i] - high * 16, from);
        const hi = Math.min(set[i + 1] - high * 16, to);
        if (lo <= hi)
          out.push([
            [PERCENT, PERCENT],
            [digit, digit],
            [byte + lo - from, byte + hi - from],
          ]);
      }
    }
  }
  return out;
}
