/**
 * Gathers threads, each once, and of those in copies of one place the one that can do all that the others can.
 *
 * Owns its lists, which grow with the numbers of places and are used again and again.
 */
import type { Kind } from "./neighbour.ts";
import { SEVERAL, type Threads } from "./threads.ts";

export class ThreadSet {
  private readonly all: Threads;
  private list = new Uint32Array(256);
  private size = 0;
  /** By first: the last time that a thread which shares it was added. */
  private addedAt = new Uint32Array(256);
  /** By first: where in the list the thread stands that was added. */
  private slots = new Uint32Array(256);
  /** Of nothing yet: what was never added has 0. */
  private time = 1;

  constructor(all: Threads) {
    this.all = all;
  }

  clear(): void {
    this.size = 0;
    this.time++;
  }

  /** Adds what these become by a byte; gives the patterns with a match that ended just before it. */
  follow(threads: ArrayLike<number>, before: Kind, byte: number): Set<number> | undefined {
    const { all } = this;
    let matches: Set<number> | undefined;
    // By index: it runs before anything is compiled, and there an iterator costs more than the step.
    for (let i = 0; i < threads.length; i++) {
      const next = all.step(threads[i], byte);
      if (next >= 0) this.add(next);
      else if (next === SEVERAL) {
        const move = all.move(threads[i], before, byte);
        this.addAll(move.threads);
        for (const match of move.matches) (matches ??= new Set()).add(match);
      }
    }
    return matches;
  }

  addAll(threads: ArrayLike<number>): void {
    for (let i = 0; i < threads.length; i++) this.add(threads[i]);
  }

  add(thread: number): void {
    const { all } = this;
    const first = all.firstOf(thread);
    if (first >= this.addedAt.length) this.grow(first + 1);
    if (this.addedAt[first] === this.time) {
      const slot = this.slots[first];
      if (all.rankOf(thread) < all.rankOf(this.list[slot])) this.list[slot] = thread;
      return;
    }
    this.addedAt[first] = this.time;
    this.slots[first] = this.size;
    this.list[this.size++] = thread;
  }

  sorted(): Uint32Array {
    return this.list.subarray(0, this.size).toSorted();
  }

  private grow(least: number): void {
    const capacity = Math.max(least, 2 * this.addedAt.length);
    this.addedAt = widened(this.addedAt, capacity);
    this.slots = widened(this.slots, capacity);
    this.list = widened(this.list, capacity);
  }
}

function widened(numbers: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(capacity);
  wide.set(numbers);
  return wide;
}
