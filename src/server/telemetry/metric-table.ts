/**
 * Every metric: its name, kind, help and labels. docs/metrics.md is made of it.
 */

export interface MetricRow {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5];
const MASK_SECONDS = [0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.005, 0.02, 0.1, 0.5];
const BYTES = [0, 1024, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];

export const METRICS = {
  subscribers: { kind: "gauge", help: "Open subscriptions.", labels: ["feed", "view", "transport"] },
  producers: { kind: "gauge", help: "Open publish and mask requests, and sockets that may publish.", labels: [] },
  events_published_total: { kind: "counter", help: "Events that a history took.", labels: ["feed"] },
  duplicates_total: {
    kind: "counter",
    help: "Events that came again under a known key, and were not added.",
    labels: ["feed"],
  },
  event_maskings_total: {
    kind: "counter",
    help: "Events masked, once for each view; subscribers add none.",
    labels: ["feed"],
  },
  events_hidden_total: { kind: "counter", help: "Events that one view refused and others show.", labels: ["feed"] },
  events_delivered_total: { kind: "counter", help: "Events written to subscribers.", labels: ["feed", "transport"] },
  delivered_bytes_total: { kind: "counter", help: "Bytes written to subscribers.", labels: ["transport"] },
  events_skipped_total: {
    kind: "counter",
    help: "Events that a slow subscriber was not given, once for each, by the feed's rule (`reason`).",
    labels: ["feed", "reason"],
  },
  events_refused_total: { kind: "counter", help: "Events that were not accepted.", labels: ["code"] },
  tokens_refused_total: {
    kind: "counter",
    help: "Requests whose token did not hold, or grants something else.",
    labels: ["code"],
  },
  key_fetches_total: {
    kind: "counter",
    help: "Requests for the public keys of issuers, by what became of them.",
    labels: ["result"],
  },
  errors_total: {
    kind: "counter",
    help: "Requests that were answered with an error, by its code, broken HTTP included.",
    labels: ["code"],
  },
  connections_refused_total: {
    kind: "counter",
    help: "Connections, streams and sockets that were not let in, by the limit that said so.",
    labels: ["limit"],
  },
  disconnects_total: { kind: "counter", help: "Connections that this side ended.", labels: ["reason"] },
  subscriber_queue_bytes: { kind: "histogram", help: "Bytes a subscriber had not taken.", labels: [], buckets: BYTES },
  publish_to_write_seconds: {
    kind: "histogram",
    help: "From acceptance of an event to its write, the oldest of a batch.",
    labels: [],
    buckets: SECONDS,
  },
  mask_seconds: {
    kind: "histogram",
    help: "Time of the thread to mask one event for all views of a feed, of every 16th, or one chunk of a mask request (`piece`).",
    labels: ["piece"],
    buckets: MASK_SECONDS,
  },
  matcher_cache_clears_total: {
    kind: "counter",
    help: "Tables of automata that were full and are built anew: some is slow input, many are a policy of too many patterns.",
    labels: [],
  },
  masked_total: { kind: "counter", help: "Findings replaced.", labels: ["entity", "operator"] },
  kept_total: {
    kind: "counter",
    help: "Findings in values that a path of the policy keeps: they went out as they are.",
    labels: ["policy", "entity"],
  },
  detokenize_calls_total: {
    kind: "counter",
    help: "Calls to turn values back, by what became of them.",
    labels: ["outcome"],
  },
  detokenized_total: { kind: "counter", help: "Values turned back.", labels: ["policy", "entity"] },
  feed_masked_total: {
    kind: "counter",
    help: "Findings replaced in events of a feed, once for each view.",
    labels: ["feed", "entity", "operator"],
  },
  feed_kept_total: {
    kind: "counter",
    help: "Findings in values of a feed's events that a path of the policy keeps, once for each view.",
    labels: ["feed", "policy", "entity"],
  },
  feed_fail_closed_total: {
    kind: "counter",
    help: "Events of a feed that could not be read as what they claim to be, or were dropped, once for each view.",
    labels: ["feed", "reason"],
  },
  feed_refused_total: { kind: "counter", help: "Events that a feed did not accept.", labels: ["feed", "code"] },
  feed_held_bytes: {
    kind: "gauge",
    help: "Bytes of events whose texts go on in the next ones, and are not decided; any other event is masked at once.",
    labels: ["feed"],
  },
  held_bytes: { kind: "gauge", help: "Bytes received by mask requests and not yet decided.", labels: [] },
  held_bytes_max: { kind: "gauge", help: "The most that one mask request has held of them after a chunk.", labels: [] },
  fail_closed_total: {
    kind: "counter",
    help: "Records or streams that could not be read, and events that were dropped.",
    labels: ["reason"],
  },
  config_reloads_total: {
    kind: "counter",
    help: "New configurations that a running server was given, by what became of them.",
    labels: ["result"],
  },
  config_info: {
    kind: "gauge",
    help: "1 for the configuration in force, by the start of its digest, and the version of maskwire that goes by it.",
    labels: ["hash", "version"],
  },
  config_refused: { kind: "gauge", help: "1 while the newest configuration is not the one in force.", labels: [] },
  streams_on_old_policy: {
    kind: "gauge",
    help: "Mask requests that go on by a policy which is no longer in force.",
    labels: [],
  },
  stream_truncated_total: { kind: "counter", help: "Unfinished last events that were dropped.", labels: [] },
  history_holes_total: { kind: "counter", help: "Gaps that subscribers were told of.", labels: [] },
  history_damages_total: {
    kind: "counter",
    help: "Places where a history that outlives the process lacks events.",
    labels: [],
  },
  history_append_seconds: {
    kind: "histogram",
    help: "From the first event of a batch to its commit, where a history outlives the process.",
    labels: [],
    buckets: SECONDS,
  },
  history_pages_total: {
    kind: "counter",
    help: "Pages of events that were read because they are in memory no more, by what became of them.",
    labels: ["result"],
  },
  history_memory_bytes: {
    kind: "gauge",
    help: "Masked events kept in memory for resuming, with 200 bytes more for each, of all views.",
    labels: ["feed"],
  },
  history_oldest_seconds: {
    kind: "gauge",
    help: "Age of the oldest event in memory for resuming, of all views; absent where there is none.",
    labels: ["feed"],
  },
  history_available: {
    kind: "gauge",
    help: "1 while a history that outlives the process takes events, 0 while it does not.",
    labels: [],
  },
  resumes_total: { kind: "counter", help: "Subscriptions by how they started.", labels: ["result"] },
  relay_connected: { kind: "gauge", help: "1 while the upstream streams.", labels: ["relay"] },
  policy_enforced: {
    kind: "gauge",
    help: "1 while network policies are in force, 0 while they are not; absent while that is unknown.",
    labels: [],
  },
  ingest_connected: { kind: "gauge", help: "1 while the broker of raw events gives them.", labels: ["ingest"] },
  ingest_reconnects_total: { kind: "counter", help: "Further connections to such a broker.", labels: ["ingest"] },
  ingest_messages_total: {
    kind: "counter",
    help: "Messages of it by what became of them: `accepted`, `duplicate`, or the code of the refusal.",
    labels: ["ingest", "result"],
  },
  ingest_waiting: { kind: "gauge", help: "Messages that were given and are not stored yet.", labels: ["ingest"] },
  ingest_pending: {
    kind: "gauge",
    help: "Messages that waited in the stream behind the last one.",
    labels: ["ingest"],
  },
  remote_requests_total: {
    kind: "counter",
    help: "Records that a remote detector was to look at.",
    labels: ["detector"],
  },
  remote_failures_total: {
    kind: "counter",
    help: "Records of which a remote detector could not say what is in them, by reason; none of them passed.",
    labels: ["detector", "reason"],
  },
  remote_seconds: {
    kind: "histogram",
    help: "From a record's hand-over to a remote detector's answer, its wait for a place included.",
    labels: ["detector"],
    buckets: SECONDS,
  },
  relay_pauses_total: {
    kind: "counter",
    help: "Times that an upstream was read no further until a remote detector had answered.",
    labels: ["relay"],
  },
  relay_reconnects_total: { kind: "counter", help: "Further connections to an upstream.", labels: ["relay"] },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;
