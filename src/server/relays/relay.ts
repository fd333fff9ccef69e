/**
 * Follows one configured upstream feed, and publishes its events masked into a feed of our own.
 *
 * Owns the one connection that serves all subscribers, its reconnects and the upstream's ids. Those may be personal
 * data: they stay in memory and go back to the upstream only.
 */
import { SseParser } from "../../core/sse/parser.ts";
import { backoffMs } from "../network/backoff.ts";
import { BodyReader } from "../http/body-reader.ts";
import type { RelayConfig } from "../config/config.ts";
import type { Feed } from "../feeds/feed.ts";
import type { Joiner } from "../feeds/joiner.ts";
import type { Log, LogName } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { RelayState, Tracer } from "../telemetry/tracer.ts";
import type { Clock } from "../host/clock.ts";
import type { Random } from "../host/random.ts";
import { decodeText } from "../text.ts";
import { httpUrlOf, openUpstream, type RefusalReason, type UpstreamAnswer } from "./upstream.ts";
import type { OpenUpstreamSocket, SocketAnswer, UpstreamMessage } from "./upstream-socket.ts";

export interface RelayOptions {
  readonly name: LogName;
  readonly config: RelayConfig;
  readonly feed: Feed;
  readonly limits: {
    eventLimitBytes: number;
    upstreamIdleTimeoutMs: number;
    lingerMs: number;
    inflationLimit: number;
    relayQueueBytes: number;
  };
  readonly ports: {
    readonly clock: Clock;
    readonly random: Random;
    readonly fetch: typeof fetch;
    readonly openUpstreamSocket?: OpenUpstreamSocket;
    readonly log: Log;
    readonly tracer?: Tracer;
  };
  readonly metrics: Metrics;
}

/** How a connection ended, and after which wait it is worth another. */
type Outcome =
  | ({ readonly state: "waiting" | "failed"; readonly waitMs: number } & RefusalReason)
  | { readonly state: "ended" };

const FAILED_WAIT_MS = 300_000;
const GOOD_STREAM_MS = 60_000;
/** What waits for a stage of the policy is not more than that, nor more than `relayQueueBytes`. */
const EVENTS_AT_ONCE = 64;
const IDS_KEPT = 10_000;
const NO_ID = new Uint8Array(0);
const NO_TYPE = new Uint8Array(0);

export class Relay {
  readonly feed: Feed;
  readonly #options: RelayOptions;
  /** One for all connections: an upstream that comes back goes on where it was. */
  readonly #joiner: Joiner;
  #state: RelayState = "idle";
  #run: AbortController | undefined;
  #stopLinger: (() => void) | undefined;
  /** Of the request that is about to open the upstream. */
  #trace: string | undefined;
  #lastId: Uint8Array = NO_ID;
  #retryMs: number | undefined;
  #failures = 0;
  #hasReceived = false;
  /** Events of this connection. */
  #published = 0;
  /** Bytes of those that may wait for a stage. */
  #queuedBytes = 0;
  /** Ids of the last events, in order of arrival: after a reconnect an upstream may send some again. */
  readonly #seenIds = new Set<string>();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.feed = options.feed;
    this.#joiner = options.feed.openJoiner();
    this.feed.onReaders = (count) => (count > 0 ? this.start() : this.#linger());
  }

  get state(): RelayState {
    return this.#state;
  }

  /** The `traceparent` of a request that comes; passed on when that is the one that opens the upstream. */
  set trace(traceparent: string | undefined) {
    if (this.#run === undefined) this.#trace = traceparent;
  }

  /** Opens the upstream unless it is open already, or has ended for good. */
  start(): void {
    this.#stopLinger?.();
    this.#stopLinger = undefined;
    if (this.#run !== undefined || this.#state === "ended") return;
    const run = new AbortController();
    this.#run = run;
    const trace = this.#trace;
    this.#trace = undefined;
    void this.#follow(run.signal, trace);
  }

  stop(): void {
    this.#stopLinger?.();
    this.#stopLinger = undefined;
    this.#run?.abort();
    this.#run = undefined;
    this.#joiner.breakOff();
    if (this.#state !== "ended") this.#setState("idle");
  }

  #linger(): void {
    if (this.#options.config.always || this.#stopLinger !== undefined) return;
    this.#stopLinger = this.#options.ports.clock.after(this.#options.limits.lingerMs, () => this.stop());
  }

  async #follow(signal: AbortSignal, opener: string | undefined): Promise<void> {
    // Only the first connection is of a request: subscribers come and go while the others last.
    for (let trace = opener; !signal.aborted; trace = undefined) {
      const outcome = await this.#connectOnce(signal, trace);
      if (signal.aborted) return;
      this.#setState(outcome.state);
      if (outcome.state === "ended") {
        this.#run = undefined;
        this.#joiner.end();
        await this.feed.handedOver();
        this.feed.finish();
        return;
      }
      this.#options.ports.log.warn("relay-lost", {
        relay: this.#options.name,
        waitMs: Math.round(outcome.waitMs),
        ...(outcome.status === undefined ? {} : { status: outcome.status }),
        ...(outcome.code === undefined ? {} : { code: outcome.code }),
      });
      await this.#pause(outcome.waitMs, signal);
      this.#options.metrics.add("relay_reconnects_total", 1, this.#options.name);
    }
  }

  /** One connection with its span. Never throws. */
  async #connectOnce(signal: AbortSignal, trace: string | undefined): Promise<Outcome> {
    const { name, ports } = this.#options;
    const span = ports.tracer?.start("maskwire.relay", trace === undefined ? "root" : { traceparent: trace });
    this.#published = 0;
    const outcome = await this.#followOnce(signal, span?.traceparent ?? trace);
    const isLost = this.#state === "connecting" && outcome.state !== "ended" && !signal.aborted;
    span?.end(
      { "maskwire.relay": name, "maskwire.outcome": outcome.state, "maskwire.events": this.#published },
      isLost ? "UPSTREAM_LOST" : undefined,
    );
    return outcome;
  }

  /** One connection from request to end. Never throws. */
  async #followOnce(signal: AbortSignal, trace: string | undefined): Promise<Outcome> {
    const { ports, limits } = this.#options;
    this.#setState("connecting");
    const connection = new AbortController();
    const abort = (): void => connection.abort();
    signal.addEventListener("abort", abort);
    const stopTimer = ports.clock.after(limits.upstreamIdleTimeoutMs, abort);
    try {
      const answer = await this.#open(connection.signal, trace);
      stopTimer();
      if (answer.kind === "ended") return { state: "ended" };
      if (answer.kind === "failed") return { ...answer, state: "failed", waitMs: FAILED_WAIT_MS };
      if (answer.kind === "lost") return { ...answer, state: "waiting", waitMs: this.#backoff(answer.retryAfterMs) };
      const openedAtMs = ports.clock.now();
      this.#setState("open");
      await (answer.kind === "open" ? this.#readAll(answer.body, signal) : this.#takeAll(answer.messages, signal));
      if (ports.clock.now() - openedAtMs >= GOOD_STREAM_MS) this.#failures = 0;
      return { state: "waiting", waitMs: this.#backoff(undefined) };
    } finally {
      stopTimer();
      signal.removeEventListener("abort", abort);
      connection.abort();
    }
  }

  async #open(signal: AbortSignal, trace: string | undefined): Promise<UpstreamAnswer | SocketAnswer> {
    const { config, ports, limits } = this.#options;
    const { url, headers, unsafePlaintext, protocols = [], binary } = config;
    if (ports.openUpstreamSocket !== undefined && url !== httpUrlOf(url))
      return await ports.openUpstreamSocket({ url, headers, protocols, takesBinary: binary === "utf8", trace }, signal);
    const { inflationLimit } = limits;
    const request = { url, headers, isPlaintextAllowed: unsafePlaintext, lastId: this.#lastId, inflationLimit, trace };
    return await openUpstream(ports.fetch, request, signal);
  }

  /** An upstream without ids cannot tell us what we missed. */
  #reportLoss(): void {
    if (!this.#hasReceived || this.#lastId.length > 0) return;
    this.#joiner.breakOff();
    void this.feed.publishGap();
  }

  /** Takes messages, each an event without an id, to the end of the connection. */
  async #takeAll(messages: AsyncIterable<UpstreamMessage>, signal: AbortSignal): Promise<void> {
    this.#reportLoss();
    for await (const message of messages) {
      if (signal.aborted) return;
      // One that was refused is missed all the same.
      this.#hasReceived = true;
      if (typeof message === "string") this.#options.metrics.add("events_refused_total", 1, message);
      else {
        const room = this.#room(message.length);
        if (room !== undefined) await room;
        this.#publish(message, NO_TYPE, false);
      }
      this.#published++;
    }
  }

  /** Reads to the end of the stream, whatever ends it. An unfinished last event is dropped. */
  async #readAll(stream: ReadableStream<Uint8Array> | null, signal: AbortSignal): Promise<void> {
    const { ports, limits, metrics } = this.#options;
    const body = new BodyReader(stream, { clock: ports.clock, idleMs: limits.upstreamIdleTimeoutMs });
    const parser = new SseParser(limits.eventLimitBytes, this.#lastId);
    let isRepeating = this.#seenIds.size > 0;
    this.#reportLoss();
    try {
      for (let chunk = await body.read(); chunk !== undefined && !signal.aborted; chunk = await body.read()) {
        for (const event of parser.push(chunk)) {
          const id = event.hasOwnId ? decodeText(event.id) : "";
          isRepeating = isRepeating && this.#seenIds.has(id);
          if (isRepeating) {
            metrics.add("events_refused_total", 1, "REPEATED");
          } else {
            const room = this.#room(event.data.length);
            if (room !== undefined) await room;
            this.#remember(id);
            this.#publish(event.data, event.event, event.isTooLarge);
            this.#published++;
          }
        }
        this.#lastId = parser.lastId;
        this.#retryMs = parser.retryMs ?? this.#retryMs;
      }
    } catch {
      // Silence or a broken connection: the next one goes on after `#lastId`.
    } finally {
      body.cancel();
      if (parser.isUnfinished) metrics.add("stream_truncated_total", 1);
    }
  }

  /** Resolves when an event of so many bytes may be given to the feed; undefined: at once. Until then nothing is read. */
  #room(bytes: number): Promise<unknown> | undefined {
    const { limits, metrics, name } = this.#options;
    this.#queuedBytes += bytes;
    if (this.#queuedBytes <= limits.relayQueueBytes && (this.#published + 1) % EVENTS_AT_ONCE !== 0) return undefined;
    this.#queuedBytes = bytes;
    const handedOver = this.feed.handedOver();
    if (handedOver !== undefined) metrics.add("relay_pauses_total", 1, name);
    return handedOver;
  }

  #publish(data: Uint8Array, event: Uint8Array, isTooLarge: boolean): void {
    this.#hasReceived = true;
    if (isTooLarge) this.#options.metrics.add("events_refused_total", 1, "EVENT_TOO_LARGE");
    else void this.#joiner.tryPublish(data, event.length === 0 ? "message" : decodeText(event));
  }

  #remember(id: string): void {
    if (id === "") return;
    this.#seenIds.delete(id);
    this.#seenIds.add(id);
    if (this.#seenIds.size <= IDS_KEPT) return;
    const [oldest] = this.#seenIds;
    if (oldest !== undefined) this.#seenIds.delete(oldest);
  }

  #backoff(retryAfterMs: number | undefined): number {
    const [chance = 0] = this.#options.ports.random(1);
    const waitMs = backoffMs(this.#retryMs, this.#failures, chance / 255);
    this.#failures++;
    return Math.max(waitMs, retryAfterMs ?? 0);
  }

  async #pause(waitMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.#options.ports.clock.after(waitMs, resolve);
      signal.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
  }

  #setState(state: RelayState): void {
    this.#state = state;
    this.#options.metrics.set("relay_connected", state === "open" ? 1 : 0, this.#options.name);
  }
}
