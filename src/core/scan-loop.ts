/**
 * The hot loop: one load and one compare a byte, and eight independent places at once where the input has lines.
 *
 * Owns the loop and its scratch, which is overwritten by every run. Knows nothing of regions, streams or rules;
 * keeps no text.
 */
import { EMPTY } from "./bytes.ts";
import { type Dfa, type DfaState, HAS_MATCH, KIND, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";

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

interface Lane {
  readonly from: number;
  readonly to: number;
  readonly entry: number;
}

interface LaneBlock {
  readonly entries: Uint16Array;
  readonly starts: Int32Array;
  readonly from: number;
  readonly to: number;
}

export class ScanLoop {
  /** Upper bits of the entry after each byte of the last run: where it was idle shows in TRACE_IDLE. */
  private trace = new Uint8Array(0);
  /** Index of the byte after which a match had ended, in order; the match ends before that byte. */
  readonly places: number[] = [];
  /** Patterns that matched, beside `places`. */
  readonly matches: (readonly number[])[] = [];
  private readonly dfa: Dfa;
  private bytes: Uint8Array = EMPTY;
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
    this.bytes = bytes;
    const last = this.runLanes(bytes, state) ?? this.runOne(bytes, state);
    this.bytes = EMPTY;
    return last;
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
    this.places.length = 0;
    this.matches.length = 0;
  }

  private runSpan(bytes: Uint8Array, span: Lane): number {
    let { entry } = span;
    for (let from = span.from; from < span.to; from += BLOCK) {
      entry = this.spanBlock(bytes, { from, to: Math.min(span.to, from + BLOCK), entry });
    }
    return entry;
  }

  private spanBlock(bytes: Uint8Array, block: Lane): number {
    const { dfa, trace } = this;
    const { byteClasses } = dfa;
    const { to } = block;
    let { table } = dfa;
    let { entry } = block;
    for (let i = block.from; i < to; i++) {
      const next = table[((entry & STATE) << ROW_BITS) | byteClasses[bytes[i]]];
      if (next < HAS_MATCH) entry = next;
      else {
        entry = this.arrive(entry, next, i);
        ({ table } = dfa);
      }
      trace[i] = entry >> TRACE_SHIFT;
    }
    return entry;
  }

  private note(place: number, entry: number): void {
    this.places.push(place);
    this.matches.push(this.dfa.stateOf(entry).matches);
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
    const lanes: readonly Lane[] = cuts
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
  private interleave(bytes: Uint8Array, lanes: readonly Lane[], count: number): Uint16Array {
    const { generation } = this.dfa;
    const entries = Uint16Array.from(lanes, ({ entry }) => entry);
    const starts = Int32Array.from(lanes, ({ from }) => from);
    for (let done = 0; done < count && generation === this.dfa.generation; done += BLOCK) {
      this.runBlock(bytes, { entries, starts, from: done, to: Math.min(count, done + BLOCK) });
    }
    return entries;
  }

  // Written out eight times: lanes in an array would cost more than they win.
  private runBlock(bytes: Uint8Array, block: LaneBlock): void {
    const { dfa, trace } = this;
    const { byteClasses, generation } = dfa;
    const { entries, starts, to } = block;
    let { table } = dfa;
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
      const nextA = table[((a & STATE) << ROW_BITS) | byteClasses[bytes[fromA + i]]];
      const nextB = table[((b & STATE) << ROW_BITS) | byteClasses[bytes[fromB + i]]];
      const nextC = table[((c & STATE) << ROW_BITS) | byteClasses[bytes[fromC + i]]];
      const nextD = table[((d & STATE) << ROW_BITS) | byteClasses[bytes[fromD + i]]];
      const nextE = table[((e & STATE) << ROW_BITS) | byteClasses[bytes[fromE + i]]];
      const nextF = table[((f & STATE) << ROW_BITS) | byteClasses[bytes[fromF + i]]];
      const nextG = table[((g & STATE) << ROW_BITS) | byteClasses[bytes[fromG + i]]];
      const nextH = table[((h & STATE) << ROW_BITS) | byteClasses[bytes[fromH + i]]];
      const low = nextA | nextB | nextC | nextD;
      const high = nextE | nextF | nextG | nextH;
      if ((low | high) < HAS_MATCH) {
        a = nextA;
        b = nextB;
        c = nextC;
        d = nextD;
        e = nextE;
        f = nextF;
        g = nextG;
        h = nextH;
      } else {
        a = nextA < HAS_MATCH ? nextA : this.arrive(a, nextA, fromA + i);
        b = nextB < HAS_MATCH ? nextB : this.arrive(b, nextB, fromB + i);
        c = nextC < HAS_MATCH ? nextC : this.arrive(c, nextC, fromC + i);
        d = nextD < HAS_MATCH ? nextD : this.arrive(d, nextD, fromD + i);
        e = nextE < HAS_MATCH ? nextE : this.arrive(e, nextE, fromE + i);
        f = nextF < HAS_MATCH ? nextF : this.arrive(f, nextF, fromF + i);
        g = nextG < HAS_MATCH ? nextG : this.arrive(g, nextG, fromG + i);
        h = nextH < HAS_MATCH ? nextH : this.arrive(h, nextH, fromH + i);
        if (generation !== dfa.generation) return;
        ({ table } = dfa);
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
  }

  /** Builds the transition over the byte at `place` where it is new, and notes a match. */
  private arrive(entry: number, next: number, place: number): number {
    const arrived = next === UNKNOWN ? this.dfa.step(entry, this.bytes[place]) : next;
    if ((arrived & HAS_MATCH) !== 0) this.note(place, arrived);
    return arrived;
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
