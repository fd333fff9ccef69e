/**
 * All feeds by name: opens one when it is first used, forgets it when nobody uses it any more.
 *
 * Owns the names that may exist. Relays have feeds of their own, which are not here.
 */
import { StreamError, type Policy } from "../../core/index.ts";
import { andThen, type Awaitable } from "../awaitable.ts";
import type { Broker, BrokerFeed } from "../history/broker.ts";
import type { FeedConfig, RelayConfig } from "../config/config.ts";
import type { ServerLimits } from "../config/limits.ts";
import { DEFAULT_VIEW, Feed } from "./feed.ts";
import type { FeedRules } from "./feed-options.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { PolicySet } from "../masking/policy-set.ts";
import type { Clock } from "../host/clock.ts";

/** Which names may exist, and by which policies they go. */
export interface FeedsRules {
  readonly feeds: Readonly<Record<string, FeedConfig>>;
  readonly policies: PolicySet;
}

export interface FeedsOptions extends FeedsRules {
  readonly limits: ServerLimits;
  readonly ports: { readonly clock: Clock };
  readonly broker: Broker;
  readonly metrics: Metrics;
}

const NAME = /^[a-zA-Z0-9._-]{1,64}$/;
const ANY = "*";
const SWEEP_MS = 10_000;

export class Feeds {
  readonly #options: FeedsOptions;
  readonly #open = new Map<string, Feed>();
  /** Those that do not have yet what their broker holds. */
  readonly #opening = new Map<string, Promise<Feed>>();
  #rules: FeedsRules;
  #sweptAtMs = 0;

  constructor(options: FeedsOptions) {
    this.#options = options;
    this.#rules = options;
  }

  /** Goes on by other rules, in every open feed at once; feeds that may exist no more end. */
  reload(rules: FeedsRules): void {
    this.#rules = rules;
    for (const [name, feed] of this.#open) {
      const config = this.#find(name);
      if (config !== undefined) {
        feed.reload(feedRules(config, rules.policies));
      } else this.#end(name, feed);
    }
  }

  /** Those that are open now. */
  get all(): Iterable<Feed> {
    return this.#open.values();
  }

  /** @throws StreamError `FEED_NAME`, `FEED_UNKNOWN`. */
  check(name: string): FeedConfig {
    if (!NAME.test(name)) throw new StreamError("FEED_NAME");
    const config = this.#find(name);
    if (config === undefined) throw new StreamError("FEED_UNKNOWN");
    return config;
  }

  /** Feeds joined on one stream; opens nothing. @throws StreamError `FEED_LIST`, `FEED_NAME`, `FEED_UNKNOWN`. */
  checkAll(names: readonly string[]): void {
    const isTooMany = names.length > this.#options.limits.feedsPerStreamLimit;
    if (isTooMany || new Set(names).size < names.length) throw new StreamError("FEED_LIST");
    for (const name of names) this.check(name);
  }

  /** @throws StreamError `FEED_NAME`, `FEED_UNKNOWN`, `FEED_LIMIT`, `HISTORY_UNAVAILABLE`. */
  open(name: string): Awaitable<Feed> {
    this.check(name);
    this.#sweep();
    const opening = this.#opening.get(name);
    if (opening !== undefined) return opening;
    const known = this.#open.get(name);
    if (known !== undefined) {
      known.trim(this.#options.ports.clock.now());
      return known;
    }
    const { limits, broker } = this.#options;
    if (this.#size >= limits.feedsLimit) this.#forgetUnused();
    if (this.#size >= limits.feedsLimit) throw new StreamError("FEED_LIMIT", { limit: limits.feedsLimit });
    const started = andThen(broker.open(name), (source) => this.#start(name, source));
    if (!(started instanceof Promise)) return started;
    const settled = started.finally(() => this.#opening.delete(name));
    this.#opening.set(name, settled);
    return settled;
  }

  /** For those who read: the feed, with whatever anybody published before the call. @throws as `open`. */
  async openCurrent(name: string): Promise<Feed> {
    const feed = await this.open(name);
    try {
      await feed.caughtUp();
      return feed;
    } catch (thrown) {
      // Gone since: who comes now begins with what is there now.
      if (feed.isLost) return this.open(name);
      throw thrown;
    }
  }

  get #size(): number {
    return this.#open.size + this.#opening.size;
  }

  /** By the rules of now: the configuration may be another one since it was asked for. */
  #start(name: string, source: BrokerFeed): Awaitable<Feed> {
    const config = this.#find(name);
    if (config === undefined) {
      source.close();
      throw new StreamError("FEED_UNKNOWN");
    }
    const { limits, ports, metrics } = this.#options;
    const { feeds, policies } = this.#rules;
    const label = Object.hasOwn(feeds, name) ? name : ANY;
    const feed = new Feed({ name, label, ...feedRules(config, policies), limits, ports, metrics, source });
    this.#open.set(name, feed);
    const followed = feed.follow(() => this.#end(name, feed));
    if (followed === undefined) return feed;
    return Promise.resolve(followed).then(
      () => {
        feed.trim(ports.clock.now());
        return feed;
      },
      (thrown: unknown) => {
        this.#forget(name, feed);
        throw thrown;
      },
    );
  }

  /** Whoever reads is told to come back, and begins anew. */
  #end(name: string, feed: Feed): void {
    this.#open.delete(name);
    feed.close();
  }

  #forget(name: string, feed: Feed): void {
    this.#open.delete(name);
    feed.release();
  }

  #find(name: string): FeedConfig | undefined {
    const { feeds } = this.#rules;
    return Object.hasOwn(feeds, name) ? feeds[name] : feeds[ANY];
  }

  /** Lets go of what is too old, and of feeds that nobody has used for as long: with the use, not by a timer. */
  #sweep(): void {
    const now = this.#options.ports.clock.now();
    if (now - this.#sweptAtMs < SWEEP_MS) return;
    this.#sweptAtMs = now;
    for (const [name, feed] of this.#open) {
      feed.trim(now);
      const isUnused = now - feed.usedAtMs >= this.#options.limits.historyMaxAgeMs;
      if (isUnused && feed.readerCount === 0 && feed.isEmpty) this.#forget(name, feed);
    }
  }

  /** Names that were only asked for make room for those that are used. */
  #forgetUnused(): void {
    for (const [name, feed] of this.#open) {
      if (feed.readerCount === 0 && feed.isEmpty) this.#forget(name, feed);
    }
  }
}

/** What a feed or relay goes by. @throws StreamError `POLICY_UNKNOWN`. */
export function feedRules(config: FeedConfig | RelayConfig, policies: PolicySet): FeedRules {
  const { policy, views, eventTypes } = config;
  const named = Object.entries({ ...views, [DEFAULT_VIEW]: policy }).map(([view, name]) => {
    const compiled = policies.get(name);
    if (compiled === undefined) throw new StreamError("POLICY_UNKNOWN");
    return [view, compiled] as const;
  });
  return {
    policies: new Map(named),
    eventTypes,
    slowSubscribers: config.slowSubscribers,
    passesTraces: "passTraceparent" in config && (config.passTraceparent ?? false),
    markOf: (one: Policy) => policies.markOf(one, eventTypes),
    stageOf: (one: Policy) => policies.stageOf(one),
  };
}
