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

const SURROGATES = [0xd800, 0xdfff] as const;
/** Bits of the last one, two and three bytes. */
const TRAILING_MASKS = [(1 << 6) - 1, (1 << 12) - 1, (1 << 18) - 1];
/** Marks of the first bytes of those. */
const LEADS = [0, 0xc0, 0xe0, 0xf0];
/** Last code points of the encodings of one, two, three and four bytes. */
const LENGTH_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff];

export function byteTrie(set: CharSet, options: { readonly percent: boolean }): ByteTrie {
  const builder = new TrieBuilder();
  for (let i = 0; i < set.length; i += 2) addRange(builder, set[i], set[i + 1]);
  if (options.percent) addPercent(builder, set);
  return builder.nodes;
}

/** What either of two tries reads. Nodes of the first keep their numbers and are shared. */
export function joinTries(one: ByteTrie, other: ByteTrie): ByteTrie {
  const shift = one.length - 1;
  const moved = other.map((edges) =>
    edges.map(({ lo, hi, to }) => ({ lo, hi, to: to === ACCEPT ? ACCEPT : to + shift })),
  );
  return [[...one[0], ...moved[0]], ...one.slice(1), ...moved.slice(1)];
}

class TrieBuilder {
  readonly nodes: Edge[][] = [[]];

  /** Adds the sequence of byte ranges from each byte of `first` to the same of `last`. Sequences come in order. */
  add(first: readonly number[], last: readonly number[]): void {
    let node = 0;
    const end = first.length - 1;
    for (let i = 0; i < end; i++) node = this.step(node, first[i], last[i]);
    this.nodes[node].push({ lo: first[end], hi: last[end], to: ACCEPT });
  }

  /** Adds the encodings of code points whose trailing bytes are alike, or full ranges; `bytes` long each. */
  addEncoded(first: number, last: number, bytes: number): void {
    let node = 0;
    let mark = LEADS[bytes - 1];
    for (let shift = 6 * (bytes - 1); shift > 0; shift -= 6) {
      node = this.step(node, mark | ((first >> shift) & 63), mark | ((last >> shift) & 63));
      mark = 0x80;
    }
    const mask = bytes === 1 ? 0x7f : 63;
    this.nodes[node].push({ lo: mark | (first & mask), hi: mark | (last & mask), to: ACCEPT });
  }

  private step(node: number, lo: number, hi: number): number {
    const edges = this.nodes[node];
    // An edge that two sequences share is the newest.
    const newest = edges.length > 0 ? edges[edges.length - 1] : undefined;
    if (newest !== undefined && newest.lo === lo && newest.hi === hi && newest.to !== ACCEPT) return newest.to;
    const to = this.nodes.push([]) - 1;
    edges.push({ lo, hi, to });
    return to;
  }
}

/** Adds exactly the code points lo to hi, surrogates left out. */
function addRange(builder: TrieBuilder, lo: number, hi: number): void {
  if (lo < SURROGATES[0] && hi > SURROGATES[1]) {
    addRange(builder, lo, SURROGATES[0] - 1);
    addRange(builder, SURROGATES[1] + 1, hi);
    return;
  }
  const from = lo >= SURROGATES[0] && lo <= SURROGATES[1] ? SURROGATES[1] + 1 : lo;
  const to = hi >= SURROGATES[0] && hi <= SURROGATES[1] ? SURROGATES[0] - 1 : hi;
  if (from > to) return;
  const bytes = bytesOf(from);
  const limit = LENGTH_LIMITS[bytes - 1];
  addAligned(builder, from, Math.min(to, limit), bytes);
  if (to > limit) addRange(builder, limit + 1, to);
}

/** Splits a range of one encoded length where its trailing bytes are not full ranges. */
function addAligned(builder: TrieBuilder, lo: number, hi: number, bytes: number): void {
  const cut = bytes === 1 ? undefined : firstCut(lo, hi);
  if (cut === undefined) {
    builder.addEncoded(lo, hi, bytes);
    return;
  }
  addAligned(builder, lo, cut - 1, bytes);
  addAligned(builder, cut, hi, bytes);
}

function bytesOf(point: number): number {
  let bytes = 1;
  while (point > LENGTH_LIMITS[bytes - 1]) bytes++;
  return bytes;
}

function firstCut(lo: number, hi: number): number | undefined {
  for (let i = 0; i < TRAILING_MASKS.length; i++) {
    const mask = TRAILING_MASKS[i];
    if ((lo | mask) === (hi | mask)) return undefined;
    if ((lo & mask) !== 0) return (lo | mask) + 1;
    if ((hi & mask) !== mask) return hi & ~mask;
  }
  return undefined;
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

function addPercent(builder: TrieBuilder, set: CharSet): void {
  for (let high = 0; high < HIGH_DIGITS; high++) {
    const digit = 0x30 + high;
    for (const { from, to, byte } of LOW_DIGITS) {
      for (let i = 0; i < set.length && set[i] <= high * 16 + to; i += 2) {
        const lo = Math.max(set[i] - high * 16, from);
        const hi = Math.min(set[i + 1] - high * 16, to);
        if (lo <= hi) builder.add([PERCENT, digit, byte + lo - from], [PERCENT, digit, byte + hi - from]);
      }
    }
  }
}
