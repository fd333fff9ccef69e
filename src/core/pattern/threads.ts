/**
 * Where the threads of a program can stand, and where a byte takes each of them.
 *
 * Owns the numbers of those places and the answers that were worked out once: building a state of an automaton is
 * then a union of short lists. Knows no states; keeps no text.
 */
import { LEAD, mayBegin, mayEnd } from "./boundary.ts";
import { holds, KIND, KIND_BITS, type Kind, kindAfter, plainKind } from "./neighbour.ts";
import { NOWHERE, OP } from "./instructions.ts";
import type { Program } from "./program.ts";
import { ASSERTIONS } from "./syntax.ts";
import { ACCEPT } from "./utf8.ts";

/** What one thread becomes by one byte. */
export interface Move {
  readonly threads: readonly number[];
  /** Patterns with a match that ended just before the byte. */
  readonly matches: readonly number[];
}

/** At an instruction, or inside a character that a class is reading. */
interface Place {
  readonly instruction: number;
  /** Node of the class's trie; 0 is before the character. */
  readonly node: number;
  /** True when what stood before decides where the thread can go on. */
  readonly needsKinds: boolean;
  /** The place of which this is a copy; itself outside of repeats. */
  readonly first: number;
  /** All that can be read from here can be read from a copy of a lower rank. */
  readonly rank: number;
}

interface Closure {
  readonly characters: readonly number[];
  readonly matches: readonly number[];
  readonly needsKinds: boolean;
}

/** Answers of `step` that are no place: the thread dies, or it comes to what `move` says. */
const DEAD = -1;
export const SEVERAL = -2;

const ASCII_BYTES = 128;
const PERCENT = 0x25;
/** Most places with a row of steps: 4 MiB of them. */
const ROWS = 8192;

export const CLASS_BITS = 8;
/** Most moves of one place. */
const MOVES = 1 << (KIND_BITS + CLASS_BITS);
const NONE: readonly number[] = [];

export class Threads {
  /** Where matches begin, by lead. */
  readonly entries: readonly (readonly number[])[];

  private readonly program: Program;
  private readonly places: Place[] = [];
  /** By instruction, then by node. */
  private readonly numbers: (Map<number, number> | undefined)[] = [];
  /** By place, then by byte of ASCII: what `step` answers. */
  private readonly rows: (Int32Array | undefined)[] = [];
  /** By place, what stood before and class of the next byte. */
  private readonly moves = new Map<number, Move>();
  private readonly closures = new Map<number, Closure>();

  constructor(program: Program, patterns: readonly number[]) {
    this.program = program;
    this.entries = Object.values(LEAD).map((lead) =>
      patterns
        .map((index) => program.patterns[index])
        .filter(({ boundary }) => mayBegin(boundary, lead))
        .map(({ entry }) => this.numberOf(entry, 0)),
    );
  }

  /** How many places have a number: each is less than this. */
  get count(): number {
    return this.places.length;
  }

  /** The pattern that a thread reads. */
  ownerOf(thread: number): number {
    return this.program.instructions.owner[this.places[thread].instruction];
  }

  /** The place of which a thread's place is a copy: at most one thread of those that share it is needed. */
  firstOf(thread: number): number {
    return this.places[thread].first;
  }

  /** Of threads that share the first, the one of the lowest rank reads all that the others read. */
  rankOf(thread: number): number {
    return this.places[thread].rank;
  }

  needsKinds(thread: number): boolean {
    return this.places[thread].needsKinds;
  }

  /**
   * The place that a thread comes to by a byte; negative when it dies or, SEVERAL, `move` has to be asked. Nearly all threads
   * come to one place or die, and what building a state costs is asking them.
   */
  step(thread: number, byte: number): number {
    if (byte >= ASCII_BYTES || thread >= ROWS) return SEVERAL;
    return (this.rows[thread] ??= this.rowOf(this.places[thread]))[byte];
  }

  private rowOf({ instruction, node, needsKinds }: Place): Int32Array {
    const row = new Int32Array(ASCII_BYTES).fill(DEAD);
    if (needsKinds || node > 0) return row.fill(SEVERAL);
    const { characters, matches } = this.closure(instruction, KIND.none, KIND.none);
    if (matches.length > 0) return row.fill(SEVERAL);
    const { instructions, classes } = this.program;
    for (const at of characters) {
      const { ascii, form } = classes[instructions.operand[at]];
      const to = ascii.length === 0 ? DEAD : this.numberOf(instructions.out[at], 0);
      for (let i = 0; i < ascii.length; i += 2)
        for (let byte = ascii[i]; byte <= ascii[i + 1]; byte++)
          row[byte] = row[byte] === DEAD || row[byte] === to ? to : SEVERAL;
      // What a class makes of these is no question of its members alone.
      if (form.unfolds) row[0] = SEVERAL;
      if (form.isEscaped) row[PERCENT] = SEVERAL;
    }
    return row;
  }

  /** Where a thread goes by a byte; worked out once for the bytes of one class. */
  move(thread: number, before: Kind, byte: number): Move {
    const key = thread * MOVES + ((before << CLASS_BITS) | this.program.byteClasses[byte]);
    let move = this.moves.get(key);
    if (move === undefined) this.moves.set(key, (move = this.findMove(this.places[thread], before, byte)));
    return move;
  }

  /** Patterns with a match that ends where the thread stands when the text ends there. */
  matchesAtEnd(thread: number, before: Kind): readonly number[] {
    const { instruction, node } = this.places[thread];
    return node === 0 ? this.closure(instruction, before, KIND.none).matches : NONE;
  }

  private numberOf(instruction: number, node: number): number {
    const byNode = (this.numbers[instruction] ??= new Map());
    let number = byNode.get(node);
    if (number === undefined) {
      const needsKinds =
        node === 0 && this.program.hasAssertions && this.closure(instruction, KIND.none, KIND.none).needsKinds;
      const { first: toFirst, rank } = this.program.instructions;
      const isFirst = toFirst[instruction] === 0;
      const first = isFirst ? this.places.length : this.numberOf(instruction + toFirst[instruction], node);
      number = this.places.push({ instruction, node, needsKinds, first, rank: rank[instruction] }) - 1;
      byNode.set(node, number);
    }
    return number;
  }

  private findMove({ instruction, node }: Place, before: Kind, byte: number): Move {
    if (node > 0) return { threads: this.read(instruction, node, byte), matches: NONE };
    const after = this.program.isFolding ? kindAfter(byte) : plainKind(byte);
    const { characters, matches } = this.closure(instruction, before, after);
    return {
      threads: [...new Set(characters.flatMap((character) => this.read(character, 0, byte)))],
      matches: matches.filter((match) => mayEnd(this.program.patterns[match].boundary, byte)),
    };
  }

  private read(at: number, node: number, byte: number): readonly number[] {
    const { instructions, classes } = this.program;
    const one = classes[instructions.operand[at]];
    const out = instructions.out[at];
    if (node === 0 && one.isDecidedBy(byte)) return one.holds(byte) ? [this.numberOf(out, 0)] : NONE;
    return one.trie[node]
      .filter(({ lo, hi }) => byte >= lo && byte <= hi)
      .map(({ to }) => (to === ACCEPT ? this.numberOf(out, 0) : this.numberOf(at, to)));
  }

  /** What can be read from an instruction without reading a byte, between two kinds of neighbours. */
  private closure(instruction: number, before: Kind, after: Kind): Closure {
    const plainKey = instruction << (2 * KIND_BITS);
    const plain = this.closures.get(plainKey);
    if (plain !== undefined && !plain.needsKinds) return plain;
    const key = plainKey | (before << KIND_BITS) | after;
    let found = this.closures.get(key);
    if (found === undefined) {
      found = this.findClosure(instruction, before, after);
      this.closures.set(found.needsKinds ? key : plainKey, found);
    }
    return found;
  }

  private findClosure(from: number, before: Kind, after: Kind): Closure {
    const characters: number[] = [];
    const matches: number[] = [];
    const seen = new Set<number>();
    const open = [from];
    const { op, out, operand } = this.program.instructions;
    let needsKinds = false;
    while (open.length > 0) {
      const at = open.pop() as number;
      if (at === NOWHERE || seen.has(at)) continue;
      seen.add(at);
      if (op[at] === OP.char) characters.push(at);
      else if (op[at] === OP.match) matches.push(operand[at]);
      else if (op[at] === OP.split) open.push(out[at], operand[at]);
      else {
        needsKinds = true;
        if (holds(ASSERTIONS[operand[at]], before, after)) open.push(out[at]);
      }
    }
    return { characters, matches, needsKinds };
  }
}
