/**
 * The part of maskwire.yaml that says what keeps events beyond the process.
 */
import { z } from "zod";
import { HISTORY_SYNCS } from "../../server/config/history-config.ts";
import { natsServers } from "./nats-schema.ts";

export const history = z.discriminatedUnion("broker", [
  z.strictObject({ broker: z.literal("memory").describe("In this process, and gone with it (the default).") }),
  z.strictObject({
    broker: z.literal("disk").describe("Also on the disk of this one process: a restart loses nothing."),
    dataDir: z.string().min(1).max(4096).describe("Folder of the files, for this process alone; `--data-dir` wins."),
    sync: z
      .enum(HISTORY_SYNCS)
      .default("always")
      .describe(
        "When events count as committed. `always`: they are on the disk. `interval`: they will be within a second; `never`: when the system likes. Both survive the end of the process, not that of the power.",
      ),
  }),
  z.strictObject({
    broker: z.literal("nats").describe("In NATS JetStream, for several nodes: a subscriber may go on at any of them."),
    ...natsServers,
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,32}$/)
      .default("maskwire")
      .describe("Begins the names of streams and subjects."),
    replicas: z.int().min(1).max(5).default(1).describe("Servers that hold each event; 3 where there are as many."),
  }),
]);
