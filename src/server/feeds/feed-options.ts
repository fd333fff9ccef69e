/** What a feed is made with: the rules of a configuration, which the next one may replace, and what stays. */
import type { Policy } from "../../core/index.ts";
import type { BrokerFeed } from "../history/broker.ts";
import type { JoinLimits } from "./joiner.ts";
import type { SlowSubscribers } from "../config/config.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";
import type { Stage } from "../masking/stage.ts";
import type { ViewOptions } from "../subscribers/view.ts";

/** What a configuration says of a feed, and the next one may say otherwise. */
export interface FeedRules {
  /** View name to policy; `DEFAULT_VIEW` is among them. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Names a policy in what a broker holds. */
  readonly markOf: (policy: Policy) => string;
  /** What a policy asks of others; undefined: nothing. */
  readonly stageOf: (policy: Policy) => Stage | undefined;
  /** Event types that pass; any other becomes `message`. */
  readonly eventTypes: readonly string[];
  /** True where subscribers are given the trace that a producer's event belongs to. */
  readonly passesTraces?: boolean;
  /** What becomes of subscribers that do not keep up; absent: `disconnect`. */
  readonly slowSubscribers?: SlowSubscribers | undefined;
}

export interface FeedOptions extends FeedRules {
  readonly name: string;
  /** The metric label: a name out of the configuration. */
  readonly label: string;
  readonly limits: FeedLimits;
  readonly ports: { readonly clock: Clock };
  readonly metrics: Metrics;
  /** Where its events go and come from. */
  readonly source: BrokerFeed;
}

export type FeedLimits = ViewOptions["limits"] &
  JoinLimits & {
    readonly eventLimitBytes: number;
    /** Takes the place of `historyMaxBytes` in memory where older events are read from an archive. */
    readonly historyMemoryBytes: number;
  };
