/**
 * From a checked configuration to what manifests are made of, or to what a cluster could not do with it.
 *
 * Owns the rules that hold in a cluster only; what holds everywhere is checked when the file is read.
 */
import { createHash } from "node:crypto";
import type { AddressBlock, Plan, PlannedListeners, PlannedUpstream } from "../kubernetes/render/plan.ts";
import type { Target } from "../kubernetes/render/tree.ts";
import { parseEndpoint } from "../server/lifecycle/canary.ts";
import { holdsRange, parseAddress, parseRange } from "../server/network/cidr.ts";
import { LISTENERS, type ServerConfig, type UpstreamConfig } from "../server/config/config.ts";
import { isLoopback } from "../server/network/loopback.ts";
import type { Loaded } from "./config/load.ts";
import { problemsOf, type ConfigProblem, type Result } from "./config/problem.ts";
import { compileNamed } from "./policies.ts";

export interface PlanRequest {
  readonly target: Target;
  /** Of the image. */
  readonly version: string;
}

type Fault = readonly [path: readonly string[], text: string];

const CANARY_HOST = /^maskwire-canary\.maskwire(?:\.svc(?:\.cluster\.local)?)?$/;
const NATS_PORT = 4222;
const HASH_CHARACTERS = 10;
const NO_RANGES =
  "has no `cidrs`, and a NetworkPolicy knows no host names: write its ranges; or send it through an egress gateway and write the gateway's; or, with Cilium, use --target cilium";

const DEFAULT_LISTENERS = {
  publish: { zone: "raw", from: { role: "producer" } },
  subscribe: { zone: "masked", from: { role: "subscriber" } },
  admin: { zone: "ops", from: { namespace: "monitoring", labels: { "app.kubernetes.io/name": "prometheus" } } },
} as const;

export function planOf(loaded: Loaded, request: PlanRequest): Result<Plan> {
  const { config, fileText, problemAt } = loaded;
  const faults = [
    ...checkListeners(config),
    ...checkCanary(config),
    ...checkAuth(config),
    ...checkStorage(config),
    ...checkLists(loaded),
    ...checkNats(config),
    ...checkUpstreams(config, request.target),
  ];
  const problems = [...faults.map(([path, text]) => problemAt(path, text)), ...checkPolicies(loaded)];
  if (problems.length > 0) return { ok: false, problems };
  const canary = canaryOf(config);
  return {
    ok: true,
    value: {
      version: request.version,
      configText: fileText,
      configHash: createHash("sha256").update(fileText).digest("hex").slice(0, HASH_CHARACTERS),
      listeners: listenersOf(config),
      brokers: config.brokers ?? [],
      upstreams: (config.upstreams ?? []).map(upstreamOf),
      canary,
      needsKey: usesKey(loaded),
      storage: storageOf(config),
      drainLimitMs: config.limits.drainLimitMs,
    },
  };
}

function listenersOf({ listeners }: ServerConfig): PlannedListeners {
  const planned = LISTENERS.map((name) => {
    const { listenPort, zone, from } = listeners[name];
    const preset = DEFAULT_LISTENERS[name];
    return [name, { listenPort, zone: zone ?? preset.zone, from: from ?? preset.from }] as const;
  });
  return Object.fromEntries(planned) as unknown as PlannedListeners;
}

function upstreamOf({ name, host, port, cidrs, except }: UpstreamConfig): PlannedUpstream {
  const address = parseAddress(host);
  const ranges = cidrs.length === 0 && address !== undefined ? [`${host}/${address.bits}`] : cidrs;
  return { name, host, port, blocks: ranges.map((cidr) => blockOf(cidr, except)) };
}

/** An API server takes only exceptions that lie inside their range. */
function blockOf(cidr: string, except: readonly string[]): AddressBlock {
  const outer = parseRange(cidr);
  const inside = except.filter((text) => {
    const range = parseRange(text);
    return outer !== undefined && range !== undefined && holdsRange(outer, range);
  });
  return inside.length === 0 ? { cidr } : { cidr, except: inside };
}

function canaryOf({ canary }: ServerConfig): Plan["canary"] {
  const control = parseEndpoint(canary?.control ?? "")?.listenPort;
  const forbidden = parseEndpoint(canary?.forbidden ?? "")?.listenPort;
  return control === undefined || forbidden === undefined ? undefined : { control, forbidden };
}

/** True when something of it cannot be without a root key. */
function usesKey({ config, problemAt }: Loaded): boolean {
  const keyless = Object.keys(config.policies).map((name) => compileNamed({ config, problemAt }, name));
  const isKept = (config.history?.broker ?? "memory") !== "memory";
  return config.keys !== undefined || isKept || keyless.some(({ ok }) => !ok);
}

/** Room for every history at its fullest, twice: old files go only when new ones are there. */
function storageOf({ history, limits }: ServerConfig): Plan["storage"] {
  if (history?.broker !== "disk") return undefined;
  return { folder: history.dataDir, bytes: 2 * limits.feedsLimit * limits.historyMaxBytes };
}

function checkPolicies(loaded: Loaded): ConfigProblem[] {
  return Object.keys(loaded.config.policies).flatMap((name) => problemsOf(compileNamed(loaded, name)));
}

function checkStorage({ history }: ServerConfig): Fault[] {
  if (history?.broker !== "disk") return [];
  const isFree = history.dataDir.startsWith("/") && !/^\/(?:app|tmp|etc|proc|dev|usr)?(?:\/|$)/.test(history.dataDir);
  const text = "write a folder of its own from the root on, such as /var/lib/maskwire: a volume is mounted there";
  return isFree ? [] : [[["history", "dataDir"], text]];
}

/** Only with an entry is there a policy that lets us out to it. */
function checkNats(config: ServerConfig): Fault[] {
  const { history, ingest = {} } = config;
  return [
    ...(history?.broker === "nats" ? checkReach(config, ["history"], history.servers) : []),
    ...Object.entries(ingest).flatMap(([name, { servers }]) => checkReach(config, ["ingest", name], servers)),
  ];
}

function checkReach(
  { brokers = [], upstreams = [] }: ServerConfig,
  path: readonly string[],
  servers: readonly string[],
): Fault[] {
  return servers.flatMap((server, index): Fault[] => {
    const port = Number(/:(\d+)$/.exec(server)?.[1] ?? NATS_PORT);
    const isListed = [...brokers.map(({ listenPort }) => listenPort), ...upstreams.map((one) => one.port)].includes(
      port,
    );
    const text = "no policy lets out to its port: write an entry in `brokers` with `listenPort`, or one in `upstreams`";
    return isListed ? [] : [[[...path, "servers", String(index)], text]];
  });
}

function checkListeners({ listeners }: ServerConfig): Fault[] {
  const ports = LISTENERS.map((name) => listeners[name].listenPort);
  return LISTENERS.flatMap((name, index): Fault[] => {
    const { host, listenPort } = listeners[name];
    const at = (key: string): string[] => ["listeners", name, key];
    if (isLoopback(host))
      return [[at("host"), "is the pod's own loopback, which nobody else reaches; write 0.0.0.0 or ::"]];
    if (listenPort === 0) return [[at("listenPort"), "is picked anew at each start; policies need one number"]];
    if (ports.indexOf(listenPort) < index)
      return [
        [
          at("listenPort"),
          "is the port of another listener: policies could not tell their callers apart; choose another",
        ],
      ];
    return [];
  });
}

function checkCanary({ canary }: ServerConfig): Fault[] {
  if (canary === undefined) return [];
  const host = parseEndpoint(canary.control)?.host ?? "";
  if (CANARY_HOST.test(host)) return [];
  const text = "write maskwire-canary.maskwire.svc and a port: that is the Service of the canary in these manifests";
  return [[["canary", "control"], text]];
}

/** The pod is given the configuration and the root key, and no other file. */
function checkAuth({ auth }: ServerConfig): Fault[] {
  return (auth?.issuers ?? []).flatMap(({ jwks, secret }, index): Fault[] => {
    const at = (key: string): string[] => ["auth", "issuers", String(index), key];
    if (jwks !== undefined) return [[at("jwksFile"), "is no file of the pod; write `jwksUrl`"]];
    return secret === undefined ? [] : [[at("secretFile"), "is no file of the pod; use public keys and `jwksUrl`"]];
  });
}

/** The pod is given no file but the configuration. */
function checkLists({ listFileKeys }: Loaded): Fault[] {
  return listFileKeys.map((path): Fault => [
    path,
    "is no file of the pod; write the values here, under `values` or `patterns`",
  ]);
}

function checkUpstreams({ upstreams, relays, auth, remoteDetectors = {} }: ServerConfig, target: Target): Fault[] {
  if (upstreams === undefined) {
    const dialled: (readonly string[])[] = [
      ...Object.keys(relays).map((name) => ["relays", name, "url"]),
      ...Object.keys(remoteDetectors).map((name) => ["remoteDetectors", name, "url"]),
      ...(auth?.issuers ?? []).flatMap(({ jwksUrl }, index) =>
        jwksUrl === undefined ? [] : [["auth", "issuers", String(index), "jwksUrl"]],
      ),
    ];
    return dialled.map((path): Fault => [path, "needs an entry in `upstreams` with its host, port and addresses"]);
  }
  if (target === "cilium") return [];
  return upstreams.flatMap(({ host, cidrs }, index): Fault[] =>
    cidrs.length > 0 || parseAddress(host) !== undefined ? [] : [[["upstreams", String(index), "host"], NO_RANGES]],
  );
}
