/**
 * The account of what one producer sent: accepted, refused, first and last position.
 *
 * Owns the counting, and what keys the events of a body have. Never keeps an event.
 */
import { StreamError, type ErrorCode } from "../../core/index.ts";
import type { Feed } from "./feed.ts";
import type { Outcome } from "./outcome.ts";
import type { Joiner } from "./joiner.ts";
import type { BodyRecord } from "./records.ts";
import type { SpanFields } from "../telemetry/tracer.ts";

export interface Refusal {
  /** Place of the event in what was sent, from 0. */
  readonly index: number;
  readonly code: ErrorCode;
}

export interface Receipt {
  readonly accepted: number;
  /** Events whose key was known: they were accepted before, and their places are among the ids. */
  readonly duplicates: number;
  readonly firstId: string | null;
  readonly lastId: string | null;
  /** Events that no view shows because of what was found in them; absent where there are none. */
  readonly dropped?: number;
  /** The first hundred. */
  readonly refused: readonly Refusal[];
}

/** The key of the event at this place, from 0. */
export type KeyOf = (index: number) => string | undefined;

const REFUSALS_SHOWN = 100;
const WAITING_LIMIT = 64;

export class Publication {
  /** The `traceparent` of events that bring none of their own. */
  trace: string | undefined;
  readonly #feed: Feed;
  readonly #way: Pick<Feed, "tryPublish">;
  readonly #keyOf: KeyOf;
  readonly #refused: Refusal[] = [];
  readonly #refusedByCode = new Map<ErrorCode, number>();
  #index = 0;
  #accepted = 0;
  #duplicates = 0;
  #dropped = 0;
  #first = Infinity;
  #last = 0;
  #isStuck = false;
  /** How many outcomes are still to come, and who waits for the last of them. */
  #open = 0;
  #onSettled: (() => void) | undefined;

  /** Each event stands alone without the producer's `joiner`; `keyOf` is for events that bring no key of their own. */
  constructor(feed: Feed, joiner?: Joiner, keyOf: KeyOf = () => undefined) {
    this.#feed = feed;
    this.#way = joiner ?? feed;
    this.#keyOf = keyOf;
  }

  /** Resolves when so many of its events wait for a stage of the feed's policies that no more should; else undefined. */
  room(): Promise<unknown> | undefined {
    return this.#open >= WAITING_LIMIT ? this.#feed.handedOver() : undefined;
  }

  add(record: BodyRecord): void {
    const index = this.#index++;
    if ("refused" in record) {
      this.#count(index, this.#feed.refuse(record.refused));
      return;
    }
    // A body is taken in order: nothing behind what the history refused.
    if (this.#isStuck) {
      this.#count(index, this.#feed.refuse("HISTORY_UNAVAILABLE"));
      return;
    }
    const outcome = this.#way.tryPublish(record.data, record.event, {
      key: record.key ?? this.#keyOf(index),
      trace: record.trace ?? this.trace,
    });
    if (outcome instanceof Promise) void this.#await(index, outcome);
    else this.#count(index, outcome);
  }

  /** Resolves when every event so far has its outcome, which may wait for the next one; undefined when they have. */
  settled(): Promise<void> | undefined {
    return this.#open === 0 ? undefined : new Promise((resolve) => (this.#onSettled = resolve));
  }

  async #await(index: number, outcome: Promise<Outcome>): Promise<void> {
    this.#open++;
    this.#count(index, await outcome);
    this.#open--;
    if (this.#open === 0) this.#onSettled?.();
  }

  #count(index: number, outcome: Outcome): void {
    if (outcome === "EVENT_DROPPED") {
      this.#dropped++;
      return;
    }
    if (typeof outcome === "string") {
      this.#isStuck ||= outcome === "HISTORY_UNAVAILABLE";
      this.#refusedByCode.set(outcome, (this.#refusedByCode.get(outcome) ?? 0) + 1);
      if (this.#refused.length < REFUSALS_SHOWN) this.#refused.push({ index, code: outcome });
      return;
    }
    if (outcome.isRepeat) this.#duplicates++;
    else this.#accepted++;
    this.#first = Math.min(this.#first, outcome.sequence);
    this.#last = Math.max(this.#last, outcome.sequence);
  }

  /** The error to answer with: set when events were refused and none was accepted. */
  get failure(): StreamError | undefined {
    const first = this.#refused[0];
    return this.#accepted + this.#duplicates === 0 && first !== undefined ? new StreamError(first.code) : undefined;
  }

  /** The same account for a span, with every refusal. */
  spanFields(): SpanFields {
    const fields: Record<string, number> = {
      "maskwire.accepted": this.#accepted,
      "maskwire.duplicates": this.#duplicates,
    };
    for (const [code, count] of this.#refusedByCode) fields[`maskwire.refused.${code}`] = count;
    return fields;
  }

  receipt(): Receipt {
    const hasAny = this.#last > 0;
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      ...(this.#dropped === 0 ? {} : { dropped: this.#dropped }),
      firstId: hasAny ? this.#feed.positionAt(this.#first) : null,
      lastId: hasAny ? this.#feed.positionAt(this.#last) : null,
      refused: this.#refused.toSorted((one, other) => one.index - other.index),
    };
  }
}
