/** The shape of feeds and relays: whose events go out, by which policies. */
import { z } from "zod";
import { BINARIES, SLOW_SUBSCRIBERS } from "../../server/config/config.ts";

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
/** Printable ASCII and nothing that could start another header line. */
const HEADER_VALUE = /^[\x20-\x7e]{0,8192}$/;
const EVENT_TYPE = /^[^\r\n\0]{1,128}$/;

const eventTypes = z
  .array(z.string().regex(EVENT_TYPE))
  .default([])
  .describe("Event types that pass; any other becomes `message`.");

const policyName = z.string().regex(NAME).default("default").describe("Name under `policies`.");

const views = z
  .record(z.string().regex(NAME), z.string().regex(NAME))
  .default({})
  .describe("View name to the name of its policy: what subscribers get who ask for `?view=`.");

const strictness = z
  .array(z.string().regex(NAME))
  .exactOptional()
  .describe("Views from the strictest to the loosest: none may show what a later one hides, or the start is refused.");

const passTraceparent = z
  .boolean()
  .exactOptional()
  .describe(
    "Subscribers are given the `traceparent` that came with an event; default false, because a producer could write data into it.",
  );

const slowSubscribers = z
  .enum(SLOW_SUBSCRIBERS)
  .exactOptional()
  .describe(
    "Subscribers that do not keep up: `disconnect` (default) ends them; `drop-oldest` and `latest-only` let them stay and " +
      "miss events, told by a gap. Node only.",
  );

const binary = z
  .enum(BINARIES)
  .exactOptional()
  .describe(
    "Binary WebSocket messages: `refuse` (default), or `utf8`: read as the text that they are, and masked like any.",
  );

export const feed = z.strictObject({
  policy: policyName,
  views,
  strictness,
  eventTypes,
  passTraceparent,
  slowSubscribers,
  binary,
});

export const relay = z.strictObject({
  url: z
    .string()
    .min(1)
    .max(2048)
    .describe(
      "Upstream feed: SSE by https, or by wss its messages (Node only); user name and password belong in `headers`.",
    ),
  policy: policyName,
  views,
  strictness,
  unsafePlaintext: z
    .boolean()
    .default(false)
    .describe("Allows an http or ws upstream: raw data crosses the network in clear."),
  headers: z
    .record(z.string().regex(HEADER_NAME), z.string().regex(HEADER_VALUE).describe("Printable ASCII."))
    .default({})
    .describe("Request headers for the upstream, such as authorization. Never logged."),
  protocols: z
    .array(z.string().regex(HEADER_NAME))
    .min(1)
    .max(8)
    .refine((names) => new Set(names).size === names.length, "names one twice")
    .exactOptional()
    .describe("WebSocket sub-protocols to offer; an upstream that picks none of them is not followed."),
  eventTypes,
  slowSubscribers,
  binary,
  always: z.boolean().default(false).describe("Follows the upstream even without a subscriber."),
});
