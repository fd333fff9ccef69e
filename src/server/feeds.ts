/**
 * All feeds by name: opens one when it is first used, forgets it when nobody uses it any more.
 *
 * Owns the names that may exist. Relays have feeds of their own, which are not here.
 */
import { StreamError, type Policy } from "../core/index.ts";
import type { FeedConfig, ServerLimits, Viewed } from "./config.ts";
import { DEFAULT_VIEW, Feed } from "./feed.ts";
import type { Metrics } from "./metrics.ts";
import type { Ports } from "./ports.ts";

export interface FeedsOptions {
  readonly feeds: Readonly<Record<string, FeedConfig>>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly limits: ServerLimits;
  readonly ports: Pick<Ports, "clock" | "random">;
  readonly metrics: Metrics;
}

const NAME = /^[a-zA-Z0-9._-]{1,64}$/;
const ANY = "*";
const SWEEP_MS = 10_000;

export class Feeds {
  readonly #options: FeedsOptions;
  readonly #open = new Map<string, Feed>();
  #sweptAtMs = 0;

  constructor(options: FeedsOptions) {
    this.#options = options;
  }

  /** @throws StreamError `FEED_NAME`, `FEED_UNKNOWN`. */
  check(name: string): FeedConfig {
    if (!NAME.test(name)) throw new StreamError("FEED_NAME");
    const { feeds } = this.#options;
    const config = Object.hasOwn(feeds, name) ? feeds[name] : feeds[ANY];
    if (config === undefined) throw new StreamError("FEED_UNKNOWN");
    return config;
  }

  /** Feeds joined on one stream; opens nothing. @throws StreamError `FEED_LIST`, `FEED_NAME`, `FEED_UNKNOWN`. */
  checkAll(names: readonly string[]): void {
    const isTooMany = names.length > this.#options.limits.feedsPerStreamLimit;
    if (isTooMany || new Set(names).size < names.length) throw new StreamError("FEED_LIST");
    for (const name of names) this.check(name);
  }

  /** @throws StreamError `FEED_NAME`, `FEED_UNKNOWN`, `FEED_LIMIT`. */
  open(name: string): Feed {
    const config = this.check(name);
    this.#sweep();
    const known = this.#open.get(name);
    if (known !== undefined) {
      known.trim(this.#options.ports.clock.now());
      return known;
    }
    const { limits, ports, metrics, feeds, policies } = this.#options;
    if (this.#open.size >= limits.feedsLimit) this.#forgetUnused();
    if (this.#open.size >= limits.feedsLimit) throw new StreamError("FEED_LIMIT", { limit: limits.feedsLimit });
    const label = Object.hasOwn(feeds, name) ? name : ANY;
    const feed = new Feed({
      name,
      label,
      policies: viewPolicies(config, policies),
      eventTypes: config.eventTypes,
      limits,
      ports,
      metrics,
    });
    this.#open.set(name, feed);
    return feed;
  }

  /** Lets go of what is too old, and of feeds that nobody has used for as long: with the use, not by a timer. */
  #sweep(): void {
    const now = this.#options.ports.clock.now();
    if (now - this.#sweptAtMs < SWEEP_MS) return;
    this.#sweptAtMs = now;
    for (const [name, feed] of this.#open) {
      feed.trim(now);
      const isUnused = now - feed.usedAtMs >= this.#options.limits.historyMaxAgeMs;
      if (isUnused && feed.readerCount === 0 && feed.isEmpty) this.#open.delete(name);
    }
  }

  /** Names that were only asked for make room for those that are used. */
  #forgetUnused(): void {
    for (const [name, feed] of this.#open) {
      if (feed.readerCount === 0 && feed.isEmpty) this.#open.delete(name);
    }
  }
}

/** The policy of each view of a feed or relay. @throws StreamError `POLICY_UNKNOWN`. */
export function viewPolicies(config: Viewed, policies: ReadonlyMap<string, Policy>): Map<string, Policy> {
  const names = { ...config.views, [DEFAULT_VIEW]: config.policy };
  return new Map(
    Object.entries(names).map(([view, name]) => {
      const policy = policies.get(name);
      if (policy === undefined) throw new StreamError("POLICY_UNKNOWN");
      return [view, policy];
    }),
  );
}
