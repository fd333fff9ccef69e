/**
 * The server as a value: feeds, relays and the Hono app of each listener, from ports and a configuration.
 */
import type { Hono } from "hono";
import { type ErrorCode, StreamError, type KeyRing, type Policy } from "../core/index.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { ConfigRefusal } from "./config/config-refusal.ts";
import type { ListenerName, ServerConfig, ServerLimits, Viewed } from "./config/config.ts";
import { Canary, parseEndpoint } from "./lifecycle/canary.ts";
import { ClientLimits, type ConnectionLimit } from "./limits/client-limits.ts";
import type { Detokenizer } from "./reversal/detokenizer.ts";
import { AT_ONCE, drainServer } from "./lifecycle/drain.ts";
import type { createWarmUp as createOne, WarmUp } from "./warm-up.ts";
import { Egress, guardFetch } from "./network/egress.ts";
import { Feed } from "./feeds/feed.ts";
import { andThen, type Awaitable, type Broker } from "./history/broker.ts";
import { MemoryBroker } from "./history/memory-broker.ts";
import { feedRules, Feeds } from "./feeds/feeds.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { createListenerApp } from "./listener-app.ts";
import { createMaskCounts } from "./masking/mask-counts.ts";
import { MaskStreams } from "./masking/mask-streams.ts";
import { Metrics } from "./telemetry/metrics.ts";
import { PolicySet } from "./masking/policy-set.ts";
import type { Ports, SocketMemo } from "./ports.ts";
import { Relay } from "./relays/relay.ts";
import { namedEntries } from "./telemetry/log.ts";
import { refuseFixed } from "./config/reload.ts";
import type { openRemoteDetectors } from "./remote/index.ts";
import { Roster } from "./subscribers/roster.ts";
import { type Conversation, openConversation } from "./routes/socket.ts";
import { assembleServices, type Place, type Settings } from "./services.ts";
import type { OpenStage } from "./masking/stage.ts";
import { httpUrlOf, isUpstreamUrl } from "./relays/upstream.ts";
import { refuseViews } from "./feeds/view-rules.ts";

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

export interface ServerOptions {
  /** For operators that need a key and for tokens of upstream ids; absent: policies that need one are refused. */
  readonly keys?: KeyRing;
  /** Key of issuers that sign with HS256, HS384 or HS512. */
  readonly jwtSecret?: Uint8Array;
  /** Of maskwire, for `/metrics`. */
  readonly version?: string;
  /** What speaks to `remoteDetectors`; a host that brings none refuses a configuration with some. */
  readonly openRemote?: typeof openRemoteDetectors;
  /** Makes a server for the warm-up; absent: none. */
  readonly createWarmUp?: typeof createOne;
}

interface Before {
  readonly previous?: Settings;
  /** Keys that take the place of those in force. */
  readonly keys?: KeyRing | undefined;
}

const TICK_LIMIT_MS = 1_000;

/** @throws StreamError `BAD_CONFIG`, `BAD_PATTERN`, `KEY_MISSING` when a policy cannot be compiled. */
export function createServer(ports: Ports, config: ServerConfig, options: ServerOptions = {}): MaskwireServer {
  // For all that leaves: relays, and the keys of issuers.
  const outward = { ...ports, fetch: guardFetch(ports.fetch, new Egress(config.upstreams)) };
  const metrics = new Metrics();
  const observer = createMaskCounts(metrics);
  let keys = options.keys;
  const settle = (next: ServerConfig, { previous, keys: others = keys }: Before = {}): Settings => {
    const openStage = openStages(next, options, { ports: outward, metrics });
    const policies = PolicySet.compile(next, {
      keys: others,
      observer,
      openStage,
      checksOf: ports.checksOf,
      restore: ports.reversal?.compile,
      previous: previous?.policies,
    });
    checkUses(next, policies);
    const hasKeys = others !== undefined;
    const [refused, ...alsoRefused] = [...refuseViews(next), ...(ports.reversal?.refuse(next, { hasKeys }) ?? [])];
    if (refused !== undefined) throw new ConfigRefusal(refused, ...alsoRefused);
    for (const name of next.detokenize?.policies ?? []) policies.restorerOf(name);
    // One that goes on keeps the public keys that it has fetched.
    const isKept = JSON.stringify(previous?.config.auth) === JSON.stringify(next.auth);
    const authenticator = isKept ? previous?.authenticator : createAuthenticator(outward, next, { options, metrics });
    keys = others;
    return { config: next, policies, authenticator };
  };
  const settings = settle(config);
  const { version = "", createWarmUp } = options;
  metrics.tellConfig(config, version);
  const { limits } = config;
  const memory = new MemoryBroker({ limits, ports });
  const broker = ports.broker ?? memory;
  const feeds = new Feeds({ feeds: config.feeds, policies: settings.policies, limits, ports, metrics, broker });
  const services = assembleServices({
    ports,
    settings,
    refused: [],
    limits,
    metrics,
    feeds,
    isHistoryAvailable: undefined,
    relays: createRelays(settings, { ports: outward, metrics, memory }),
    lifecycle: new Lifecycle(limits.connectionsLimit),
    clients: new ClientLimits({ limits, clock: ports.clock, metrics }),
    roster: new Roster(ports.clock, tickMs(limits)),
    maskStreams: new MaskStreams(ports.clock, metrics),
    detokenizer: createDetokenizer(config, ports, metrics),
    canary: createCanary(config, ports, metrics),
  });
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
  return {
    app(listeners) {
      const always = listeners.includes("subscribe") ? [...services.relays] : [];
      for (const [name, relay] of always) if (config.relays[name]?.always) relay.start();
      return createListenerApp(services, listeners);
    },
    publish(name, data, event) {
      const outcome = andThen(feeds.open(name), (feed) => feed.tryPublish(data, event));
      if (typeof outcome === "string" && outcome !== "EVENT_DROPPED") throw new StreamError(outcome);
      if (outcome instanceof Promise)
        outcome.catch(() => metrics.add("events_refused_total", 1, "HISTORY_UNAVAILABLE"));
    },
    intake: { open: (name) => feeds.open(name), metrics, stopping: services.lifecycle.stopping },
    reload(next, nextKeys) {
      const previous = services.settings;
      const [first, ...others] = refuseFixed(previous.config, next);
      if (first !== undefined) throw new ConfigRefusal(first, ...others);
      services.settings = settle(next, { previous, keys: nextKeys });
      const { policies } = services.settings;
      feeds.reload({ feeds: next.feeds, policies });
      for (const [name, { feed }] of services.relays) feed.reload(feedRules(next.relays[name], policies));
      services.maskStreams.endOld(policies, next.reload === "live" ? "all" : "bound");
      services.refused = [];
      metrics.tellConfig(next, version);
      metrics.set("config_refused", 0);
      metrics.add("config_reloads_total", 1, "taken");
      return {
        changedPolicies: policies.countChanged(previous.policies),
        oldStreams: services.maskStreams.countOld(policies),
      };
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
    session(listeners, { ports: own, limits: ownLimits }) {
      const ownFeeds = new Feeds({
        feeds: services.settings.config.feeds,
        policies: services.settings.policies,
        limits: ownLimits,
        ports: own,
        metrics,
        broker: own.broker,
      });
      const session = assembleServices({
        ...services,
        ports: own,
        limits: ownLimits,
        feeds: ownFeeds,
        relays: new Map(),
        lifecycle: new Lifecycle(ownLimits.connectionsLimit),
        roster: new Roster(own.clock, tickMs(ownLimits)),
      });
      return createListenerApp(session, listeners);
    },
    converse: (memo) => openConversation(services, memo),
    canary: services.canary,
    openWarmUp: createWarmUp === undefined ? undefined : () => createWarmUp(services),
  };
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

function createAuthenticator(
  { fetch: fetchPort, clock }: Ports,
  { auth }: ServerConfig,
  { options: { jwtSecret }, metrics }: { options: ServerOptions; metrics: Metrics },
): Authenticator | undefined {
  if (auth === undefined) return undefined;
  const onKeyFetch = (result: string): void => metrics.add("key_fetches_total", 1, result);
  return new Authenticator({ config: auth, jwtSecret, fetch: fetchPort, clock, onKeyFetch });
}

/** @throws StreamError `BAD_CONFIG` when the host speaks to nobody. */
function openStages(
  { remoteDetectors = {} }: ServerConfig,
  { openRemote }: ServerOptions,
  parts: Parameters<typeof openRemoteDetectors>[1],
): OpenStage | undefined {
  if (Object.keys(remoteDetectors).length === 0) return undefined;
  if (openRemote === undefined) throw new StreamError("BAD_CONFIG");
  return openRemote(remoteDetectors, parts);
}

/** @throws StreamError `BAD_CONFIG` when a feed or relay names a policy that does not exist. */
function checkUses(config: ServerConfig, policies: PolicySet): void {
  const used: readonly Viewed[] = [...Object.values(config.feeds), ...Object.values(config.relays)];
  const names = used.flatMap(({ policy, views }) => [policy, ...Object.values(views)]);
  if (names.some((name) => policies.get(name) === undefined)) throw new StreamError("BAD_CONFIG");
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
