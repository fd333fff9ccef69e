/**
 * The server as a value: feeds, relays and the Hono app of each listener, from ports and a configuration.
 */
import type { Hono } from "hono";
import { type ErrorCode, StreamError, type KeyRing, type Policy } from "../core/index.ts";
import { ConfigRefusal } from "./config/config-refusal.ts";
import type { ListenerName, ServerConfig } from "./config/config.ts";
import type { ServerLimits } from "./config/limits.ts";
import { Canary, parseEndpoint } from "./lifecycle/canary.ts";
import { ClientLimits, type ConnectionLimit } from "./limits/client-limits.ts";
import type { Detokenizer } from "./reversal/detokenizer.ts";
import { AT_ONCE, drainServer } from "./lifecycle/drain.ts";
import type { createWarmUp as createOne, WarmUp } from "./warm-up.ts";
import { Egress, guardFetch } from "./network/egress.ts";
import { Feed } from "./feeds/feed.ts";
import { andThen, type Awaitable } from "./awaitable.ts";
import type { Broker } from "./history/broker.ts";
import { MemoryBroker } from "./history/memory-broker.ts";
import { feedRules, Feeds } from "./feeds/feeds.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { createListenerApp } from "./listener-app.ts";
import { MaskStreams } from "./masking/mask-streams.ts";
import { Metrics } from "./telemetry/metrics.ts";
import type { Ports } from "./ports.ts";
import type { SocketMemo } from "./host/socket-memo.ts";
import { Relay } from "./relays/relay.ts";
import { namedEntries } from "./telemetry/log.ts";
import { refuseFixed } from "./config/reload.ts";
import { Roster } from "./subscribers/roster.ts";
import { type Conversation, openConversation } from "./routes/socket.ts";
import { assembleServices, type LiveServices, type Place, type Services, type Settings } from "./services.ts";
import { SettingsMaker, type SettingsOptions } from "./settings-maker.ts";
import { httpUrlOf, isUpstreamUrl } from "./relays/upstream.ts";

export interface HostCounts {
  /** A connection was not let in. */
  readonly refused: (limit: ConnectionLimit) => void;
  /** A request was answered with an error. */
  readonly error: (code: ErrorCode) => void;
  /** A connection was ended. */
  readonly ended: (code: ErrorCode) => void;
}

export interface MaskwireServer {
  /**
   * The routes of these listeners in one app: several when they share a socket. With `subscribe` among them, upstreams
   * that are always followed are opened.
   */
  app(listeners: readonly ListenerName[]): Hono;
  /**
   * Publishes one event's data (JSON or text, UTF-8) into a feed, as a producer inside the process. A history that
   * refuses it later counts it in `events_refused_total`.
   * @throws StreamError with the code of a refusal that is known at once.
   */
  publish(feed: string, data: Uint8Array, event?: string): void;
  /** For producers inside of the host. */
  readonly intake: Intake;
  /**
   * Takes over another configuration, all of it between two events: feeds mask the next event by it, and what begins from
   * now on goes by it. Compiles for some milliseconds a changed policy.
   * `keys` take the place of those in force. @throws ConfigRefusal when it cannot take effect, or needs a restart; then
   * nothing has changed.
   */
  reload(config: ServerConfig, keys?: KeyRing): Reloaded;
  /** For what the host refuses or ends before anything of it comes here. */
  readonly counts: HostCounts;
  /** Says on `/readyz` and `/metrics` that a new configuration was refused, and where; until one is taken over. */
  refuse(places: readonly Place[]): void;
  /**
   * Drains by the steps of docs/protocol.md and resolves when every subscriber has ended.
   * The host stops listening when it resolves, and exits by itself after `drainLimitMs`.
   */
  drain(): Promise<void>;
  /** The same without any time of grace: required network policies are no longer in force. */
  drainAtOnce(): Promise<void>;
  /** The compiled policy of that name, of the settings in force. */
  policy(name: string): Policy | undefined;
  /**
   * The routes of these listeners over feeds, connections and timers of their own, with the policies and tokens of this
   * server: for a host in which no request can use what another one opened. Relays are not among them.
   */
  session(listeners: readonly ListenerName[], parts: SessionParts): Hono;
  /**
   * Begins a conversation that was admitted elsewhere, or goes on with one after a rest.
   * @throws StreamError with the code of what a client's upgrade would be refused for.
   */
  converse(memo: SocketMemo): Promise<Conversation>;
  /** Looks whether network policies are in force, once it is started; undefined when nothing does. */
  readonly canary: Canary | undefined;
  /** Opens what a host may run events through before the first real one; undefined where the host brings none. */
  readonly openWarmUp: (() => WarmUp) | undefined;
}

export interface SessionParts {
  readonly ports: Ports & { readonly broker: Broker };
  readonly limits: ServerLimits;
}

/** What a producer inside of the host works with. */
export interface Intake {
  /** @throws StreamError `FEED_NAME`, `FEED_UNKNOWN`, `FEED_LIMIT`, `HISTORY_UNAVAILABLE`. */
  open(feed: string): Awaitable<Feed>;
  readonly metrics: Metrics;
  /** Aborted when nothing new is taken any more. */
  readonly stopping: AbortSignal;
}

/** What a new configuration has changed. */
export interface Reloaded {
  readonly changedPolicies: number;
  /** Mask streams that go on by a policy which is no longer in force. */
  readonly oldStreams: number;
}

export interface ServerOptions extends SettingsOptions {
  /** Of maskwire, for `/metrics`. */
  readonly version?: string;
  /** Makes a server for the warm-up; absent: none. */
  readonly createWarmUp?: typeof createOne;
}

const TICK_LIMIT_MS = 1_000;

/** @throws StreamError `BAD_CONFIG`, `BAD_PATTERN`, `KEY_MISSING` when a policy cannot be compiled. */
export function createServer(ports: Ports, config: ServerConfig, options: ServerOptions = {}): MaskwireServer {
  const { version = "", createWarmUp } = options;
  const { limits } = config;
  const metrics = new Metrics();
  // For all that leaves: relays, and the keys of issuers.
  const outward = { ...ports, fetch: guardFetch(ports.fetch, new Egress(config.upstreams)) };
  const maker = new SettingsMaker({ ports: outward, metrics, options });
  const settings = maker.make(config);
  metrics.tellConfig(config, version);
  const services = createServices(settings, { ports, outward, metrics });
  return {
    app: (listeners) => openApp(services, listeners),
    publish: (name, data, event) => publish(services, name, { data, event }),
    intake: { open: (name) => services.feeds.open(name), metrics, stopping: services.lifecycle.stopping },
    reload(next, keys) {
      const previous = services.settings;
      const [first, ...others] = refuseFixed(previous.config, next);
      if (first !== undefined) throw new ConfigRefusal(first, ...others);
      const reloaded = takeOver(services, maker.make(next, { previous, keys }));
      metrics.tellConfig(next, version);
      return reloaded;
    },
    counts: {
      refused: (limit) => metrics.add("connections_refused_total", 1, limit),
      error: (code) => metrics.add("errors_total", 1, code),
      ended: (code) => metrics.add("disconnects_total", 1, code),
    },
    refuse(places) {
      services.refused = places;
      metrics.set("config_refused", 1);
      metrics.add("config_reloads_total", 1, "refused");
    },
    drain: () => drainServer(services, { graceMs: limits.drainGraceMs, windowMs: limits.drainWindowMs }),
    drainAtOnce: () => drainServer(services, AT_ONCE),
    policy: (name) => services.settings.policies.get(name),
    session: (listeners, parts) => createListenerApp(sessionOf(services, parts), listeners),
    converse: (memo) => openConversation(services, memo),
    canary: services.canary,
    openWarmUp: createWarmUp === undefined ? undefined : () => createWarmUp(services),
  };
}

/** `outward`: the same ports, for all that leaves. */
interface ServiceParts {
  readonly ports: Ports;
  readonly outward: Ports;
  readonly metrics: Metrics;
}

/** @throws StreamError `BAD_CONFIG` for what the host has no port for. */
function createServices(settings: Settings, { ports, outward, metrics }: ServiceParts): LiveServices {
  const { config, policies } = settings;
  const { limits } = config;
  const memory = new MemoryBroker({ limits, ports });
  const broker = ports.broker ?? memory;
  const services = assembleServices({
    ports,
    settings,
    refused: [],
    limits,
    metrics,
    feeds: new Feeds({ feeds: config.feeds, policies, limits, ports, metrics, broker }),
    isHistoryAvailable: undefined,
    relays: createRelays(settings, { ports: outward, metrics, memory }),
    lifecycle: new Lifecycle(limits.connectionsLimit),
    clients: new ClientLimits({ limits, clock: ports.clock, metrics }),
    roster: new Roster(ports.clock, tickMs(limits)),
    maskStreams: new MaskStreams(ports.clock, metrics),
    detokenizer: createDetokenizer(config, ports, metrics),
    canary: createCanary(config, ports, metrics),
  });
  watch(broker, services);
  return services;
}

/** What a history tells of itself goes to `/metrics` and `/readyz`. */
function watch(broker: Broker, services: LiveServices): void {
  const { metrics } = services;
  broker.watch({
    committed: (waitedMs) => metrics.observe("history_append_seconds", waitedMs / 1000),
    available: (isAvailable) => {
      services.isHistoryAvailable = isAvailable;
      metrics.set("history_available", isAvailable ? 1 : 0);
    },
    paged: (result, damages) => {
      metrics.add("history_pages_total", 1, result);
      metrics.add("history_damages_total", damages);
    },
  });
}

function openApp(services: Services, listeners: readonly ListenerName[]): Hono {
  const { relays } = services.settings.config;
  if (listeners.includes("subscribe"))
    for (const [name, relay] of services.relays) if (relays[name]?.always) relay.start();
  return createListenerApp(services, listeners);
}

interface Published {
  readonly data: Uint8Array;
  readonly event: string | undefined;
}

function publish({ feeds, metrics }: Services, name: string, { data, event }: Published): void {
  const outcome = andThen(feeds.open(name), (feed) => feed.tryPublish(data, event));
  if (typeof outcome === "string" && outcome !== "EVENT_DROPPED") throw new StreamError(outcome);
  if (outcome instanceof Promise) outcome.catch(() => metrics.add("events_refused_total", 1, "HISTORY_UNAVAILABLE"));
}

/** Puts other settings in the place of those in force. */
function takeOver(services: LiveServices, settings: Settings): Reloaded {
  const { feeds, relays, maskStreams, metrics, settings: previous } = services;
  const { config, policies } = settings;
  services.settings = settings;
  feeds.reload({ feeds: config.feeds, policies });
  for (const [name, { feed }] of relays) feed.reload(feedRules(config.relays[name], policies));
  maskStreams.endOld(policies, config.reload === "live" ? "all" : "bound");
  services.refused = [];
  metrics.set("config_refused", 0);
  metrics.add("config_reloads_total", 1, "taken");
  return { changedPolicies: policies.countChanged(previous.policies), oldStreams: maskStreams.countOld(policies) };
}

/** The same settings and counts, and all else of its own. */
function sessionOf(services: Services, { ports, limits }: SessionParts): Services {
  const { settings, metrics } = services;
  const { config, policies } = settings;
  return assembleServices({
    ...services,
    ports,
    limits,
    feeds: new Feeds({ feeds: config.feeds, policies, limits, ports, metrics, broker: ports.broker }),
    relays: new Map(),
    lifecycle: new Lifecycle(limits.connectionsLimit),
    roster: new Roster(ports.clock, tickMs(limits)),
  });
}

/** @throws StreamError `BAD_CONFIG` when the host keeps no audit records. */
function createDetokenizer({ detokenize }: ServerConfig, ports: Ports, metrics: Metrics): Detokenizer | undefined {
  if (detokenize === undefined) return undefined;
  if (ports.reversal === undefined) throw new StreamError("BAD_CONFIG");
  return ports.reversal.open({ config: detokenize, ports, metrics });
}

/** @throws StreamError `BAD_CONFIG` when it cannot work: the host has no sockets, or an endpoint is none. */
function createCanary({ canary, limits }: ServerConfig, ports: Ports, metrics: Metrics): Canary | undefined {
  if (canary === undefined || canary.mode === "off") return undefined;
  const { dial } = ports;
  const isReadable = [canary.control, canary.forbidden].every((text) => parseEndpoint(text) !== undefined);
  if (dial === undefined || !isReadable) throw new StreamError("BAD_CONFIG");
  return new Canary({ config: canary, limits, ports, dial, metrics });
}

/** Their events stay in memory: the upstream has them, and is asked again after a restart. */
function createRelays(
  { config, policies }: Settings,
  { ports, metrics, memory }: { ports: Ports; metrics: Metrics; memory: MemoryBroker },
): Map<string, Relay> {
  const { limits } = config;
  const relays = namedEntries(config.relays).map(([name, relay]): [string, Relay] => {
    const url = ports.openUpstreamSocket === undefined ? relay.url : httpUrlOf(relay.url);
    if (!isUpstreamUrl(url, relay.unsafePlaintext)) throw new StreamError("BAD_CONFIG");
    const label = `relay:${name}`;
    const source = memory.open();
    const feed = new Feed({ name, label, ...feedRules(relay, policies), limits, ports, metrics, source });
    void feed.follow();
    return [name, new Relay({ name, config: relay, feed, limits, ports, metrics })];
  });
  return new Map(relays);
}

/** Often enough for the shortest of the times that the tick looks after. */
function tickMs({ heartbeatMs, writeStallMs, connectionMaxAgeMs }: ServerLimits): number {
  return Math.max(10, Math.min(TICK_LIMIT_MS, heartbeatMs / 2, writeStallMs / 2, connectionMaxAgeMs / 10));
}
