/**
 * One run over a chunk by all automata of a policy, with one answer.
 *
 * Owns the joining: match ends in order whoever met them, and idle places, where all automata are idle. What it says is what
 * one automaton of all patterns would say, for the states of which the counts of one pattern multiply those of another.
 */
import { MatchPlaces } from "./match-places.ts";
import type { Dfa, DfaState } from "./pattern/dfa.ts";
import { KIND } from "./pattern/neighbour.ts";
import { ScanLoop } from "./scan-loop.ts";

/** Where the automata stand in one stream. */
export type ScanState = readonly DfaState[];

function beginOf(dfa: Dfa): DfaState {
  return dfa.stateOf(dfa.start(KIND.none));
}

export class Scan {
  /** Match ends that the last run met, until the next; two may be at one place. */
  hits: MatchPlaces;

  private readonly automata: readonly Dfa[];
  private readonly loops: readonly ScanLoop[];
  private readonly joined = new MatchPlaces();
  /** By two sets of matches: both as one. */
  private readonly pairs = new WeakMap<readonly number[], WeakMap<readonly number[], readonly number[]>>();
  private first: ScanState = [];
  private walkedFrom = 0;
  private lastIdle = -1;

  constructor(automata: readonly Dfa[]) {
    this.automata = automata;
    this.loops = automata.map((dfa) => new ScanLoop(dfa));
    this.hits = this.joined;
  }

  /** Before the first byte of a text. */
  begin(): ScanState {
    const { automata, first } = this;
    for (let i = 0; i < automata.length; i++) {
      if (first[i]?.generation !== automata[i].generation) return (this.first = automata.map(beginOf));
    }
    return first;
  }

  /** Runs over all bytes. O(bytes.length * automata). */
  run(bytes: Uint8Array, from: ScanState): ScanState {
    const { automata, loops } = this;
    if (loops.length === 1) {
      const [loop] = loops;
      const to = automata[0].stateOf(loop.run(bytes, from[0]));
      this.hits = loop.hits;
      return to === from[0] ? from : [to];
    }
    this.walkedFrom = 0;
    this.lastIdle = -1;
    const to = loops.map((loop, i) => automata[i].stateOf(loop.run(bytes, from[i])));
    this.join();
    return to;
  }

  /** Index of the last byte before `place` that left nothing alive, or -1. Places of the last run, asked in order. */
  idleBefore(place: number): number {
    const { loops } = this;
    if (loops.length === 1) return loops[0].idleBefore(place);
    let at = place - 1;
    while (at >= this.walkedFrom && !this.isIdleAt(at)) at--;
    if (at >= this.walkedFrom) this.lastIdle = at;
    this.walkedFrom = place;
    return this.lastIdle;
  }

  /** True when the byte at `at` of the last run left nothing alive in one automaton. */
  isIdleIn(automaton: number, at: number): boolean {
    return this.loops[automaton].isIdleAt(at);
  }

  /** Most bytes back that a thread alive in this state can have begun. */
  longestLiveBytes(state: ScanState): number {
    let longest = 0;
    for (let i = 0; i < state.length; i++) {
      const dfa = this.automata[i];
      longest = Math.max(longest, dfa.longestLiveBytes(dfa.entryOf(state[i])));
    }
    return longest;
  }

  /** Patterns with a match that ends exactly here when the text ends here. */
  matchesAtEnd(state: ScanState): readonly number[] {
    let matches: readonly number[] = [];
    for (let i = 0; i < state.length; i++) {
      const dfa = this.automata[i];
      const own = dfa.matchesAtEnd(dfa.entryOf(state[i]));
      if (own.length > 0) matches = matches.length === 0 ? own : this.together(matches, own);
    }
    return matches;
  }

  /** What is known of a set of matches is known of its array, so the same two make the same one. */
  private together(first: readonly number[], second: readonly number[]): readonly number[] {
    let known = this.pairs.get(first);
    if (known === undefined) this.pairs.set(first, (known = new WeakMap()));
    let both = known.get(second);
    if (both === undefined) known.set(second, (both = [...first, ...second]));
    return both;
  }

  private isIdleAt(at: number): boolean {
    for (const loop of this.loops) if (!loop.isIdleAt(at)) return false;
    return true;
  }

  private join(): void {
    const { loops } = this;
    let total = 0;
    for (const { hits } of loops) total += hits.size;
    this.hits = loops.find(({ hits }) => hits.size === total)?.hits ?? this.merge(total);
  }

  /** By place; the earlier automaton first where places are the same. O(hits * automata). */
  private merge(total: number): MatchPlaces {
    const { loops, joined } = this;
    const next = new Int32Array(loops.length);
    joined.clear();
    while (joined.size < total) {
      let first = 0;
      let place = Infinity;
      for (let i = 0; i < loops.length; i++) {
        const { size, places } = loops[i].hits;
        if (next[i] === size || places[next[i]] >= place) continue;
        first = i;
        place = places[next[i]];
      }
      joined.add(place, loops[first].hits.states[next[first]++]);
    }
    return joined;
  }
}
