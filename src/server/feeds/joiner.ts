/**
 * The events of one producer, where texts go on from one to the next.
 *
 * Owns those that wait until every policy has decided their texts, and their order: none overtakes another. At most
 * `joinLimitBytes`, `joinLimitEvents` and `joinWaitMs` of them wait: beyond, what is not decided is hidden and counted,
 * never passed. Without a policy that joins, nothing waits.
 */
import { EventJoiner, type ErrorCode, type JoinedEvent, type Policy } from "../../core/index.ts";
import type { Awaitable } from "../awaitable.ts";
import type { Sent } from "../history/broker.ts";
import type { ServerLimits } from "../config/limits.ts";
import type { Outcome } from "./outcome.ts";
import { KeyWindow } from "../history/key-window.ts";
import { ownBytes, tryMask, type Masked } from "../masking/masked.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";

export type JoinLimits = Pick<ServerLimits, "joinLimitBytes" | "joinLimitEvents" | "joinWaitMs" | "dedupeWindowMs">;

/** What a feed lets its joiners do. */
export interface JoinableFeed {
  /** Counts and says why an event cannot be taken. */
  check(data: Uint8Array, sent: Sent): ErrorCode | undefined;
  /** What each policy makes of an event; it stands alone where `mask` gives undefined. */
  maskAll(data: Uint8Array, mask: (policy: Policy) => Part | undefined): readonly Part[];
  commit(all: readonly Masked[], event: string, sent: Sent): Awaitable<Outcome>;
  /** Counts an event that is not taken. */
  refuse(code: ErrorCode): ErrorCode;
  /** Tells whether this joiner has events that wait: a reload breaks them off. */
  holds(joiner: Joiner, isHolding: boolean): void;
}

export interface JoinerOptions {
  readonly limits: JoinLimits;
  readonly ports: { readonly clock: Clock };
  readonly metrics: Metrics;
}

/** What a policy has made of an event, or will. */
type Part = Masked | JoinedEvent;

interface Held {
  readonly event: string;
  readonly sent: Sent;
  readonly bytes: number;
  readonly atMs: number;
  readonly parts: readonly Part[];
  outcome: Awaitable<Outcome> | undefined;
  answer: (outcome: Awaitable<Outcome>) => void;
}

export class Joiner {
  readonly #feed: JoinableFeed;
  readonly #options: JoinerOptions;
  readonly #joiners = new Map<Policy, EventJoiner>();
  /** Of the last events: one that comes again adds nothing to a text. */
  readonly #keys: KeyWindow<true>;
  #held: Held[] = [];
  #heldBytes = 0;
  #hasTimer = false;
  #isStuck = false;
  #isHolding = false;
  /** How many events the feed has and the history has not answered for, and who waits for the last of them. */
  #underWay = 0;
  #onPaced: (() => void) | undefined;

  /** Bytes of events that wait for the rest of a text. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  constructor(feed: JoinableFeed, options: JoinerOptions) {
    const { dedupeWindowMs, joinLimitEvents } = options.limits;
    this.#feed = feed;
    this.#options = options;
    this.#keys = new KeyWindow({ dedupeWindowMs, dedupeKeysLimit: joinLimitEvents });
  }

  /** As Feed.tryPublish, behind what this producer sent before. */
  tryPublish(data: Uint8Array, event = "message", sent: Sent = {}): Awaitable<Outcome> {
    const refusal = this.#feed.check(data, sent);
    if (refusal !== undefined) return refusal;
    const atMs = this.#options.ports.clock.now();
    const parts = this.#maskAll(data, sent.key, atMs);
    const held: Held = { event, sent, bytes: data.length, atMs, parts, outcome: undefined, answer: () => {} };
    this.#held.push(held);
    this.#heldBytes += held.bytes;
    this.#release();
    if (this.#held.length > 0) this.#bound();
    return held.outcome ?? new Promise((resolve) => (held.answer = resolve));
  }

  /** Resolves when the history has answered for all that does not wait here; undefined when it has. */
  paced(): Promise<void> | undefined {
    return this.#underWay === 0 ? undefined : new Promise((resolve) => (this.#onPaced = resolve));
  }

  /** The producer is done, in order: every text ends here. */
  end(): void {
    for (const joiner of this.#joiners.values()) joiner.end();
    this.#release();
    this.#joiners.clear();
  }

  /** What comes next may come too late, or never: what is not decided is hidden, and nothing waits any more. */
  breakOff(): void {
    this.#hideRest("JOIN_BROKEN_OFF");
  }

  #maskAll(data: Uint8Array, key: string | undefined, nowMs: number): readonly Part[] {
    let isRepeat: boolean | undefined;
    return this.#feed.maskAll(data, (policy) => {
      if (!policy.joins.fields && !policy.joins.messages) return undefined;
      isRepeat ??= this.#isRepeat(key, nowMs);
      return isRepeat ? undefined : tryMask(() => this.#joinerOf(policy).add(data));
    });
  }

  #isRepeat(key: string | undefined, nowMs: number): boolean {
    if (key === undefined) return false;
    const isKnown = this.#keys.find(key, nowMs) !== undefined;
    if (!isKnown) this.#keys.add(key, true, nowMs);
    return isKnown;
  }

  #joinerOf(policy: Policy): EventJoiner {
    let joiner = this.#joiners.get(policy);
    if (joiner === undefined) this.#joiners.set(policy, (joiner = new EventJoiner(policy)));
    return joiner;
  }

  #bound(): void {
    const { joinLimitBytes, joinLimitEvents } = this.#options.limits;
    if (this.#heldBytes > joinLimitBytes) this.#hideRest("JOIN_TOO_LONG");
    else if (this.#held.length > joinLimitEvents) this.#hideRest("JOIN_TOO_MANY");
    this.#watch();
  }

  /** One timer at most, however many events come: it looks at the one in front. */
  #watch(): void {
    const [first] = this.#held;
    if (first === undefined) return;
    this.#setHolding(true);
    if (this.#hasTimer) return;
    const { limits, ports } = this.#options;
    const leftMs = Math.max(0, first.atMs + limits.joinWaitMs - ports.clock.now());
    this.#hasTimer = true;
    ports.clock.after(leftMs, () => {
      this.#hasTimer = false;
      const [front] = this.#held;
      if (front !== undefined && front.atMs + limits.joinWaitMs <= ports.clock.now()) this.#hideRest("JOIN_TOO_SLOW");
      this.#watch();
    });
  }

  #hideRest(reason: string): void {
    const hidden = [...this.#joiners.values()].map((joiner) => joiner.hideRest());
    if (hidden.includes(true)) this.#options.metrics.add("fail_closed_total", 1, reason);
    this.#release();
  }

  /** Hands on the events at the front that are decided. */
  #release(): void {
    for (let held = this.#takeDecided(); held !== undefined; held = this.#takeDecided()) {
      this.#heldBytes -= held.bytes;
      held.outcome = this.#isStuck ? this.#feed.refuse("HISTORY_UNAVAILABLE") : this.#commit(held);
      held.answer(held.outcome);
    }
    if (this.#held.length > 0) return;
    this.#isStuck = false;
    this.#setHolding(false);
  }

  #takeDecided(): Held | undefined {
    const isDecided = this.#held.length > 0 && this.#held[0].parts.every((part) => !isJoined(part) || part.isDecided);
    return isDecided ? this.#held.shift() : undefined;
  }

  #setHolding(isHolding: boolean): void {
    if (isHolding !== this.#isHolding) this.#feed.holds(this, isHolding);
    this.#isHolding = isHolding;
  }

  #commit({ parts, event, sent }: Held): Awaitable<Outcome> {
    const all = parts.map((part) => (isJoined(part) ? toMasked(part.take()) : part));
    const outcome = this.#feed.commit(all, event, sent);
    // Nothing of what waits may come behind what the history refused.
    this.#isStuck = outcome === "HISTORY_UNAVAILABLE";
    if (outcome instanceof Promise) void this.#pace(outcome);
    return outcome;
  }

  async #pace(outcome: Promise<Outcome>): Promise<void> {
    this.#underWay++;
    await outcome;
    this.#underWay--;
    if (this.#underWay === 0) this.#onPaced?.();
  }
}

function isJoined(part: Part): part is JoinedEvent {
  return typeof part === "object" && !(part instanceof Uint8Array);
}

function toMasked(bytes: Uint8Array | null): Masked {
  return bytes === null ? "INVALID_INPUT" : ownBytes(bytes);
}
