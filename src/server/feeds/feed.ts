/**
 * One feed: what is published is masked once for each of its views, and handed to every reader in one write a loop turn.
 *
 * Owns the views and their common count. Never waits for a reader, and never keeps what was published.
 */
import { StreamError, type ErrorCode, type Policy } from "../../core/index.ts";
import { andThen, type Awaitable } from "../awaitable.ts";
import type { Part, Sent, StoredEvent } from "../history/broker.ts";
import type { FeedOptions, FeedRules } from "./feed-options.ts";
import { Joiner, type JoinableFeed } from "./joiner.ts";
import type { Outcome } from "./outcome.ts";
import { FeedCounts } from "../masking/mask-counts.ts";
import { maskOne, refusalOf, type Masked } from "../masking/masked.ts";
import { formatPositions } from "../history/position.ts";
import { lookAgain } from "../masking/second-look.ts";
import { entryOf } from "./shown.ts";
import type { Stage } from "../masking/stage.ts";
import { encodeText } from "../text.ts";
import { View } from "../subscribers/view.ts";

/** The view of a feed's own policy, which everybody gets who asks for none. */
export const DEFAULT_VIEW = "default";

/** Views that share one policy, which masks once for all of them. */
interface Audience {
  readonly policy: Policy;
  readonly mark: string;
  readonly views: readonly View[];
  readonly stage: Stage | undefined;
}

/** An event on its way to the history. */
interface Draft {
  readonly event: string;
  readonly sent: Sent;
  /** Those for whom it was masked: a reload may have put others in their place. */
  readonly audiences: readonly Audience[];
}

const NOTHING = new Uint8Array(0);
/** Longest key of an event, in UTF-16 units. */
const KEY_LENGTH = 256;
/** A longer run of lost events empties the views, which says the same in less room. */
const HOLE_LIMIT = 10_000;

export class Feed {
  readonly name: string;
  readonly label: string;
  /** Told how many readers there are, whenever that changes. */
  onReaders: (count: number) => void = () => {};
  /** When the feed was last used by anybody. */
  usedAtMs: number;

  readonly #options: FeedOptions;
  readonly #views = new Map<string, View>();
  readonly #counts: FeedCounts;
  /** The rules in force. Replaced as a whole between two events, so that no event is masked by a mix of two. */
  #rules: FeedRules;
  #audiences: readonly Audience[] = [];
  #eventTypes: ReadonlyMap<string, Uint8Array> = new Map();
  /** Resolves when the last event that waits for a stage has been handed to the source; undefined when none waits. */
  #order: Promise<unknown> | undefined;
  #last = 0;
  #isClosed = false;
  /** Producers whose events wait for each other. */
  readonly #holding = new Set<Joiner>();
  #isFlushDue = false;
  #oldestUnflushedMs = 0;

  constructor(options: FeedOptions) {
    const { name, label, ports } = options;
    this.#options = options;
    this.name = name;
    this.label = label;
    this.#counts = new FeedCounts(options.metrics, label, ports.clock);
    this.usedAtMs = ports.clock.now();
    this.#last = options.source.start;
    this.#rules = options;
    this.#adopt(options);
  }

  /** Bytes of events that are not decided: only those whose texts go on in others. */
  get heldBytes(): number {
    return [...this.#holding].reduce((sum, joiner) => sum + joiner.heldBytes, 0);
  }

  /** Bytes of the events that its views have in memory. */
  get historyBytes(): number {
    return this.#allViews.reduce((sum, { history }) => sum + history.bytesAfter(history.first - 1), 0);
  }

  /** When the oldest of them was taken; `Infinity` when there is none. */
  get oldestAtMs(): number {
    return Math.min(...this.#allViews.map(({ history }) => history.oldestAtMs ?? Infinity));
  }

  get readerCount(): number {
    return this.#allViews.reduce((sum, view) => sum + view.readers.size, 0);
  }

  /** True when no view keeps an event, and none is on its way. */
  get isEmpty(): boolean {
    return this.#order === undefined && this.#allViews.every((view) => view.history.isEmpty);
  }

  /** @throws StreamError `VIEW_UNKNOWN`. */
  view(name: string = DEFAULT_VIEW): View {
    const view = this.#views.get(name);
    if (view === undefined) throw new StreamError("VIEW_UNKNOWN");
    return view;
  }

  /** Forgets what is too old. */
  trim(nowMs: number): void {
    for (const view of this.#allViews) view.history.trim(nowMs);
  }

  /**
   * Goes on by other rules from the next event on. Whoever keeps up gets what was masked before; then the views whose
   * policy is another one forget it, and those that exist no more end. Positions go on.
   */
  reload(rules: FeedRules): void {
    for (const joiner of this.#holding) joiner.breakOff();
    this.#flush();
    const before = this.#rules;
    const isRetyped = JSON.stringify(rules.eventTypes) !== JSON.stringify(before.eventTypes);
    for (const [name, view] of this.#views) {
      if (!rules.policies.has(name)) {
        this.#views.delete(name);
        view.close();
      } else if (isRetyped || rules.policies.get(name) !== before.policies.get(name)) {
        view.forget();
      }
    }
    this.#adopt(rules);
  }

  /** The configuration names this feed no more. */
  close(): void {
    for (const joiner of this.#holding) joiner.breakOff();
    this.#flush();
    this.#isClosed = true;
    this.release();
    for (const view of this.#allViews) view.close();
  }

  /** Takes events from its source until `release`; resolves when it has what was there. `onLost`: the source lost what it held. */
  follow(onLost?: () => void): Awaitable<void> {
    return this.#options.source.follow((events) => this.#take(events), onLost);
  }

  /** Resolves when it has whatever anybody published before the call. @throws StreamError `HISTORY_UNAVAILABLE`. */
  caughtUp(): Awaitable<void> {
    return this.#options.source.caughtUp();
  }

  /** True when its source has lost what it held. */
  get isLost(): boolean {
    return this.#options.source.isLost ?? false;
  }

  /** Nobody uses this feed now: its source need not hold anything open for it. */
  release(): void {
    this.#options.source.close();
  }

  /**
   * Masks one event's data for each view and appends it; fan-out follows when the broker has it, at the end of that
   * loop turn. A view whose policy refuses the event does not show it. Gives its place, that of the first event with
   * this key, or the code of the refusal: by the broker, or when no view shows it. Never throws.
   * Where a policy asks others about it, it is not there at once, and what is published behind it waits.
   */
  tryPublish(data: Uint8Array, event = "message", sent: Sent = {}): Awaitable<Outcome> {
    return this.#check(data, sent) ?? this.#commit(this.#maskAll(data, maskOne), event, sent);
  }

  /** For one producer: where a policy joins texts over events, his wait for each other. */
  openJoiner(): Joiner {
    const { limits, ports, metrics } = this.#options;
    const feed: JoinableFeed = {
      check: (data, sent) => this.#check(data, sent),
      maskAll: (data, mask) => this.#maskAll(data, (policy) => mask(policy) ?? maskOne(policy, data)),
      commit: (all, event, sent) => this.#commit(all, event, sent),
      refuse: (code) => this.refuse(code),
      holds: (joiner, isHolding) => void (isHolding ? this.#holding.add(joiner) : this.#holding.delete(joiner)),
    };
    return new Joiner(feed, { limits, ports, metrics });
  }

  #check(data: Uint8Array, { key }: Sent): ErrorCode | undefined {
    if (this.#isClosed) return this.#refuseClosed();
    if (key !== undefined && (key === "" || key.length > KEY_LENGTH)) return this.refuse("BAD_IDEMPOTENCY_KEY");
    return data.length > this.#options.limits.eventLimitBytes ? this.refuse("EVENT_TOO_LARGE") : undefined;
  }

  #commit(all: readonly Masked[], event: string, sent: Sent): Awaitable<Outcome> {
    const audiences = this.#audiences;
    const draft: Draft = { event, sent, audiences };
    const isStaged = audiences.some(({ stage }, index) => stage !== undefined && typeof all[index] !== "string");
    if (!isStaged && this.#order === undefined) return this.#append(draft, all);
    return this.#inOrder(isStaged ? lookAgain(audiences, all) : Promise.resolve(all), (masked) =>
      this.#append(draft, masked),
    );
  }

  /** Says, in order, that the source may have lost events here. */
  publishGap(): Awaitable<Outcome> {
    const append = (): Awaitable<Outcome> => this.#options.source.append({ event: NOTHING, isGap: true, parts: [] });
    return this.#order === undefined ? append() : this.#inOrder(Promise.resolve(), append);
  }

  /** Resolves when everything that waits for a stage has been handed to the source; undefined when nothing does. */
  handedOver(): Promise<unknown> | undefined {
    return this.#order;
  }

  /** The position after `sequence`, as clients write it; the same in every view. */
  positionAt(sequence: number): string {
    return formatPositions([{ epoch: this.#options.source.epoch, sequence }]);
  }

  /** Nothing more will come: everybody who still reads is told. */
  finish(): void {
    for (const view of this.#allViews)
      for (const reader of view.readers) {
        reader.pump();
        reader.end("FINISHED");
      }
  }

  get #allViews(): readonly View[] {
    return [...this.#views.values()];
  }

  #adopt(rules: FeedRules): void {
    const named = [...rules.policies];
    this.#audiences = [...new Set(rules.policies.values())].map((policy) => ({
      policy: this.#counts.watch(policy),
      mark: rules.markOf(policy),
      stage: rules.stageOf(policy),
      views: named.filter(([, one]) => one === policy).map(([name]) => this.#open(name, policy, rules)),
    }));
    this.#eventTypes = new Map(rules.eventTypes.map((type) => [type, encodeText(type)]));
    this.#rules = rules;
  }

  /** The view of that name; a new one counts on from here. */
  #open(viewName: string, policy: Policy, { markOf, slowSubscribers = "disconnect" }: FeedRules): View {
    const view = this.#views.get(viewName) ?? this.#createView(viewName);
    view.mark = markOf(policy);
    view.slowSubscribers = slowSubscribers;
    this.#views.set(viewName, view);
    return view;
  }

  #createView(viewName: string): View {
    const { name, label, source, metrics, limits: all } = this.#options;
    const { epoch, archive } = source;
    const onReaders = (): void => this.#countReaders();
    const memoryBytes = archive === undefined ? Infinity : all.historyMemoryBytes;
    const limits = { ...all, historyMaxBytes: Math.min(all.historyMaxBytes, memoryBytes) };
    return new View({ name, label, viewName, epoch, last: this.#last, limits, archive, metrics, onReaders });
  }

  /** Appends when `ready` is there and all before it have been appended; the broker then keeps the order. */
  #inOrder<Value>(ready: Promise<Value>, append: (value: Value) => Awaitable<Outcome>): Promise<Outcome> {
    // In an object, or its own wait would be part of the turn.
    const turn = Promise.all([ready, this.#order]).then(([value]) => ({ outcome: append(value) }));
    this.#order = turn;
    return turn.then(({ outcome }) => {
      if (this.#order === turn) this.#order = undefined;
      return outcome;
    });
  }

  #append({ event, sent, audiences }: Draft, all: readonly Masked[]): Awaitable<Outcome> {
    if (this.#isClosed) return this.#refuseClosed();
    const refusal = refusalOf(all);
    if (refusal !== undefined) return this.refuse(refusal);
    const parts = all.map((one, index): Part => {
      const isHidden = typeof one === "string";
      if (isHidden) this.#options.metrics.add("events_hidden_total", 1, this.label);
      return { mark: audiences[index].mark, data: isHidden ? null : one };
    });
    const trace = this.#rules.passesTraces ? sent.trace : undefined;
    const masked = { event: this.#eventTypes.get(event) ?? NOTHING, isGap: false, parts, trace };
    const appended = this.#options.source.append(masked, sent.key);
    return andThen(appended, (outcome) => this.#count(outcome));
  }

  /** Counts an event that was not accepted. */
  refuse(code: ErrorCode): ErrorCode {
    this.#counts.refused(code);
    return code;
  }

  /** Whoever sends to what the broker lost may send again; a feed that the configuration names no more stays away. */
  #refuseClosed(): ErrorCode {
    return this.refuse(this.isLost ? "HISTORY_UNAVAILABLE" : "FEED_UNKNOWN");
  }

  /** One result for each audience. */
  #maskAll<Result>(data: Uint8Array, mask: (policy: Policy, data: Uint8Array) => Result): readonly Result[] {
    this.#options.metrics.add("event_maskings_total", this.#audiences.length, this.label);
    const beganMs = this.#counts.stopwatch.begin();
    const all = this.#audiences.map(({ policy }) => mask(policy, data));
    this.#counts.stopwatch.end(beganMs);
    return all;
  }

  #count(outcome: Outcome): Outcome {
    if (typeof outcome === "string") return this.refuse(outcome);
    this.#options.metrics.add(outcome.isRepeat ? "duplicates_total" : "events_published_total", 1, this.label);
    return outcome;
  }

  /** One entry in every view, so that all count alike. */
  #take(events: readonly StoredEvent[]): void {
    const now = this.#options.ports.clock.now();
    this.usedAtMs = now;
    for (const event of events) {
      this.#miss(event);
      this.#last = event.sequence;
      this.#audiences.forEach(({ mark, views }, index) => {
        const entry = entryOf(event, mark, index);
        for (const view of views) view.append(entry, event.atMs);
      });
    }
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#oldestUnflushedMs = now;
    this.#options.ports.clock.soon(() => this.#flush());
  }

  /** The events between the last one and this, which are lost. */
  #miss({ sequence, atMs }: StoredEvent): void {
    const count = sequence - 1 - this.#last;
    if (count === 0) return;
    this.#options.metrics.add("history_damages_total", 1);
    for (const { history } of this.#allViews) {
      if (count > HOLE_LIMIT) history.skipTo(sequence - 1);
      else for (let at = 0; at < count; at++) history.miss(atMs);
    }
  }

  #flush(): void {
    if (!this.#isFlushDue) return;
    this.#isFlushDue = false;
    for (const view of this.#allViews) view.flush();
    const waitedMs = this.#options.ports.clock.now() - this.#oldestUnflushedMs;
    this.#options.metrics.observe("publish_to_write_seconds", waitedMs / 1000);
  }

  #countReaders(): void {
    this.usedAtMs = this.#options.ports.clock.now();
    this.onReaders(this.readerCount);
  }
}
