/**
 * Reads the worker's configuration: JSON of the shape of `ServerConfig`, every key optional.
 *
 * Owns the edge's defaults, and what keys say together; what each may be stands in config-shape.ts.
 * Never coerces, and never repeats a value: a refusal names the key.
 */
import type { KeyRingOptions } from "../src/core/index.ts";
import {
  DEFAULT_CONFIG,
  type FeedConfig,
  type ListenerConfig,
  type ListenerName,
  type RelayConfig,
  type ServerConfig,
  type UpstreamConfig,
  type Viewed,
} from "../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../src/server/config/limits.ts";
import type { ApiKeyConfig, AuthConfig, IssuerConfig } from "../src/server/auth/auth-config.ts";
import { DEFAULT_VIEWS, type Grant } from "../src/server/auth/grant.ts";
import { DEFAULT_EDGE, type EdgeConfig, type FrontConfig } from "../src/server/config/edge-config.ts";
import { findExtendsFault, type PolicyConfig } from "../src/server/config/extend-policy.ts";
import { readLimit, type WrittenLimits } from "../src/server/config/unlimited.ts";
import { DEFAULT_VIEW } from "../src/server/feeds/feed.ts";
import { CONFIG, LIVE } from "./config-shape.ts";
import { findMisfit } from "./shape.ts";

/** Either a whole configuration, or the key that cannot take effect. */
export type ConfigResult =
  | { readonly ok: true; readonly config: ServerConfig; readonly edge: EdgeConfig }
  | { readonly ok: false; readonly key: string };

/** Smaller than Node's where memory decides: an isolate has 128 MB for everything. */
const EDGE_LIMITS: ServerLimits = { ...DEFAULT_SERVER_LIMITS, connectionsLimit: 1_000, historyMaxBytes: 16_777_216 };

/** Where a refused key stands, as the log says it. */
const ROOT = "MASKWIRE_CONFIG";
const LIVE_ROOT = "MASKWIRE_LIVE";

const SYMMETRIC = /^HS(?:256|384|512)$/;
const ASYMMETRIC = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA)$/;

/** What CONFIG has proved about the written configuration. */
interface WrittenConfig {
  readonly listeners?: Partial<Record<ListenerName, Partial<ListenerConfig>>>;
  readonly policies?: Record<string, PolicyConfig>;
  readonly feeds?: Record<string, Partial<FeedConfig>>;
  readonly relays?: Record<string, Partial<RelayConfig>>;
  readonly limits?: WrittenLimits;
  readonly allowedOrigins?: readonly string[];
  readonly keys?: KeyRingOptions;
  readonly auth?: WrittenAuth;
  readonly upstreams?: readonly Partial<UpstreamConfig>[];
  readonly edge?: Partial<Omit<EdgeConfig, "front">> & { readonly front?: Partial<FrontConfig> };
}

interface WrittenAuth {
  readonly issuers?: readonly Partial<IssuerConfig>[];
  readonly apiKeys?: readonly (Partial<Omit<ApiKeyConfig, "grants">> & {
    readonly grants?: readonly Partial<Grant>[];
  })[];
}

/**
 * Never throws. `binding` is what wrangler binds: JSON text, a JSON value, or nothing. Policies of `live` take the place of
 * those with the same name; undefined: there are none.
 */
export function readConfig(binding: unknown, live?: unknown): ConfigResult {
  const written = parseBinding(binding);
  const misfit =
    findMisfit(CONFIG, written, ROOT) ?? (live === undefined ? undefined : findMisfit(LIVE, live, LIVE_ROOT));
  if (misfit !== undefined) return { ok: false, key: misfit };
  const { edge: writtenEdge, ...rest } = written as WrittenConfig;
  const edge = completeEdge(writtenEdge);
  const { policies } = (live ?? {}) as Pick<WrittenConfig, "policies">;
  const config = complete({ ...rest, policies: { ...rest.policies, ...policies } });
  const contradiction = findContradiction(config) ?? findFrontFault(config, edge.front);
  if (contradiction !== undefined) return { ok: false, key: contradiction };
  return { ok: true, config, edge };
}

function parseBinding(binding: unknown): unknown {
  if (binding === undefined) return {};
  if (typeof binding !== "string") return binding;
  try {
    return JSON.parse(binding) as unknown;
  } catch {
    return undefined;
  }
}

function complete(written: WrittenConfig): ServerConfig {
  const listener = (name: ListenerName): ListenerConfig => ({
    ...DEFAULT_CONFIG.listeners[name],
    ...written.listeners?.[name],
  });
  return {
    listeners: { publish: listener("publish"), subscribe: listener("subscribe"), admin: listener("admin") },
    policies: { default: {}, ...written.policies },
    feeds: written.feeds === undefined ? DEFAULT_CONFIG.feeds : mapValues(written.feeds, completeFeed),
    relays: mapValues(written.relays ?? {}, completeRelay),
    limits: { ...EDGE_LIMITS, ...mapValues(written.limits ?? {}, readLimit) },
    allowedOrigins: written.allowedOrigins ?? [],
    // A worker is given its configuration anew with its code, never while it runs.
    reload: "keep",
    ...(written.keys === undefined ? {} : { keys: written.keys }),
    ...(written.upstreams === undefined ? {} : { upstreams: written.upstreams.map(completeUpstream) }),
    ...(written.auth === undefined ? {} : { auth: completeAuth(written.auth) }),
  };
}

/** Names are looked up by the platform, which shows no address: only hosts and ports hold here. */
function completeUpstream(upstream: Partial<UpstreamConfig>): UpstreamConfig {
  return { name: "", host: "", port: 443, cidrs: [], except: [], ...upstream };
}

function completeEdge({ front, ...rest }: NonNullable<WrittenConfig["edge"]> = {}): EdgeConfig {
  const plain: FrontConfig = { url: "", policy: "default", unsafePlaintext: false, responseHeaders: [] };
  return { ...DEFAULT_EDGE, ...rest, ...(front === undefined ? {} : { front: { ...plain, ...front } }) };
}

/** The key of a front that has no such policy, or nowhere to go. */
function findFrontFault({ policies }: ServerConfig, front: FrontConfig | undefined): string | undefined {
  if (front === undefined) return undefined;
  if (!Object.hasOwn(policies, front.policy)) return `${ROOT}.edge.front.policy`;
  const isOrigin = isUpstream(front) && new URL(front.url).pathname === "/" && new URL(front.url).search === "";
  return isOrigin ? undefined : `${ROOT}.edge.front.url`;
}

/** What is left out grants nothing and lets nobody in. */
function completeAuth({ issuers = [], apiKeys = [] }: WrittenAuth): AuthConfig {
  const completeGrant = (grant: Partial<Grant>): Grant => ({ actions: [], feeds: [], views: DEFAULT_VIEWS, ...grant });
  return {
    issuers: issuers.map((issuer) => ({ issuer: "", audience: "", algorithms: [], ...issuer })),
    apiKeys: apiKeys.map(({ name = "", sha256 = "", grants = [] }) => ({
      name,
      sha256,
      grants: grants.map(completeGrant),
    })),
  };
}

function completeFeed(feed: Partial<FeedConfig>): FeedConfig {
  return { policy: "default", views: {}, eventTypes: [], ...feed };
}

function completeRelay(relay: Partial<RelayConfig>): RelayConfig {
  return {
    url: "",
    policy: "default",
    views: {},
    unsafePlaintext: false,
    headers: {},
    eventTypes: [],
    always: false,
    ...relay,
  };
}

/** The first key that is well formed and still cannot take effect. */
function findContradiction(config: ServerConfig): string | undefined {
  const isGuarded = config.auth !== undefined;
  if (isGuarded && config.allowedOrigins.includes("*")) return `${ROOT}.allowedOrigins`;
  for (const name of ["publish", "subscribe"] as const) {
    // A worker answers the whole Internet: the same rule as for a Node listener that is not on loopback.
    if (config.listeners[name].unsafeNoAuthentication === isGuarded)
      return `${ROOT}.listeners.${name}.unsafeNoAuthentication`;
  }
  for (const [index, issuer] of (config.auth?.issuers ?? []).entries()) {
    const misfit = findIssuerMisfit(issuer);
    if (misfit !== undefined) return `${ROOT}.auth.issuers.${index}.${misfit}`;
  }
  for (const name of Object.keys(config.policies)) {
    if (findExtendsFault(config.policies, name) !== undefined) return `${ROOT}.policies.${name}.extends`;
  }
  for (const [name, feed] of Object.entries(config.feeds)) {
    const unknown = findUnknownView(config, feed);
    if (unknown !== undefined) return `${ROOT}.feeds.${name}.${unknown}`;
  }
  for (const [name, relay] of Object.entries(config.relays)) {
    const unknown = findUnknownView(config, relay);
    if (unknown !== undefined) return `${ROOT}.relays.${name}.${unknown}`;
    if (!isUpstream(relay)) return `${ROOT}.relays.${name}.url`;
  }
  return undefined;
}

/** Signed with the secret or with public keys, never with a choice of both. */
function findIssuerMisfit({ issuer, audience, algorithms, jwks, jwksUrl }: IssuerConfig): string | undefined {
  if (issuer === "") return "issuer";
  if (audience === "") return "audience";
  const isSecret = algorithms.every((algorithm) => SYMMETRIC.test(algorithm));
  const isPublic = algorithms.every((algorithm) => ASYMMETRIC.test(algorithm));
  const hasKeys = jwks !== undefined || jwksUrl !== undefined;
  if (algorithms.length === 0 || isSecret === isPublic || isSecret === hasKeys) return "algorithms";
  return jwksUrl === undefined || jwksUrl.startsWith("https://") ? undefined : "jwksUrl";
}

/** The key that names no policy, or a view that nobody could reach. */
function findUnknownView(config: ServerConfig, { policy, views }: Viewed): string | undefined {
  const isKnown = (name: string): boolean => Object.hasOwn(config.policies, name);
  if (!isKnown(policy)) return "policy";
  const misfit = Object.entries(views).find(([view, name]) => view === DEFAULT_VIEW || !isKnown(name));
  return misfit === undefined ? undefined : `views.${misfit[0]}`;
}

function isUpstream(relay: Pick<RelayConfig, "url" | "unsafePlaintext">): boolean {
  if (!URL.canParse(relay.url)) return false;
  const url = new URL(relay.url);
  const schemes = relay.unsafePlaintext ? ["https:", "http:"] : ["https:"];
  return schemes.includes(url.protocol) && url.username === "" && url.password === "" && url.hash === "";
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
