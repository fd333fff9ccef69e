/**
 * What every route is given: the parts of one server, made once, and the settings in force.
 */
import type { Authenticator } from "./auth/authenticator.ts";
import type { Canary } from "./lifecycle/canary.ts";
import type { ServerConfig } from "./config/config.ts";
import type { ServerLimits } from "./config/limits.ts";
import type { Detokenizer } from "./reversal/detokenizer.ts";
import type { Feeds } from "./feeds/feeds.ts";
import type { ClientLimits } from "./limits/client-limits.ts";
import type { Lifecycle } from "./lifecycle/lifecycle.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import type { PolicySet } from "./masking/policy-set.ts";
import type { Ports } from "./ports.ts";
import type { Relay } from "./relays/relay.ts";
import type { Roster } from "./subscribers/roster.ts";
import type { MaskStreams } from "./masking/mask-streams.ts";

/** One configuration and what was made of it. Immutable: a reload puts another one in its place. */
export interface Settings {
  readonly config: ServerConfig;
  readonly policies: PolicySet;
  /** Undefined when nobody is asked who he is. */
  readonly authenticator: Authenticator | undefined;
}

/** Where in a file something stands, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Services {
  readonly ports: Ports;
  /** Those in force now: read once for each request. */
  readonly settings: Settings;
  /** What is wrong with a newer configuration, by place; empty when there is none. */
  readonly refused: readonly Place[];
  /** The same in all settings. */
  readonly limits: ServerLimits;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly clients: ClientLimits;
  readonly roster: Roster;
  readonly feeds: Feeds;
  /** Whether the history takes events that outlives the process; undefined where there is none. */
  readonly isHistoryAvailable: boolean | undefined;
  readonly relays: ReadonlyMap<string, Relay>;
  readonly maskStreams: MaskStreams;
  /** Undefined when nothing is turned back. */
  readonly detokenizer: Detokenizer | undefined;
  /** Undefined when nothing looks after network policies. */
  readonly canary: Canary | undefined;
}

/** The same parts as whoever serves sees them: what changes under it is read anew. */
export interface LiveServices extends Services {
  settings: Settings;
  refused: readonly Place[];
  isHistoryAvailable: boolean | undefined;
}

/**
 * All servers of a process get theirs from here: objects that one place makes have one hidden class, and code that became
 * fast with those of a warm-up is thrown away where the real ones have another.
 */
export function assembleServices(parts: Services): LiveServices {
  return {
    ports: parts.ports,
    settings: parts.settings,
    refused: parts.refused,
    limits: parts.limits,
    metrics: parts.metrics,
    lifecycle: parts.lifecycle,
    clients: parts.clients,
    roster: parts.roster,
    feeds: parts.feeds,
    isHistoryAvailable: parts.isHistoryAvailable,
    relays: parts.relays,
    maskStreams: parts.maskStreams,
    detokenizer: parts.detokenizer,
    canary: parts.canary,
  };
}
