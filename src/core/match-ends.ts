/**
 * Where matches of one rule that begin at a place can end.
 *
 * Owns the memory of the last run over the same bytes: once a new run stands in the same state at the same
 * place, the rest is the old run's. Patterns with loops (`[a-z]*@`) so cost each byte once, not once a start.
 */
import type { Surroundings } from "./surroundings.ts";
import type { Ends } from "./matcher.ts";
import { type Dfa, HAS_MATCH, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";

export class MatchEnds implements Ends {
  /** Ends that the remembered run has seen, in order. Never shortened: emptying a list lets go of its memory. */
  places: number[] = [];
  private size = 0;
  /** The other of two lists that take turns. */
  private spare: number[] = [];

  private readonly open: () => Dfa;
  private dfa: Dfa | undefined;
  private readonly longestBytes: number;
  /** Entry before a byte, by its index modulo the length; valid from `from` to `to`, indices as well. */
  private entries = new Uint16Array(0);
  private from = 0;
  private to = -1;
  private isDead = false;
  /** The pass that the remembered run belongs to; a number, so that no stream's bytes are kept alive. */
  private pass = -1;
  private generation = 0;

  constructor(open: () => Dfa, longestBytes: number) {
    this.open = open;
    this.longestBytes = longestBytes;
  }

  /**
   * Amortised O(1) a byte for patterns with loops, else O(longest match).
   */
  at(around: Surroundings, start: number): number {
    const dfa = (this.dfa ??= this.open());
    if (this.entries.length === 0) this.entries = new Uint16Array(2 ** Math.ceil(Math.log2(this.longestBytes + 2)));
    const at = start - around.offset;
    const isKnown = this.pass === around.pass && this.generation === dfa.generation && at >= this.from && at <= this.to;
    this.pass = around.pass;
    this.from = at;
    const entry = dfa.startAt(around.bytes, at);
    this.generation = dfa.generation;
    this.run(around, dfa, entry, isKnown ? this.to : -1);
    return this.size;
  }

  private run(around: Surroundings, dfa: Dfa, first: number, remembered: number): void {
    const { entries, from, places: old, spare: ends, size: oldSize, longestBytes } = this;
    const { bytes, offset } = around;
    const mask = entries.length - 1;
    // A match shows one byte late, so the run goes one byte past the longest.
    const stop = Math.min(bytes.length, from + longestBytes + 1);
    let { table } = dfa;
    let knownTo = remembered;
    let entry = first;
    let at = from;
    let isDead = false;
    let size = 0;
    for (;;) {
      if (at <= knownTo && ((entries[at & mask] ^ entry) & STATE) === 0) {
        for (let i = 0; i < oldSize; i++) if (old[i] >= at + offset) ends[size++] = old[i];
        isDead = this.isDead;
        at = knownTo;
        entry = entries[at & mask];
        knownTo = -1;
      }
      entries[at & mask] = entry;
      if (isDead || at >= stop) break;
      const known = table[((entry & STATE) << ROW_BITS) | bytes[at]];
      if (known === UNKNOWN) {
        entry = dfa.step(entry, bytes[at]);
        ({ table } = dfa);
        // A cleared table renumbers the states: nothing can be compared any more.
        if (this.generation !== dfa.generation) knownTo = -1;
      } else entry = known;
      if (entry >= HAS_MATCH && at > from) ends[size++] = at + offset;
      isDead = (entry & NO_THREAD) !== 0;
      at++;
    }
    // Entries from before a clearing must not be compared with later ones.
    this.to = this.generation === dfa.generation ? at : -1;
    this.isDead = isDead;
    const isTextEnd = around.isEnded && at === bytes.length && at <= from + longestBytes;
    const isNew = size === 0 || ends[size - 1] !== at + offset;
    if (!isDead && isTextEnd && isNew && dfa.matchesAtEnd(entry).length > 0) ends[size++] = at + offset;
    this.places = ends;
    this.size = size;
    this.spare = old;
  }
}
