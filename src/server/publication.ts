/**
 * The account of what one producer sent: accepted, refused, first and last position.
 *
 * Owns the counting. Never keeps an event.
 */
import { StreamError, type ErrorCode } from "../core/index.ts";
import type { Feed } from "./feed.ts";
import type { BodyRecord } from "./records.ts";

export interface Refusal {
  /** Place of the event in what was sent, from 0. */
  readonly index: number;
  readonly code: ErrorCode;
}

export interface Receipt {
  readonly accepted: number;
  /** Always 0: producers' keys are not compared yet. */
  readonly duplicates: number;
  readonly firstId: string | null;
  readonly lastId: string | null;
  /** The first hundred. */
  readonly refused: readonly Refusal[];
}

const REFUSALS_SHOWN = 100;

export class Publication {
  readonly #feed: Feed;
  readonly #refused: Refusal[] = [];
  #index = 0;
  #accepted = 0;
  #first: number | undefined;
  #last: number | undefined;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  add(record: BodyRecord): void {
    const outcome = "refused" in record ? record.refused : this.#feed.tryPublish(record.data, record.event);
    if (typeof outcome === "number") {
      this.#accepted++;
      this.#first ??= outcome;
      this.#last = outcome;
    } else if (this.#refused.length < REFUSALS_SHOWN) {
      this.#refused.push({ index: this.#index, code: outcome });
    }
    this.#index++;
  }

  /** The error to answer with: set when there were events and none was accepted. */
  get failure(): StreamError | undefined {
    const first = this.#refused[0];
    return this.#accepted === 0 && first !== undefined ? new StreamError(first.code) : undefined;
  }

  get accepted(): number {
    return this.#accepted;
  }

  receipt(): Receipt {
    const idOf = (sequence: number | undefined): string | null =>
      sequence === undefined ? null : this.#feed.positionAt(sequence);
    return {
      accepted: this.#accepted,
      duplicates: 0,
      firstId: idOf(this.#first),
      lastId: idOf(this.#last),
      refused: this.#refused,
    };
  }
}
