/**
 * How much of everything a server takes, with the defaults.
 *
 * Owns names and units; `docs/config.md` and metrics call them so, too.
 */
import { DEFAULT_LIMITS } from "../../core/index.ts";

/** Infinity where the file says `unlimited` (unlimited.ts). */
export interface ServerLimits {
  readonly eventLimitBytes: number;
  readonly messageLimitBytes: number;
  readonly lineLimitBytes: number;
  readonly jsonDepthLimit: number;
  readonly nestedJsonDepth: number;
  readonly holdbackLimitBytes: number;
  readonly joinLimitBytes: number;
  readonly joinLimitEvents: number;
  readonly joinWaitMs: number;
  readonly inflationLimit: number;
  readonly connectionsLimit: number;
  readonly socketsLimit: number;
  readonly connectionsPerAddressLimit: number;
  readonly connectionsPerSubjectLimit: number;
  readonly connectsPerAddressPerSecond: number;
  readonly connectsPerSubjectPerSecond: number;
  readonly publishEventsPerSecond: number;
  readonly feedsLimit: number;
  readonly feedsPerStreamLimit: number;
  readonly typesPerStreamLimit: number;
  readonly subscriberQueueBytes: number;
  readonly writeStallMs: number;
  readonly historyMaxBytes: number;
  readonly historyMaxAgeMs: number;
  readonly historyMemoryBytes: number;
  readonly historyQueueBytes: number;
  readonly historyWaitMs: number;
  readonly dedupeWindowMs: number;
  readonly dedupeKeysLimit: number;
  readonly heartbeatMs: number;
  readonly connectionMaxAgeMs: number;
  readonly headersTimeoutMs: number;
  readonly producerIdleTimeoutMs: number;
  readonly upstreamIdleTimeoutMs: number;
  readonly lingerMs: number;
  readonly relayQueueBytes: number;
  readonly canaryIntervalMs: number;
  readonly canaryTimeoutMs: number;
  readonly drainGraceMs: number;
  readonly drainWindowMs: number;
  readonly drainLimitMs: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  eventLimitBytes: 65_536,
  messageLimitBytes: 1_048_576,
  lineLimitBytes: DEFAULT_LIMITS.lineLimitBytes,
  jsonDepthLimit: DEFAULT_LIMITS.jsonDepthLimit,
  nestedJsonDepth: DEFAULT_LIMITS.nestedJsonDepth,
  holdbackLimitBytes: DEFAULT_LIMITS.holdbackLimitBytes,
  joinLimitBytes: DEFAULT_LIMITS.joinLimitBytes,
  joinLimitEvents: DEFAULT_LIMITS.joinLimitEvents,
  joinWaitMs: 2_000,
  inflationLimit: 200,
  connectionsLimit: 10_000,
  socketsLimit: 20_000,
  // Of each pair the rate is half the number or more: twice the rate may come at once, so that all come back after a
  // crash. An `EventSource` that gets 429 never does, and one address may stand for a whole office.
  connectionsPerAddressLimit: 2_000,
  connectionsPerSubjectLimit: 20,
  connectsPerAddressPerSecond: 1_000,
  connectsPerSubjectPerSecond: 20,
  publishEventsPerSecond: 1_000,
  feedsLimit: 10_000,
  feedsPerStreamLimit: 6,
  typesPerStreamLimit: 16,
  subscriberQueueBytes: 1_048_576,
  writeStallMs: 10_000,
  historyMaxBytes: 67_108_864,
  historyMaxAgeMs: 3_600_000,
  historyMemoryBytes: 8_388_608,
  historyQueueBytes: 16_777_216,
  historyWaitMs: 15_000,
  dedupeWindowMs: 120_000,
  dedupeKeysLimit: 100_000,
  heartbeatMs: 15_000,
  connectionMaxAgeMs: 600_000,
  headersTimeoutMs: 10_000,
  producerIdleTimeoutMs: 60_000,
  upstreamIdleTimeoutMs: 60_000,
  lingerMs: 30_000,
  relayQueueBytes: 8_388_608,
  canaryIntervalMs: 10_000,
  canaryTimeoutMs: 2_000,
  drainGraceMs: 5_000,
  drainWindowMs: 30_000,
  drainLimitMs: 50_000,
};
