/**
 * `GET /v1/feeds/{feed}/socket`, and `/events` with an upgrade: WebSocket, sub-protocol maskwire.v1 or
 * maskwire.v1.lines, which puts what is there at once into one message.
 *
 * Owns the conversation. The frames, ping and size on the wire are the host's.
 */
import type { Context } from "hono";
import { StreamError, toStreamError } from "../../core/index.ts";
import { isUtf8 } from "../../core/utf8-repair.ts";
import { connectClient } from "./client.ts";
import { parseClientMessage, refOf, type ClientMessage, type PublishMessage } from "./client-message.ts";
import type { Feed } from "../feeds/feed.ts";
import type { Joiner } from "../feeds/joiner.ts";
import { socketOutlet } from "../subscribers/outlets.ts";
import type { Ending } from "../subscribers/ending.ts";
import type { Socket, SocketHandler } from "../host/socket.ts";
import type { SocketMemo } from "../host/socket-memo.ts";
import { Publication } from "../feeds/publication.ts";
import { isUpgrade, queryOf } from "../http/request.ts";
import type { Services } from "../services.ts";
import { REFUSALS } from "../auth/refusals.ts";
import { type Access, requireAction } from "../auth/access.ts";
import type { RouteCall } from "./route.ts";
import { resultOf, START_PARAMETERS, startAfter, startAtEnd, startOf, type Start } from "../subscribers/start.ts";
import { Subscriber } from "../subscribers/subscriber.ts";
import { json, TRANSPORT } from "../subscribers/transports.ts";
import { filterOf, type TypeFilter } from "../subscribers/type-filter.ts";
import type { View } from "../subscribers/view.ts";

export interface SocketRole {
  readonly access: Access;
  readonly names: readonly string[];
  readonly mayPublish: boolean;
  readonly mayReceive: boolean;
}

const LINES = "maskwire.v1.lines";
const PROTOCOLS: readonly string[] = ["maskwire.v1", LINES];

export async function socket(
  context: Context,
  services: Services,
  { access, listeners }: RouteCall,
): Promise<Response> {
  const names = (context.req.param("feed") ?? "").split(",");
  services.feeds.checkAll(names);
  if (!isUpgrade(context)) throw new StreamError("UPGRADE_NEEDED");
  // Each half is open where its listener is and the token grants it.
  const mayPublish = listeners.includes("publish") && access.allows("publish", names);
  const mayReceive = listeners.includes("subscribe") && access.allows("subscribe", names);
  if (!mayPublish && !mayReceive) throw new StreamError("GRANT_MISSING");
  return openSocket(context, services, { access, names, mayPublish, mayReceive });
}

/** Everything is decided before the upgrade, and refused as plain HTTP. */
export async function openSocket(context: Context, services: Services, role: SocketRole): Promise<Response> {
  const protocol = protocolOf(context);
  const { access, names, mayPublish, mayReceive } = role;
  const { view: asked, from, lastEventId, types } = queryOf(context, START_PARAMETERS);
  const memo = {
    names,
    mayPublish,
    mayReceive,
    isLines: protocol === LINES,
    view: mayReceive ? access.viewOf("subscribe", names, asked) : undefined,
    types,
    mayResume: mayReceive,
    start: { header: context.req.header("last-event-id"), query: lastEventId, from },
    expiresAtMs: access.expiresAtMs,
    subject: access.subject,
  };
  const conversation = await openConversation(services, memo, () => connectClient(context, services, access));
  try {
    return await services.ports.upgradeSocket(context, conversation, protocol);
  } catch (thrown) {
    conversation.closed(false);
    throw thrown;
  }
}

/**
 * Begins a conversation, or goes on with one: then it was let in before, and is counted as one of the server's only.
 * @throws StreamError `BAD_POSITION`, `TYPE_LIST`, `VIEW_UNKNOWN`, `DRAINING`, what `connect` and what opens feeds throws.
 */
export async function openConversation(
  services: Services,
  memo: SocketMemo,
  connect: () => () => void = () => services.lifecycle.connect(),
): Promise<Conversation> {
  const filter = filterOf(memo.types, services.limits);
  const disconnect = connect();
  try {
    const feeds = await Promise.all(memo.names.map((name) => services.feeds.openCurrent(name)));
    const views = feeds.map((feed) => feed.view(memo.view));
    const start = memo.start === undefined ? startAtEnd(views) : await startOf(views, memo.start);
    return new Conversation({ services, memo, feeds, views, filter, start, disconnect });
  } catch (thrown) {
    disconnect();
    throw thrown;
  }
}

/** The first of ours that is offered, none when nothing is. @throws StreamError `PROTOCOL_UNKNOWN`. */
function protocolOf(context: Context): string | undefined {
  const offered = context.req.header("sec-websocket-protocol");
  if (offered === undefined) return undefined;
  const ours = offered.split(",").find((name) => PROTOCOLS.includes(name.trim()));
  if (ours === undefined) throw new StreamError("PROTOCOL_UNKNOWN");
  return ours.trim();
}

interface ConversationOptions {
  readonly services: Services;
  readonly memo: SocketMemo;
  readonly feeds: readonly Feed[];
  /** Of each feed, the one that this subscriber sees. */
  readonly views: readonly View[];
  readonly filter: TypeFilter | undefined;
  readonly start: Start;
  readonly disconnect: () => void;
}

export class Conversation implements SocketHandler {
  readonly #options: ConversationOptions;
  #subscriber: Subscriber | undefined;
  #mayResume: boolean;
  #joiner: Joiner | undefined;
  #expiresAtMs: number | undefined;
  #isRenewing = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#expiresAtMs = options.memo.expiresAtMs;
    this.#mayResume = options.memo.mayResume && options.start.isNew;
  }

  get memo(): SocketMemo {
    const { memo } = this.#options;
    const { endsAtMs = memo.endsAtMs } = this.#subscriber ?? {};
    // Once it is open it has what it is to have, and whatever comes is sent.
    const start = this.#subscriber === undefined ? memo.start : undefined;
    return { ...memo, start, endsAtMs, expiresAtMs: this.#expiresAtMs, mayResume: this.#mayResume };
  }

  open(socket: Socket): void {
    const { services, memo, views, filter, start } = this.#options;
    const { ports, limits, metrics, roster } = services;
    const receiving = memo.mayReceive ? { views, resumes: start.resumes } : { views: [], resumes: [] };
    this.#subscriber = new Subscriber({
      ...receiving,
      filter,
      after: start.after,
      transport: TRANSPORT.websocket,
      outlet: socketOutlet(socket, memo.isLines),
      limits,
      ports,
      metrics,
      expiresAtMs: this.#expiresAtMs,
      endsAtMs: memo.endsAtMs,
    });
    if (memo.mayReceive) metrics.add("resumes_total", 1, resultOf(start));
    if (memo.mayPublish) metrics.add("producers", 1);
    roster.add(this.#subscriber);
    this.#subscriber.start();
  }

  /** By the settings in force. @throws StreamError `BINARY_REFUSED`, `INVALID_UTF8`, `FEED_UNKNOWN`. */
  #checkBinary(data: Uint8Array): void {
    const { services, memo } = this.#options;
    const isText = memo.names.every((name) => services.feeds.check(name).binary === "utf8");
    if (!isText) throw new StreamError("BINARY_REFUSED");
    if (!isUtf8(data)) throw new StreamError("INVALID_UTF8");
  }

  /** Tells the client, and closes. */
  end(ending: Ending): void {
    this.#subscriber?.end(ending);
  }

  message(data: Uint8Array, isBinary: boolean): void {
    const subscriber = this.#subscriber;
    if (subscriber === undefined || subscriber.hasEnded) return;
    try {
      if (isBinary) this.#checkBinary(data);
      const limit = this.#options.services.limits.messageLimitBytes;
      if (data.length > limit) throw new StreamError("MESSAGE_TOO_LARGE", { bytes: data.length, limit });
      this.#take(data, subscriber);
    } catch (thrown) {
      refuse(subscriber, thrown);
    }
    this.#mayResume = false;
  }

  /** Whatever is wrong with a message of a length that is read is said by its `ref`. */
  #take(data: Uint8Array, subscriber: Subscriber): void {
    try {
      this.#answer(parseClientMessage(data), subscriber);
    } catch (thrown) {
      refuse(subscriber, thrown, refOf(data));
    }
  }

  closed(isOrderly: boolean): void {
    if (isOrderly) this.#joiner?.end();
    else this.#joiner?.breakOff();
    const { services, memo, disconnect } = this.#options;
    if (this.#subscriber !== undefined) {
      this.#subscriber.closed();
      services.roster.remove(this.#subscriber);
      if (memo.mayPublish) services.metrics.add("producers", -1);
      this.#subscriber = undefined;
    }
    disconnect();
  }

  #answer(message: ClientMessage, subscriber: Subscriber): void {
    if (message.type === "publish") {
      this.#publish(message, subscriber);
    } else if (message.type === "token") {
      void this.#renew(message.token, subscriber);
    } else {
      if (!this.#mayResume) throw new StreamError("BAD_MESSAGE");
      const start = startAfter(this.#options.views, message.after);
      if (start.after === null) throw new StreamError("BAD_POSITION");
      this.#options.services.metrics.add("resumes_total", 1, resultOf(start));
      subscriber.restart(start.resumes, start.after);
    }
  }

  /** A fresh token of the same subject that grants the same lets the conversation go on to its own end. */
  async #renew(token: string, subscriber: Subscriber): Promise<void> {
    const { services, memo } = this.#options;
    try {
      const { authenticator } = services.settings;
      // One after the other: each costs a check of a signature.
      if (authenticator === undefined || this.#isRenewing) throw new StreamError("BAD_MESSAGE");
      this.#isRenewing = true;
      const access = await authenticator.accessOf(token);
      this.#isRenewing = false;
      if (access.subject !== memo.subject) throw new StreamError("GRANT_MISSING");
      if (memo.mayPublish) requireAction(access, "publish", memo.names);
      if (memo.mayReceive) access.viewOf("subscribe", memo.names, memo.view);
      this.#expiresAtMs = access.expiresAtMs;
      subscriber.renew(access.expiresAtMs);
      subscriber.send(json({ type: "renewed", expiresAtMs: access.expiresAtMs ?? null }));
    } catch (thrown) {
      const { code } = toStreamError(thrown);
      if (REFUSALS.includes(code)) services.metrics.add("tokens_refused_total", 1, code);
      refuse(subscriber, thrown);
    }
  }

  #publish({ ref, events }: PublishMessage, subscriber: Subscriber): void {
    const { services, memo, feeds } = this.#options;
    if (!memo.mayPublish) throw new StreamError("BAD_MESSAGE");
    if (feeds.length !== 1) throw new StreamError("FEED_LIST");
    const count = Math.max(1, events.length);
    if (services.clients.waitToPublish(memo.subject, count) > 0) {
      services.metrics.add("events_refused_total", count, "RATE_LIMITED");
      throw new StreamError("RATE_LIMITED");
    }
    const [feed] = feeds;
    this.#joiner ??= feed.openJoiner();
    const publication = new Publication(feed, this.#joiner);
    for (const event of events) publication.add(event);
    const acknowledge = (): void => subscriber.send(json({ type: "ack", ref, ...publication.receipt() }));
    const settled = publication.settled();
    if (settled === undefined) acknowledge();
    else void settled.then(acknowledge);
  }
}

/** Says why, and to which message where that has a name, and ends. */
function refuse(subscriber: Subscriber, thrown: unknown, ref?: string): void {
  const { code, row } = toStreamError(thrown);
  subscriber.send(json({ type: "error", ref, code, text: row.text }));
  subscriber.end(code);
}
