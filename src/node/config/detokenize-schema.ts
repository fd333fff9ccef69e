/** The shape of `detokenize` in maskwire.yaml: which policies' values are turned back, how many, and where that is written. */
import { z } from "zod";
import { DEFAULT_DETOKENIZE } from "../../server/config/config.ts";

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

export const detokenize = z.strictObject({
  policies: z
    .array(z.string().regex(NAME))
    .min(1)
    .max(64)
    .describe(
      "Policies whose `encrypt` and `fpe` values are turned back, for callers that are granted `detokenize` on them.",
    ),
  auditFile: z
    .string()
    .min(1)
    .max(4096)
    .exactOptional()
    .describe("File that an audit record of each call is appended to; absent: they go to standard error, as the log."),
  callsPerMinute: z
    .int()
    .min(1)
    .max(60_000)
    .default(DEFAULT_DETOKENIZE.callsPerMinute)
    .describe("Calls a minute by one caller; over it `CALL_LIMIT`."),
  valuesPerMinute: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(DEFAULT_DETOKENIZE.valuesPerMinute)
    .describe("Values a minute that one caller gets back; over it the answer breaks off with `VALUE_LIMIT`."),
});
