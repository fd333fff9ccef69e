/** What a subscriber is made with: where it begins, what it writes through, and how long it may stay. */
import type { ServerLimits } from "../config/limits.ts";
import type { Resume } from "../history/history.ts";
import type { Clock } from "../host/clock.ts";
import type { Random } from "../host/random.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Outlet } from "./outlets.ts";
import type { Transport } from "./transports.ts";
import type { TypeFilter } from "./type-filter.ts";
import type { View } from "./view.ts";

type SubscriberLimits = Pick<
  ServerLimits,
  "subscriberQueueBytes" | "writeStallMs" | "historyWaitMs" | "heartbeatMs" | "connectionMaxAgeMs"
>;

export interface SubscriberOptions {
  readonly transport: Transport;
  readonly outlet: Outlet;
  readonly views: readonly View[];
  /** Event types that it wants; without one it wants all. */
  readonly filter?: TypeFilter | undefined;
  /** Where to start in each view. */
  readonly resumes: readonly Resume[];
  /** What the client said it has, for the gap that tells it; null when that cannot be read. */
  readonly after: string | null;
  readonly limits: SubscriberLimits;
  readonly ports: { readonly clock: Clock; readonly random: Random };
  readonly metrics: Metrics;
  /** When what lets it read ends. */
  readonly expiresAtMs?: number | undefined;
  /** When it reaches its age; drawn where it is not given. */
  readonly endsAtMs?: number | undefined;
}
