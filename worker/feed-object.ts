/**
 * One feed: its rows, the sockets of its subscribers, and the isolates that follow it for theirs.
 *
 * Owns when it wakes and what it does then. Masks only what comes over a WebSocket; everything else that reaches it is
 * masked already. It rests when nothing happens, and its sockets stay.
 */
import { DurableObject } from "cloudflare:workers";
import { StreamError, toStreamError } from "../src/core/index.ts";
import { createServer, type MaskwireServer } from "../src/server/app.ts";
import type { StoredEvent } from "../src/server/history/broker.ts";
import type { SocketMemo } from "../src/server/host/socket-memo.ts";
import type { Env } from "./env.ts";
import { createTokenOf } from "./event-token.ts";
import { type Appended, FeedStore, type KeyedEvent } from "./feed-store.ts";
import { encodeEvents } from "./joined-records.ts";
import { ObjectBroker } from "./object-broker.ts";
import { createPorts, edgeLog } from "./ports.ts";
import { Pulse } from "./pulse.ts";
import { RestingSockets } from "./resting-sockets.ts";
import { answer, apply, readSettings, type Settings } from "./settings.ts";
import { startOfWish, type StartWish } from "./start-wish.ts";

/** A feed as one who reads sees it. */
export interface Opened {
  readonly epoch: string;
  /** Everything behind it is there, or comes. */
  readonly start: number;
  readonly last: number;
}

/** How a conversation comes with an upgrade. */
export const MEMO_HEADER = "maskwire-memo";
/** The newest event when a follower was accepted. */
export const LAST_HEADER = "maskwire-last";
/** Sockets of isolates. */
const FOLLOWER = "follower";
const ALARM_LEAST_MS = 1_000;
/** One alarm forgets what became too old in this time: each is paid for. */
const RETENTION_STEP_MS = 60_000;
/** Settings that differ from an isolate's are read again, but no more often. */
const REREAD_MS = 1_000;

/** All that stands and falls with the settings. */
interface Running {
  readonly settings: Settings;
  readonly store: FeedStore;
  readonly broker: ObjectBroker;
  readonly sockets: RestingSockets;
  readonly pulse: Pulse;
  readonly readAtMs: number;
  /** Made for the first client's socket: who publishes and follows over isolates needs none. */
  server?: MaskwireServer;
}

export class FeedObject extends DurableObject<Env> {
  #running: Running | StreamError = new StreamError("OVERLOADED");
  #alarmAtMs: number | null = null;
  #startedAtMs = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    void state.blockConcurrencyWhile(async () => {
      this.#alarmAtMs = await state.storage.getAlarm();
      await this.#start();
    });
  }

  /** Upgrades only: a client's, which an isolate has admitted, or that of an isolate that follows. */
  override async fetch(request: Request): Promise<Response> {
    try {
      const running = await this.#ready();
      const { connectionsLimit: limit } = running.settings.config.limits;
      if (this.ctx.getWebSockets().length >= limit) throw new StreamError("CONNECTION_LIMIT", { limit });
      const memo = request.headers.get(MEMO_HEADER);
      if (memo === null) return this.#follow(running);
      const talk = await this.#serverOf(running).converse(JSON.parse(decodeURIComponent(memo)) as SocketMemo);
      const response = running.sockets.accept(talk);
      await this.#setAlarm(running);
      return response;
    } catch (thrown) {
      return answer(toStreamError(thrown));
    }
  }

  /** @throws for an isolate to see, when the settings were refused. */
  async openFeed(wish: StartWish): Promise<Opened> {
    const { store } = await this.#ready();
    return { epoch: store.epoch, start: startOfWish(store, wish), last: store.last };
  }

  /** Commits masked events, in shared rows. `version`: of the settings that they were masked by. */
  async append(
    events: readonly KeyedEvent[],
    version: string,
  ): Promise<{ epoch: string; outcomes: Appended["outcomes"] }> {
    let running = await this.#ready();
    if (running.settings.version !== version && Date.now() - running.readAtMs >= REREAD_MS) {
      await this.#restart();
      running = this.#run();
    }
    const outcomes = running.broker.append(events);
    await this.#setAlarm(running);
    return { epoch: running.store.epoch, outcomes };
  }

  /** Events behind `sequence`, as one message. */
  readAfter(sequence: number, limitBytes: number): Uint8Array {
    return encodeEvents(this.#run().store.after(sequence, limitBytes));
  }

  /** Retention, and connections that have reached their age. */
  override async alarm(): Promise<void> {
    const running = this.#run();
    this.#alarmAtMs = null;
    const count = running.store.trim();
    if (count > 0) edgeLog.info("history-trimmed", { rows: count });
    running.pulse.beat();
    await this.#setAlarm(running);
  }

  override webSocketMessage(webSocket: WebSocket, message: string | ArrayBuffer): void {
    this.#run().sockets.receive(webSocket, message);
  }

  override webSocketClose(webSocket: WebSocket, code: number): void {
    this.#run().sockets.closed(webSocket, code);
  }

  override webSocketError(webSocket: WebSocket): void {
    this.#run().sockets.closed(webSocket, 1011);
  }

  /** Settings that were refused may have been put right. @throws StreamError with their refusal. */
  async #ready(): Promise<Running> {
    if (this.#running instanceof StreamError && Date.now() - this.#startedAtMs >= REREAD_MS) await this.#start();
    return this.#run();
  }

  #run(): Running {
    if (this.#running instanceof StreamError) throw this.#running;
    return this.#running;
  }

  /** Reads the settings; sockets that stayed while the object rested get their conversations back. */
  async #start(): Promise<void> {
    this.#startedAtMs = Date.now();
    try {
      const running = this.#open(await readSettings(this.env));
      this.#running = running;
      if (this.ctx.getWebSockets().length === 0) return;
      await running.sockets.resume((memo) => this.#serverOf(running).converse(memo));
      edgeLog.info("object-woke", { sockets: this.ctx.getWebSockets().length });
      await this.#setAlarm(running);
    } catch (thrown) {
      this.#running = toStreamError(thrown);
    }
  }

  /** Other settings may be in force: conversations under the old ones end, and clients come back. */
  async #restart(): Promise<void> {
    const before = this.#run();
    const settings = await readSettings(this.env).catch((thrown: unknown) => toStreamError(thrown));
    if (settings instanceof StreamError) {
      before.sockets.endAll("CONFIG_CHANGED");
      this.#startedAtMs = Date.now();
      this.#running = settings;
      return;
    }
    if (settings.version === before.settings.version) {
      this.#running = { ...before, readAtMs: Date.now() };
      return;
    }
    before.sockets.endAll("CONFIG_CHANGED");
    this.#running = this.#open(settings);
  }

  #open(settings: Settings): Running {
    const { config, edge, options, version } = settings;
    const { limits } = config;
    const { random, clock } = createPorts(limits);
    const store = new FeedStore({
      sql: this.ctx.storage.sql,
      limits,
      random,
      nowMs: () => clock.now(),
      tokenOf: createTokenOf(this.ctx.id.name ?? "", options.keys),
      storageLimitBytes: edge.storageMaxBytes,
    });
    const pulse = new Pulse(clock, () => sockets.isBusy);
    const sockets = new RestingSockets({
      state: this.ctx,
      messageLimitBytes: limits.messageLimitBytes,
      version,
      onSend: () => pulse.stir(),
    });
    const broker = new ObjectBroker(store, (events) => this.#tell(events));
    return { settings, store, broker, sockets, pulse, readAtMs: clock.now() };
  }

  #serverOf(running: Running): MaskwireServer {
    const { settings, broker, pulse } = running;
    const ports = { ...createPorts(settings.config.limits), broker, clock: pulse.clock };
    return (running.server ??= apply(settings, ({ config, options }) =>
      createServer(ports, { ...config, relays: {} }, options),
    ));
  }

  /** Says how far the feed has come: what is committed after that is told. */
  #follow({ store }: Running): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [FOLLOWER]);
    return new Response(null, { status: 101, webSocket: client, headers: { [LAST_HEADER]: String(store.last) } });
  }

  /** One message for all isolates that follow. */
  #tell(events: readonly StoredEvent[]): void {
    const followers = this.ctx.getWebSockets(FOLLOWER);
    if (followers.length === 0) return;
    const message = encodeEvents(events);
    for (const follower of followers) {
      try {
        follower.send(message);
      } catch {
        // It has left; its end is reported by itself.
      }
    }
  }

  async #setAlarm({ store, sockets, settings }: Running): Promise<void> {
    const stepMs = Math.min(RETENTION_STEP_MS, settings.config.limits.historyMaxAgeMs / 10);
    const wantedMs = Math.min((store.trimsAtMs ?? Infinity) + stepMs, sockets.endsAtMs ?? Infinity);
    if (wantedMs === Infinity || (this.#alarmAtMs !== null && this.#alarmAtMs <= wantedMs)) return;
    this.#alarmAtMs = Math.max(wantedMs, Date.now() + ALARM_LEAST_MS);
    await this.ctx.storage.setAlarm(this.#alarmAtMs);
  }
}
