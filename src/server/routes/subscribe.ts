/**
 * `GET /v1/feeds/{feed}/events` and `GET /v1/relays/{relay}`: receive, as SSE, NDJSON or WebSocket.
 */
import type { Context } from "hono";
import { StreamError } from "../../core/index.ts";
import { connectClient } from "./client.ts";
import { requireAction } from "../auth/access.ts";
import { sinkOutlet } from "../subscribers/outlets.ts";
import { isUpgrade, originHeaders, queryOf, transportOf } from "../http/request.ts";
import type { Services } from "../services.ts";
import { resultOf, START_PARAMETERS, startFromRequest } from "../subscribers/start.ts";
import { Subscriber } from "../subscribers/subscriber.ts";
import { readTraceparent } from "../telemetry/traceparent.ts";
import { TRANSPORT } from "../subscribers/transports.ts";
import { filterOf } from "../subscribers/type-filter.ts";
import type { View } from "../subscribers/view.ts";
import type { RouteCall } from "./route.ts";
import { openSocket } from "./socket.ts";

const TYPES = { sse: "text/event-stream", ndjson: "application/x-ndjson" } as const;

export async function subscribe(context: Context, services: Services, call: RouteCall): Promise<Response> {
  const names = (context.req.param("feed") ?? "").split(",");
  services.feeds.checkAll(names);
  requireAction(call.access, "subscribe", names);
  if (isUpgrade(context)) return openSocket(context, services, { ...call, names, mayPublish: false, mayReceive: true });
  const viewOf = (asked: string | undefined): string | undefined => call.access.viewOf("subscribe", names, asked);
  return stream(context, services, {
    ...call,
    openViews: async (asked) => {
      const view = viewOf(asked);
      const feeds = await Promise.all(names.map((name) => services.feeds.openCurrent(name)));
      return feeds.map((feed) => feed.view(view));
    },
  });
}

export async function followRelay(context: Context, services: Services, call: RouteCall): Promise<Response> {
  const name = context.req.param("relay") ?? "";
  requireAction(call.access, "relay", [name]);
  const relay = services.relays.get(name);
  if (relay === undefined) throw new StreamError("RELAY_UNKNOWN");
  // 204 is the one answer after which an EventSource does not come back.
  if (relay.state === "ended") return context.body(null, 204);
  relay.trace = readTraceparent(context.req.header("traceparent"));
  return stream(context, services, {
    ...call,
    openViews: async (asked) => [relay.feed.view(call.access.viewOf("relay", [name], asked))],
  });
}

interface StreamCall extends RouteCall {
  /** The views to show, by the one that was asked for. */
  openViews(asked: string | undefined): Promise<readonly View[]>;
}

async function stream(context: Context, services: Services, call: StreamCall): Promise<Response> {
  const { ports, settings, limits, metrics, roster } = services;
  const { view, types } = queryOf(context, START_PARAMETERS);
  const filter = filterOf(types, limits);
  const name = transportOf(context);
  const headers: Record<string, string> = {
    ...originHeaders(context, settings.config.allowedOrigins),
    "content-type": TYPES[name],
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  };
  if (context.req.method === "HEAD") return context.body(null, 200, headers);
  const disconnect = connectClient(context, services, call.access);
  try {
    const views = await call.openViews(view);
    const start = await startFromRequest(context, views);
    metrics.add("resumes_total", 1, resultOf(start));
    const { sink, response } = ports.openSink(context, { ...headers, "maskwire-resume": start.label });
    const outlet = sinkOutlet(sink);
    const transport = TRANSPORT[name];
    const subscriber = new Subscriber({
      ...start,
      transport,
      outlet,
      views,
      filter,
      limits,
      ports,
      metrics,
      expiresAtMs: call.access.expiresAtMs,
    });
    roster.add(subscriber);
    subscriber.start();
    sink.onClose(() => {
      subscriber.closed();
      roster.remove(subscriber);
      disconnect();
    });
    return response;
  } catch (thrown) {
    disconnect();
    throw thrown;
  }
}
