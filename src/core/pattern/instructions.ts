/**
 * The instructions of a program, in columns: a policy has tens of thousands, and numbers need no object each.
 *
 * Owns the columns and the copying of what is repeated. Knows no syntax.
 */

export const OP = {
  /** Reads one character of class `operand`, then goes to `out`. */
  char: 0,
  /** Goes to `out` and, where it is not NOWHERE, to `operand` as well. */
  split: 1,
  /** Goes to `out` where the assertion of the number `operand` holds. */
  assert: 2,
  /** A match of pattern `operand`. */
  match: 3,
} as const;

export const NOWHERE = -1;

/** Number of the class of what is invisible. */
export const INVISIBLE = 0;

export class Instructions {
  length = 0;
  readonly op: Uint8Array;
  readonly out: Int32Array;
  readonly operand: Int32Array;
  /** The pattern that each belongs to. */
  readonly owner: Uint16Array;
  /**
   * How far from here to the same instruction in the copy, of all copies of a repeated part, that can read on in most ways:
   * 0 there, and outside of repeats.
   */
  readonly first: Int32Array;
  /** What can be read from here can be read from the same instruction in every copy of a lower rank, too. */
  readonly rank: Int16Array;

  constructor(capacity: number) {
    this.op = new Uint8Array(capacity);
    this.out = new Int32Array(capacity);
    this.operand = new Int32Array(capacity);
    this.owner = new Uint16Array(capacity);
    this.first = new Int32Array(capacity);
    this.rank = new Int16Array(capacity);
  }

  add(op: number, out: number, operand: number): number {
    const at = this.length++;
    this.op[at] = op;
    this.out[at] = out;
    this.operand[at] = operand;
    return at;
  }

  /** Adds a part again; what went on behind it goes on at `then`. */
  copy({ start, end, next }: Part, then: number): void {
    const { op, out, operand, first, rank, length } = this;
    const shift = length - start;
    for (let from = start; from < end; from++) {
      const to = from + shift;
      op[to] = op[from];
      out[to] = moved(out[from], start, end, shift, next, then);
      operand[to] = op[from] === OP.split ? moved(operand[from], start, end, shift, next, then) : operand[from];
      first[to] = first[from];
      rank[to] = rank[from];
    }
    this.length = end + shift;
  }

  /** Says of copies of one part that each can read on in all the ways in which the next one can. */
  rankCopies(starts: readonly number[]): void {
    if (starts.length < 2) return;
    const { first, rank } = this;
    const length = Math.abs(starts[1] - starts[0]);
    for (let i = 0; i < starts.length; i++) {
      first.fill(starts[0] - starts[i], starts[i], starts[i] + length);
      rank.fill(i, starts[i], starts[i] + length);
    }
  }
}

/** Instructions from `start` to `end` that go on at `next` and nowhere else. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

function moved(place: number, start: number, end: number, shift: number, next: number, then: number): number {
  if (place >= start && place < end) return place + shift;
  return place === next ? then : place;
}
