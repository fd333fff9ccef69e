/**
 * The next messages of a stream behind one place: asked for at once, and no more than there is room for.
 *
 * Owns the consumer, which lives as long as the request. No error of the library is passed on.
 */
import { AckPolicy, DeliverPolicy } from "@nats-io/jetstream";
import { createInbox, nanos, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { StreamError } from "../../core/index.ts";
import type { NatsClient } from "./nats-client.ts";

export interface PullOptions {
  readonly stream: string;
  /** The first sequence that may be given, and the last one that is asked for. */
  readonly from: number;
  readonly to: number;
  readonly limitEvents: number;
  /** With subject and headers; one that alone is longer is given all the same. */
  readonly limitBytes: number;
}

export interface Pulled {
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** A server that holds the messages needs a few milliseconds; one that lags behind the others in a cluster takes longer. */
const PULL_LIMIT_MS = 5_000;
/** By then the consumer is gone, also where nobody could say that it may go. */
const CONSUMER_LIMIT_MS = 30_000;
/** Among others: an end for any other reason is one the next time, too. */
const NO_ROOM_STATUS = 409;
/** Of a place without domain and account, and where in it the sequence is. */
const OLD_TOKENS = 9;
const OLD_TOKEN = 5;

/**
 * In order, and each that the stream has: none is left out before the last one that is given, which may be beyond `to`.
 * None: the server has none now, or is slow.
 * @throws StreamError `HISTORY_UNAVAILABLE`.
 */
export async function pull({ connection, manager }: NatsClient, options: PullOptions): Promise<Pulled[]> {
  const { stream, from, to, limitEvents, limitBytes } = options;
  let name: string | undefined;
  try {
    ({ name } = await manager.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      inactive_threshold: nanos(CONSUMER_LIMIT_MS),
      mem_storage: true,
      num_replicas: 1,
    }));
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
    const batch = Math.min(limitEvents, to + 1 - from);
    const some = await ask(connection, subject, { batch, to, limitBytes });
    return some ?? (await ask(connection, subject, { batch: 1, to, limitBytes: 0 })) ?? [];
  } catch {
    throw new StreamError("HISTORY_UNAVAILABLE");
  } finally {
    if (name !== undefined) void manager.consumers.delete(stream, name).catch(() => undefined);
  }
}

interface Ask {
  readonly batch: number;
  readonly to: number;
  /** 0: as long as they are. */
  readonly limitBytes: number;
}

/** Resolves with what came in order by the end of the request, or undefined: the next one has no room. */
async function ask(
  connection: NatsConnection,
  subject: string,
  { batch, to, limitBytes }: Ask,
): Promise<Pulled[] | undefined> {
  const some: Pulled[] = [];
  const inbox = createInbox();
  return await new Promise((resolve) => {
    const settle = (status = 0): void => {
      clearTimeout(timer);
      subscription.unsubscribe();
      resolve(status === NO_ROOM_STATUS && some.length === 0 ? undefined : some);
    };
    const take = (message: Msg): void => {
      // What comes to the inbox itself is no message of the stream: the request is over.
      if (message.subject === inbox) return settle(message.headers?.code);
      const { sequence, delivery } = placeOf(message);
      if (delivery !== some.length + 1) return settle();
      some.push({ sequence, data: message.data });
      if (some.length === batch || sequence >= to) settle();
    };
    const subscription = connection.subscribe(inbox, {
      callback: (failure, message) => (failure === null ? take(message) : settle()),
    });
    const timer = setTimeout(() => settle(), PULL_LIMIT_MS);
    void subscription.closed.then(() => settle());
    const request = { batch, expires: nanos(PULL_LIMIT_MS), ...(limitBytes > 0 ? { max_bytes: limitBytes } : {}) };
    connection.publish(subject, JSON.stringify(request), { reply: inbox });
  });
}

/**
 * Where a message stands in its stream, and among those that this consumer gave: `$JS.ACK.`, in newer servers domain and
 * account, then stream, consumer, count, and the two.
 */
function placeOf({ reply = "" }: Msg): { readonly sequence: number; readonly delivery: number } {
  const tokens = reply.split(".");
  const at = tokens.length === OLD_TOKENS ? OLD_TOKEN : OLD_TOKEN + 2;
  return { sequence: Number(tokens[at]), delivery: Number(tokens[at + 1]) };
}
