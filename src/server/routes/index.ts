/**
 * The table of routes: which listener answers which method and path.
 */
import { StreamError } from "../../core/index.ts";
import { consolePage } from "./console.ts";
import { detokenize } from "./detokenize.ts";
import { grant } from "./grant.ts";
import { mask } from "./mask.ts";
import { livez, metrics, readyz } from "./operations.ts";
import { publish } from "./publish.ts";
import type { Route } from "./route.ts";
import { socket } from "./socket.ts";
import { followRelay, subscribe } from "./subscribe.ts";

export const ROUTES: readonly Route[] = [
  { listeners: ["publish"], method: "POST", path: "/v1/mask", isGuarded: true, handler: mask },
  // `curl -T FILE` uploads with PUT.
  { listeners: ["publish"], method: "PUT", path: "/v1/mask", isGuarded: true, handler: mask },
  { listeners: ["publish"], method: "POST", path: "/v1/detokenize", isGuarded: true, handler: detokenize },
  { listeners: ["publish"], method: "POST", path: "/v1/feeds/:feed/events", isGuarded: true, handler: publish },
  { listeners: ["publish"], method: "PUT", path: "/v1/feeds/:feed/events", isGuarded: true, handler: publish },
  { listeners: ["subscribe"], method: "GET", path: "/v1/feeds/:feed/events", isGuarded: true, handler: subscribe },
  {
    listeners: ["publish", "subscribe"],
    method: "GET",
    path: "/v1/feeds/:feed/socket",
    isGuarded: true,
    handler: socket,
  },
  { listeners: ["subscribe"], method: "GET", path: "/v1/relays/:relay", isGuarded: true, handler: followRelay },
  { listeners: ["subscribe"], method: "POST", path: "/v1/grant", isGuarded: true, handler: grant },
  { listeners: ["subscribe"], method: "GET", path: "/", isGuarded: false, handler: consolePage },
  { listeners: ["admin"], method: "GET", path: "/livez", isGuarded: false, handler: livez },
  { listeners: ["admin"], method: "GET", path: "/readyz", isGuarded: false, handler: readyz },
  { listeners: ["admin"], method: "GET", path: "/metrics", isGuarded: false, handler: metrics },
  {
    listeners: ["admin"],
    method: "GET",
    path: "/openapi.json",
    isGuarded: false,
    // Its sentences are Node's only: at the edge every kilobyte of code counts.
    handler: (context, { ports }) => {
      if (ports.describeRoutes === undefined) throw new StreamError("NOT_FOUND");
      return context.json(ports.describeRoutes(ROUTES));
    },
  },
];
