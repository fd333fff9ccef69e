/**
 * The server as a value: feeds, relays and the Hono app of each listener, from ports and a configuration.
 */
import type { Hono } from "hono";
import { compilePolicy, StreamError, type Hmac, type MaskObserver, type Policy } from "../core/index.ts";
import { Authenticator } from "./auth/authenticator.ts";
import type { ListenerName, ServerConfig, ServerLimits, Viewed } from "./config.ts";
import { drainServer } from "./drain.ts";
import { Feed } from "./feed.ts";
import { Feeds, viewPolicies } from "./feeds.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createListenerApp } from "./listener-app.ts";
import { MaskStreams } from "./mask-stream.ts";
import { Metrics } from "./metrics.ts";
import type { Ports } from "./ports.ts";
import { Relay } from "./relay.ts";
import { Roster } from "./roster.ts";
import type { Services } from "./services.ts";
import { isUpstreamUrl } from "./upstream.ts";

export interface MaskwireServer {
  /** The routes of these listeners in one app: several when they share a socket. */
  app(listeners: readonly ListenerName[]): Hono;
  /**
   * Publishes one event's data (JSON or text, UTF-8) into a feed, as a producer inside the process.
   * @throws StreamError with the code of the refusal.
   */
  publish(feed: string, data: Uint8Array, event?: string): void;
  /**
   * Drains by the steps of docs/protocol.md and resolves when every subscriber has ended.
   * The host stops listening when it resolves, and exits by itself after `drainLimitMs`.
   */
  drain(): Promise<void>;
}

export interface ServerOptions {
  /** Keyed hash for the `hash` operator and for tokens of upstream ids; absent: policies that need it are refused. */
  readonly hmac?: Hmac;
  /** Key of issuers that sign with HS256, HS384 or HS512. */
  readonly jwtSecret?: Uint8Array;
}

const TICK_LIMIT_MS = 1_000;

/** @throws StreamError `BAD_CONFIG`, `BAD_PATTERN`, `KEY_MISSING` when a policy cannot be compiled. */
export function createServer(ports: Ports, config: ServerConfig, options: ServerOptions = {}): MaskwireServer {
  const metrics = new Metrics();
  const policies = compilePolicies(config, metrics, options);
  const feeds = new Feeds({ feeds: config.feeds, policies, limits: config.limits, ports, metrics });
  const services: Services = {
    ports,
    config,
    metrics,
    authenticator: createAuthenticator(ports, config, options),
    policies,
    feeds,
    relays: createRelays(config, ports, { policies, metrics }),
    lifecycle: new Lifecycle(config.limits.connectionsLimit),
    roster: new Roster(ports.clock, tickMs(config.limits)),
    maskStreams: new MaskStreams(),
  };
  return {
    app(listeners) {
      for (const [name, relay] of services.relays) if (config.relays[name]?.always) relay.start();
      return createListenerApp(services, listeners);
    },
    publish(name, data, event) {
      const outcome = feeds.open(name).tryPublish(data, event);
      if (typeof outcome === "string") throw new StreamError(outcome);
    },
    drain: () => drainServer(services),
  };
}

function createAuthenticator(
  { fetch: fetchPort, clock }: Ports,
  { auth }: ServerConfig,
  { jwtSecret }: ServerOptions,
): Authenticator | undefined {
  return auth === undefined ? undefined : new Authenticator({ config: auth, jwtSecret, fetch: fetchPort, clock });
}

function compilePolicies(config: ServerConfig, metrics: Metrics, { hmac }: ServerOptions): Map<string, Policy> {
  const observer = observerOf(metrics);
  const { lineLimitBytes, jsonDepthLimit, nestedJsonDepth } = config.limits;
  const shared = {
    limits: { lineLimitBytes, jsonDepthLimit, nestedJsonDepth },
    observer,
    ...(hmac === undefined ? {} : { hmac }),
  };
  const named = Object.entries(config.policies);
  const policies = new Map(named.map(([name, spec]) => [name, compilePolicy(spec, { name, ...shared })]));
  const used = [...Object.values(config.feeds), ...Object.values(config.relays)];
  const isKnown = ({ policy, views }: Viewed): boolean =>
    [policy, ...Object.values(views)].every((one) => policies.has(one));
  if (!used.every(isKnown)) throw new StreamError("BAD_CONFIG");
  return policies;
}

function observerOf(metrics: Metrics): MaskObserver {
  return {
    masked: (entity, operator, count) => metrics.add("masked_total", count, entity, operator),
    invalid: (reason) => metrics.add("fail_closed_total", 1, reason),
    truncated: () => metrics.add("stream_truncated_total", 1),
  };
}

interface RelayParts {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly metrics: Metrics;
}

function createRelays(config: ServerConfig, ports: Ports, { policies, metrics }: RelayParts): Map<string, Relay> {
  const relays = new Map<string, Relay>();
  for (const [name, relay] of Object.entries(config.relays)) {
    if (!isUpstreamUrl(relay.url, relay.unsafePlaintext)) throw new StreamError("BAD_CONFIG");
    const { limits } = config;
    const label = `relay:${name}`;
    const feed = new Feed({
      name,
      label,
      policies: viewPolicies(relay, policies),
      eventTypes: relay.eventTypes,
      limits,
      ports,
      metrics,
    });
    relays.set(name, new Relay({ name, config: relay, feed, limits, ports, metrics }));
  }
  return relays;
}

/** Often enough for the shortest of the times that the tick looks after. */
function tickMs({ heartbeatMs, writeStallMs, connectionMaxAgeMs }: ServerLimits): number {
  return Math.max(10, Math.min(TICK_LIMIT_MS, heartbeatMs / 2, writeStallMs / 2, connectionMaxAgeMs / 10));
}
