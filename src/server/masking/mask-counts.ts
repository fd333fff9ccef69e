/**
 * Counts what masking did, in all and for each feed.
 *
 * Owns the series that it adds to: each is looked up once, because a finding is counted where every event passes. Labels are
 * names out of the configuration and of our tables.
 */
import type { ErrorCode, MaskObserver, Policy } from "../../core/index.ts";
import type { Clock } from "../host/clock.ts";
import type { Metrics, Series, Stopwatch } from "../telemetry/metrics.ts";

/** Of events: two looks at a fine clock take a tenth of the time of the smallest one. */
const TIMED_EVERY = 16;

/** Findings by entity and operator. */
class Findings {
  readonly #open: (entity: string, operator: string) => Series;
  readonly #series = new Map<string, Map<string, Series>>();

  constructor(open: (entity: string, operator: string) => Series) {
    this.#open = open;
  }

  add(entity: string, operator: string, count: number): void {
    let entities = this.#series.get(operator);
    if (entities === undefined) this.#series.set(operator, (entities = new Map()));
    let series = entities.get(entity);
    if (series === undefined) entities.set(entity, (series = this.#open(entity, operator)));
    series.value += count;
  }
}

/** Of all feeds and streams together. */
export function createMaskCounts(metrics: Metrics): MaskObserver {
  const findings = new Findings((entity, operator) => metrics.series("masked_total", entity, operator));
  return {
    masked: (entity, operator, count) => findings.add(entity, operator, count),
    kept: (policy, entity) => metrics.add("kept_total", 1, policy, entity),
    invalid: (reason) => metrics.add("fail_closed_total", 1, reason),
    truncated: () => metrics.add("stream_truncated_total", 1),
    cleared: () => metrics.add("matcher_cache_clears_total", 1),
  };
}

/** This policy, whose work is told to one more. */
export function alsoObserved(policy: Policy, also: MaskObserver): Policy {
  const { observer: first } = policy;
  const observer: MaskObserver = {
    masked: (entity, operator, count) => {
      also.masked(entity, operator, count);
      first.masked(entity, operator, count);
    },
    kept: (name, entity) => {
      also.kept?.(name, entity);
      first.kept?.(name, entity);
    },
    invalid: (reason) => {
      also.invalid(reason);
      first.invalid(reason);
    },
    truncated: () => {
      also.truncated();
      first.truncated();
    },
  };
  return observedBy(policy, observer);
}

/** This policy, whose work is told to this one and to nobody else. */
export function observedBy(policy: Policy, observer: MaskObserver): Policy {
  const observed: Policy = {
    ...policy,
    observer,
    perStream: () => {
      const own = policy.perStream();
      return own === policy ? observed : { ...own, observer };
    },
  };
  return observed;
}

/** Of one feed, beside what all have together. */
export class FeedCounts {
  /** Of the thread, while it masks one event for all views. */
  readonly stopwatch: Stopwatch;
  readonly #metrics: Metrics;
  readonly #label: string;
  readonly #findings: Findings;
  /** One for each policy: whoever goes by which it is finds the same after a reload. */
  readonly #watched = new WeakMap<Policy, Policy>();

  /** `label`: a name out of the configuration. */
  constructor(metrics: Metrics, label: string, clock: Pick<Clock, "elapsedMs">) {
    this.stopwatch = metrics.stopwatch(clock, TIMED_EVERY, "mask_seconds", "event");
    this.#metrics = metrics;
    this.#label = label;
    this.#findings = new Findings((entity, operator) => metrics.series("feed_masked_total", label, entity, operator));
  }

  /** This policy, whose work is counted for the feed, too. */
  watch(policy: Policy): Policy {
    const known = this.#watched.get(policy) ?? this.#watch(policy);
    this.#watched.set(policy, known);
    return known;
  }

  #watch(policy: Policy): Policy {
    return alsoObserved(policy, {
      masked: (entity, operator, count) => this.#findings.add(entity, operator, count),
      kept: (name, entity) => this.#metrics.add("feed_kept_total", 1, this.#label, name, entity),
      invalid: (reason) => this.#metrics.add("feed_fail_closed_total", 1, this.#label, reason),
      truncated: () => undefined,
    });
  }

  /** An event that was not accepted. */
  refused(code: ErrorCode): void {
    this.#metrics.add("events_refused_total", 1, code);
    this.#metrics.add("feed_refused_total", 1, this.#label, code);
  }
}
