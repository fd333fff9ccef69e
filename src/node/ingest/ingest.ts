/**
 * Follows one broker of raw events, and publishes them masked into a feed of ours.
 *
 * Owns what was given and is not stored yet, in its order, and the way back to a broker that is gone. A message is
 * settled once the history has its event, or once it is refused for good; none of it is logged or counted by.
 */
import { StreamError, type ErrorCode } from "../../core/index.ts";
import { backoffMs } from "../../server/network/backoff.ts";
import type { Intake } from "../../server/app.ts";
import type { IngestConfig } from "../../server/config/ingest-config.ts";
import type { Feed } from "../../server/feeds/feed.ts";
import type { LogName } from "../../server/telemetry/log.ts";
import type { Ports } from "../../server/ports.ts";
import { problemBody } from "../../server/http/problem.ts";
import { Publication } from "../../server/feeds/publication.ts";
import { encodeText } from "../../server/text.ts";
import type { NatsFailure } from "../nats/connection.ts";
import { readMessage } from "./message.ts";
import { openSource, type Delivery, type Source } from "./source.ts";

export interface IngestOptions {
  readonly name: LogName;
  readonly config: IngestConfig;
  readonly eventLimitBytes: number;
  readonly ports: Pick<Ports, "clock" | "log" | "random">;
  readonly intake: Intake;
}

const RETRY_MS = 250;
/** Somebody has to change rights or names first. */
const REFUSED_WAIT_MS = 60_000;
const GOOD_CONNECTION_MS = 60_000;
/** Masked in one go; then others have their turn. */
const BATCH_BYTES = 262_144;
/** The event may be taken later; whatever else refuses it will do so again. */
const LATER: readonly ErrorCode[] = ["HISTORY_UNAVAILABLE", "FEED_LIMIT", "FEED_UNKNOWN"];

export class Ingest {
  readonly #options: IngestOptions;
  readonly #stopping = new AbortController();
  /** In order of arrival; the first ones are being published. */
  readonly #queue: Delivery[] = [];
  #pumping: Promise<void> | undefined;
  #run: Promise<void> | undefined;
  #failures = 0;
  #hasBeenConnected = false;
  /** Something may have been lost that the feed does not know of. */
  #isGapDue = false;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** Connects, and again until `stop`, or until the server takes nothing new. */
  start(): void {
    const { stopping } = this.#options.intake;
    if (stopping.aborted) this.#stopping.abort();
    stopping.addEventListener("abort", () => this.#stopping.abort());
    this.#run ??= this.#follow();
  }

  /** Resolves when what was given is stored or given back, and the connection is closed. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #follow(): Promise<void> {
    const { name, ports, intake } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const failure = await this.#connectOnce();
      if (failure === undefined) return;
      const waitMs = failure === "refused" ? REFUSED_WAIT_MS : this.#backoff();
      const fields = { ingest: name, waitMs: Math.round(waitMs) };
      if (failure === "refused") ports.log.error("ingest-refused", fields);
      else ports.log.warn("ingest-lost", fields);
      await this.#pause(waitMs);
      intake.metrics.add("ingest_reconnects_total", 1, name);
    }
  }

  /** One connection from the first try to its end, and what it gave; undefined: it was told to stop. */
  async #connectOnce(): Promise<NatsFailure | undefined> {
    const { name, config, ports } = this.#options;
    this.#setConnected(0);
    const source = await openSource(config, (delivery) => this.#deliver(delivery));
    if (typeof source === "string") return this.#stopping.signal.aborted ? undefined : source;
    const sinceMs = ports.clock.now();
    // What comes first after a loss comes behind the gap.
    if (!source.isLasting && this.#hasBeenConnected) this.#isGapDue = true;
    this.#hasBeenConnected = true;
    await Promise.race([source.ready(), source.ended]);
    this.#setConnected(1);
    ports.log.info("ingest-connected", { ingest: name });
    const failure = await this.#untilEnded(source);
    await source.pause();
    // Else what comes again would be stored before what is still here.
    await this.#pumping;
    await source.close();
    this.#setConnected(0);
    if (ports.clock.now() - sinceMs >= GOOD_CONNECTION_MS) this.#failures = 0;
    return failure;
  }

  #untilEnded({ ended }: Source): Promise<NatsFailure | undefined> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const end = (failure?: NatsFailure): void => {
        signal.removeEventListener("abort", stop);
        resolve(failure);
      };
      const stop = (): void => end();
      signal.addEventListener("abort", stop);
      void ended.then(end);
    });
  }

  #deliver(delivery: Delivery): void {
    const { name, config, intake } = this.#options;
    // A stream keeps what there is no room for; core NATS would only grow here.
    if (this.#queue.length >= config.inFlightLimit && delivery.pending === undefined) {
      this.#isGapDue = true;
      this.#count("OVERLOADED");
      delivery.settle(false, () => encodeText(JSON.stringify(problemOf("OVERLOADED"))));
      return;
    }
    this.#queue.push(delivery);
    intake.metrics.set("ingest_waiting", this.#queue.length, name);
    if (delivery.pending !== undefined) intake.metrics.set("ingest_pending", delivery.pending, name);
    this.#pumping ??= this.#pump();
  }

  /** Publishes in order until nothing is left: nothing new before what the history would not take. */
  async #pump(): Promise<void> {
    const { name, config, ports, intake } = this.#options;
    let failures = 0;
    while (this.#queue.length > 0) {
      // What comes in one turn of the loop goes together.
      await new Promise<void>((resolve) => ports.clock.soon(resolve));
      const batch = this.#nextBatch();
      const left = await this.#publishAll(batch);
      this.#queue.splice(0, batch.length, ...left);
      intake.metrics.set("ingest_waiting", this.#queue.length, name);
      failures = left.length === 0 ? 0 : failures + 1;
      if (left.length === 0) continue;
      for (const delivery of this.#queue) delivery.keep();
      await this.#pause(Math.min(config.ackWaitMs / 2, backoffMs(RETRY_MS, failures, this.#chance())));
      if (this.#stopping.signal.aborted) for (const delivery of this.#queue.splice(0)) delivery.giveBack();
    }
    intake.metrics.set("ingest_waiting", 0, name);
    this.#pumping = undefined;
  }

  #nextBatch(): readonly Delivery[] {
    let bytes = 0;
    const end = this.#queue.findIndex(({ data }) => (bytes += data.length) > BATCH_BYTES);
    return this.#queue.slice(0, end < 0 ? undefined : Math.max(1, end));
  }

  /** Those that are to be published again. */
  async #publishAll(batch: readonly Delivery[]): Promise<readonly Delivery[]> {
    const { config, intake } = this.#options;
    let feed: Feed;
    try {
      feed = await intake.open(config.feed);
      if (this.#isGapDue && typeof (await feed.publishGap()) === "string") return batch;
    } catch {
      return batch;
    }
    this.#isGapDue = false;
    const isLeft = await Promise.all(batch.map((delivery) => this.#publish(feed, delivery)));
    return batch.filter((_, at) => isLeft[at]);
  }

  /** True when it is to be published again. Calls the feed at once, so that the order of calls is that of arrival. */
  async #publish(feed: Feed, delivery: Delivery): Promise<boolean> {
    const { config, eventLimitBytes } = this.#options;
    const publication = new Publication(feed);
    publication.add(readMessage(delivery, { text: config.text, limitBytes: eventLimitBytes }));
    await publication.settled();
    return this.#settle(delivery, publication);
  }

  #settle(delivery: Delivery, publication: Publication): boolean {
    const code = publication.failure?.code;
    if (code !== undefined && LATER.includes(code)) return true;
    const { duplicates, dropped = 0 } = publication.receipt();
    this.#count(code ?? (dropped > 0 ? "EVENT_DROPPED" : duplicates > 0 ? "duplicate" : "accepted"));
    delivery.settle(code === undefined, () =>
      encodeText(JSON.stringify({ ...(code === undefined ? {} : problemOf(code)), ...publication.receipt() })),
    );
    return false;
  }

  #count(result: ErrorCode | "accepted" | "duplicate"): void {
    this.#options.intake.metrics.add("ingest_messages_total", 1, this.#options.name, result);
  }

  #setConnected(value: 0 | 1): void {
    this.#options.intake.metrics.set("ingest_connected", value, this.#options.name);
  }

  #backoff(): number {
    return backoffMs(RETRY_MS, this.#failures++, this.#chance());
  }

  /** From 0 to 1. */
  #chance(): number {
    const [byte = 0] = this.#options.ports.random(1);
    return byte / 255;
  }

  async #pause(waitMs: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        stop();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const stop = this.#options.ports.clock.after(waitMs, end);
      signal.addEventListener("abort", end);
    });
  }
}

function problemOf(code: ErrorCode): ReturnType<typeof problemBody> {
  return problemBody(new StreamError(code));
}
