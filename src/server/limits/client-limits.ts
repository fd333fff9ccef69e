/**
 * What one caller may take of a server: streams at once and per second, by who it is and by where it comes from, and
 * events per second.
 *
 * Owns which limit says no, and its metric. Who a caller is comes from its token, where it comes from out of the host;
 * without the one or the other that limit has nothing to count.
 */
import { StreamError } from "../../core/index.ts";
import { Admission } from "./admission.ts";
import type { ServerLimits } from "../config/limits.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Clock } from "../host/clock.ts";
import { RateLimit } from "./rate-limit.ts";

/** Limits of connections, as `connections_refused_total` calls them. */
export type ConnectionLimit = Extract<
  keyof ServerLimits,
  | "connectionsLimit"
  | "connectionsPerAddressLimit"
  | "connectionsPerSubjectLimit"
  | "connectsPerAddressPerSecond"
  | "connectsPerSubjectPerSecond"
  | "socketsLimit"
>;

export interface ClientLimitsOptions {
  readonly limits: ServerLimits;
  readonly clock: Pick<Clock, "now">;
  readonly metrics: Metrics;
}

const FIELDS = {
  subject: { CLIENT_LIMIT: "connectionsPerSubjectLimit", RATE_LIMITED: "connectsPerSubjectPerSecond" },
  address: { CLIENT_LIMIT: "connectionsPerAddressLimit", RATE_LIMITED: "connectsPerAddressPerSecond" },
} as const;

type Kind = keyof typeof FIELDS;

export class ClientLimits {
  readonly #options: ClientLimitsOptions;
  readonly #admissions: Readonly<Record<Kind, Admission>>;
  readonly #events: RateLimit;

  constructor(options: ClientLimitsOptions) {
    const { limits } = options;
    this.#options = options;
    this.#admissions = {
      subject: new Admission({
        limit: limits.connectionsPerSubjectLimit,
        perSecond: limits.connectsPerSubjectPerSecond,
      }),
      address: new Admission({
        limit: limits.connectionsPerAddressLimit,
        perSecond: limits.connectsPerAddressPerSecond,
      }),
    };
    this.#events = new RateLimit({ perSecond: limits.publishEventsPerSecond });
  }

  /**
   * Counts one stream of this caller; returns how to give it back.
   * @throws StreamError `CLIENT_LIMIT`, `RATE_LIMITED`.
   */
  enter(names: Readonly<Record<Kind, string | undefined>>): () => void {
    const leaves: (() => void)[] = [];
    for (const kind of ["subject", "address"] as const) {
      const name = names[kind];
      const entry = name === undefined ? undefined : this.#admissions[kind].enter(name, this.#options.clock.now());
      if (entry === undefined) continue;
      if ("refusal" in entry) {
        for (const leave of leaves) leave();
        this.#options.metrics.add("connections_refused_total", 1, FIELDS[kind][entry.refusal]);
        throw new StreamError(entry.refusal, entry.waitMs === undefined ? {} : { waitMs: entry.waitMs });
      }
      leaves.push(entry.leave);
    }
    return () => {
      for (const leave of leaves.splice(0)) leave();
    };
  }

  /** Milliseconds until this caller may publish so many events; 0: now, and they are counted. */
  waitToPublish(subject: string | undefined, count = 1): number {
    return subject === undefined ? 0 : this.#events.take(subject, this.#options.clock.now(), count);
  }
}
