/**
 * `GET /v1/feeds/{feed}/socket`, and `/events` with an upgrade: WebSocket, sub-protocol maskwire.v1.
 *
 * Owns the conversation. The frames, ping and size on the wire are the host's.
 */
import type { Context } from "hono";
import { StreamError, toStreamError } from "../../core/index.ts";
import { parseClientMessage, type ClientMessage, type PublishMessage } from "../client-message.ts";
import type { Feed } from "../feed.ts";
import { socketOutlet } from "../outlets.ts";
import type { Socket, SocketHandler } from "../ports.ts";
import { Publication } from "../publication.ts";
import { isUpgrade, queryOf } from "../request.ts";
import type { Services } from "../services.ts";
import type { Access } from "../auth/access.ts";
import type { RouteCall } from "./index.ts";
import { resultOf, START_PARAMETERS, startAfter, startFromRequest, type Start } from "../start.ts";
import { Subscriber } from "../subscriber.ts";
import { json, TRANSPORT } from "../transports.ts";
import type { View } from "../view.ts";

export interface SocketRole {
  readonly access: Access;
  readonly names: readonly string[];
  readonly mayPublish: boolean;
  readonly mayReceive: boolean;
}

const PROTOCOL = "maskwire.v1";

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
  const disconnect = services.lifecycle.connect();
  try {
    const { view } = queryOf(context, START_PARAMETERS);
    const feeds = await Promise.all(role.names.map((name) => services.feeds.openCurrent(name)));
    const views = role.mayReceive ? viewsOf(feeds, role, view) : feeds.map((feed) => feed.view());
    const start = startFromRequest(context, views);
    const conversation = new Conversation({ services, role, feeds, views, start, disconnect });
    return await services.ports.upgradeSocket(context, conversation, protocol);
  } catch (thrown) {
    disconnect();
    throw thrown;
  }
}

function viewsOf(feeds: readonly Feed[], { access, names }: SocketRole, asked: string | undefined): readonly View[] {
  const view = access.viewOf("subscribe", names, asked);
  return feeds.map((feed) => feed.view(view));
}

/** Ours when it is offered, none when none is. @throws StreamError `PROTOCOL_UNKNOWN`. */
function protocolOf(context: Context): string | undefined {
  const offered = context.req.header("sec-websocket-protocol");
  if (offered === undefined) return undefined;
  if (!offered.split(",").some((name) => name.trim() === PROTOCOL)) throw new StreamError("PROTOCOL_UNKNOWN");
  return PROTOCOL;
}

interface ConversationOptions {
  readonly services: Services;
  readonly role: SocketRole;
  readonly feeds: readonly Feed[];
  /** Of each feed, the one that this subscriber sees. */
  readonly views: readonly View[];
  readonly start: Start;
  readonly disconnect: () => void;
}

class Conversation implements SocketHandler {
  readonly #options: ConversationOptions;
  #subscriber: Subscriber | undefined;
  #mayResume: boolean;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#mayResume = options.role.mayReceive && options.start.isNew;
  }

  open(socket: Socket): void {
    const { services, role, views, start } = this.#options;
    const { ports, limits, metrics, roster } = services;
    const receiving = role.mayReceive ? { views, resumes: start.resumes } : { views: [], resumes: [] };
    this.#subscriber = new Subscriber({
      ...receiving,
      after: start.after,
      transport: TRANSPORT.websocket,
      outlet: socketOutlet(socket),
      limits,
      ports,
      metrics,
      expiresAtMs: role.access.expiresAtMs,
    });
    if (role.mayReceive) metrics.add("resumes_total", 1, resultOf(start));
    if (role.mayPublish) metrics.add("producers", 1);
    roster.add(this.#subscriber);
    this.#subscriber.start();
  }

  message(data: Uint8Array, isBinary: boolean): void {
    const subscriber = this.#subscriber;
    if (subscriber === undefined || subscriber.hasEnded) return;
    try {
      if (isBinary) throw new StreamError("BINARY_REFUSED");
      const limit = this.#options.services.limits.messageLimitBytes;
      if (data.length > limit) throw new StreamError("MESSAGE_TOO_LARGE", { bytes: data.length, limit });
      this.#answer(parseClientMessage(data), subscriber);
    } catch (thrown) {
      const { code, row } = toStreamError(thrown);
      subscriber.send(json({ type: "error", code, text: row.text }));
      subscriber.end(code);
    }
    this.#mayResume = false;
  }

  closed(): void {
    const { services, role, disconnect } = this.#options;
    if (this.#subscriber !== undefined) {
      this.#subscriber.closed();
      services.roster.remove(this.#subscriber);
      if (role.mayPublish) services.metrics.add("producers", -1);
      this.#subscriber = undefined;
    }
    disconnect();
  }

  #answer(message: ClientMessage, subscriber: Subscriber): void {
    if (message.type === "publish") {
      this.#publish(message, subscriber);
    } else {
      if (!this.#mayResume) throw new StreamError("BAD_MESSAGE");
      const start = startAfter(this.#options.views, message.after);
      if (start.after === null) throw new StreamError("BAD_POSITION");
      this.#options.services.metrics.add("resumes_total", 1, resultOf(start));
      subscriber.restart(start.resumes, start.after);
    }
  }

  #publish({ ref, events }: PublishMessage, subscriber: Subscriber): void {
    const { role, feeds } = this.#options;
    if (!role.mayPublish) throw new StreamError("BAD_MESSAGE");
    if (feeds.length !== 1) throw new StreamError("FEED_LIST");
    const publication = new Publication(feeds[0]);
    for (const event of events) publication.add(event);
    const acknowledge = (): void => subscriber.send(json({ type: "ack", ref, ...publication.receipt() }));
    const settled = publication.settled();
    if (settled === undefined) acknowledge();
    else void settled.then(acknowledge);
  }
}
