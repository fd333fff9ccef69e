/**
 * The part of maskwire.yaml that only the edge reads: `maskwire worker build` takes it along, `serve` does not look at it.
 */
import { z } from "zod";
import { DEFAULT_EDGE } from "../../server/config/edge-config.ts";

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/;

export const edge = z.strictObject({
  storageMaxBytes: z
    .int()
    .min(65_536)
    .max(10_000_000_000)
    .default(DEFAULT_EDGE.storageMaxBytes)
    .describe("Bytes in the database of one feed's object, at which STORAGE_FULL refuses events."),
  liveRefreshMs: z
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(DEFAULT_EDGE.liveRefreshMs)
    .describe(
      "Time after which each isolate reads live policies again, at its next request; each time is an operation of the store.",
    ),
  front: z
    .strictObject({
      url: z.string().min(1).max(2048).describe("The origin whose answers are masked: scheme, host and port, https."),
      policy: z.string().default("default").describe("Policy of every answer."),
      unsafePlaintext: z
        .boolean()
        .default(false)
        .describe("Allows an http origin, whose answers anyone on the way reads."),
      responseHeaders: z
        .array(z.string().regex(HEADER_NAME))
        .max(64)
        .default([])
        .describe("Headers of the origin's answers that pass besides those of docs/edge.md, unmasked; lower case."),
    })
    .exactOptional()
    .describe("Makes the worker a front: every request goes to this origin, and its answer is masked on the way out."),
});
