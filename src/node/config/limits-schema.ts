/**
 * The shape of `limits`.
 *
 * Owns ranges and descriptions; defaults are in src/server/config/config.ts, and which of them may be `unlimited` beside it.
 */
import { z } from "zod";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../server/config/limits.ts";
import { readLimit, UNLIMITED, type UNLIMITABLE } from "../../server/config/unlimited.ts";

function limit(name: keyof ServerLimits, range: readonly [number, number], what: string) {
  return z.int().min(range[0]).max(range[1]).default(DEFAULT_SERVER_LIMITS[name]).describe(what);
}

/** The same, or no limit at all. */
function unlimitable(name: (typeof UNLIMITABLE)[number], range: readonly [number, number], what: string) {
  return z
    .union([z.int().min(range[0]).max(range[1]), z.literal(UNLIMITED)])
    .default(DEFAULT_SERVER_LIMITS[name])
    .describe(what)
    .transform(readLimit);
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SECOND = 1000;
const HOUR = 3600 * SECOND;

export const limits = z.strictObject({
  eventLimitBytes: limit("eventLimitBytes", [256, MIB], "Longest event of a feed."),
  messageLimitBytes: limit("messageLimitBytes", [KIB, 16 * MIB], "Longest WebSocket message."),
  lineLimitBytes: limit(
    "lineLimitBytes",
    [KIB, 16 * MIB],
    "Longest line of NDJSON, event of SSE, record of CSV, field of a form, headers of a part.",
  ),
  jsonDepthLimit: limit("jsonDepthLimit", [1, 10_000], "Deepest nesting of JSON."),
  nestedJsonDepth: limit(
    "nestedJsonDepth",
    [0, 16],
    "How many texts deep JSON inside a JSON string, cell or form field is read as JSON; deeper it is masked as text. 0: never.",
  ),
  holdbackLimitBytes: limit(
    "holdbackLimitBytes",
    [64 * KIB, GIB],
    "Bytes of a text that a policy may hold back at most; a policy that may hold more is refused at the start.",
  ),
  joinLimitBytes: limit(
    "joinLimitBytes",
    [KIB, GIB],
    "Bytes that wait, per mask request or producer, because a policy joins their texts; over it what is undecided is hidden.",
  ),
  joinLimitEvents: limit("joinLimitEvents", [1, 1_000_000], "Records or events that wait for that reason; likewise."),
  joinWaitMs: limit("joinWaitMs", [1, HOUR], "Time that an event of a feed or relay waits for that reason; likewise."),
  inflationLimit: limit(
    "inflationLimit",
    [1, 100_000],
    "Bytes that one byte of a compressed body may become, from 1 MiB on.",
  ),
  connectionsLimit: unlimitable("connectionsLimit", [1, 1_000_000], "Streams and sockets at once."),
  socketsLimit: unlimitable(
    "socketsLimit",
    [1, 1_000_000],
    "TCP connections of a listener at once, idle ones included.",
  ),
  connectionsPerAddressLimit: unlimitable(
    "connectionsPerAddressLimit",
    [1, 1_000_000],
    "TCP connections of one address at once; behind a trusted proxy its streams and sockets.",
  ),
  connectionsPerSubjectLimit: unlimitable(
    "connectionsPerSubjectLimit",
    [1, 1_000_000],
    "Streams and sockets at once of one subject of tokens, or of one API key.",
  ),
  connectsPerAddressPerSecond: unlimitable(
    "connectsPerAddressPerSecond",
    [1, 1_000_000],
    "New ones of one address, twice as many after a pause.",
  ),
  connectsPerSubjectPerSecond: unlimitable(
    "connectsPerSubjectPerSecond",
    [1, 1_000_000],
    "New ones of one subject or API key, twice as many after a pause.",
  ),
  publishEventsPerSecond: unlimitable(
    "publishEventsPerSecond",
    [1, 10_000_000],
    "Events of one subject or API key, twice as many after a pause; NDJSON and SSE bodies are read no faster.",
  ),
  feedsLimit: limit("feedsLimit", [1, 1_000_000], "Feeds with a history at once."),
  feedsPerStreamLimit: limit("feedsPerStreamLimit", [1, 6], "Feeds that one subscription may join."),
  typesPerStreamLimit: limit("typesPerStreamLimit", [1, 64], "Event types that one subscription may ask for."),
  subscriberQueueBytes: limit("subscriberQueueBytes", [16 * KIB, GIB], "Unsent bytes before a subscriber is ended."),
  writeStallMs: limit("writeStallMs", [100, HOUR], "Time without progress before a subscriber is ended."),
  historyMaxBytes: limit("historyMaxBytes", [64 * KIB, 64 * GIB], "Masked events kept to resume, per view of a feed."),
  historyMaxAgeMs: unlimitable("historyMaxAgeMs", [SECOND, 720 * HOUR], "Age at which kept events are dropped."),
  historyMemoryBytes: limit(
    "historyMemoryBytes",
    [64 * KIB, 64 * GIB],
    "Those in memory when all are on disk or in NATS, per view.",
  ),
  historyQueueBytes: limit(
    "historyQueueBytes",
    [MIB, GIB],
    "Masked events that wait for a durable history; over it events are refused.",
  ),
  historyWaitMs: limit(
    "historyWaitMs",
    [SECOND, HOUR],
    "Time in which a subscriber waits for older events that cannot be read, before it is ended.",
  ),
  dedupeWindowMs: limit(
    "dedupeWindowMs",
    [SECOND, HOUR],
    "Time in which an event that is sent again under the same key is recognised.",
  ),
  dedupeKeysLimit: limit("dedupeKeysLimit", [1, 10_000_000], "Keys of events kept for that, per feed."),
  heartbeatMs: limit("heartbeatMs", [100, 10 * 60 * SECOND], "Time between heartbeats to subscribers."),
  connectionMaxAgeMs: unlimitable(
    "connectionMaxAgeMs",
    [SECOND, 24 * HOUR],
    "Age at which connections are asked to return.",
  ),
  headersTimeoutMs: limit(
    "headersTimeoutMs",
    [100, 10 * 60 * SECOND],
    "Time for a request line and its headers, from the connection or the last request on.",
  ),
  producerIdleTimeoutMs: unlimitable(
    "producerIdleTimeoutMs",
    [100, HOUR],
    "Silence before a producer's body is ended.",
  ),
  upstreamIdleTimeoutMs: limit("upstreamIdleTimeoutMs", [100, HOUR], "Silence before an upstream is reconnected."),
  lingerMs: limit("lingerMs", [0, HOUR], "Time an upstream is kept after its last subscriber; 0: none."),
  relayQueueBytes: limit(
    "relayQueueBytes",
    [KIB, GIB],
    "Bytes of a relay's events that wait for remote detectors before its upstream is read no further.",
  ),
  canaryIntervalMs: limit(
    "canaryIntervalMs",
    [100, 10 * 60 * SECOND],
    "Time between two tries of the canary; until policies are in force at most a second.",
  ),
  canaryTimeoutMs: limit("canaryTimeoutMs", [100, 60 * SECOND], "Time after which a try of the canary counts as shut."),
  drainGraceMs: limit("drainGraceMs", [0, 10 * 60 * SECOND], "Time served after SIGTERM before streams end; 0: none."),
  drainWindowMs: limit("drainWindowMs", [0, 10 * 60 * SECOND], "Time over which subscribers are ended; 0: at once."),
  drainLimitMs: limit("drainLimitMs", [SECOND, 30 * 60 * SECOND], "Time after SIGTERM at which the process exits."),
}) satisfies z.ZodType<ServerLimits>;
