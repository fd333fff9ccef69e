/**
 * The program determinised on demand: one table look-up a byte once a state has been seen.
 *
 * Owns the states, their table and its bound: when the table is full it is cleared and rebuilt from the state
 * in hand, which is slower for a moment and never wrong. Shared by all streams of a policy. Knows no text
 * positions and keeps no text.
 *
 * A match shows in the state reached by the byte *after* it, because an assertion at its end needs that byte;
 * `matchesAtEnd` answers for the end of the text.
 */
import { LEAD, type Lead, nextLead } from "./boundary.ts";
import { KIND, KIND_BITS, type Kind, kindBefore, plainKind } from "./neighbour.ts";
import type { Program } from "./program.ts";
import { ThreadSet } from "./thread-set.ts";
import { CLASS_BITS, Threads } from "./threads.ts";

/**
 * An entry of the table: the number of a state, and what is true on arrival there. Entries, not bare numbers, go
 * in and out of every method, so that a loop learns both by one load.
 */
export const STATE = 0x3fff;
/** No thread has begun and is alive: idle for an unanchored automaton, the end for an anchored one. */
export const NO_THREAD = 0x4000;
/** A match ended just before the byte that led here. */
export const HAS_MATCH = 0x8000;
/**
 * The transition has not been built. Compares as HAS_MATCH does, so that a loop needs one test for both, and has the
 * number of no state, so that a loop may read on for some bytes before it looks.
 */
export const UNKNOWN = HAS_MATCH | NO_THREAD;
/** A row of the table holds one entry a byte: 2 to the power of this. */
export const ROW_BITS = 8;

interface StateShape {
  /** The threads that have begun, sorted. */
  readonly threads: Uint32Array;
  readonly before: Kind;
  /** Decides which patterns may begin here; always `open` for an anchored automaton. */
  readonly lead: Lead;
  /** Patterns with a match that ended just before the last byte. */
  readonly matches: readonly number[];
}

/** A state, good for as long as anybody holds it: a clearing of the table only takes its number. */
export interface DfaState extends StateShape {
  /** Its entry in `generation`. */
  readonly entry: number;
  readonly generation: number;
  /** Answers that were computed once. */
  matchesAtEnd: readonly number[] | undefined;
  longestLiveBytes: number | undefined;
  /** What the automaton's user made of `matches`. */
  outcome: unknown;
}

export interface DfaOptions {
  /** Patterns to look for. */
  readonly patterns: readonly number[];
  /** True to begin a match at every byte, false to begin only at the first. */
  readonly isUnanchored: boolean;
  /** Most states before the table is cleared. */
  readonly stateLimit?: number;
  /** Told of each clearing. */
  readonly onClear?: (() => void) | undefined;
}

/** 8 MiB of table at most; a state number has 14 bits, and 0 is the number of none. */
export const STATE_LIMIT = 16_000;
const FIRST_CAPACITY = 8;
/** Bytes of one percent-encoded character. */
const ESCAPE_BYTES = 3;

const NO_MATCH: readonly number[] = [];

/** Has the number of no state: its row leads nowhere known. */
const NOBODY: DfaState = {
  threads: new Uint32Array(0),
  before: KIND.none,
  lead: LEAD.open,
  matches: NO_MATCH,
  entry: UNKNOWN,
  generation: -1,
  matchesAtEnd: NO_MATCH,
  longestLiveBytes: 0,
  outcome: undefined,
};

export class Dfa {
  /** Entry by `state << ROW_BITS | byte`. Replaced when it grows: read it again after `step`. */
  table: Uint16Array;
  states: DfaState[] = [NOBODY];
  /** Changes when the table is cleared: entries from before are then worthless, but for their upper bits. */
  generation = 0;

  private readonly program: Program;
  private readonly all: Threads;
  private readonly isUnanchored: boolean;
  private readonly hasBoundaries: boolean;
  private readonly stateLimit: number;
  private readonly onClear: (() => void) | undefined;
  /** States by a hash of what they are; those that share one stand in one list. */
  private readonly byHash = new Map<number, DfaState[]>();
  private starts: (number | undefined)[] = [];
  private readonly matchSets = new Map<string, readonly number[]>();
  private readonly gathered: ThreadSet;
  /** Where those that begin are gathered while `gathered` holds the others; an anchored automaton needs none. */
  private beginning: ThreadSet | undefined;
  /** By lead, what stands before and class of the byte. */
  private readonly begun = new Map<number, Uint32Array>();

  constructor(program: Program, options: DfaOptions) {
    this.program = program;
    this.all = new Threads(program, options.patterns);
    this.gathered = new ThreadSet(this.all);
    this.hasBoundaries = options.patterns.some((index) => program.patterns[index].boundary !== "none");
    this.isUnanchored = options.isUnanchored;
    this.stateLimit = options.stateLimit ?? STATE_LIMIT;
    this.onClear = options.onClear;
    this.table = new Uint16Array(FIRST_CAPACITY << ROW_BITS).fill(UNKNOWN);
  }

  /** The entry before the first byte, given what stands before it. */
  start(before: Kind): number {
    const known = this.starts[before];
    if (known !== undefined) return known;
    // An unanchored automaton begins its threads with every byte: the lead says which.
    const threads = Uint32Array.from(this.isUnanchored ? [] : this.all.entries[LEAD.open]).toSorted();
    const entry = this.intern({ threads, before, lead: LEAD.open, matches: NO_MATCH });
    this.starts[before] = entry;
    return entry;
  }

  /** The entry before `bytes[at]`, given what stands before it; index 0 is the start of the text. */
  startAt(bytes: Uint8Array, at: number): number {
    const { hasAssertions, isFolding } = this.program;
    if (!hasAssertions) return this.start(KIND.none);
    let before: Kind = KIND.none;
    for (let i = Math.max(0, at - ESCAPE_BYTES); i < at; i++)
      before = isFolding ? kindBefore(before, bytes[i]) : plainKind(bytes[i]);
    return this.start(before);
  }

  /** The entry after `byte`; builds it when it is new. May clear the table: check `generation`. */
  step(entry: number, byte: number): number {
    const known = this.table[((entry & STATE) << ROW_BITS) | byte];
    if (known !== UNKNOWN) return known;
    const generation = this.generation;
    const next = this.intern(this.advance(this.stateOf(entry), byte));
    if (generation === this.generation) this.fill(entry, byte, next);
    return next;
  }

  // Bytes of one class lead to one state; the table is by byte, so that the hot loop has one load less to do.
  private fill(entry: number, byte: number, next: number): void {
    const { table } = this;
    const { byteClasses } = this.program;
    const row = (entry & STATE) << ROW_BITS;
    const byteClass = byteClasses[byte];
    for (let same = byte; same >= 0 && byteClasses[same] === byteClass; same--) table[row | same] = next;
    for (let same = byte + 1; same < 256 && byteClasses[same] === byteClass; same++) table[row | same] = next;
  }

  stateOf(entry: number): DfaState {
    return this.states[entry & STATE];
  }

  /** The entry of a state, also of one from before a clearing. May clear the table itself. */
  entryOf(state: DfaState): number {
    return state.generation === this.generation ? state.entry : this.intern(state);
  }

  /** Patterns with a match that ends exactly here when the text ends here. */
  matchesAtEnd(entry: number): readonly number[] {
    const state = this.stateOf(entry);
    return (state.matchesAtEnd ??= this.findMatchesAtEnd(state));
  }

  private findMatchesAtEnd({ threads, before }: StateShape): readonly number[] {
    const found = new Set<number>();
    for (const thread of threads) for (const match of this.all.matchesAtEnd(thread, before)) found.add(match);
    return this.matchSet(found);
  }

  /** Most bytes back that a thread alive in this state can have begun. */
  longestLiveBytes(entry: number): number {
    const state = this.stateOf(entry);
    return (state.longestLiveBytes ??= this.findLongestLiveBytes(state));
  }

  private findLongestLiveBytes({ threads }: StateShape): number {
    let longest = 0;
    for (const thread of threads)
      longest = Math.max(longest, this.program.patterns[this.all.ownerOf(thread)].longestBytes);
    return longest;
  }

  private intern(shape: StateShape): number {
    const before = this.needsKinds(shape) ? shape.before : KIND.none;
    const hash = hashOf(shape, before);
    const known = this.byHash.get(hash)?.find((state) => state.before === before && isSame(state, shape));
    if (known !== undefined) return known.entry;
    if (this.states.length >= this.stateLimit) this.clear();
    const { threads, lead, matches } = shape;
    const entry = this.states.length | flagsOf(shape);
    const state: DfaState = {
      threads,
      before,
      lead,
      matches,
      entry,
      generation: this.generation,
      matchesAtEnd: undefined,
      longestLiveBytes: undefined,
      outcome: undefined,
    };
    this.states.push(state);
    if ((this.states.length - 1) << ROW_BITS >= this.table.length) this.grow();
    const alike = this.byHash.get(hash);
    if (alike === undefined) this.byHash.set(hash, [state]);
    else alike.push(state);
    return entry;
  }

  // What stood before matters only where an assertion can ask for it; else states would double for nothing.
  private needsKinds({ threads, lead }: StateShape): boolean {
    if (!this.program.hasAssertions) return false;
    const mayAsk = (thread: number): boolean => this.all.needsKinds(thread);
    return threads.some(mayAsk) || (this.isUnanchored && this.all.entries[lead].some(mayAsk));
  }

  private grow(): void {
    const table = new Uint16Array(this.table.length * 2).fill(UNKNOWN);
    table.set(this.table);
    this.table = table;
  }

  private clear(): void {
    this.states = [NOBODY];
    this.starts = [];
    this.byHash.clear();
    this.table.fill(UNKNOWN);
    this.generation++;
    this.onClear?.();
  }

  private advance(state: DfaState, byte: number): StateShape {
    const { gathered, isUnanchored } = this;
    const { hasAssertions, isFolding } = this.program;
    gathered.clear();
    const { threads, before } = state;
    const matches = gathered.follow(threads, before, byte);
    if (isUnanchored) gathered.addAll(this.begin(state.lead, before, byte));
    return {
      threads: gathered.sorted(),
      before: hasAssertions ? (isFolding ? kindBefore(before, byte) : plainKind(byte)) : KIND.none,
      lead: isUnanchored && this.hasBoundaries ? nextLead(state.lead, byte) : LEAD.open,
      matches: matches === undefined ? NO_MATCH : this.matchSet(matches),
    };
  }

  /** The threads that begin with a byte; worked out once for the bytes of one class. */
  private begin(lead: Lead, before: Kind, byte: number): Uint32Array {
    const key = (((lead << KIND_BITS) | before) << CLASS_BITS) | this.program.byteClasses[byte];
    let found = this.begun.get(key);
    if (found === undefined) {
      const threads = (this.beginning ??= new ThreadSet(this.all));
      threads.clear();
      threads.follow(this.all.entries[lead], before, byte);
      this.begun.set(key, (found = threads.sorted()));
    }
    return found;
  }

  /** Equal sets are one array, so that what is known of it is found at once. */
  private matchSet(matches: ReadonlySet<number>): readonly number[] {
    if (matches.size === 0) return NO_MATCH;
    const sorted = [...matches].toSorted((a, b) => a - b);
    const key = sorted.join();
    const known = this.matchSets.get(key) ?? sorted;
    this.matchSets.set(key, known);
    return known;
  }
}

function flagsOf({ threads, matches }: StateShape): number {
  return (threads.length === 0 ? NO_THREAD : 0) | (matches.length > 0 ? HAS_MATCH : 0);
}

function isSame(a: StateShape, b: StateShape): boolean {
  // Equal sets of matches are one array.
  if (a.lead !== b.lead || a.matches !== b.matches || a.threads.length !== b.threads.length) return false;
  for (let i = 0; i < a.threads.length; i++) if (a.threads[i] !== b.threads[i]) return false;
  return true;
}

/** FNV-1a, by whole numbers. */
function hashOf({ threads, lead, matches }: StateShape, before: Kind): number {
  let hash = 0x811c9dc5 ^ lead ^ (before << 3) ^ (matches.length << 6);
  for (let i = 0; i < threads.length; i++) hash = Math.imul(hash ^ threads[i], 0x01000193);
  return hash ^ (hash >>> 15);
}
