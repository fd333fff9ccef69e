/**
 * The hot loop: one load and one compare a byte, and eight independent places at once where the input has lines.
 *
 * Owns the loop and its scratch, which is overwritten by every run. Knows nothing of regions, streams or rules;
 * keeps no text.
 */
import { type Dfa, type DfaState, HAS_MATCH, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";
import { KIND } from "./pattern/neighbour.ts";

/** Shorter inputs are not worth the lanes. */
const LANES_FROM_BYTES = 4096;
/** Runs without lanes after a guess that was wrong. */
const LANES_PAUSE = 16;
const NEWLINE = 0x0a;
const LANES = 8;

/**
 * Steps of one call. An engine that compiles a loop while it runs throws the code away at the loop's end: one loop
 * over a whole chunk would never become fast.
 */
const BLOCK = 512;

/** What the trace keeps of an entry: one byte, because writing it is part of the loop's cost. */
const TRACE_SHIFT = 8;
const TRACE_IDLE = NO_THREAD >> TRACE_SHIFT;

const FIRST_HITS = 256;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly entry: number;
}

interface LaneBlock {
  /** Entries of the lanes before the block; after it when it went through. */
  readonly entries: Uint16Array;
  readonly starts: Int32Array;
  readonly from: number;
  readonly to: number;
}

export class ScanLoop {
  /** Upper bits of the entry after each byte of the last run: where it was idle shows in TRACE_IDLE. */
  private trace = new Uint8Array(0);
  /** Match ends that the last run met, in order. */
  hits = 0;
  /** By hit: index of the byte after which a match had ended; the match ends before that byte. */
  places = new Int32Array(FIRST_HITS);
  /** By hit: the state that says what matched. States, because numbers go when the table is cleared in the run. */
  states: DfaState[] = [];
  private readonly dfa: Dfa;
  private walkedFrom = 0;
  private lastIdle = -1;
  /** Runs that go in one lane because lanes did not work out lately. */
  private pause = 0;

  constructor(dfa: Dfa) {
    this.dfa = dfa;
  }

  /** Runs over all bytes from a state; returns the last entry. */
  run(bytes: Uint8Array, state: DfaState): number {
    if (this.trace.length < bytes.length) this.trace = new Uint8Array(Math.max(bytes.length, LANES_FROM_BYTES));
    this.reset();
    return this.runLanes(bytes, state) ?? this.runOne(bytes, state);
  }

  private runOne(bytes: Uint8Array, state: DfaState): number {
    this.reset();
    return this.runSpan(bytes, { from: 0, to: bytes.length, entry: this.dfa.entryOf(state) });
  }

  /**
   * Index of the last byte before `place` that left nothing alive, or -1. Places of the last run, asked in order: the
   * walks back stop where the one before began, so that all together cost each byte once.
   */
  idleBefore(place: number): number {
    const { trace } = this;
    let at = place - 1;
    while (at >= this.walkedFrom && (trace[at] & TRACE_IDLE) === 0) at--;
    if (at >= this.walkedFrom) this.lastIdle = at;
    this.walkedFrom = place;
    return this.lastIdle;
  }

  private reset(): void {
    this.walkedFrom = 0;
    this.lastIdle = -1;
    this.hits = 0;
  }

  private note(place: number, state: DfaState): void {
    if (this.hits === this.places.length) this.growHits();
    this.places[this.hits] = place;
    this.states[this.hits] = state;
    this.hits++;
  }

  private growHits(): void {
    const places = new Int32Array(2 * this.places.length);
    places.set(this.places);
    this.places = places;
  }

  private runSpan(bytes: Uint8Array, span: Span): number {
    let { entry } = span;
    for (let from = span.from; from < span.to; from += BLOCK) {
      entry = this.spanBlock(bytes, { from, to: Math.min(span.to, from + BLOCK), entry });
    }
    return entry;
  }

  /** Builds transitions where they are new. */
  private spanBlock(bytes: Uint8Array, block: Span): number {
    const { dfa, trace } = this;
    const { to } = block;
    let { table } = dfa;
    let { entry } = block;
    for (let i = block.from; i < to; i++) {
      let next = table[((entry & STATE) << ROW_BITS) | bytes[i]];
      if (next >= HAS_MATCH) {
        if (next === UNKNOWN) {
          next = dfa.step(entry, bytes[i]);
          ({ table } = dfa);
        }
        if ((next & HAS_MATCH) !== 0) this.note(i, dfa.states[next & STATE]);
      }
      entry = next;
      trace[i] = entry >> TRACE_SHIFT;
    }
    return entry;
  }

  /**
   * Lanes that begin after line breaks, each from the state that a line break leaves behind when nothing is
   * alive. Undefined when that guess was wrong, or the table is full: then everything is run again in one lane.
   */
  private runLanes(bytes: Uint8Array, state: DfaState): number | undefined {
    if (bytes.length < LANES_FROM_BYTES || this.pause-- > 0) return undefined;
    const last = this.tryLanes(bytes, state);
    this.pause = last === undefined ? LANES_PAUSE : 0;
    return last;
  }

  private tryLanes(bytes: Uint8Array, state: DfaState): number | undefined {
    const { dfa } = this;
    const cuts = laneCuts(bytes);
    const { generation } = dfa;
    const afterNewline = dfa.step(dfa.start(KIND.none), NEWLINE);
    const entry = dfa.entryOf(state);
    if (cuts === undefined || (afterNewline & NO_THREAD) === 0) return undefined;
    const lanes: readonly Span[] = cuts
      .slice(0, LANES)
      .map((from, lane) => ({ from, to: cuts[lane + 1], entry: lane === 0 ? entry : afterNewline }));
    const count = Math.min(...lanes.map(({ from, to }) => to - from));
    const ends = this.interleave(bytes, lanes, count);
    if (generation !== dfa.generation) return undefined;
    return this.finishLanes(bytes, { lanes, count, ends });
  }

  /** Runs what is left of each lane, and puts the match ends of all lanes in order. */
  private finishLanes(
    bytes: Uint8Array,
    { lanes, count, ends }: { lanes: readonly Span[]; count: number; ends: Uint16Array },
  ): number | undefined {
    const { dfa } = this;
    const { generation } = dfa;
    const places = this.places.slice(0, this.hits);
    const states = this.states.slice(0, this.hits);
    let last = 0;
    this.hits = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const { from, to } = lanes[lane];
      for (let i = 0; i < places.length; i++)
        if (places[i] >= from && places[i] < from + count) this.note(places[i], states[i]);
      last = this.runSpan(bytes, { from: from + count, to, entry: ends[lane] });
      if (generation !== dfa.generation) return undefined;
      // After a line break without a thread every state has the same future.
      if (lane < LANES - 1 && (last & NO_THREAD) === 0) return undefined;
    }
    return last;
  }

  /** Runs `count` bytes of all lanes side by side; their last entries. Stops early when the table is cleared. */
  private interleave(bytes: Uint8Array, lanes: readonly Span[], count: number): Uint16Array {
    const { generation } = this.dfa;
    const entries = Uint16Array.from(lanes, ({ entry }) => entry);
    const starts = Int32Array.from(lanes, ({ from }) => from);
    for (let from = 0; from < count && generation === this.dfa.generation; from += BLOCK) {
      const block: LaneBlock = { entries, starts, from, to: Math.min(count, from + BLOCK) };
      const { hits } = this;
      if (this.knownBlock(bytes, block)) continue;
      this.hits = hits;
      this.newBlock(bytes, block);
    }
    return entries;
  }

  /** One lane after the other, for a block that goes where nobody has been. */
  private newBlock(bytes: Uint8Array, { entries, starts, from, to }: LaneBlock): void {
    const { generation } = this.dfa;
    for (let lane = 0; lane < LANES && generation === this.dfa.generation; lane++) {
      const start = starts[lane];
      entries[lane] = this.spanBlock(bytes, { from: start + from, to: start + to, entry: entries[lane] });
    }
  }

  // Written out eight times: lanes in an array would cost more than they win.
  /** False, with nothing but scratch changed, when a transition has not been built. */
  private knownBlock(bytes: Uint8Array, block: LaneBlock): boolean {
    const { trace } = this;
    const { table } = this.dfa;
    const { entries, starts, to } = block;
    const fromA = starts[0];
    const fromB = starts[1];
    const fromC = starts[2];
    const fromD = starts[3];
    const fromE = starts[4];
    const fromF = starts[5];
    const fromG = starts[6];
    const fromH = starts[7];
    let a = entries[0];
    let b = entries[1];
    let c = entries[2];
    let d = entries[3];
    let e = entries[4];
    let f = entries[5];
    let g = entries[6];
    let h = entries[7];
    for (let i = block.from; i < to; i++) {
      a = table[((a & STATE) << ROW_BITS) | bytes[fromA + i]];
      b = table[((b & STATE) << ROW_BITS) | bytes[fromB + i]];
      c = table[((c & STATE) << ROW_BITS) | bytes[fromC + i]];
      d = table[((d & STATE) << ROW_BITS) | bytes[fromD + i]];
      e = table[((e & STATE) << ROW_BITS) | bytes[fromE + i]];
      f = table[((f & STATE) << ROW_BITS) | bytes[fromF + i]];
      g = table[((g & STATE) << ROW_BITS) | bytes[fromG + i]];
      h = table[((h & STATE) << ROW_BITS) | bytes[fromH + i]];
      if ((a | b | c | d | e | f | g | h) >= HAS_MATCH) {
        if (a >= HAS_MATCH && !this.noteKnown(fromA + i, a)) return false;
        if (b >= HAS_MATCH && !this.noteKnown(fromB + i, b)) return false;
        if (c >= HAS_MATCH && !this.noteKnown(fromC + i, c)) return false;
        if (d >= HAS_MATCH && !this.noteKnown(fromD + i, d)) return false;
        if (e >= HAS_MATCH && !this.noteKnown(fromE + i, e)) return false;
        if (f >= HAS_MATCH && !this.noteKnown(fromF + i, f)) return false;
        if (g >= HAS_MATCH && !this.noteKnown(fromG + i, g)) return false;
        if (h >= HAS_MATCH && !this.noteKnown(fromH + i, h)) return false;
      }
      trace[fromA + i] = a >> TRACE_SHIFT;
      trace[fromB + i] = b >> TRACE_SHIFT;
      trace[fromC + i] = c >> TRACE_SHIFT;
      trace[fromD + i] = d >> TRACE_SHIFT;
      trace[fromE + i] = e >> TRACE_SHIFT;
      trace[fromF + i] = f >> TRACE_SHIFT;
      trace[fromG + i] = g >> TRACE_SHIFT;
      trace[fromH + i] = h >> TRACE_SHIFT;
    }
    entries[0] = a;
    entries[1] = b;
    entries[2] = c;
    entries[3] = d;
    entries[4] = e;
    entries[5] = f;
    entries[6] = g;
    entries[7] = h;
    return true;
  }

  private noteKnown(place: number, entry: number): boolean {
    if (entry === UNKNOWN) return false;
    this.note(place, this.dfa.states[entry & STATE]);
    return true;
  }
}

/** Offsets of the pieces of about the same length, cut after line breaks; undefined without enough lines. */
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
