/**
 * The table of routes: which listener answers which method and path.
 */
import type { Context } from "hono";
import type { ListenerName } from "../config.ts";
import type { Services } from "../services.ts";
import { consolePage } from "./console.ts";
import { mask } from "./mask.ts";
import { livez, metrics, readyz } from "./operations.ts";
import { publish } from "./publish.ts";
import { socket } from "./socket.ts";
import { followRelay, subscribe } from "./subscribe.ts";

/** `listeners` are those whose routes the answering app unites. */
export type Handler = (
  context: Context,
  services: Services,
  listeners: readonly ListenerName[],
) => Response | Promise<Response>;

export interface Route {
  readonly listeners: readonly ListenerName[];
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly handler: Handler;
}

export const ROUTES: readonly Route[] = [
  { listeners: ["publish"], method: "POST", path: "/v1/mask", handler: mask },
  // `curl -T FILE` uploads with PUT.
  { listeners: ["publish"], method: "PUT", path: "/v1/mask", handler: mask },
  { listeners: ["publish"], method: "POST", path: "/v1/feeds/:feed/events", handler: publish },
  { listeners: ["publish"], method: "PUT", path: "/v1/feeds/:feed/events", handler: publish },
  { listeners: ["subscribe"], method: "GET", path: "/v1/feeds/:feed/events", handler: subscribe },
  {
    listeners: ["publish", "subscribe"],
    method: "GET",
    path: "/v1/feeds/:feed/socket",
    handler: (context, services, listeners) =>
      socket(context, services, {
        mayPublish: listeners.includes("publish"),
        mayReceive: listeners.includes("subscribe"),
      }),
  },
  { listeners: ["subscribe"], method: "GET", path: "/v1/relays/:relay", handler: followRelay },
  { listeners: ["subscribe"], method: "GET", path: "/", handler: consolePage },
  { listeners: ["admin"], method: "GET", path: "/livez", handler: livez },
  { listeners: ["admin"], method: "GET", path: "/readyz", handler: readyz },
  { listeners: ["admin"], method: "GET", path: "/metrics", handler: metrics },
];
