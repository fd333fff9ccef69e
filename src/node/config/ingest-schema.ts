/**
 * The part of maskwire.yaml that names brokers of raw events.
 */
import { z } from "zod";
import { INGEST_STARTS, INGEST_TEXTS } from "../../server/config/ingest-config.ts";
import { natsServers } from "./nats-schema.ts";

/** As NATS wants the names of streams and consumers; wildcards and dots would be subjects. */
const OBJECT_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const SUBJECT = /^(?=.{1,256}$)(?:(?:\*|[^\s.*>]+)\.)*(?:\*|>|[^\s.*>]+)$/;
const IN_FLIGHT_DEFAULT = 256;
const ACK_WAIT_DEFAULT_MS = 30_000;
const HOUR_MS = 3_600_000;

const ingest = z.strictObject({
  feed: z.string().regex(NAME).describe("Feed that its messages are published into, masked."),
  ...natsServers,
  stream: z
    .string()
    .regex(OBJECT_NAME)
    .exactOptional()
    .describe(
      "JetStream stream: a message is acknowledged once its masked event is stored. Without it core NATS: what is lost on the way is lost.",
    ),
  subject: z
    .string()
    .regex(SUBJECT)
    .exactOptional()
    .describe("Subject, `*` and `>` too; of a stream the whole by default."),
  group: z
    .string()
    .regex(OBJECT_NAME)
    .default("maskwire")
    .describe("Nodes of one group share the messages: name of the durable consumer, or of the queue group."),
  from: z.enum(INGEST_STARTS).default("all").describe("Where a new consumer of a stream begins."),
  text: z
    .enum(INGEST_TEXTS)
    .default("refuse")
    .describe("A message that is no JSON: `refuse` it, or `mask` it as text."),
  inFlightLimit: z
    .int()
    .min(1)
    .max(10_000)
    .default(IN_FLIGHT_DEFAULT)
    .describe(
      "Messages of a stream that are given and not yet acknowledged, of all nodes together (1: strictly in order); of a subject those that wait in one node, more are refused with `OVERLOADED`.",
    ),
  ackWaitMs: z
    .int()
    .min(1_000)
    .max(HOUR_MS)
    .default(ACK_WAIT_DEFAULT_MS)
    .describe("Time after which a message of a stream that nobody acknowledged comes again."),
});

export const ingests = z
  .record(z.string().regex(NAME), ingest)
  .exactOptional()
  .describe("Name to broker of raw events, whose messages are published masked.");
