/**
 * The hot loop: one look-up and one compare a byte, and four independent places at once where the input has lines.
 *
 * Owns the loop and its scratch, which is overwritten by every run. Knows nothing of regions, streams or rules;
 * keeps no text.
 */
import { MatchPlaces } from "./match-places.ts";
import { type Dfa, type DfaState, HAS_MATCH, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";
import { KIND } from "./pattern/neighbour.ts";

/** Shorter inputs are not worth the lanes. */
const LANES_FROM_BYTES = 4096;
/** Runs without lanes after a guess that was wrong. */
const LANES_PAUSE = 16;
const NEWLINE = 0x0a;
const LANES = 4;
/** Bytes that a lane reads by one load; the trace of them is written by one store. */
const WORD = 4;

/**
 * Steps of one call. An engine that compiles a loop while it runs throws the code away at the loop's end: one loop
 * over a whole chunk would never become fast.
 */
const BLOCK = 128 * WORD;

/** What the trace keeps of an entry: one byte, because writing it is part of the loop's cost. */
const TRACE_SHIFT = 8;
const TRACE_IDLE = NO_THREAD >> TRACE_SHIFT;
const TRACE = 0xff00;

const BYTE = 0xff;

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
  /** A multiple of WORD behind `from`. */
  readonly to: number;
}

export class ScanLoop {
  /** Match ends that the last run met. */
  readonly hits = new MatchPlaces();
  /** Upper bits of the entry after each byte of the last run: where it was idle shows in TRACE_IDLE. */
  private trace = new Uint8Array(0);
  /** The same memory, to write a word of it at once. */
  private traceWords = new DataView(this.trace.buffer);
  /** By lane: match ends of the run in lanes. */
  private readonly laneHits = Array.from({ length: LANES }, () => new MatchPlaces());
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
    if (this.trace.length < bytes.length) {
      this.trace = new Uint8Array(Math.max(bytes.length, LANES_FROM_BYTES));
      this.traceWords = new DataView(this.trace.buffer);
    }
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

  /** True when the byte at `at` of the last run left nothing alive. */
  isIdleAt(at: number): boolean {
    return (this.trace[at] & TRACE_IDLE) !== 0;
  }

  private reset(): void {
    this.walkedFrom = 0;
    this.lastIdle = -1;
    this.hits.clear();
  }

  private runSpan(bytes: Uint8Array, span: Span): number {
    let { entry } = span;
    for (let from = span.from; from < span.to; from += BLOCK) {
      entry = this.spanBlock(bytes, { from, to: Math.min(span.to, from + BLOCK), entry }, this.hits);
    }
    return entry;
  }

  /** Builds transitions where they are new. */
  private spanBlock(bytes: Uint8Array, block: Span, hits: MatchPlaces): number {
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
        if ((next & HAS_MATCH) !== 0) hits.add(i, dfa.states[next & STATE]);
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
    const least = Math.min(...lanes.map(({ from, to }) => to - from));
    const count = least - (least % WORD);
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
    let last = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const { from, to } = lanes[lane];
      this.hits.addAll(this.laneHits[lane]);
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
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const entries = Uint16Array.from(lanes, ({ entry }) => entry);
    const starts = Int32Array.from(lanes, ({ from }) => from);
    for (const hits of this.laneHits) hits.clear();
    for (let from = 0; from < count && generation === this.dfa.generation; from += BLOCK) {
      const block: LaneBlock = { entries, starts, from, to: Math.min(count, from + BLOCK) };
      if (!this.knownBlock(words, block)) this.newBlock(bytes, block);
    }
    return entries;
  }

  /** One lane after the other, for a block that goes where nobody has been. */
  private newBlock(bytes: Uint8Array, { entries, starts, from, to }: LaneBlock): void {
    const { generation } = this.dfa;
    for (let lane = 0; lane < LANES && generation === this.dfa.generation; lane++) {
      const start = starts[lane];
      const hits = this.laneHits[lane];
      hits.clearFrom(start + from);
      entries[lane] = this.spanBlock(bytes, { from: start + from, to: start + to, entry: entries[lane] }, hits);
    }
  }

  // Written out, four lanes by four bytes: lanes in an array would cost more than they win, and a load of a word, with
  // one store of its trace, costs half of four. What is not known is looked at after the word: its number is that of
  // no state, so that the steps behind it stay in the table and come to nothing.
  /** False, with nothing but scratch changed, when a transition has not been built. */
  private knownBlock(bytes: DataView, { entries, starts, from, to }: LaneBlock): boolean {
    const { traceWords } = this;
    const { table } = this.dfa;
    const [startA, startB, startC, startD] = starts;
    let a4 = entries[0];
    let b4 = entries[1];
    let c4 = entries[2];
    let d4 = entries[3];
    for (let i = from; i < to; i += WORD) {
      const wordA = bytes.getUint32(startA + i, true);
      const wordB = bytes.getUint32(startB + i, true);
      const wordC = bytes.getUint32(startC + i, true);
      const wordD = bytes.getUint32(startD + i, true);
      const a1 = table[((a4 & STATE) << ROW_BITS) | (wordA & BYTE)];
      const b1 = table[((b4 & STATE) << ROW_BITS) | (wordB & BYTE)];
      const c1 = table[((c4 & STATE) << ROW_BITS) | (wordC & BYTE)];
      const d1 = table[((d4 & STATE) << ROW_BITS) | (wordD & BYTE)];
      const a2 = table[((a1 & STATE) << ROW_BITS) | ((wordA >>> 8) & BYTE)];
      const b2 = table[((b1 & STATE) << ROW_BITS) | ((wordB >>> 8) & BYTE)];
      const c2 = table[((c1 & STATE) << ROW_BITS) | ((wordC >>> 8) & BYTE)];
      const d2 = table[((d1 & STATE) << ROW_BITS) | ((wordD >>> 8) & BYTE)];
      const a3 = table[((a2 & STATE) << ROW_BITS) | ((wordA >>> 16) & BYTE)];
      const b3 = table[((b2 & STATE) << ROW_BITS) | ((wordB >>> 16) & BYTE)];
      const c3 = table[((c2 & STATE) << ROW_BITS) | ((wordC >>> 16) & BYTE)];
      const d3 = table[((d2 & STATE) << ROW_BITS) | ((wordD >>> 16) & BYTE)];
      a4 = table[((a3 & STATE) << ROW_BITS) | (wordA >>> 24)];
      b4 = table[((b3 & STATE) << ROW_BITS) | (wordB >>> 24)];
      c4 = table[((c3 & STATE) << ROW_BITS) | (wordC >>> 24)];
      d4 = table[((d3 & STATE) << ROW_BITS) | (wordD >>> 24)];
      if ((a1 | a2 | a3 | a4 | b1 | b2 | b3 | b4 | c1 | c2 | c3 | c4 | d1 | d2 | d3 | d4) >= HAS_MATCH) {
        if (!this.notePair(0, startA + i, a1, a2) || !this.notePair(0, startA + i + 2, a3, a4)) return false;
        if (!this.notePair(1, startB + i, b1, b2) || !this.notePair(1, startB + i + 2, b3, b4)) return false;
        if (!this.notePair(2, startC + i, c1, c2) || !this.notePair(2, startC + i + 2, c3, c4)) return false;
        if (!this.notePair(3, startD + i, d1, d2) || !this.notePair(3, startD + i + 2, d3, d4)) return false;
      }
      traceWords.setUint32(startA + i, traceOf(a1, a2, a3, a4), true);
      traceWords.setUint32(startB + i, traceOf(b1, b2, b3, b4), true);
      traceWords.setUint32(startC + i, traceOf(c1, c2, c3, c4), true);
      traceWords.setUint32(startD + i, traceOf(d1, d2, d3, d4), true);
    }
    entries[0] = a4;
    entries[1] = b4;
    entries[2] = c4;
    entries[3] = d4;
    return true;
  }

  /** Notes the matches of two bytes; false when a transition has not been built. */
  private notePair(lane: number, place: number, first: number, second: number): boolean {
    if ((first | second) < HAS_MATCH) return true;
    if (first === UNKNOWN || second === UNKNOWN) return false;
    const hits = this.laneHits[lane];
    if (first >= HAS_MATCH) hits.add(place, this.dfa.states[first & STATE]);
    if (second >= HAS_MATCH) hits.add(place + 1, this.dfa.states[second & STATE]);
    return true;
  }
}

/** The trace of four entries as one word. */
function traceOf(a: number, b: number, c: number, d: number): number {
  return (a >> TRACE_SHIFT) | (b & TRACE) | ((c & TRACE) << 8) | ((d & TRACE) << 16);
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
