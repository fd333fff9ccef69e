/**
 * Where matches of one rule that begin at a place can end.
 *
 * Owns the memory of the last run over the same bytes: once a new run stands in the same state at the same
 * place, the rest is the old run's. Patterns with loops (`[a-z]*@`) so cost each byte once, not once a start.
 */
import type { Surroundings } from "./candidate.ts";
import type { Ends } from "./matcher.ts";
import { type Dfa, HAS_MATCH, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";

export class MatchEnds implements Ends {
  private readonly dfa: Dfa;
  private readonly longestBytes: number;
  /** Entry before the byte at a place, by place modulo the length; valid from `from` to `to`. */
  private entries = new Uint16Array(0);
  private from = 0;
  private to = -1;
  private isDead = false;
  /** Ends that the remembered run has seen, in order; `spare` is the other of two buffers that take turns. */
  private ends: number[] = [];
  private spare: number[] = [];
  /** The pass that the remembered run belongs to; a number, so that no stream's bytes are kept alive. */
  private pass = -1;
  private generation = 0;

  constructor(dfa: Dfa, longestBytes: number) {
    this.dfa = dfa;
    this.longestBytes = longestBytes;
  }

  /**
   * Amortised O(1) a byte for patterns with loops, else O(longest match).
   */
  at(around: Surroundings, start: number): readonly number[] {
    const { dfa } = this;
    if (this.entries.length === 0) this.entries = new Uint16Array(2 ** Math.ceil(Math.log2(this.longestBytes + 2)));
    const isKnown =
      this.pass === around.pass && this.generation === dfa.generation && start >= this.from && start <= this.to;
    this.pass = around.pass;
    this.from = start;
    const entry = dfa.startAt(around.bytes, start - around.offset);
    this.generation = dfa.generation;
    this.run(around, entry, isKnown ? this.to : -1);
    return this.ends;
  }

  private run(around: Surroundings, first: number, remembered: number): void {
    const { dfa, entries, from, ends: old, spare: ends } = this;
    const { bytes, offset } = around;
    const mask = entries.length - 1;
    const limit = from + this.longestBytes;
    let { table } = dfa;
    let knownTo = remembered;
    let entry = first;
    let place = from;
    let isDead = false;
    ends.length = 0;
    // A match shows one byte late, so the run goes one byte past the limit.
    for (;;) {
      // A cleared table renumbers the states: nothing can be compared any more.
      if (this.generation !== dfa.generation) knownTo = -1;
      if (place <= knownTo && ((entries[place & mask] ^ entry) & STATE) === 0) {
        for (const end of old) if (end >= place) ends.push(end);
        isDead = this.isDead;
        place = knownTo;
        entry = entries[place & mask];
        knownTo = -1;
      }
      entries[place & mask] = entry;
      if (isDead || place > limit || place - offset >= bytes.length) break;
      const byte = bytes[place - offset];
      const known = table[((entry & STATE) << ROW_BITS) | byte];
      if (known === UNKNOWN) {
        entry = dfa.step(entry, byte);
        ({ table } = dfa);
      } else entry = known;
      if ((entry & HAS_MATCH) !== 0 && place > from) ends.push(place);
      isDead = (entry & NO_THREAD) !== 0;
      place++;
    }
    // Entries from before a clearing must not be compared with later ones.
    this.to = this.generation === dfa.generation ? place : -1;
    this.isDead = isDead;
    this.ends = ends;
    this.spare = old;
    const isTextEnd = around.isEnded && place - offset === bytes.length && place <= limit;
    if (!isDead && isTextEnd && ends.at(-1) !== place && dfa.matchesAtEnd(entry).length > 0) ends.push(place);
  }
}
