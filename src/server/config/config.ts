/**
 * The server's configuration after reading and checking: plain, complete data.
 *
 * Owns names, units and defaults. Never reads a file or the environment: src/node/config does that for Node,
 * the worker is given this object.
 */
import type { AuthConfig } from "../auth/auth-config.ts";
import type { KeyRingOptions } from "../../core/index.ts";
import type { EdgeConfig } from "./edge-config.ts";
import type { PolicyConfig } from "./extend-policy.ts";
import type { HistoryConfig } from "./history-config.ts";
import type { IngestConfig } from "./ingest-config.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "./limits.ts";
import type { RemoteDetectorConfig } from "./remote-config.ts";

export const LISTENERS = ["publish", "subscribe", "admin"] as const;
export type ListenerName = (typeof LISTENERS)[number];

/** On which side of the masker somebody stands; whoever operates it (`ops`) is on neither. */
export type Zone = "raw" | "masked" | "ops";

/** The pods that network policy lets in. A zone is a label of namespaces; all else narrows it. */
export interface Comer {
  /** Pods with this value of the label `maskwire.dev/role`. */
  readonly role?: string;
  /** Namespace by its name, besides its zone. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A broker that the producers or the subscribers use beside the masker: network policy lets both reach it. */
export interface BrokerConfig {
  readonly name: string;
  readonly zone: "raw" | "masked";
  readonly role: string;
  readonly listenPort: number;
  /** Why both zones may use it, which no network policy can make safe. */
  readonly conduit?: string;
}

/** Somewhere that the server may dial. */
export interface UpstreamConfig {
  readonly name: string;
  /** A host name or an address. */
  readonly host: string;
  readonly port: number;
  /** Where it may be, once its name is resolved; none: anywhere. A network policy needs them. */
  readonly cidrs: readonly string[];
  readonly except: readonly string[];
  /** Certificates that its own has to be signed with; absent: the system's count. Node only. */
  readonly caFile?: string;
}

export interface ListenerConfig {
  /** Address to listen on; anything but loopback needs `unsafeNoAuthentication`. */
  readonly host: string;
  /** TCP port; two listeners on the same host and port share one socket. 0: the system picks one. */
  readonly listenPort: number;
  /** Says that whoever reaches this address may use it: a network policy is the only fence. */
  readonly unsafeNoAuthentication: boolean;
  /** Who comes in here, for network policies; the server itself sees addresses only. */
  readonly zone?: Zone;
  readonly from?: Comer;
}

/** End them, or let them stay and miss events: the oldest that wait, or all but the newest. */
export const SLOW_SUBSCRIBERS = ["disconnect", "drop-oldest", "latest-only"] as const;
export type SlowSubscribers = (typeof SLOW_SUBSCRIBERS)[number];

/** Binary WebSocket messages are refused, or read as the UTF-8 text that they are. */
export const BINARIES = ["refuse", "utf8"] as const;
type Binary = (typeof BINARIES)[number];

/** Whoever names views: a feed, a relay. */
export interface Viewed {
  /** Policy of the view that everybody gets who asks for none. */
  readonly policy: string;
  /** View name to the name of its policy. */
  readonly views: Readonly<Record<string, string>>;
  /** Views from the strictest to the loosest: none shows what a later one hides. */
  readonly strictness?: readonly string[];
  /** What becomes of subscribers that do not keep up; absent: `disconnect`. */
  readonly slowSubscribers?: SlowSubscribers;
  /** What becomes of binary messages of producers, or of the upstream; absent: `refuse`. */
  readonly binary?: Binary;
}

export interface FeedConfig extends Viewed {
  /** Event types that pass; any other becomes `message`. */
  readonly eventTypes: readonly string[];
  /** Subscribers are given the `traceparent` of each event; it is a producer's, and said to be random. */
  readonly passTraceparent?: boolean;
}

export interface RelayConfig extends Viewed {
  /** Upstream feed: SSE by `https:`, or messages by `wss:` on Node; `http:` and `ws:` with `unsafePlaintext`. */
  readonly url: string;
  readonly unsafePlaintext: boolean;
  /** Request headers for the upstream, such as authorization. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** WebSocket sub-protocols to offer; undefined: none. */
  readonly protocols?: readonly string[];
  readonly eventTypes: readonly string[];
  /** Follow the upstream even without a subscriber. */
  readonly always: boolean;
}

/** `require` serves nothing before network policies are in force, `warn` only says whether they are. */
export const CANARY_MODES = ["require", "warn", "off"] as const;

/** A program that listens on two ports, of which our network policy lets us reach one. Each as `host:port`. */
export interface CanaryConfig {
  readonly control: string;
  readonly forbidden: string;
  readonly mode: (typeof CANARY_MODES)[number];
}

/** Who may ask for values back is granted by `auth`; this says of what, and how much. */
export interface DetokenizeConfig {
  /** Policies whose values are turned back. */
  readonly policies: readonly string[];
  /** File that audit records are appended to; absent: they go where the log goes. */
  readonly auditFile?: string;
  /** By one caller. */
  readonly callsPerMinute: number;
  readonly valuesPerMinute: number;
}

/** Where a proxy writes the address of whom it speaks for. */
export const FORWARDING_HEADERS = ["x-forwarded-for", "forwarded"] as const;

/** Proxies that are believed. */
export interface TrustedProxiesConfig {
  readonly cidrs: readonly string[];
  readonly header: (typeof FORWARDING_HEADERS)[number];
}

export const RELOADS = ["keep", "live"] as const;
export type Reload = (typeof RELOADS)[number];

export interface ServerConfig {
  readonly listeners: Readonly<Record<ListenerName, ListenerConfig>>;
  /** `default` always exists. */
  readonly policies: Readonly<Record<string, PolicyConfig>>;
  /** Feed name to its settings; the name `*` opens every other name. */
  readonly feeds: Readonly<Record<string, FeedConfig>>;
  readonly relays: Readonly<Record<string, RelayConfig>>;
  readonly limits: ServerLimits;
  /** Origins that browsers may come from, exact; empty: same origin only. */
  readonly allowedOrigins: readonly string[];
  /** What mask streams do that began under a policy which this configuration changes: go on by it, or end. */
  readonly reload: Reload;
  /** Longest time that a start takes for made-up events, which make the code fast; undefined or 0: none. Node only. */
  readonly warmUpMs?: number;
  /** Undefined: events live in memory and end with the process. */
  readonly history?: HistoryConfig;
  /** Name to broker of raw events. */
  readonly ingest?: Readonly<Record<string, IngestConfig>>;
  /** Which version of the root key does what; undefined: the highest makes tokens, all turn them back. */
  readonly keys?: KeyRingOptions;
  /** Undefined: nobody is asked who he is. */
  readonly auth?: AuthConfig;
  /** Undefined: nothing is turned back. */
  readonly detokenize?: DetokenizeConfig;
  /** Undefined: nothing looks whether network policies are in force. */
  readonly canary?: CanaryConfig;
  /** Undefined: whatever a relay or an issuer names may be dialled, but for addresses that are always refused. */
  readonly upstreams?: readonly UpstreamConfig[];
  /** Undefined: whoever connects is the client. */
  readonly trustedProxies?: TrustedProxiesConfig;
  /** By name; undefined: there are none. */
  readonly remoteDetectors?: Readonly<Record<string, RemoteDetectorConfig>>;
  /** Undefined: what the edge has by default. Node does not read it. */
  readonly edge?: EdgeConfig;
  /** For network policies; the server dials none of them. */
  readonly brokers?: readonly BrokerConfig[];
}

/** Of a configuration that was read; whoever makes a server out of parts has none unless it says so. */
export const DEFAULT_WARM_UP_MS = 2_000;

export const DEFAULT_DETOKENIZE: Pick<DetokenizeConfig, "callsPerMinute" | "valuesPerMinute"> = {
  callsPerMinute: 60,
  valuesPerMinute: 6_000,
};

const LOOPBACK = "127.0.0.1";

/** What runs without a configuration file: loopback only, the default policy, any feed name. */
export const DEFAULT_CONFIG: ServerConfig = {
  listeners: {
    publish: { host: LOOPBACK, listenPort: 8080, unsafeNoAuthentication: false },
    subscribe: { host: LOOPBACK, listenPort: 8080, unsafeNoAuthentication: false },
    admin: { host: LOOPBACK, listenPort: 9090, unsafeNoAuthentication: false },
  },
  policies: { default: {} },
  feeds: { "*": { policy: "default", views: {}, eventTypes: [] } },
  relays: {},
  limits: DEFAULT_SERVER_LIMITS,
  allowedOrigins: [],
  reload: "keep",
};
