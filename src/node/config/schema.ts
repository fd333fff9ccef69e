/**
 * The shape of maskwire.yaml: one schema gives the check, the defaults, the JSON Schema and docs/config.md.
 *
 * Owns names, ranges and descriptions. Reads no file, coerces nothing; src/server/config/config.ts owns the defaults.
 */
import { z } from "zod";
import {
  DECODE_DEPTH_LIMIT,
  EXTRA_FIELDS,
  KEY_VERSION_LIMIT,
  NUMBERS,
  ON_INVALID,
  PACK_NAMES,
  PHONES,
} from "../../core/index.ts";
import { auth } from "./auth-schema.ts";
import { detokenize } from "./detokenize-schema.ts";
import { operatorOf } from "./operator-schema.ts";
import { detector, ENTITY, list } from "./detector-schema.ts";
import { edge } from "./edge-schema.ts";
import { feed, relay } from "./feed-schema.ts";
import { history } from "./history-schema.ts";
import { ingests } from "./ingest-schema.ts";
import { limits } from "./limits-schema.ts";
import { remoteDetector } from "./remote-schema.ts";
import { brokers, upstreams, zoneKeys } from "./zone-schema.ts";
import {
  CANARY_MODES,
  DEFAULT_CONFIG,
  FORWARDING_HEADERS,
  LISTENERS,
  RELOADS,
  type ListenerName,
  DEFAULT_WARM_UP_MS,
} from "../../server/config/config.ts";

/** Shorter than what a socket has to answer a ping, which nobody does there (websocket.ts). */
const WARM_UP_MAX_MS = 5_000;
const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const FEED_NAME = /^(?:[A-Za-z0-9._-]{1,64}|\*)$/;
const OPERATOR_KEY = /^(?:default|[A-Z][A-Z0-9_]{0,63})$/;
const HOST = /^[0-9A-Za-z.:-]{1,253}$/;
const ORIGIN = /^\*$|^https?:\/\/[^/\s?#@]+$/;

const operator = operatorOf("Leaves the entity alone; what other detectors find in it still goes.");

const fieldOperator = operatorOf("Lets the value pass unread, whatever it is.");

const fieldPath = z.string().max(1024);

const policy = z.strictObject({
  extends: z
    .string()
    .regex(NAME)
    .exactOptional()
    .describe("Policy that this one builds on: maps merge by key, lists are joined, all else is replaced."),
  detectors: z
    .array(detector)
    .max(256)
    .exactOptional()
    .describe("Detectors of its own beside the built-in ones; their examples are run at the start."),
  packs: z
    .array(z.enum([...PACK_NAMES, PHONES]))
    .exactOptional()
    .describe("Countries whose identity numbers count, `web`, `names`, `secrets`, `entropy`, `phones`; default none."),
  entities: z
    .array(z.string().regex(ENTITY))
    .min(1)
    .exactOptional()
    .describe("Entities to look for, beside those of `packs`; default: every built-in detector."),
  operators: z
    .record(z.string().regex(OPERATOR_KEY), operator)
    .exactOptional()
    .describe("What happens to each entity, or to `default`: every other one."),
  allow: list
    .exactOptional()
    .describe(
      "Findings that stay as they are; says nothing of what a name, a path or an opening such as `Bearer` tells.",
    ),
  deny: list.exactOptional().describe("Texts that are always found, as `DENIED`."),
  requireContext: z
    .record(z.string().regex(ENTITY), z.literal(false))
    .exactOptional()
    .describe("Entity to `false`: found without the word before it that it otherwise needs."),
  threshold: z.number().min(0).max(1).exactOptional().describe("Lowest score that counts; default 0.6."),
  onInvalid: z
    .enum(ON_INVALID)
    .exactOptional()
    .describe("What happens to a record that cannot be parsed; default mask-as-text."),
  fields: z
    .record(fieldPath, fieldOperator)
    .exactOptional()
    .describe("Path of a field, such as `user.email` or `items[*].card`, to what happens to its value and all below."),
  only: z
    .array(fieldPath)
    .min(1)
    .exactOptional()
    .describe("Look below these paths only; values of all other fields pass unread."),
  except: z.array(fieldPath).min(1).exactOptional().describe("Values below these paths pass unread."),
  joinFields: z
    .array(fieldPath)
    .min(1)
    .exactOptional()
    .describe(
      "Texts at these paths go on from one record or event to the next, as tokens of a model do: of each path all are one " +
        "text. A record waits until its text is decided.",
    ),
  joinMessages: z
    .boolean()
    .exactOptional()
    .describe("Data of events that is text goes on in the next event; default false. An event waits likewise."),
  remoteDetectors: z
    .array(z.string().regex(NAME))
    .max(8)
    .exactOptional()
    .describe(
      "Names under `remoteDetectors`: what is asked about every record once it is masked by all else; default none. " +
        "Each record waits for it.",
    ),
  fieldsIgnoreCase: z.boolean().exactOptional().describe("Names in paths match in any case; default false."),
  numbers: z
    .enum(NUMBERS)
    .exactOptional()
    .describe("What a masked JSON number becomes: a `string` (default) or a number of the same `shape`."),
  crossLine: z
    .boolean()
    .exactOptional()
    .describe("Values go on over line breaks; default false. Two more runs of the automaton."),
  decodeEntities: z
    .boolean()
    .exactOptional()
    .describe("HTML entities are read as their characters; default false. One more run over texts with an ampersand."),
  decodeBase64: z
    .boolean()
    .exactOptional()
    .describe(
      "Runs of base64 are read as what they stand for; default false. Up to two more runs over texts with one.",
    ),
  decodeDepth: z
    .int()
    .min(1)
    .max(DECODE_DEPTH_LIMIT)
    .exactOptional()
    .describe(
      "How many times percent-encoding, entities and base64 are undone one inside the other, 1 (default) to 3. " +
        "Each round multiplies the runs over texts that hold such encodings.",
    ),
  extraFields: z
    .enum(EXTRA_FIELDS)
    .exactOptional()
    .describe("Comments and unknown fields of event streams: `mask` (default) them as text, or `drop` them unread."),
  tenant: z
    .string()
    .regex(NAME)
    .exactOptional()
    .describe("Whose values these are: equal values of two tenants get different tokens; default `default`."),
});

const endpoint = z.string().min(1).max(300);

const canary = z.strictObject({
  control: endpoint.describe("`host:port` that our network policy allows, where `maskwire canary` listens."),
  forbidden: endpoint.describe("`host:port` of the same canary that our network policy forbids."),
  mode: z
    .enum(CANARY_MODES)
    .default("require")
    .describe(
      "`require`: publish and subscribe open when policies are in force, and close when they are not; `warn`: metric and log only; `off`: nothing is tried.",
    ),
});

const keyVersion = z.int().min(1).max(KEY_VERSION_LIMIT).exactOptional();

const keys = z.strictObject({
  current: keyVersion.describe("Version that makes tokens; default the highest one there is."),
  decryptFrom: keyVersion.describe("Lowest version whose tokens are turned back; default the lowest one there is."),
});

function listener(name: ListenerName, what: string) {
  const preset = DEFAULT_CONFIG.listeners[name];
  return z
    .strictObject({
      host: z.string().regex(HOST).default(preset.host).describe("Address to listen on."),
      listenPort: z.int().min(0).max(65_535).default(preset.listenPort).describe("TCP port; 0: the system picks one."),
      unsafeNoAuthentication: z
        .boolean()
        .default(preset.unsafeNoAuthentication)
        .describe("Says that whoever reaches the address may use it; any but a loopback address needs it."),
      ...zoneKeys(name),
    })
    .prefault({})
    .describe(what);
}

const NO_FILE = DEFAULT_CONFIG.feeds["*"] ?? { policy: "default", views: {}, eventTypes: [] };

/** maskwire.yaml as a whole. Its output is a `ServerConfig` once `default` is among the policies. */
export const configSchema = z.strictObject({
  listeners: z
    .strictObject({
      publish: listener("publish", "Where producers come in: masking and publishing."),
      subscribe: listener("subscribe", "Where subscribers come in: feeds, relays, console."),
      admin: listener("admin", "Where operations come in: health and metrics."),
    } satisfies Record<(typeof LISTENERS)[number], unknown>)
    .prefault({})
    .describe("Two listeners with the same host and port share one socket."),
  policies: z.record(z.string().regex(NAME), policy).default({}).describe("Name to policy; `default` always exists."),
  feeds: z
    .record(z.string().regex(FEED_NAME), feed)
    .default({ "*": { policy: NO_FILE.policy, views: {}, eventTypes: [...NO_FILE.eventTypes] } })
    .describe("Name to feed; `*` opens every other name."),
  relays: z.record(z.string().regex(NAME), relay).default({}).describe("Name to upstream feed."),
  limits: limits.prefault({}).describe("Every limit of the server."),
  allowedOrigins: z
    .array(z.string().regex(ORIGIN))
    .default([])
    .describe(
      "Origins that browsers may come from, exact; `*`, without `auth` only: any, to read feeds; empty: same origin only.",
    ),
  history: history
    .exactOptional()
    .describe("What keeps events beyond this process. Needs the root key (MASKWIRE_KEY_FILE)."),
  ingest: ingests,
  detokenize: detokenize
    .exactOptional()
    .describe("Turns values back for whoever is granted that; absent: nobody. Needs `auth` and the root key."),
  canary: canary.exactOptional().describe("How to see whether network policies are in force."),
  reload: z
    .enum(RELOADS)
    .default("keep")
    .describe(
      "Mask streams that began under a policy which a new configuration changes: `keep` it to their end, or (`live`) are ended with CONFIG_CHANGED.",
    ),
  warmUpMs: z
    .int()
    .min(0)
    .max(WARM_UP_MAX_MS)
    .default(DEFAULT_WARM_UP_MS)
    .describe(
      "Longest time that a start takes for made-up events, so that the first real ones find fast code (docs/operations.md); 0: none.",
    ),
  upstreams: upstreams
    .exactOptional()
    .describe("All that the server may dial; absent: whatever a relay or an issuer names."),
  trustedProxies: z
    .strictObject({
      cidrs: z.array(z.string().min(1).max(64)).min(1).max(64).describe("Their addresses, such as 10.0.0.0/8."),
      header: z
        .enum(FORWARDING_HEADERS)
        .default("x-forwarded-for")
        .describe("Where they write for whom they speak; they have to add to it, or to replace it."),
    })
    .exactOptional()
    .describe("Proxies in front that are believed about the address of a client; absent: none is."),
  remoteDetectors: z
    .record(z.string().regex(NAME), remoteDetector)
    .exactOptional()
    .describe("Name to a program elsewhere that policies may ask about records. Node only."),
  brokers: brokers
    .exactOptional()
    .describe("Brokers beside maskwire that network policies let it and its zones reach."),
  keys: keys
    .exactOptional()
    .describe("Which version of the root key does what. The key itself is in MASKWIRE_KEY_FILE, never here."),
  edge: edge.exactOptional().describe("What only the edge worker reads (docs/edge.md)."),
  auth: auth.exactOptional().describe("Who may come in. Without it nobody is asked who he is."),
});

export type FileConfig = z.output<typeof configSchema>;
