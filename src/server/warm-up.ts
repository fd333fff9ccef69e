/**
 * A server beside the server, with the same policies and nothing else in common: what passes through it makes the code
 * fast that the first real events need, and leaves no trace in feeds, metrics or limits.
 *
 * Owns what it must not share. Its host brings the sockets and the events.
 */
import type { Hono } from "hono";
import { ClientLimits } from "./limits/client-limits.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "./config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "./config/limits.ts";
import { Feeds } from "./feeds/feeds.ts";
import { MemoryBroker } from "./history/memory-broker.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { createListenerApp } from "./listener-app.ts";
import { createMaskCounts } from "./masking/mask-counts.ts";
import { MaskStreams } from "./masking/mask-streams.ts";
import { Roster } from "./subscribers/roster.ts";
import { Metrics } from "./telemetry/metrics.ts";
import type { Ports } from "./ports.ts";
import { assembleServices, type Services } from "./services.ts";

export interface WarmUp {
  /** Routes to publish and to subscribe, open to whoever reaches them. */
  readonly app: Hono;
  /** Feeds that it has, one for each that the configuration names. */
  readonly feeds: readonly string[];
}

const ANY = "*";
/** Stands for every name that a configuration lets in by `*`. */
const UNNAMED = "warm-up";
const TICK_MS = 1_000;

/** Compiles nothing. */
export function createWarmUp(services: Services): WarmUp {
  const ports = withoutTracer(services.ports);
  const { settings } = services;
  const metrics = new Metrics();
  // Of the shape that the server's own have.
  const limits = { ...services.limits, ...DEFAULT_SERVER_LIMITS };
  const policies = settings.policies.apart(createMaskCounts(metrics));
  const named = Object.keys(settings.config.feeds).length > 0 ? settings.config.feeds : DEFAULT_CONFIG.feeds;
  const config: ServerConfig = { ...settings.config, feeds: named };
  const broker = new MemoryBroker({ limits, ports });
  const app = createListenerApp(
    assembleServices({
      ...services,
      ports,
      settings: { config, policies, authenticator: undefined },
      limits,
      metrics,
      feeds: new Feeds({ feeds: named, policies, limits, ports, metrics, broker }),
      relays: new Map(),
      lifecycle: new Lifecycle(limits.connectionsLimit),
      clients: new ClientLimits({ limits, clock: ports.clock, metrics }),
      roster: new Roster(ports.clock, TICK_MS),
      maskStreams: new MaskStreams(ports.clock, metrics),
      detokenizer: undefined,
      canary: undefined,
    }),
    ["publish", "subscribe"],
  );
  return { app, feeds: Object.keys(named).map((name) => (name === ANY ? UNNAMED : name)) };
}

/** Spans of made-up events are nobody's business. The same object where there is no tracer: others would have another shape. */
function withoutTracer(ports: Ports): Ports {
  if (ports.tracer === undefined) return ports;
  const { tracer: _, ...others } = ports;
  return others;
}
