/**
 * When a sieve is worth its while.
 *
 * Owns the guess: it is built, and its states after it, when much has gone by without; and it rests where most of what
 * it let through had to be looked at anyway. What is found is the same with and without.
 */
import { once } from "./once.ts";
import { PatternError } from "./pattern/parse.ts";
import type { Shape } from "./rule.ts";
import { Sieve } from "./sieve.ts";

/** Bytes that go by before it is built. */
const FROM_BYTES = 4 * 1024 * 1024;
/** Shorter blocks say little of those to come. */
const LEAST_BYTES = 4096;
/** Of what share of a block it may let through, and for how many blocks it rests when that was more. */
const SHARE_LIMIT = 1 / 3;
const PAUSE = 16;

export class SieveUse {
  private readonly sieve: () => Sieve | undefined;
  private left = FROM_BYTES;
  private shareLimit = SHARE_LIMIT;
  private pause = 0;

  constructor(shapes: readonly Shape[], onClear?: () => void) {
    this.sieve = once(() => unlessTooLarge(() => Sieve.of(shapes, onClear)));
  }

  /** For a block of that many bytes, if any. */
  of(bytes: number): Sieve | undefined {
    this.left -= bytes;
    if (bytes >= LEAST_BYTES && this.pause > 0) this.pause--;
    return this.left > 0 || this.pause > 0 ? undefined : this.sieve();
  }

  /** How many bytes it let through of how many. */
  note(through: number, bytes: number): void {
    if (bytes >= LEAST_BYTES && through > this.shareLimit * bytes) this.pause = PAUSE;
  }

  /** From now on every block is sifted, whatever comes of it. */
  always(): void {
    this.left = 0;
    this.shareLimit = Infinity;
  }
}

/** The patterns of a policy may fit a program just so, without any words. */
function unlessTooLarge(make: () => Sieve | undefined): Sieve | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}
