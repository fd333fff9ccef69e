/** The shape of remote detectors: programs elsewhere that policies ask about records. */
import { z } from "zod";
import { REMOTE_ADAPTERS, REMOTE_FAILURE_RULES } from "../../server/config/remote-config.ts";
import { ENTITY } from "./detector-schema.ts";

const FOREIGN_ENTITY = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
/** Printable ASCII and nothing that could start another header line. */
const HEADER_VALUE = /^[\x20-\x7e]{0,8192}$/;
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?$/;
const KIB = 1024;
const MIB = 1024 * KIB;

export const remoteDetector = z.strictObject({
  adapter: z
    .enum(REMOTE_ADAPTERS)
    .default("presidio")
    .describe("How it is spoken to; `presidio`: `POST /analyze` of a Presidio analyzer."),
  url: z
    .string()
    .min(1)
    .max(2048)
    .describe("Where it is asked, https; such as https://presidio.internal/analyze. Has to be one of `upstreams`."),
  unsafePlaintext: z
    .boolean()
    .default(false)
    .describe("Allows http: records cross the network in clear, masked by all else."),
  headers: z
    .record(z.string().regex(HEADER_NAME), z.string().regex(HEADER_VALUE).describe("Printable ASCII."))
    .default({})
    .describe("Request headers, such as authorization. Never logged."),
  language: z.string().regex(LANGUAGE).default("en").describe("Language of the texts, as the detector names it."),
  entities: z
    .record(z.string().regex(FOREIGN_ENTITY), z.string().regex(ENTITY))
    .refine((map) => Object.keys(map).length > 0, "name an entity, such as PERSON: PERSON")
    .describe("Its name for what it finds, to ours. It is asked for these; an answer with another one is of no use."),
  scoreThreshold: z.number().min(0).max(1).default(0.5).describe("Lowest score of its findings that counts."),
  timeoutMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(2_000)
    .describe("Longest time of one record, its wait for a place included."),
  concurrencyLimit: z.int().min(1).max(256).default(8).describe("Requests at once."),
  waitingLimit: z
    .int()
    .min(0)
    .max(100_000)
    .default(1_000)
    .describe("Records that wait for a place; over it they fail."),
  recordLimitBytes: z
    .int()
    .min(256)
    .max(MIB)
    .default(64 * KIB)
    .describe("Longest record that is sent; a longer one fails."),
  onFailure: z
    .enum(REMOTE_FAILURE_RULES)
    .default("refuse")
    .describe("What becomes of a record of which it cannot say what is in it: `refuse` it, or `mask` all of it."),
});
