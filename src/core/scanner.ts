/**
 * Runs the automaton over a stream and says where something may be.
 *
 * Owns the automaton's place in one stream. A region is a stretch between two idle points in which a match
 * ended; everything outside the regions is clean. Never looks at a byte twice and keeps no text.
 */
import type { Engine } from "./engine.ts";
import { type Dfa, type DfaState, HAS_MATCH, IS_IDLE, KIND } from "./pattern/dfa.ts";

/** A stretch in which matches may begin, and the rules (by rank) that matched in it. */
export interface Region {
  readonly start: number;
  end: number;
  readonly ranks: Set<number>;
}

export class Scanner {
  /** Regions that are not settled yet, in order. The last one may still grow. */
  readonly regions: Region[] = [];
  /** Bytes scanned so far. */
  position = 0;
  /** No match that begins before this can still grow or appear. */
  safeTo = 0;

  private readonly dfa: Dfa;
  private state: DfaState;
  private number: number;
  private generation: number;
  private liveFrom = 0;
  private open: Region | undefined;

  constructor(engine: Engine) {
    this.dfa = engine.scanner;
    this.number = this.dfa.start(KIND.none);
    this.generation = this.dfa.generation;
    this.state = this.dfa.states[this.number];
  }

  /** Scans on. O(bytes.length), one table look-up a byte. */
  scan(bytes: Uint8Array): void {
    const { dfa } = this;
    const { byteClasses, stride } = dfa;
    let state = this.generation === dfa.generation ? this.number : dfa.intern(this.state);
    let { table, flags } = dfa;
    const base = this.position;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      let next = table[state * stride + byteClasses[byte]];
      if (next < 0) {
        next = dfa.step(state, byte);
        ({ table, flags } = dfa);
      }
      state = next;
      const flag = flags[state];
      if (flag === 0) continue;
      if ((flag & HAS_MATCH) !== 0) this.note(dfa.states[state].matches);
      if ((flag & IS_IDLE) !== 0) this.idleAt(base + i + 1);
    }
    this.position = base + bytes.length;
    this.number = state;
    this.generation = dfa.generation;
    this.state = dfa.states[state];
    this.settle();
  }

  /** Tells the automaton that the text ends here. */
  end(): void {
    const number = this.generation === this.dfa.generation ? this.number : this.dfa.intern(this.state);
    this.note(this.dfa.matchesAtEnd(number));
    this.idleAt(this.position);
    this.safeTo = this.position;
  }

  private note(ranks: readonly number[]): void {
    if (ranks.length === 0) return;
    if (this.open === undefined) {
      this.open = { start: this.liveFrom, end: Infinity, ranks: new Set() };
      this.regions.push(this.open);
    }
    for (const rank of ranks) this.open.ranks.add(rank);
  }

  private idleAt(position: number): void {
    this.liveFrom = position;
    if (this.open !== undefined) {
      this.open.end = position;
      this.open = undefined;
    }
  }

  // A stream that never goes idle is settled all the same: no thread is older than the longest match alive.
  private settle(): void {
    if (this.liveFrom === this.position) this.safeTo = this.position;
    else this.safeTo = Math.max(this.safeTo, this.liveFrom, this.position - this.dfa.longestLiveBytes(this.number));
  }
}
