/**
 * What every route takes and answers, as an OpenAPI 3.1 document.
 *
 * Owns the descriptions. Which routes there are is the table of routes; a test holds one against the other, and every
 * answer of the server against both.
 */
import { ERRORS, type ErrorCode } from "../../core/index.ts";

/** As the table of routes says it. */
interface RouteRow {
  readonly listeners: readonly string[];
  readonly method: string;
  readonly path: string;
  readonly isGuarded: boolean;
}

interface Operation {
  readonly summary: string;
  /** Query and header parameters by name; those of the path are read off it. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly takes?: readonly string[];
  /** Statuses that are no error, each with its content types. */
  readonly answers: Readonly<Record<number, readonly [description: string, ...types: string[]]>>;
  /** Those of its own, beside the ones of `COMMON`. */
  readonly errors: readonly ErrorCode[];
}

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

const JSON_TYPE = "application/json";
const EVENT_TYPES = ["text/event-stream", "application/x-ndjson"] as const;
const MASK_TYPES = [
  "text/plain",
  JSON_TYPE,
  "application/x-ndjson",
  "application/json-seq",
  "text/event-stream",
  "text/csv",
  "text/tab-separated-values",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
] as const;

/** Of every route. */
const COMMON: readonly ErrorCode[] = [
  "BAD_REQUEST",
  "CONNECTION_LIMIT",
  "CLIENT_LIMIT",
  "HEADERS_TIMEOUT",
  "HEADERS_TOO_LARGE",
  "HOST_REFUSED",
  "INTERNAL",
  "RATE_LIMITED",
  "TOKEN_IN_QUERY",
  "UPGRADE_REFUSED",
];
/** Of every path below /v1. */
const VERSIONED: readonly ErrorCode[] = ["DRAINING", "FORBIDDEN"];
/** Where a token is asked for. */
const GUARDED: readonly ErrorCode[] = [
  "AUTH_UNAVAILABLE",
  "GRANT_MISSING",
  "TOKEN_EXPIRED",
  "TOKEN_MISSING",
  "UNAUTHENTICATED",
];
const BODY: readonly ErrorCode[] = [
  "BODY_BROKEN",
  "BODY_CORRUPT",
  "BODY_INFLATES",
  "CHARSET_UNKNOWN",
  "ENCODING_UNKNOWN",
  "FORMAT_UNKNOWN",
  "PRODUCER_IDLE",
  "UNKNOWN_PARAMETER",
];
/** Of a body that is masked, or turned back, as a stream. */
const STREAM: readonly ErrorCode[] = [
  "BAD_BOUNDARY",
  "BAD_CSV",
  "BAD_JSON",
  "BAD_MULTIPART",
  "CONFIG_CHANGED",
  "INVALID_INPUT",
  "INVALID_UTF8",
  "JSON_TOO_DEEP",
  "LINE_TOO_LONG",
  "PART_UNREADABLE",
  "POLICY_UNKNOWN",
];
const FEED: readonly ErrorCode[] = ["FEED_LIMIT", "FEED_LIST", "FEED_NAME", "FEED_UNKNOWN", "HISTORY_UNAVAILABLE"];
const VIEW: readonly ErrorCode[] = ["BAD_POSITION", "TYPE_LIST", "UNKNOWN_PARAMETER", "VIEW_REQUIRED", "VIEW_UNKNOWN"];
const SOCKET: readonly ErrorCode[] = ["PROTOCOL_UNKNOWN"];

const START = {
  from: "`now`, `oldest`, `-100` (the last hundred) or a time: where to begin without a position.",
  lastEventId: "The position to go on after.",
  types: "Event types by commas: only events of these are sent.",
  view: "One of the views that the token grants.",
};
const LAST_EVENT_ID = { "Last-Event-ID": "The position to go on after; wins over the query." };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "POST /v1/mask": {
    summary: "Masks a body while it is still coming in.",
    query: {
      policy: "Name of a policy; `default` without.",
      findings:
        "`inline`: what was found, counted in a last comment (event streams) or record (NDJSON, JSON sequences).",
    },
    headers: {
      TE: "`trailers`: the same in a trailer `Maskwire-Findings`, over HTTP/1.1 and where the server has trailers.",
    },
    takes: MASK_TYPES,
    answers: { 200: ["The body, masked, in the format that it came in.", ...MASK_TYPES] },
    errors: [...BODY, ...STREAM, "FINDINGS_FORM", "REMOTE_DETECTOR_FAILED", "REMOTE_FORMAT"],
  },
  "POST /v1/detokenize": {
    summary: "Turns tokens back into their values, where that is configured and granted; each call is written down.",
    query: { policy: "Name of the policy that made the tokens; `default` without." },
    headers: { "Maskwire-Purpose": "Why, for the audit record." },
    takes: MASK_TYPES,
    answers: { 200: ["The body with its values, in the format that it came in.", ...MASK_TYPES] },
    errors: [
      ...BODY,
      ...STREAM,
      "AUDIT_UNAVAILABLE",
      "CALLER_UNNAMED",
      "CALL_LIMIT",
      "NOT_FOUND",
      "PURPOSE_NEEDED",
      "VALUE_LIMIT",
    ],
  },
  "POST /v1/feeds/{feed}/events": {
    summary: "Publishes one event, or many of a body of any length.",
    headers: { "Idempotency-Key": "What a body that is sent again is known by." },
    takes: [JSON_TYPE, ...EVENT_TYPES],
    answers: { 200: ["How many were accepted, and where they stand.", JSON_TYPE] },
    errors: [
      ...BODY,
      ...FEED,
      "BAD_BOUNDARY",
      "BAD_IDEMPOTENCY_KEY",
      "BAD_JSON",
      "EVENT_TOO_LARGE",
      "INVALID_INPUT",
      "REMOTE_DETECTOR_FAILED",
      "STORAGE_FULL",
    ],
  },
  "GET /v1/feeds/{feed}/events": {
    summary: "Subscribes to up to six feeds, joined by commas; with an upgrade over WebSocket.",
    query: START,
    headers: LAST_EVENT_ID,
    answers: {
      200: ["Events as they come.", ...EVENT_TYPES],
      101: ["A WebSocket, sub-protocol maskwire.v1 or maskwire.v1.lines."],
    },
    errors: [...FEED, ...VIEW, ...SOCKET, "NOT_ACCEPTABLE"],
  },
  "GET /v1/feeds/{feed}/socket": {
    summary: "A WebSocket for both ways, sub-protocol maskwire.v1 or maskwire.v1.lines.",
    query: START,
    headers: LAST_EVENT_ID,
    answers: { 101: ["A WebSocket."] },
    errors: [...FEED, ...VIEW, ...SOCKET, "UPGRADE_NEEDED"],
  },
  "GET /v1/relays/{relay}": {
    summary: "Follows a configured upstream, masked.",
    query: START,
    headers: LAST_EVENT_ID,
    answers: { 200: ["Events as they come.", ...EVENT_TYPES], 204: ["The upstream has ended for good."] },
    errors: [...VIEW, "NOT_ACCEPTABLE", "RELAY_UNKNOWN"],
  },
  "POST /v1/grant": {
    summary: "Turns a bearer token into a cookie for the EventSource of a browser.",
    answers: { 204: ["The cookie is set."] },
    errors: ["NOT_FOUND", "TOKEN_TOO_LONG", "UNKNOWN_PARAMETER"],
  },
  "GET /": { summary: "The console.", answers: { 200: ["A page.", "text/html"] }, errors: [] },
  "GET /livez": { summary: "The process answers.", answers: { 200: ["It does.", JSON_TYPE] }, errors: [] },
  "GET /readyz": {
    summary: "Whether it takes work.",
    answers: { 200: ["It does.", JSON_TYPE], 503: ["It does not: a drain, a relay, or network policies.", JSON_TYPE] },
    errors: [],
  },
  "GET /metrics": { summary: "Prometheus text.", answers: { 200: ["Metrics.", "text/plain"] }, errors: [] },
  "GET /openapi.json": { summary: "This document.", answers: { 200: ["This.", JSON_TYPE] }, errors: [] },
};

/** Everything that a route may be refused with. */
export function errorsOf({ method, path, isGuarded }: Omit<RouteRow, "listeners">): readonly ErrorCode[] {
  const own = operationOf(method, templateOf(path))?.errors ?? [];
  const versioned = path.startsWith("/v1/") ? VERSIONED : [];
  return [...new Set([...own, ...COMMON, ...versioned, ...(isGuarded ? GUARDED : [])])].toSorted();
}

/** The document. Costs some milliseconds: ask once. */
export function openApiOf(routes: readonly RouteRow[]): { readonly [key: string]: Json } {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const template = templateOf(route.path);
    (paths[template] ??= {})[route.method.toLowerCase()] = describe(route, template);
  }
  return {
    openapi: "3.1.0",
    info: { title: "maskwire", version: "1", description: "Masks personal data and secrets in live streams." },
    paths,
    components: {
      schemas: { Error: ERROR_SCHEMA, Receipt: RECEIPT_SCHEMA },
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}

function operationOf(method: string, template: string): Operation | undefined {
  // `curl -T FILE` uploads with PUT, which does the same.
  return OPERATIONS[`${method === "PUT" ? "POST" : method} ${template}`];
}

function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function describe(route: RouteRow, template: string): Json {
  const operation = operationOf(route.method, template);
  if (operation === undefined) return {};
  const { summary, takes = [], answers } = operation;
  return {
    summary,
    "x-listeners": route.listeners,
    ...(route.isGuarded ? { security: [{ bearer: [] }, {}] } : {}),
    parameters: parametersOf(operation, template),
    ...(takes.length === 0 ? {} : { requestBody: { required: true, content: contentOf(takes) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, [description, ...types]]) => [
          status,
          {
            description,
            ...(types.length === 0 ? {} : { content: contentOf(types, schemaOf(template, route.method)) }),
          },
        ]),
      ),
      ...refusalsOf(route, answers),
    },
  };
}

function parametersOf({ query = {}, headers = {} }: Operation, template: string): Json[] {
  const path = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, "A name out of the configuration."]);
  const row =
    (place: string, required: boolean) =>
    ([name = "", description = ""]: readonly string[]): Json => ({
      name,
      in: place,
      description,
      required,
      schema: { type: "string" },
    });
  return [
    ...path.map(row("path", true)),
    ...Object.entries(query).map(row("query", false)),
    ...Object.entries(headers).map(row("header", false)),
  ];
}

/** Errors by status; one that is also an answer in order keeps its own words. */
function refusalsOf(route: RouteRow, answers: Operation["answers"]): Record<string, Json> {
  return Object.fromEntries(
    [...groupByStatus(errorsOf(route))]
      .filter(([status]) => answers[status] === undefined)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${ERRORS[code].text}`).join("\n\n"),
          content: { [JSON_TYPE]: { schema: { allOf: [{ $ref: "#/components/schemas/Error" }, codeSchema(codes)] } } },
        },
      ]),
  );
}

function groupByStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) groups.set(ERRORS[code].http, [...(groups.get(ERRORS[code].http) ?? []), code]);
  return groups;
}

function codeSchema(codes: readonly ErrorCode[]): Json {
  return { properties: { error: { properties: { code: { enum: codes } } } } };
}

function contentOf(types: readonly string[], schema: Json = {}): Json {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function schemaOf(template: string, method: string): Json {
  return method !== "GET" && template.endsWith("/events") ? { $ref: "#/components/schemas/Receipt" } : {};
}

const ERROR_SCHEMA: Json = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "text"],
      properties: { code: { type: "string" }, text: { type: "string", description: "Constant: nothing is quoted." } },
    },
  },
};

const RECEIPT_SCHEMA: Json = {
  type: "object",
  required: ["accepted", "duplicates", "firstId", "lastId", "refused"],
  properties: {
    accepted: { type: "integer" },
    duplicates: { type: "integer", description: "Events whose key was known." },
    dropped: { type: "integer", description: "Events that no view shows, by drop-event; absent where there are none." },
    firstId: { type: ["string", "null"] },
    lastId: { type: ["string", "null"] },
    refused: {
      type: "array",
      description: "The first hundred.",
      items: {
        type: "object",
        required: ["index", "code"],
        properties: { index: { type: "integer" }, code: { type: "string" } },
      },
    },
  },
};
