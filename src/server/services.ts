/**
 * What every route is given: the parts of one server, made once.
 */
import type { Policy } from "../core/index.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { ServerConfig } from "./config.ts";
import type { Feeds } from "./feeds.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Metrics } from "./metrics.ts";
import type { Ports } from "./ports.ts";
import type { Relay } from "./relay.ts";
import type { Roster } from "./roster.ts";
import type { MaskStreams } from "./mask-stream.ts";

export interface Services {
  readonly ports: Ports;
  readonly config: ServerConfig;
  /** Undefined when nobody is asked who he is. */
  readonly authenticator: Authenticator | undefined;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly roster: Roster;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly feeds: Feeds;
  readonly relays: ReadonlyMap<string, Relay>;
  readonly maskStreams: MaskStreams;
}
