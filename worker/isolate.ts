/**
 * A stateless isolate: masks what passes, masks what is published before it reaches a feed's object, and writes what comes
 * from there to its subscribers.
 *
 * Owns which requests an object is asked for. No request uses what another opened.
 */
import type { Hono } from "hono";
import { createMasker } from "../src/core/index.ts";
import { createServer, type MaskwireServer } from "../src/server/app.ts";
import type { ServerLimits } from "../src/server/config/limits.ts";
import type { SinkOpening } from "../src/server/host/byte-sink.ts";
import type { UpgradeSocket } from "../src/server/host/socket.ts";
import type { Env } from "./env.ts";
import { MEMO_HEADER, type FeedObject } from "./feed-object.ts";
import { Front } from "./front.ts";
import { createPorts } from "./ports.ts";
import type { RelayObject } from "./relay-object.ts";
import { FOLLOW, RemoteBroker } from "./remote-broker.ts";
import type { Settings } from "./settings.ts";
import { openSink, StreamSink } from "./sink.ts";
import { wishesOf } from "./start-wish.ts";

/** Words, numbers and signs as they come in texts; nothing of it is anybody's. */
const WARM_UP =
  "2026-01-02T03:04:05.678Z INFO user=a.b@example.com ip=192.0.2.1 card 4111 1111 1111 1111 +1 202 555 0100 {}\n";
const FEED_PATH = /^\/v1\/feeds\/([^/]+)\/(?:events|socket)$/;
const RELAY_PATH = /^\/v1\/relays\/([^/]+)$/;
/** Health only: counters of one isolate among many mean nothing, so `/metrics` is not served at the edge. */
const ADMIN_PATHS: ReadonlySet<string> = new Set(["/livez", "/readyz"]);
/** What one subscriber holds of its feeds: a few pages, for the objects have the rest. */
const SESSION_HISTORY_BYTES = 4_194_304;

/** What an isolate is bound to: it calls the objects. */
export interface IsolateEnv extends Env {
  readonly FEEDS: DurableObjectNamespace<FeedObject>;
  readonly RELAYS: DurableObjectNamespace<RelayObject>;
}

export class Isolate {
  readonly settings: Settings;
  readonly #server: MaskwireServer;
  readonly #pages: Hono;
  readonly #admin: Hono;
  readonly #front: Front | undefined;

  /** @throws StreamError when a policy cannot be compiled. */
  constructor(settings: Settings) {
    const { config, options, edge } = settings;
    this.settings = settings;
    this.#server = createServer(createPorts(config.limits), { ...config, relays: {} }, options);
    this.#pages = this.#server.app(["publish", "subscribe"]);
    this.#admin = this.#server.app(["admin"]);
    this.#front = edge.front === undefined ? undefined : new Front(edge.front, settings);
  }

  /** Masks a word, so that the first request finds the tables of the default policy begun. */
  warmUp(): void {
    const policy = this.#server.policy("default");
    if (policy === undefined) return;
    const masker = createMasker(policy, { format: "text" });
    masker.push(new TextEncoder().encode(WARM_UP));
    masker.flush();
  }

  async fetch(request: Request, env: IsolateEnv): Promise<Response> {
    if (this.#front !== undefined) return await this.#front.fetch(request);
    const { pathname } = new URL(request.url);
    if (ADMIN_PATHS.has(pathname)) return await this.#admin.fetch(request);
    const [, feeds] = FEED_PATH.exec(pathname) ?? [];
    if (feeds !== undefined) return await this.#serveFeeds(request, env, decode(feeds).split(","));
    const [, relay] = RELAY_PATH.exec(pathname) ?? [];
    // A name that nobody configured makes no object.
    if (relay !== undefined && Object.hasOwn(this.settings.config.relays, relay))
      return await env.RELAYS.get(env.RELAYS.idFromName(relay)).fetch(request);
    return await this.#pages.fetch(request);
  }

  /** Feeds, connections and timers for this request alone. */
  async #serveFeeds(request: Request, env: IsolateEnv, names: readonly string[]): Promise<Response> {
    const { limits } = this.settings.config;
    const isUpgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
    const isJoined = names.length > 1;
    const isReading = request.method === "GET" && (!isUpgrade || isJoined);
    let sink: StreamSink | undefined;
    const broker = new RemoteBroker({
      objects: env.FEEDS,
      version: this.settings.version,
      clock: createPorts(limits).clock,
      startOf: isReading ? wishesOf(request, names) : undefined,
      // A socket's first message may ask for anything that is held.
      isWhole: isUpgrade,
      hasRoom: () => sink === undefined || sink.queuedBytes() < limits.subscriberQueueBytes / 4,
      onLost: () => sink?.abort(),
    });
    const close = (): void => void broker.close();
    const ports = createPorts(limits);
    const app = this.#server.session(["publish", "subscribe"], {
      limits: isUpgrade ? limits : sessionLimits(limits),
      ports: {
        ...ports,
        broker,
        openSink: (context, headers): SinkOpening => {
          const opening = openSink(context, headers);
          sink = opening.sink;
          sink.onClose(close);
          request.signal.addEventListener("abort", () => opening.sink.leave());
          return opening;
        },
        upgradeSocket: isJoined ? closing(ports.upgradeSocket, close) : (...call) => forward(env, ...call),
      },
    });
    const response = await app.fetch(request);
    if (isReading && response.status !== 200 && response.status !== 101) close();
    return response;
  }
}

/** Hands the conversation to the feed's object, which keeps the socket while it rests. */
async function forward(env: IsolateEnv, ...[, handler, protocol]: Parameters<UpgradeSocket>): Promise<Response> {
  const { memo } = handler;
  const name = memo?.names[0] ?? "";
  const headers = { upgrade: "websocket", [MEMO_HEADER]: encodeURIComponent(JSON.stringify(memo)) };
  const answered = await env.FEEDS.get(env.FEEDS.idFromName(name)).fetch(FOLLOW, { headers });
  const { webSocket } = answered;
  handler.closed(false);
  // A refusal of ours, with all it says.
  if (webSocket === null) return new Response(answered.body, answered);
  const ours: Record<string, string> = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
  return new Response(null, { status: 101, webSocket, headers: ours });
}

function closing(upgradeSocket: UpgradeSocket, close: () => void): UpgradeSocket {
  return (context, handler, protocol) =>
    upgradeSocket(
      context,
      {
        open: (socket) => handler.open(socket),
        message: (data, isBinary) => handler.message(data, isBinary),
        closed: (isOrderly) => {
          handler.closed(isOrderly);
          close();
        },
      },
      protocol,
    );
}

function sessionLimits(limits: ServerLimits): ServerLimits {
  const historyMaxBytes = Math.max(SESSION_HISTORY_BYTES, 4 * limits.subscriberQueueBytes, 4 * limits.eventLimitBytes);
  return { ...limits, historyMaxBytes };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
