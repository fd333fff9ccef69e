/**
 * The broker inside a feed's object: one feed, on the rows of that object.
 *
 * Owns who is told of new events, and that what a socket sends in one message shares rows.
 */
import type { ErrorCode } from "../src/core/index.ts";
import type { Broker, BrokerFeed, NewEvent, Placement, StoredEvent, Take } from "../src/server/history/broker.ts";
import type { Appended, FeedStore, KeyedEvent } from "./feed-store.ts";

interface Queued extends KeyedEvent {
  readonly answer: (outcome: Placement | ErrorCode) => void;
}

/** Read at a time while a feed is loaded. */
const PAGE_BYTES = 4_194_304;

export class ObjectBroker implements Broker {
  readonly #store: FeedStore;
  readonly #onCommitted: (events: readonly StoredEvent[]) => void;
  #take: Take = () => {};
  #queue: Queued[] = [];

  /** `onCommitted` is told of new events, before whoever follows in here. */
  constructor(store: FeedStore, onCommitted: (events: readonly StoredEvent[]) => void) {
    this.#store = store;
    this.#onCommitted = onCommitted;
  }

  watch(): void {}

  open(): BrokerFeed {
    const store = this.#store;
    return {
      epoch: store.epoch,
      start: store.start,
      follow: (take) => {
        let at = store.start;
        for (let page = store.after(at, PAGE_BYTES); page.length > 0; page = store.after(at, PAGE_BYTES)) {
          take(page);
          at = page[page.length - 1].sequence;
        }
        this.#take = take;
      },
      append: (event, key) => this.#enqueue(event, key),
      caughtUp: () => {},
      close: () => {
        this.#take = () => {};
      },
    };
  }

  async close(): Promise<void> {}

  /** Commits events and tells everybody. */
  append(events: readonly KeyedEvent[]): Appended["outcomes"] {
    const appended = this.#store.append(events);
    if (appended.events.length > 0) {
      this.#onCommitted(appended.events);
      this.#take(appended.events);
    }
    return appended.outcomes;
  }

  /** Whatever is published before the next turn is committed together. */
  #enqueue(event: NewEvent, key: string | undefined): Promise<Placement | ErrorCode> {
    return new Promise((answer) => {
      this.#queue.push({ event, key, answer });
      if (this.#queue.length > 1) return;
      queueMicrotask(() => {
        const queue = this.#queue;
        this.#queue = [];
        const outcomes = this.append(queue);
        queue.forEach((one, index) => one.answer(outcomes[index]));
      });
    });
  }
}
