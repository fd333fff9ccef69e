/**
 * One feed in JetStream: a stream of its own, whose sequence is the feed's.
 *
 * Owns what of the feed is on the way there and back. Events come back through one ordered consumer, also our own: the
 * newest when the feed is opened, then all that come. Older ones are read from the archive.
 *
 * A stream that is deleted and made anew has the same name, and its sequence begins again. The library makes its consumer
 * anew when that is gone, on whatever stream is there by then: until we have looked, nothing is given, sent or answered.
 */
import { createHash } from "node:crypto";
import {
  DeliverPolicy,
  type ConsumerMessages,
  type JetStreamManager,
  type JsMsg,
  type StreamInfo,
} from "@nats-io/jetstream";
import { StreamError, type ErrorCode } from "../../core/index.ts";
import type { BrokerFeed, NewEvent, Placement, Take } from "../../server/history/broker.ts";
import { decodeRecord, encodeRecord } from "../../server/history/stored-event.ts";
import { NatsArchive, type NatsArchiveOptions } from "./nats-archive.ts";
import type { NatsClient } from "./nats-client.ts";

export interface NatsFeedOptions extends Omit<NatsArchiveOptions, "look"> {
  /** Of the newest messages no more are followed than have about so many together. */
  readonly memoryBytes: number;
  /** Longest message that the server takes, with its headers. */
  readonly messageLimitBytes: number;
  readonly nowMs: () => number;
  readonly onClose: () => void;
  /** What stands for a key. */
  readonly tokenOf: (key: string) => string;
  /** Asks for room for so many bytes on the way; false: there is none, or no connection. */
  readonly reserve: (bytes: number) => boolean;
  /** The answer came, or did not; `waitedMs` since the call when it was taken. */
  readonly release: (bytes: number, waitedMs: number | undefined) => void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly token: string;
  readonly sinceMs: number;
  readonly answer: (outcome: Placement | ErrorCode) => void;
}

/** Five times as many a second as one by one. */
const WINDOW_EVENTS = 64;
/** Token and expected stream, with the names of the headers. */
const HEADER_BYTES = 512;
const ACK_LIMIT_MS = 5_000;
/** In which nothing comes that should. */
const CATCH_UP_LIMIT_MS = 5_000;
/** After a crash of the server a consumer with longer ones stood still for half a minute. */
const IDLE_HEARTBEAT_MS = 1_000;
/** After these the stream may be another one. */
const DOUBTFUL: ReadonlySet<string> = new Set([
  "consumer_deleted",
  "consumer_not_found",
  "ordered_consumer_recreated",
  "stream_not_found",
]);
/** So often another stream, or none, is the answer before it counts. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 250;
/** The server's code for a stream that is not there. */
const STREAM_NOT_FOUND = 10_059;
const EPOCH_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const EPOCH_LENGTH = 6;
const EPOCH_DESCRIPTION = /^maskwire epoch ([0-9a-z]{6})$/;

export class NatsFeed implements BrokerFeed {
  readonly epoch: string;
  readonly start: number;
  readonly archive: NatsArchive;
  readonly #options: NatsFeedOptions;
  readonly #queue: Waiting[] = [];
  readonly #arrivals = new Set<{ readonly sequence: number; readonly resolve: () => void }>();
  #messages: ConsumerMessages | undefined;
  #take: Take = () => {};
  #onLost: () => void = () => {};
  #taken: number;
  #onTheWay = 0;
  #isLost = false;
  /** Name of the consumer that the last message came by. */
  #consumer = "";
  /** Reasons to look at the stream that came up since the last look began. */
  #doubts = 0;
  /** Resolves when there are none, with whether the stream is the same. */
  #settling: Promise<boolean> | undefined;
  /** What came meanwhile. */
  #held: JsMsg[] = [];
  /** The connection that events come over: a look over an earlier one says nothing of it. */
  #attached: NatsClient | undefined;

  constructor(options: NatsFeedOptions, info: StreamInfo) {
    this.#options = options;
    this.epoch = epochOf(info);
    this.start = startOf(info, options.memoryBytes);
    this.archive = new NatsArchive({ ...options, look: ({ manager }) => this.#lookAt(manager) });
    this.archive.saw(info);
    this.#taken = this.start;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  async follow(take: Take, onLost: () => void = () => {}): Promise<void> {
    this.#take = take;
    this.#onLost = onLost;
    await this.attach(this.#options.client());
    await this.caughtUp();
  }

  /** Goes on over this connection, behind what came over the one before. @throws StreamError `HISTORY_UNAVAILABLE`. */
  async attach(client: NatsClient): Promise<void> {
    const { stream } = this.#options;
    const { jetStream, manager } = client;
    this.#begin(client);
    await this.#lookAt(manager);
    try {
      const consumer = await jetStream.consumers.get(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: this.#taken + 1,
      });
      // After it was made: from now on it can be on no other stream.
      await this.#lookAt(manager);
      this.#consumer = (await consumer.info(true)).name;
      this.#messages = await consumer.consume({
        idle_heartbeat: IDLE_HEARTBEAT_MS,
        callback: (message) => this.#arrive(message, client),
      });
      void this.#heed(this.#messages, client);
    } catch {
      throw new StreamError("HISTORY_UNAVAILABLE");
    }
  }

  append(event: NewEvent, key?: string): Promise<Placement | ErrorCode> | ErrorCode {
    const { nowMs, tokenOf, reserve, messageLimitBytes } = this.#options;
    const token = key === undefined ? "" : tokenOf(key);
    const bytes = encodeRecord({ ...event, atMs: nowMs(), token });
    // Masking may have made it longer than what came.
    if (bytes.length + HEADER_BYTES > messageLimitBytes) return "EVENT_TOO_LARGE";
    if (this.#isLost || !reserve(bytes.length)) return "HISTORY_UNAVAILABLE";
    return new Promise((answer) => {
      this.#queue.push({ bytes, token, sinceMs: nowMs(), answer });
      this.#send();
    });
  }

  async caughtUp(): Promise<void> {
    const info = await this.#lookAt(this.#options.client().manager);
    // Of an empty stream whose events were all forgotten nothing will come.
    const last = info.state.messages === 0 ? this.#taken : info.state.last_seq;
    if (!(await this.#hasArrived(last))) throw new StreamError("HISTORY_UNAVAILABLE");
  }

  close(): void {
    this.#take = () => {};
    this.#onLost = () => {};
    void this.#messages?.close().catch(() => undefined);
    this.#options.onClose();
  }

  /** @throws StreamError `HISTORY_UNAVAILABLE`, also when the stream is another one by now. */
  async #lookAt(manager: JetStreamManager): Promise<StreamInfo> {
    for (let look = 1; !this.#isLost; look++) {
      const info = await this.#find(manager);
      if (info !== undefined && epochOf(info) === this.epoch) {
        this.archive.saw(info);
        return info;
      }
      // A server that has just come back may know less than the others: it is asked again before anything is given up.
      if (look === LOOKS) this.#lose();
      else await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    throw new StreamError("HISTORY_UNAVAILABLE");
  }

  /** Undefined where there is no such stream. @throws StreamError `HISTORY_UNAVAILABLE`. */
  async #find(manager: JetStreamManager): Promise<StreamInfo | undefined> {
    try {
      return await manager.streams.info(this.#options.stream);
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code === STREAM_NOT_FOUND) return undefined;
      throw new StreamError("HISTORY_UNAVAILABLE");
    }
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#onLost();
  }

  /** Looks at the stream when the library tells of something after which it may be another one. */
  async #heed(messages: ConsumerMessages, client: NatsClient): Promise<void> {
    for await (const { type } of messages.status()) if (DOUBTFUL.has(type) && client === this.#attached) this.#doubt();
  }

  #doubt(): void {
    this.#doubts++;
    this.#settling ??= this.#settle();
  }

  /** Nothing that came over an earlier connection counts any more, nor what is doubted of it. */
  #begin(client: NatsClient | undefined): void {
    this.#attached = client;
    this.#consumer = "";
    this.#held = [];
    this.#doubts = 0;
    this.#settling = undefined;
    for (const waiting of this.#queue.splice(0)) this.#answer(waiting, "HISTORY_UNAVAILABLE");
  }

  /** Ends with what was held given and sent, or forgotten. */
  async #settle(): Promise<boolean> {
    const client = this.#attached;
    try {
      while (this.#doubts > 0) {
        const count = this.#doubts;
        if (client === undefined) throw new StreamError("HISTORY_UNAVAILABLE");
        await this.#lookAt(client.manager);
        if (client !== this.#attached) return false;
        // A look that began before a doubt says nothing of it.
        this.#doubts -= count;
      }
    } catch {
      if (client !== this.#attached) return false;
      // Begun anew over another connection, behind what was given: what comes over this one has a hole by now.
      this.#begin(undefined);
      if (!this.#isLost) void client?.connection.close().catch(() => undefined);
      return false;
    }
    const held = this.#held;
    this.#held = [];
    this.#settling = undefined;
    for (const message of held) this.#give(message);
    this.#send();
    return true;
  }

  /** In the order of the calls: one connection keeps it, nothing is sent twice, and nothing behind what failed. */
  #send(): void {
    while (this.#onTheWay < WINDOW_EVENTS && this.#settling === undefined) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#onTheWay++;
      void this.#sendOne(waiting);
    }
  }

  async #sendOne(waiting: Waiting): Promise<void> {
    const outcome = await this.#publish(waiting);
    this.#onTheWay--;
    this.#answer(waiting, outcome);
    if (typeof outcome === "string") for (const next of this.#queue.splice(0)) this.#answer(next, outcome);
    this.#send();
  }

  #answer({ bytes, sinceMs, answer }: Waiting, outcome: Placement | ErrorCode): void {
    const { nowMs, release } = this.#options;
    release(bytes.length, typeof outcome === "string" ? undefined : nowMs() - sinceMs);
    answer(outcome);
  }

  async #publish({ bytes, token }: Waiting): Promise<Placement | ErrorCode> {
    const { client, subject, stream } = this.#options;
    try {
      const ack = await client().jetStream.publish(subject, bytes, {
        timeout: ACK_LIMIT_MS,
        retries: 1,
        expect: { streamName: stream },
        ...(token === "" ? {} : { msgID: token }),
      });
      const isSame = this.#settling === undefined ? !this.#isLost : await this.#settling;
      return isSame ? { sequence: ack.seq, isRepeat: ack.duplicate } : "HISTORY_UNAVAILABLE";
    } catch {
      return "HISTORY_UNAVAILABLE";
    }
  }

  #arrive(message: JsMsg, client: NatsClient): void {
    if (client !== this.#attached) return;
    const { consumer } = message.info;
    if (consumer !== this.#consumer) {
      this.#consumer = consumer;
      this.#doubt();
    }
    if (this.#settling === undefined) this.#give(message);
    else this.#held.push(message);
  }

  #give(message: JsMsg): void {
    const sequence = message.seq;
    if (sequence <= this.#taken) return;
    this.#taken = sequence;
    const record = decodeRecord(message.data);
    // What cannot be read is left out, and so becomes a gap.
    if (record !== undefined) {
      const { token: _, ...event } = record;
      this.#take([{ ...event, sequence }]);
    }
    for (const arrival of this.#arrivals) if (arrival.sequence <= sequence) arrival.resolve();
  }

  /** False when nothing comes any more. */
  async #hasArrived(sequence: number): Promise<boolean> {
    if (sequence <= this.#taken) return true;
    return await new Promise<boolean>((resolve) => {
      let seen = this.#taken;
      const settle = (hasArrived: boolean): void => {
        clearInterval(timer);
        this.#arrivals.delete(arrival);
        resolve(hasArrived);
      };
      const arrival = { sequence, resolve: () => settle(true) };
      const timer = setInterval(() => {
        if (seen === this.#taken) settle(false);
        seen = this.#taken;
      }, CATCH_UP_LIMIT_MS);
      this.#arrivals.add(arrival);
    });
  }
}

/**
 * The place before the newest messages that together have about so many bytes, by their mean length: one of them at least.
 * What is too much after all, the views forget; what is too little is read from the archive.
 */
function startOf({ state }: StreamInfo, memoryBytes: number): number {
  const { first_seq: first, last_seq: last, messages, bytes } = state;
  const count = messages === 0 ? 0 : Math.max(1, Math.floor((memoryBytes * messages) / bytes));
  return Math.max(0, first - 1, last - count);
}

/** The description that a stream is made with: one that was made anew must not look like the one before. */
export function describeEpoch(epoch: string): string {
  return `maskwire epoch ${epoch}`;
}

/**
 * Of the stream's description, which all servers tell alike. That of a stream made without one is of its creation, which a
 * server that came back from a crash tells some milliseconds later than the others.
 */
export function epochOf({ config, created }: StreamInfo): string {
  const { name, description = "" } = config;
  const [, told] = EPOCH_DESCRIPTION.exec(description) ?? [];
  if (told !== undefined) return told;
  const digest = createHash("sha256").update(`${name} ${created}`).digest();
  return Array.from(digest.subarray(0, EPOCH_LENGTH), (byte) => EPOCH_ALPHABET[byte % EPOCH_ALPHABET.length]).join("");
}
