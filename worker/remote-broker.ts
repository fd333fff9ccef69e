/**
 * The broker of one request in a stateless isolate: feeds live in objects of their own, and come from there.
 *
 * Owns the way there and back. A request's connections are its own: no other request may use them, so nothing here is
 * kept beyond it.
 */
import { StreamError, type ErrorCode } from "../src/core/index.ts";
import type { Broker, BrokerFeed, NewEvent, Placement, StoredEvent, Take } from "../src/server/history/broker.ts";
import type { Clock } from "../src/server/host/clock.ts";
import { type FeedObject, LAST_HEADER, type Opened } from "./feed-object.ts";
import type { KeyedEvent } from "./feed-store.ts";
import { decodeEvents } from "./joined-records.ts";
import type { StartWish } from "./start-wish.ts";

export interface RemoteBrokerOptions {
  readonly objects: DurableObjectNamespace<FeedObject>;
  readonly clock: Clock;
  /** Of the settings that events are masked by here. */
  readonly version: string;
  /** True when the feed is opened with all that was asked for, not only with its beginning. */
  readonly isWhole: boolean;
  /** Where to begin in a feed; absent: the request only publishes, and nothing comes back. */
  readonly startOf?: ((feed: string) => StartWish) | undefined;
  /** False while what came has not been sent on. */
  readonly hasRoom: () => boolean;
  /** The object is gone for good, or another one has its name. */
  readonly onLost: () => void;
}

interface Queued extends KeyedEvent {
  readonly answer: (outcome: Placement | ErrorCode) => void;
}

const PAGE_BYTES = 262_144;
const ROOM_WAIT_MS = 20;
const RECONNECTS_LIMIT = 8;
const RECONNECT_MS = 250;

export class RemoteBroker implements Broker {
  readonly #options: RemoteBrokerOptions;
  readonly #opened: BrokerFeed[] = [];

  constructor(options: RemoteBrokerOptions) {
    this.#options = options;
  }

  watch(): void {}

  /** The request has ended. */
  async close(): Promise<void> {
    for (const feed of this.#opened) feed.close();
  }

  open(name: string): BrokerFeed | Promise<BrokerFeed> {
    const { objects, startOf } = this.#options;
    const stub = objects.get(objects.idFromName(name));
    // Who only publishes learns the epoch with the first answer.
    if (startOf === undefined) return new RemoteFeed(stub, this.#options, { epoch: "", start: 0, last: 0 });
    return reach(() => stub.openFeed(startOf(name))).then((opened) => {
      const feed = new RemoteFeed(stub, this.#options, opened);
      this.#opened.push(feed);
      return feed;
    });
  }
}

class RemoteFeed implements BrokerFeed {
  readonly #stub: DurableObjectStub<FeedObject>;
  readonly #options: RemoteBrokerOptions;
  #epoch: string;
  readonly start: number;
  #at: number;
  /** The newest event that is known of. */
  #seen: number;
  #take: Take = () => {};
  #queue: Queued[] = [];
  #isReading = false;
  #isClosed = false;
  #failures = 0;
  #socket: WebSocket | undefined;

  constructor(stub: DurableObjectStub<FeedObject>, options: RemoteBrokerOptions, { epoch, start, last }: Opened) {
    this.#stub = stub;
    this.#options = options;
    this.#epoch = epoch;
    this.start = start;
    this.#at = start;
    this.#seen = last;
  }

  get epoch(): string {
    return this.#epoch;
  }

  async follow(take: Take): Promise<void> {
    if (this.#options.startOf === undefined) return;
    this.#take = take;
    await this.#connect();
    const caughtUp = this.#catchUp();
    if (this.#options.isWhole) await caughtUp;
  }

  append(event: NewEvent, key?: string): Promise<Placement | ErrorCode> {
    return new Promise((answer) => {
      this.#queue.push({ event, key, answer });
      if (this.#queue.length === 1) queueMicrotask(() => void this.#send());
    });
  }

  caughtUp(): void {}

  close(): void {
    this.#isClosed = true;
    this.#take = () => {};
    this.#socket?.close(1000);
  }

  /** Everything that was published in one turn goes in one call. */
  async #send(): Promise<void> {
    const queue = this.#queue;
    this.#queue = [];
    try {
      const events = queue.map(({ event, key }) => ({ event, key }));
      const { epoch, outcomes } = await this.#stub.append(events, this.#options.version);
      this.#epoch = epoch;
      queue.forEach(({ answer }, index) => answer(outcomes[index]));
    } catch {
      // It was evicted, moved, or has too much to do; the producer sends the same again.
      for (const { answer } of queue) answer("HISTORY_UNAVAILABLE");
    }
  }

  /** @throws StreamError `CONNECTION_LIMIT`, `HISTORY_UNAVAILABLE`. */
  async #connect(): Promise<void> {
    const response = await reach(() => this.#stub.fetch(FOLLOW, { headers: { upgrade: "websocket" } }));
    if (response.status === 503) throw new StreamError("CONNECTION_LIMIT");
    const socket = response.webSocket;
    if (socket === null) throw new StreamError("HISTORY_UNAVAILABLE");
    this.#socket = socket;
    // Between the opening and this socket something may have been committed, which nobody tells.
    this.#seen = Math.max(this.#seen, Number(response.headers.get(LAST_HEADER)));
    socket.binaryType = "arraybuffer";
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      if (data instanceof ArrayBuffer) this.#receive(decodeEvents(new Uint8Array(data)));
    });
    const lost = (): void => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      if (!this.#isClosed) void this.#reconnect();
    };
    socket.addEventListener("close", lost);
    socket.addEventListener("error", lost);
  }

  #receive(events: readonly StoredEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    this.#failures = 0;
    this.#seen = Math.max(this.#seen, events[events.length - 1].sequence);
    if (this.#isReading || first.sequence !== this.#at + 1 || !this.#options.hasRoom()) void this.#catchUp();
    else this.#give(events);
  }

  #give(events: readonly StoredEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#at = last.sequence;
    this.#take(events);
  }

  /** Reads what the object holds, no faster than it leaves, until there is nothing more. */
  async #catchUp(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (!this.#isClosed && this.#at < this.#seen) {
        if (!this.#options.hasRoom()) {
          await new Promise<void>((resolve) => void this.#options.clock.after(ROOM_WAIT_MS, resolve));
          continue;
        }
        const page = await this.#stub.readAfter(this.#at, PAGE_BYTES);
        if (this.#isClosed) return;
        this.#give(decodeEvents(page));
        // What it has not is gone, and what follows is a gap.
        if (page.length <= EMPTY_BYTES) return;
      }
    } catch {
      this.#socket?.close(1011);
    } finally {
      this.#isReading = false;
    }
  }

  /** An object that was moved or restarted has the same events. */
  async #reconnect(): Promise<void> {
    const { clock, onLost } = this.#options;
    while (!this.#isClosed && this.#failures < RECONNECTS_LIMIT) {
      await new Promise<void>((resolve) => void clock.after(RECONNECT_MS * 2 ** this.#failures, resolve));
      this.#failures++;
      try {
        const { epoch } = await this.#stub.openFeed({ kind: "last" });
        if (epoch !== this.#epoch) break;
        await this.#connect();
        void this.#catchUp();
        return;
      } catch {
        // The next one waits longer.
      }
    }
    if (!this.#isClosed) onLost();
  }
}

/** A path that no request from outside reaches an object by. */
export const FOLLOW = "https://object/follow";
/** A page that holds its sequence alone. */
const EMPTY_BYTES = 8;

/** What the platform throws is no error of ours. @throws StreamError `HISTORY_UNAVAILABLE`. */
async function reach<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch {
    throw new StreamError("HISTORY_UNAVAILABLE");
  }
}
