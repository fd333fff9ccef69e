/**
 * The durable history of one process: what is published is on the disk before anybody hears of it.
 *
 * Owns the one commit under way, what waits for the next, and the way back after a failure. A batch that was not
 * committed is refused whole; whether the files hold it all the same is seen when they are opened again.
 */
import { randomBytes } from "node:crypto";
import { StreamError, type ErrorCode, type Hmac } from "../../core/index.ts";
import type { Broker, BrokerWatcher } from "../../server/history/broker.ts";
import type { DiskHistoryConfig } from "../../server/config/history-config.ts";
import type { ServerLimits } from "../../server/config/limits.ts";
import type { Clock } from "../../server/host/clock.ts";
import type { Log } from "../../server/telemetry/log.ts";
import { drawEpoch } from "../../server/history/position.ts";
import { DiskFeed, type Waiting } from "./disk-feed.ts";
import { createTokenOf } from "./event-token.ts";
import { LevelStore } from "./level-store.ts";
import { PAGES_AT_ONCE } from "./page.ts";
import { Turns } from "./turns.ts";

export interface DiskBrokerOptions {
  readonly config: DiskHistoryConfig;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the root key. */
  readonly hmac: Hmac;
}

/** A commit takes no more at once, so that none waits long. */
const BATCH_EVENTS = 4096;
const TRIM_MS = 60_000;
const SYNC_MS = 1_000;
const RECOVER_MS = 1_000;

export class DiskBroker implements Broker {
  readonly #options: DiskBrokerOptions;
  readonly #feeds = new Map<string, DiskFeed>();
  readonly #stops: (() => void)[] = [];
  /** Undefined after a failure, until the files are open again. */
  #store: LevelStore | undefined;
  #watcher: BrokerWatcher = { committed: () => {}, available: () => {}, paged: () => {} };
  readonly #pages = new Turns(PAGES_AT_ONCE);
  #queue: Waiting[] = [];
  #queueBytes = 0;
  #oldestMs = 0;
  #isCommitting = false;
  /** Resolves when nothing waits any more. */
  #committing: Promise<void> | undefined;
  #isTrimming = false;
  /** Somebody asked while one was under way, which may have been there already. */
  #isTrimDue = false;
  #isSyncDue = false;
  #isClosed = false;

  private constructor(options: DiskBrokerOptions, store: LevelStore) {
    this.#options = options;
    this.#store = store;
    this.#stops.push(options.clock.every(TRIM_MS, () => void this.#trim()));
    if (options.config.sync === "interval") this.#stops.push(options.clock.every(SYNC_MS, () => void this.#sync()));
  }

  /** Opens the files, forgets what is too old, and drops feeds that hold nothing. @throws StreamError `DATA_DIR_UNUSABLE`. */
  static async open(options: DiskBrokerOptions): Promise<DiskBroker> {
    const store = await LevelStore.open(options.config.dataDir);
    const broker = new DiskBroker(options, store);
    await broker.#trim();
    for (const name of store.rows.keys()) {
      const feed = broker.#createFeed(name, store);
      await feed.locate(store);
      if (feed.isEmpty) await store.forgetRow(name);
    }
    return broker;
  }

  watch(watcher: BrokerWatcher): void {
    this.#watcher = watcher;
    watcher.available(this.#store !== undefined);
  }

  async open(name: string): Promise<DiskFeed> {
    const store = this.#store;
    if (store === undefined || this.#isClosed) throw new StreamError("HISTORY_UNAVAILABLE");
    const limit = this.#options.limits.feedsLimit;
    if (!store.rows.has(name) && store.rows.size >= limit) throw new StreamError("FEED_LIMIT", { limit });
    const feed = this.#createFeed(name, store);
    await this.#guard(() => feed.locate(store));
    this.#feeds.set(name, feed);
    return feed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stops.splice(0)) stop();
    await this.#committing;
    await this.#store?.close();
    this.#store = undefined;
  }

  #createFeed(name: string, store: LevelStore): DiskFeed {
    const { limits, hmac, clock } = this.#options;
    const row = store.rows.get(name);
    return new DiskFeed({
      name,
      epoch: row?.epoch ?? drawEpoch((bytes) => randomBytes(bytes)),
      id: row?.id,
      limits,
      tokenOf: createTokenOf(hmac),
      nowMs: () => clock.now(),
      enqueue: (waiting) => this.#enqueue(waiting),
      read: (run) => this.#guard(async () => await run(this.#openStore())),
      readPage: (run) => this.#pages.take(() => this.#guard(async () => await run(this.#openStore()))),
      onPage: (result, damages) => this.#watcher.paged(result, damages),
      onClose: () => void this.#feeds.delete(name),
    });
  }

  #openStore(): LevelStore {
    if (this.#store === undefined) throw new StreamError("HISTORY_UNAVAILABLE");
    return this.#store;
  }

  /** Whatever goes wrong with the files is one error of ours. */
  async #guard<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch {
      throw new StreamError("HISTORY_UNAVAILABLE");
    }
  }

  #enqueue(waiting: Waiting): ErrorCode | undefined {
    const isFull = this.#queueBytes + waiting.bytes > this.#options.limits.historyQueueBytes;
    if (this.#store === undefined || this.#isClosed || isFull) return "HISTORY_UNAVAILABLE";
    if (this.#queue.length === 0) this.#oldestMs = this.#options.clock.now();
    this.#queue.push(waiting);
    this.#queueBytes += waiting.bytes;
    if (!this.#isCommitting) {
      this.#isCommitting = true;
      this.#committing = this.#commitAll();
    }
    return undefined;
  }

  /** One batch after the other; what comes while one is written waits for the next. */
  async #commitAll(): Promise<void> {
    // All that arrives in this loop turn is one batch.
    await new Promise<void>((resolve) => this.#options.clock.soon(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_EVENTS);
      const oldestMs = this.#oldestMs;
      this.#oldestMs = this.#options.clock.now();
      for (const { bytes } of batch) this.#queueBytes -= bytes;
      await this.#commit(batch, oldestMs);
    }
    // In the same step as the look at the queue: what comes later starts anew.
    this.#isCommitting = false;
  }

  async #commit(batch: readonly Waiting[], oldestMs: number): Promise<void> {
    const { config, clock } = this.#options;
    const byFeed = new Map<DiskFeed, Waiting[]>();
    for (const waiting of batch) {
      const others = byFeed.get(waiting.feed);
      if (others === undefined) byFeed.set(waiting.feed, [waiting]);
      else others.push(waiting);
    }
    try {
      const store = this.#openStore();
      const prepared = [...byFeed].map(([feed, waiting]) => ({ feed, waiting, made: feed.prepare(waiting, store) }));
      const writes = prepared.flatMap(({ made }) => made.writes);
      await store.commit(writes, { sync: config.sync === "always" });
      this.#isSyncDue = true;
      for (const { feed, waiting, made } of prepared) feed.committed(waiting, made);
      this.#watcher.committed(clock.now() - oldestMs);
      if (prepared.some(({ feed }) => feed.isOverfull)) void this.#trim();
    } catch {
      for (const [feed, waiting] of byFeed) feed.refused(waiting);
      this.#fail();
    }
  }

  /** LevelDB takes nothing more after a write that failed: the files have to be opened again. */
  #fail(): void {
    const store = this.#store;
    if (store === undefined) return;
    this.#store = undefined;
    this.#options.log.error("history-failed");
    this.#watcher.available(false);
    void store.close().then(() => this.#recoverLater());
  }

  #recoverLater(): void {
    if (!this.#isClosed) this.#stops.push(this.#options.clock.after(RECOVER_MS, () => void this.#recover()));
  }

  async #recover(): Promise<void> {
    let store: LevelStore | undefined;
    try {
      store = await LevelStore.open(this.#options.config.dataDir);
      for (const feed of this.#feeds.values()) await feed.recover(store);
      // What was not written before is not tried on a producer first.
      await store.sync();
    } catch {
      await store?.close();
      this.#recoverLater();
      return;
    }
    if (this.#isClosed) return store.close();
    this.#store = store;
    this.#options.log.info("history-recovered");
    this.#watcher.available(true);
  }

  /** One after the other; what asks while one is under way gets another one behind it. */
  async #trim(): Promise<void> {
    this.#isTrimDue = true;
    if (this.#isTrimming) return;
    this.#isTrimming = true;
    while (this.#isTrimDue) {
      this.#isTrimDue = false;
      await this.#trimAll();
    }
    this.#isTrimming = false;
  }

  async #trimAll(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    try {
      for (const name of store.rows.keys()) {
        const open = this.#feeds.get(name);
        const feed = open ?? this.#createFeed(name, store);
        if (open === undefined) await feed.locate(store);
        await feed.trim(store);
      }
    } catch {
      if (store === this.#store) this.#fail();
    }
  }

  async #sync(): Promise<void> {
    const store = this.#store;
    if (store === undefined || !this.#isSyncDue) return;
    this.#isSyncDue = false;
    try {
      await store.sync();
    } catch {
      if (store === this.#store) this.#fail();
    }
  }
}
