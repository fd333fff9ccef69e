/**
 * The history that several nodes share: NATS JetStream.
 *
 * Owns the connection, the names of streams and subjects, and the room for what is on the way. Only masked events go
 * there, and no error of the library is passed on.
 */
import { randomBytes } from "node:crypto";
import { jetstream, jetstreamManager, RetentionPolicy, StorageType, DiscardPolicy } from "@nats-io/jetstream";
import type { StreamInfo } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { StreamError, type Hmac } from "../../core/index.ts";
import type { Broker, BrokerWatcher } from "../../server/history/broker.ts";
import { ConfigRefusal } from "../../server/config/config-refusal.ts";
import type { ServerConfig, Viewed } from "../../server/config/config.ts";
import type { NatsHistoryConfig } from "../../server/config/history-config.ts";
import type { Clock } from "../../server/host/clock.ts";
import type { Log } from "../../server/telemetry/log.ts";
import { drawEpoch } from "../../server/history/position.ts";
import { openNats } from "../nats/connection.ts";
import { createTokenOf } from "./event-token.ts";
import type { NatsClient } from "./nats-client.ts";
import { describeEpoch, epochOf, NatsFeed } from "./nats-feed.ts";
import { PAGES_AT_ONCE } from "./page.ts";
import { Turns } from "./turns.ts";

export interface NatsBrokerOptions {
  readonly config: NatsHistoryConfig;
  readonly server: ServerConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the root key, the same on every node. */
  readonly hmac: Hmac;
}

const RECONNECT_MS = 250;
/** Of a record, besides its parts. */
const RECORD_BYTES = 1_024;
const NAME_TAKEN = 10_058;

export class NatsBroker implements Broker {
  readonly #options: NatsBrokerOptions;
  readonly #feeds = new Map<string, NatsFeed>();
  readonly #messageLimitBytes: number;
  /** Undefined while there is no connection. */
  #client: NatsClient | undefined;
  #watcher: BrokerWatcher = { committed: () => {}, available: () => {}, paged: () => {} };
  readonly #pages = new Turns(PAGES_AT_ONCE);
  #isClosed = false;
  #bytesOnTheWay = 0;
  #onIdle: () => void = () => {};

  private constructor(options: NatsBrokerOptions, client: NatsClient) {
    this.#options = options;
    this.#messageLimitBytes = client.connection.info?.max_payload ?? 0;
    this.#use(client);
  }

  /** @throws ConfigRefusal for what the configuration and that server cannot do together; StreamError `NATS_UNUSABLE`. */
  static async open(options: NatsBrokerOptions): Promise<NatsBroker> {
    const { server } = options;
    if (Object.hasOwn(server.feeds, "*")) {
      const reason = "history.broker nats needs feeds by name: each is a stream, and a request must not create any";
      throw new ConfigRefusal({ path: ["feeds", "*"], code: "BAD_CONFIG", reason });
    }
    const client = await openClient(options.config);
    const limitBytes = client.connection.info?.max_payload ?? 0;
    const neededBytes = longestRecord(server);
    if (neededBytes > limitBytes) {
      await client.connection.close();
      const reason = `an event of all views may have ${neededBytes} bytes, and the server of history.servers takes ${limitBytes}; lower limits.eventLimitBytes`;
      throw new ConfigRefusal({ path: ["history"], code: "BAD_CONFIG", reason });
    }
    return new NatsBroker(options, client);
  }

  watch(watcher: BrokerWatcher): void {
    this.#watcher = watcher;
    watcher.available(this.#client !== undefined);
  }

  async open(name: string): Promise<NatsFeed> {
    const { config, clock, hmac, server } = this.#options;
    const escaped = escapeName(name);
    const stream = `${config.prefix}-${escaped}`;
    const subject = `${config.prefix}.${escaped}`;
    const info = await this.#openStream(name, { stream, subject });
    const tokenOf = createTokenOf(hmac);
    const feed = new NatsFeed(
      {
        client: () => this.#connected(),
        onClose: () => void this.#feeds.delete(name),
        stream,
        subject,
        memoryBytes: server.limits.historyMemoryBytes,
        turn: (run) => this.#pages.take(run),
        onPage: (result, damages) => this.#watcher.paged(result, damages),
        messageLimitBytes: this.#messageLimitBytes,
        nowMs: () => clock.now(),
        tokenOf: (key) => tokenOf(name, key),
        reserve: (bytes) => this.#reserve(bytes),
        release: (bytes, waitedMs) => this.#release(bytes, waitedMs),
      },
      info,
    );
    this.#feeds.set(name, feed);
    return feed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Whatever is on the way is answered within a few seconds, one way or the other.
    if (this.#bytesOnTheWay > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await this.#client?.connection.close();
  }

  /** @throws StreamError `HISTORY_UNAVAILABLE`. */
  #connected(): NatsClient {
    if (this.#client === undefined) throw new StreamError("HISTORY_UNAVAILABLE");
    return this.#client;
  }

  /** Creates it, or brings its limits to those of the configuration. @throws StreamError `HISTORY_UNAVAILABLE`. */
  async #openStream(name: string, names: { readonly stream: string; readonly subject: string }): Promise<StreamInfo> {
    const { config, server } = this.#options;
    const { historyMaxBytes, historyMaxAgeMs, dedupeWindowMs } = server.limits;
    const { streams } = this.#connected().manager;
    const settings = {
      // 0 stands for no end there.
      max_age: historyMaxAgeMs === Infinity ? 0 : nanos(historyMaxAgeMs),
      max_bytes: historyMaxBytes * countParts(server.feeds[name]),
      duplicate_window: nanos(Math.min(dedupeWindowMs, historyMaxAgeMs)),
      num_replicas: config.replicas,
    };
    try {
      return await streams.add({
        ...settings,
        name: names.stream,
        description: describeEpoch(drawEpoch((bytes) => randomBytes(bytes))),
        subjects: [names.subject],
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        discard: DiscardPolicy.Old,
      });
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code !== NAME_TAKEN) throw new StreamError("HISTORY_UNAVAILABLE");
    }
    try {
      const { config: found, ...info } = await streams.info(names.stream);
      // One that somebody else made, or an earlier build: from now on all servers tell it alike.
      const description = describeEpoch(epochOf({ ...info, config: found }));
      return await streams.update(names.stream, { ...settings, description });
    } catch {
      throw new StreamError("HISTORY_UNAVAILABLE");
    }
  }

  #reserve(bytes: number): boolean {
    const isFull = this.#bytesOnTheWay + bytes > this.#options.server.limits.historyQueueBytes;
    if (this.#isClosed || this.#client === undefined || isFull) return false;
    this.#bytesOnTheWay += bytes;
    return true;
  }

  #release(bytes: number, waitedMs: number | undefined): void {
    this.#bytesOnTheWay -= bytes;
    if (waitedMs !== undefined) this.#watcher.committed(waitedMs);
    if (this.#bytesOnTheWay === 0) this.#onIdle();
  }

  #use(client: NatsClient): void {
    this.#client = client;
    void this.#untilClosed(client);
  }

  async #untilClosed(client: NatsClient): Promise<void> {
    await client.connection.closed();
    if (this.#client !== client || this.#isClosed) return;
    this.#client = undefined;
    this.#options.log.error("history-failed");
    this.#watcher.available(false);
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    this.#options.clock.after(RECONNECT_MS, () => void this.#reconnect());
  }

  async #reconnect(): Promise<void> {
    if (this.#isClosed) return;
    let client: NatsClient | undefined;
    try {
      client = await openClient(this.#options.config);
      // One whose stream is another one now stays behind: whoever asks next finds out.
      for (const feed of this.#feeds.values()) if (!feed.isLost) await feed.attach(client);
    } catch {
      await client?.connection.close();
      this.#reconnectLater();
      return;
    }
    if (this.#isClosed) return client.connection.close();
    this.#use(client);
    this.#options.log.info("history-recovered");
    this.#watcher.available(true);
  }
}

/** @throws StreamError `NATS_UNUSABLE`. */
async function openClient(config: NatsHistoryConfig): Promise<NatsClient> {
  const connection = await openNats(config);
  if (typeof connection === "string") throw new StreamError("NATS_UNUSABLE");
  try {
    return { connection, jetStream: jetstream(connection), manager: await jetstreamManager(connection) };
  } catch {
    await connection.close();
    throw new StreamError("NATS_UNUSABLE");
  }
}

/** Letters, digits and `-` stay; anything else is `_` and its code in hex, since `.` and others mean something to NATS. */
function escapeName(name: string): string {
  return name.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`);
}

function countParts(feed: Viewed | undefined): number {
  return 1 + Object.keys(feed?.views ?? {}).length;
}

/** Of events that masking makes no longer; one that is over `max_payload` then is refused, and no part of it is sent. */
function longestRecord({ feeds, limits }: ServerConfig): number {
  const parts = Math.max(1, ...Object.values(feeds).map(countParts));
  return limits.eventLimitBytes * parts + RECORD_BYTES;
}
