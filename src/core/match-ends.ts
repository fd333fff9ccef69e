/**
 * Where matches of one rule that begin at a place can end.
 *
 * Owns the memory of the last run over the same bytes: once a new run stands in the same state at the same
 * place, the rest is the old run's. Patterns with loops (`[a-z]*@`) so cost each byte once, not once a start.
 */
import type { Surroundings } from "./candidate.ts";
import { type Dfa, HAS_MATCH, IS_DEAD, KIND, type Kind, kindOf } from "./pattern/dfa.ts";

export class MatchEnds {
  private readonly dfa: Dfa;
  private readonly longestBytes: number;
  /** State before the byte at a place, by place modulo the length; valid from `from` to `to`. */
  private states: Int32Array;
  private from = 0;
  private to = -1;
  private isDead = false;
  /** Ends that the remembered run has seen, in order. */
  private ends: number[] = [];
  private owner: Surroundings | undefined;
  private generation = 0;

  constructor(dfa: Dfa, longestBytes: number) {
    this.dfa = dfa;
    this.longestBytes = longestBytes;
    this.states = new Int32Array(0);
  }

  /** Ends in order, shortest match first. Places are asked in order within the same surroundings. */
  at(around: Surroundings, start: number): readonly number[] {
    const { dfa } = this;
    if (this.states.length === 0) this.states = new Int32Array(2 ** Math.ceil(Math.log2(this.longestBytes + 2)));
    const isKnown =
      this.owner === around && this.generation === dfa.generation && start >= this.from && start <= this.to;
    this.owner = around;
    this.generation = dfa.generation;
    this.from = start;
    this.run(around, {
      state: dfa.start(kindBefore(around.bytes, start - around.offset)),
      knownTo: isKnown ? this.to : -1,
    });
    return this.ends;
  }

  private run(around: Surroundings, begin: { readonly state: number; readonly knownTo: number }): void {
    const { dfa, states, from } = this;
    const { bytes, offset } = around;
    const mask = states.length - 1;
    const limit = from + this.longestBytes;
    const remembered = { ends: this.ends, isDead: this.isDead };
    let { state, knownTo } = begin;
    let place = from;
    this.ends = [];
    this.isDead = false;
    // A match shows one byte late, so the run goes one byte past the limit.
    for (;;) {
      // A cleared table renumbers the states: nothing can be compared any more.
      if (this.generation !== dfa.generation) knownTo = -1;
      if (place <= knownTo && states[place & mask] === state) {
        const joined = place;
        this.ends.push(...remembered.ends.filter((end) => end >= joined));
        this.isDead = remembered.isDead;
        place = knownTo;
        state = states[place & mask];
        knownTo = -1;
      }
      states[place & mask] = state;
      if (this.isDead || place > limit || place - offset >= bytes.length) break;
      state = dfa.step(state, bytes[place - offset]);
      const flags = dfa.flags[state];
      if ((flags & HAS_MATCH) !== 0 && place > from) this.ends.push(place);
      this.isDead = (flags & IS_DEAD) !== 0;
      place++;
    }
    // States from before a clearing must not be compared with later ones.
    this.to = this.generation === dfa.generation ? place : -1;
    const isTextEnd = around.isEnded && place - offset === bytes.length && place <= limit;
    if (!this.isDead && isTextEnd && this.ends.at(-1) !== place && dfa.matchesAtEnd(state).length > 0)
      this.ends.push(place);
  }
}

function kindBefore(bytes: Uint8Array, at: number): Kind {
  return at === 0 ? KIND.none : kindOf(bytes[at - 1]);
}
