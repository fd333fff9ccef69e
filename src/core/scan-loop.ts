/**
 * The hot loop: one load and one compare a byte, and four independent places at once where the input has lines.
 *
 * Owns the loop and its scratch, which is overwritten by every run. Knows nothing of regions, streams or rules;
 * keeps no text.
 */
import { type Dfa, type DfaState, HAS_MATCH, KIND, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";

/** Shorter inputs are not worth four lanes. */
const LANES_FROM_BYTES = 2048;
/** Runs without lanes after a guess that was wrong. */
const LANES_PAUSE = 16;
const NEWLINE = 0x0a;
const LANES = 4;

export class ScanLoop {
  /** Entry after each byte of the last run: where it was idle shows in its bits. */
  trace = new Uint16Array(0);
  /** Index of the byte after which a match had ended, in order; the match ends before that byte. */
  readonly places: number[] = [];
  /** Patterns that matched, beside `places`. */
  readonly matches: (readonly number[])[] = [];
  private readonly dfa: Dfa;
  /** Runs that go in one lane because four did not work out lately. */
  private pause = 0;

  constructor(dfa: Dfa) {
    this.dfa = dfa;
  }

  /** Runs over all bytes from a state; returns the last entry. */
  run(bytes: Uint8Array, state: DfaState): number {
    if (this.trace.length < bytes.length) this.trace = new Uint16Array(Math.max(bytes.length, LANES_FROM_BYTES));
    this.reset();
    if (bytes.length >= LANES_FROM_BYTES && this.pause-- <= 0) {
      const last = this.runLanes(bytes, state);
      if (last !== undefined) return last;
      this.pause = LANES_PAUSE;
      this.reset();
    }
    return this.runSpan(bytes, { from: 0, to: bytes.length, entry: this.dfa.intern(state) });
  }

  private reset(): void {
    this.places.length = 0;
    this.matches.length = 0;
  }

  private runSpan(
    bytes: Uint8Array,
    span: { readonly from: number; readonly to: number; readonly entry: number },
  ): number {
    const { dfa, trace } = this;
    const { byteClasses } = dfa;
    let { table } = dfa;
    let { entry } = span;
    for (let i = span.from; i < span.to; i++) {
      let next = table[((entry & STATE) << ROW_BITS) | byteClasses[bytes[i]]];
      if (next >= HAS_MATCH) {
        if (next === UNKNOWN) {
          next = dfa.step(entry, bytes[i]);
          ({ table } = dfa);
        }
        if ((next & HAS_MATCH) !== 0) this.note(i, next);
      }
      entry = next;
      trace[i] = entry;
    }
    return entry;
  }

  private note(place: number, entry: number): void {
    this.places.push(place);
    this.matches.push(this.dfa.stateOf(entry).matches);
  }

  /**
   * Four lanes that begin after line breaks, each from the state that a line break leaves behind when nothing is
   * alive. Undefined when that guess was wrong, or the table is full: then everything is run again in one lane.
   */
  private runLanes(bytes: Uint8Array, state: DfaState): number | undefined {
    const { dfa } = this;
    const cuts = laneCuts(bytes);
    const { generation } = dfa;
    const afterNewline = dfa.step(dfa.start(KIND.none), NEWLINE);
    const entry = dfa.intern(state);
    if (cuts === undefined || (afterNewline & NO_THREAD) === 0) return undefined;
    const lanes = cuts
      .slice(0, LANES)
      .map((from, lane) => ({ from, to: cuts[lane + 1], entry: lane === 0 ? entry : afterNewline }));
    const count = Math.min(...lanes.map(({ from, to }) => to - from));
    const ends = this.interleave(bytes, lanes, count);
    if (generation !== dfa.generation) return undefined;
    const found = { places: this.places.splice(0), matches: this.matches.splice(0) };
    let last = entry;
    for (const [lane, { from, to }] of lanes.entries()) {
      found.places.forEach((place, i) => {
        if (place < from || place >= from + count) return;
        this.places.push(place);
        this.matches.push(found.matches[i]);
      });
      last = this.runSpan(bytes, { from: from + count, to, entry: ends[lane] });
      if (generation !== dfa.generation) return undefined;
      // After a line break without a thread every state has the same future.
      if (lane < LANES - 1 && (last & NO_THREAD) === 0) return undefined;
    }
    return last;
  }

  /** Runs `count` bytes of all lanes side by side; their last entries. Stops early when the table is cleared. */
  private interleave(
    bytes: Uint8Array,
    lanes: readonly { readonly from: number; readonly entry: number }[],
    count: number,
  ): readonly number[] {
    const { dfa, trace } = this;
    const { byteClasses, generation } = dfa;
    const [fromA, fromB, fromC, fromD] = lanes.map(({ from }) => from);
    let [a, b, c, d] = lanes.map((lane) => lane.entry);
    let { table } = dfa;
    for (let i = 0; i < count; i++) {
      const nextA = table[((a & STATE) << ROW_BITS) | byteClasses[bytes[fromA + i]]];
      const nextB = table[((b & STATE) << ROW_BITS) | byteClasses[bytes[fromB + i]]];
      const nextC = table[((c & STATE) << ROW_BITS) | byteClasses[bytes[fromC + i]]];
      const nextD = table[((d & STATE) << ROW_BITS) | byteClasses[bytes[fromD + i]]];
      if ((nextA | nextB | nextC | nextD) >= HAS_MATCH) {
        a = this.arrive(nextA, { entry: a, byte: bytes[fromA + i], place: fromA + i });
        b = this.arrive(nextB, { entry: b, byte: bytes[fromB + i], place: fromB + i });
        c = this.arrive(nextC, { entry: c, byte: bytes[fromC + i], place: fromC + i });
        d = this.arrive(nextD, { entry: d, byte: bytes[fromD + i], place: fromD + i });
        if (generation !== dfa.generation) break;
        ({ table } = dfa);
      } else {
        a = nextA;
        b = nextB;
        c = nextC;
        d = nextD;
      }
      trace[fromA + i] = a;
      trace[fromB + i] = b;
      trace[fromC + i] = c;
      trace[fromD + i] = d;
    }
    return [a, b, c, d];
  }

  private arrive(
    next: number,
    from: { readonly entry: number; readonly byte: number; readonly place: number },
  ): number {
    const entry = next === UNKNOWN ? this.dfa.step(from.entry, from.byte) : next;
    if ((entry & HAS_MATCH) !== 0) this.note(from.place, entry);
    return entry;
  }
}

/** Five offsets of four pieces of about the same length, cut after line breaks; undefined without enough lines. */
function laneCuts(bytes: Uint8Array): readonly number[] | undefined {
  const cuts = [0];
  for (let lane = 1; lane < LANES; lane++) {
    const cut = bytes.indexOf(NEWLINE, Math.floor((bytes.length * lane) / LANES)) + 1;
    if (cut <= (cuts.at(-1) as number)) return undefined;
    cuts.push(cut);
  }
  if ((cuts.at(-1) as number) >= bytes.length) return undefined;
  return [...cuts, bytes.length];
}
