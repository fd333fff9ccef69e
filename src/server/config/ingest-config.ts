/** Brokers of raw events, from which feeds are filled. */
import type { NatsServersConfig } from "./history-config.ts";

/** Where a new consumer of a stream begins. */
export const INGEST_STARTS = ["all", "new"] as const;
export const INGEST_TEXTS = ["refuse", "mask"] as const;

/** A broker of raw events, whose messages are published masked into a feed. */
export interface IngestConfig extends NatsServersConfig {
  readonly feed: string;
  /** JetStream: what is acknowledged only once it is stored comes again until then. Undefined: core NATS. */
  readonly stream?: string;
  /** Undefined: all of the stream; core NATS always has one. */
  readonly subject?: string;
  /** Nodes of one group share the messages: the durable consumer's name, or the queue group. */
  readonly group: string;
  readonly from: (typeof INGEST_STARTS)[number];
  /** What happens to a message that is no JSON. */
  readonly text: (typeof INGEST_TEXTS)[number];
  /** Messages that are given and not yet acknowledged, of all nodes together; core NATS: that wait, of one. */
  readonly inFlightLimit: number;
  /** Time after which one that was not acknowledged comes again. */
  readonly ackWaitMs: number;
}
