/**
 * Where an ingest's messages come from: a JetStream consumer, or a subject of core NATS.
 *
 * Owns one connection, and what the server is told of each message. No error of the library is passed on.
 */
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerInfo,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { errors, Match, nanos, type Msg, type NatsConnection } from "@nats-io/transport-node";
import type { IngestConfig } from "../../server/config/ingest-config.ts";
import { openNats, type NatsFailure } from "../nats/connection.ts";
import type { RawMessage } from "./message.ts";

/** One message, and the three things that can become of it. None of them throws. */
export interface Delivery extends RawMessage {
  /** It is stored, or refused for good; `answer` is for a producer that waits for one. */
  settle(isTaken: boolean, answer: () => Uint8Array): void;
  /** It is kept, and not yet stored. */
  keep(): void;
  /** Somebody else is to have it. */
  giveBack(): void;
  /** Messages behind it that wait in the stream; undefined where there is none. */
  readonly pending: number | undefined;
}

export interface Source {
  /** True when what was not settled comes again, and nothing comes unless there is room for it. */
  readonly isLasting: boolean;
  /** Resolves when the broker knows that somebody listens, or is gone. */
  ready(): Promise<void>;
  /** Resolves when nothing comes any more, unless it was closed. */
  readonly ended: Promise<NatsFailure>;
  /** Nothing more is delivered; what was can still be settled. */
  pause(): Promise<void>;
  /** After what was settled has left. */
  close(): Promise<void>;
}

export type Deliver = (delivery: Delivery) => void;

const IDLE_HEARTBEAT_MS = 1_000;
const CONSUMER_UNKNOWN = 10_014;
const STREAM_UNKNOWN = 10_059;

/** Never throws. */
export async function openSource(config: IngestConfig, deliver: Deliver): Promise<Source | NatsFailure> {
  const connection = await openNats(config);
  if (typeof connection === "string") return connection;
  const opening = config.stream === undefined ? openSubject(connection, config, deliver) : undefined;
  try {
    return opening ?? (await openStream(connection, { ...config, stream: config.stream ?? "" }, deliver));
  } catch (thrown) {
    await quietly(() => connection.close());
    return isRefusal(thrown) ? "refused" : "lost";
  }
}

/** A consumer of that name that gives its messages in another way. */
class Unfit extends Error {}

/** Whatever else a server says may be otherwise in a moment: a cluster without a leader, for example. */
function isRefusal(thrown: unknown): boolean {
  const isForbidden = thrown instanceof errors.PermissionViolationError;
  return thrown instanceof Unfit || isForbidden || codeOf(thrown) === STREAM_UNKNOWN;
}

function codeOf(thrown: unknown): unknown {
  return (thrown as { code?: unknown }).code;
}

type StreamIngest = IngestConfig & { readonly stream: string };

async function openStream(connection: NatsConnection, config: StreamIngest, deliver: Deliver): Promise<Source> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await openConsumer(manager, config);
  const consumer = await jetstream(connection).consumers.get(config.stream, config.group);
  const messages = await consumer.consume({
    max_messages: config.inFlightLimit,
    idle_heartbeat: IDLE_HEARTBEAT_MS,
    abort_on_missing_resource: true,
    callback: (message) => deliver(deliveryOf(message)),
  });
  const isGone = Promise.race([messages.closed(), connection.closed()]);
  return {
    isLasting: true,
    ready: () => Promise.resolve(),
    ended: isGone.then(() => (connection.isClosed() ? "lost" : "refused")),
    pause: () => quietly(() => messages.close()),
    close: () => leave(connection),
  };
}

/** The consumer that all nodes share: as it is, or brought to our limits, or a new one. */
async function openConsumer(manager: JetStreamManager, config: StreamIngest): Promise<ConsumerInfo> {
  const { stream, group, subject, inFlightLimit, ackWaitMs, from } = config;
  const limits = { max_ack_pending: inFlightLimit, ack_wait: nanos(ackWaitMs) };
  let info: ConsumerInfo;
  try {
    info = await manager.consumers.info(stream, group);
  } catch (thrown) {
    if (codeOf(thrown) !== CONSUMER_UNKNOWN) throw thrown;
    return await manager.consumers.add(stream, {
      durable_name: group,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: from === "all" ? DeliverPolicy.All : DeliverPolicy.New,
      ...(subject === undefined ? {} : { filter_subject: subject }),
      ...limits,
    });
  }
  const { ack_policy, deliver_subject, filter_subject, max_ack_pending, ack_wait } = info.config;
  const isSame = filter_subject === subject || (subject === undefined && filter_subject === "");
  if (ack_policy !== AckPolicy.Explicit || deliver_subject !== undefined || !isSame) throw new Unfit();
  if (max_ack_pending === limits.max_ack_pending && ack_wait === limits.ack_wait) return info;
  return await manager.consumers.update(stream, group, limits);
}

function deliveryOf(message: JsMsg): Delivery {
  return {
    data: message.data,
    headers: (name) => message.headers?.values(name, Match.IgnoreCase) ?? [],
    place: `${message.info.stream} ${message.seq} ${message.timestampNanos}`,
    pending: message.info.pending,
    settle: (isTaken) => void quietly(() => (isTaken ? message.ack() : message.term())),
    keep: () => void quietly(() => message.working()),
    giveBack: () => void quietly(() => message.nak()),
  };
}

function openSubject(connection: NatsConnection, config: IngestConfig, deliver: Deliver): Source {
  let refuse: () => void = () => {};
  const refused = new Promise<NatsFailure>((resolve) => (refuse = () => resolve("refused")));
  const subscription = connection.subscribe(config.subject ?? "", {
    queue: config.group,
    callback: (failure, message) => {
      if (failure === null) deliver(answeringOf(message));
      else refuse();
    },
  });
  return {
    isLasting: false,
    ready: () => quietly(() => connection.flush()),
    ended: Promise.race([refused, connection.closed().then((): NatsFailure => "lost")]),
    pause: () => quietly(() => subscription.unsubscribe()),
    close: () => leave(connection),
  };
}

/** Without a stream nobody has it twice: whoever asked is answered, and the others never know. */
function answeringOf(message: Msg): Delivery {
  return {
    data: message.data,
    headers: (name) => message.headers?.values(name, Match.IgnoreCase) ?? [],
    place: undefined,
    pending: undefined,
    settle: (_isTaken, answer) => {
      if (message.reply !== undefined && message.reply !== "") void quietly(() => message.respond(answer()));
    },
    keep: () => {},
    giveBack: () => {},
  };
}

async function leave(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return;
  await quietly(() => connection.flush());
  await quietly(() => connection.close());
}

/** A connection that is gone throws what it was about to send. */
async function quietly(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch {
    // the message comes again, or its producer asks again
  }
}
