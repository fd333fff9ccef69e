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
import { LEAD, type Lead, mayBegin, mayEnd, nextLead } from "./boundary.ts";
import { holds, KIND, KIND_BITS, type Kind, kindAfter, kindBefore, plainKind } from "./neighbour.ts";
import { type Instruction, NOWHERE, type Program, TRIE_SPAN } from "./program.ts";
import { ACCEPT } from "./utf8.ts";

/**
 * An entry of the table: the number of a state, and what is true on arrival there. Entries, not bare numbers, go
 * in and out of every method, so that a loop learns both by one load.
 */
export const STATE = 0x3fff;
/** No thread has begun and is alive: idle for an unanchored automaton, the end for an anchored one. */
export const NO_THREAD = 0x4000;
/** A match ended just before the byte that led here. */
export const HAS_MATCH = 0x8000;
/** The transition has not been built. Compares as HAS_MATCH does, so that a loop needs one test for both. */
export const UNKNOWN = 0xffff;
/** A row of the table holds one entry a byte: 2 to the power of this. */
export const ROW_BITS = 8;

interface StateShape {
  /** Where the threads stand, sorted: at an instruction, or inside a character that a class is reading. */
  readonly items: readonly number[];
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
}

/** 8 MiB of table at most; a state number has 14 bits. */
export const STATE_LIMIT = 16_000;
const FIRST_CAPACITY = 8;
/** Bytes of one percent-encoded character. */
const ESCAPE_BYTES = 3;

interface Move {
  readonly state: StateShape;
  readonly byte: number;
  readonly items: Set<number>;
  readonly matches: Set<number>;
}

interface Closure {
  readonly characters: readonly number[];
  readonly matches: readonly number[];
  readonly needsKinds: boolean;
}

export class Dfa {
  /** Entry by `state << ROW_BITS | byte`. Replaced when it grows: read it again after `step`. */
  table: Uint16Array;
  states: DfaState[] = [];
  /** Changes when the table is cleared: entries from before are then worthless, but for their upper bits. */
  generation = 0;

  private readonly byteClasses: Uint8Array;
  private readonly program: Program;
  /** Where matches begin, by lead. */
  private readonly entries: readonly (readonly number[])[];
  private readonly isUnanchored: boolean;
  private readonly hasBoundaries: boolean;
  private readonly stateLimit: number;
  private readonly numbers = new Map<string, number>();
  private starts: (number | undefined)[] = [];
  private readonly closures = new Map<number, Closure>();
  private readonly entrySet: ReadonlySet<number>;
  private readonly begunBy = new Map<number, Set<number>>();

  constructor(program: Program, options: DfaOptions) {
    this.program = program;
    this.byteClasses = program.byteClasses;
    const patterns = options.patterns.map((index) => program.patterns[index]);
    this.entries = Object.values(LEAD).map((lead) =>
      patterns.filter(({ boundary }) => mayBegin(boundary, lead)).map(({ entry }) => entry * TRIE_SPAN),
    );
    this.entrySet = new Set(this.entries.flat());
    this.hasBoundaries = patterns.some(({ boundary }) => boundary !== "none");
    this.isUnanchored = options.isUnanchored;
    this.stateLimit = options.stateLimit ?? STATE_LIMIT;
    this.table = new Uint16Array(FIRST_CAPACITY << ROW_BITS).fill(UNKNOWN);
  }

  /** The entry before the first byte, given what stands before it. */
  start(before: Kind): number {
    const known = this.starts[before];
    if (known !== undefined) return known;
    const entry = this.intern({ items: this.entries[LEAD.open], before, lead: LEAD.open, matches: [] });
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
    const { byteClasses, table } = this;
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

  private findMatchesAtEnd({ items, before }: StateShape): readonly number[] {
    const found = new Set<number>();
    for (const item of items)
      if (item % TRIE_SPAN === 0)
        for (const match of this.closure(item / TRIE_SPAN, before, KIND.none).matches) found.add(match);
    return [...found];
  }

  /** Most bytes back that a thread alive in this state can have begun. */
  longestLiveBytes(entry: number): number {
    const state = this.stateOf(entry);
    return (state.longestLiveBytes ??= this.findLongestLiveBytes(state));
  }

  private findLongestLiveBytes({ items }: StateShape): number {
    let longest = 0;
    for (const item of items) {
      if (item % TRIE_SPAN === 0 && this.entries[LEAD.open].includes(item)) continue;
      const owner = this.program.owners[Math.floor(item / TRIE_SPAN)];
      longest = Math.max(longest, this.program.patterns[owner].longestBytes);
    }
    return longest;
  }

  private intern(state: StateShape): number {
    const normal = this.normalize(state);
    const key = `${normal.items.join()}|${normal.before}|${normal.lead}|${normal.matches.join()}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.states.length >= this.stateLimit) this.clear();
    const entry = this.states.length | this.flagsOf(normal);
    this.states.push({
      ...normal,
      entry,
      generation: this.generation,
      matchesAtEnd: undefined,
      longestLiveBytes: undefined,
      outcome: undefined,
    });
    if ((this.states.length - 1) << ROW_BITS >= this.table.length) this.grow();
    this.numbers.set(key, entry);
    return entry;
  }

  private flagsOf({ items, lead, matches }: StateShape): number {
    // Entries are reached by nothing else, so a set of that size holds no thread that has begun.
    const begun = items.length - (this.isUnanchored ? this.entries[lead].length : 0);
    return (begun === 0 ? NO_THREAD : 0) | (matches.length > 0 ? HAS_MATCH : 0);
  }

  private grow(): void {
    const table = new Uint16Array(this.table.length * 2).fill(UNKNOWN);
    table.set(this.table);
    this.table = table;
  }

  private clear(): void {
    this.states = [];
    this.starts = [];
    this.numbers.clear();
    this.table.fill(UNKNOWN);
    this.generation++;
  }

  // What stood before matters only where an assertion can ask for it; else states would double for nothing.
  private normalize(shape: StateShape): StateShape {
    const { items } = shape;
    const needsKinds =
      this.program.hasAssertions &&
      items.some((item) => item % TRIE_SPAN === 0 && this.closure(item / TRIE_SPAN, KIND.none, KIND.none).needsKinds);
    return { items, before: needsKinds ? shape.before : KIND.none, lead: shape.lead, matches: shape.matches };
  }

  private advance(state: StateShape, byte: number): StateShape {
    const { hasAssertions, isFolding } = this.program;
    const before = hasAssertions ? (isFolding ? kindBefore(state.before, byte) : plainKind(byte)) : KIND.none;
    const lead = this.isUnanchored && this.hasBoundaries ? nextLead(state.lead, byte) : LEAD.open;
    const items = new Set<number>(this.isUnanchored ? this.entries[lead] : []);
    const matches = new Set<number>();
    if (this.isUnanchored) for (const item of this.begun(state, byte)) items.add(item);
    for (const item of state.items)
      if (!this.isUnanchored || !this.entrySet.has(item)) this.move(item, { state, byte, items, matches });
    return {
      items: [...items].toSorted((a, b) => a - b),
      before,
      lead,
      matches: [...matches].toSorted((a, b) => a - b),
    };
  }

  /** Moves one thread over a byte. */
  private move(item: number, into: Move): void {
    const { byte, items } = into;
    const node = item % TRIE_SPAN;
    const pc = (item - node) / TRIE_SPAN;
    if (node > 0) {
      this.read(pc, node, byte, items);
      return;
    }
    const after = this.program.isFolding ? kindAfter(byte) : plainKind(byte);
    const closure = this.closure(pc, into.state.before, after);
    for (const match of closure.matches)
      if (mayEnd(this.program.patterns[match].boundary, byte)) into.matches.add(match);
    for (const character of closure.characters) this.read(character, 0, byte, items);
  }

  /** Threads that begin with this byte: the same in every state with these neighbours, so computed once. */
  private begun(state: StateShape, byte: number): Iterable<number> {
    const key = (((state.lead << KIND_BITS) | state.before) << ROW_BITS) | this.byteClasses[byte];
    let found = this.begunBy.get(key);
    if (found === undefined) {
      found = new Set();
      for (const item of this.entries[state.lead]) this.move(item, { state, byte, items: found, matches: new Set() });
      this.begunBy.set(key, found);
    }
    return found;
  }

  private read(pc: number, node: number, byte: number, into: Set<number>): void {
    const instruction = this.program.instructions[pc] as Extract<Instruction, { op: "char" }>;
    const edges = this.program.tries[instruction.set][node];
    for (const edge of edges) {
      if (byte >= edge.lo && byte <= edge.hi)
        into.add(edge.to === ACCEPT ? instruction.out * TRIE_SPAN : pc * TRIE_SPAN + edge.to);
    }
  }

  /** What can be read from an instruction without reading a byte, between two kinds of neighbours. */
  private closure(pc: number, before: Kind, after: Kind): Closure {
    const plainKey = pc << (2 * KIND_BITS);
    const plain = this.closures.get(plainKey);
    if (plain !== undefined && !plain.needsKinds) return plain;
    const key = plainKey | (before << KIND_BITS) | after;
    let found = this.closures.get(key);
    if (found === undefined) {
      found = this.buildClosure(pc, before, after);
      this.closures.set(found.needsKinds ? key : plainKey, found);
    }
    return found;
  }

  private buildClosure(from: number, before: Kind, after: Kind): Closure {
    const characters: number[] = [];
    const matches: number[] = [];
    const seen = new Set<number>();
    const open = [from];
    let needsKinds = false;
    while (open.length > 0) {
      const pc = open.pop() as number;
      if (pc === NOWHERE || seen.has(pc)) continue;
      seen.add(pc);
      const instruction = this.program.instructions[pc];
      if (instruction.op === "char") characters.push(pc);
      else if (instruction.op === "match") matches.push(instruction.pattern);
      else if (instruction.op === "split") open.push(instruction.out, instruction.other);
      else {
        needsKinds = true;
        if (holds(instruction.assertion, before, after)) open.push(instruction.out);
      }
    }
    return { characters, matches, needsKinds };
  }
}
