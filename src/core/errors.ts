/**
 * Every error that a client, an operator or a caller of the library can meet.
 *
 * Owns code, HTTP status, close code, whether to try again, and the constant text. Never holds payload:
 * details are numbers, and no foreign error becomes a message or a cause, because those quote their input.
 */

export interface ErrorRow {
  /** HTTP status when the error is known before the first byte of the answer. */
  readonly http: number;
  /** WebSocket close code: 4000 to 4499 means reconnect, 4500 to 4999 means do not (docs/protocol.md). */
  readonly close: number;
  /** Whether a client whose connection it ends should connect again; over HTTP `Retry-After` says when. */
  readonly retry: boolean;
  readonly text: string;
}

export const ERRORS = {
  AGE_LIMIT: { http: 503, close: 4001, retry: true, text: "the connection reached its age; connect again" },
  AUDIT_UNAVAILABLE: {
    http: 503,
    close: 4006,
    retry: true,
    text: "the audit record cannot be written (detokenize.auditFile); nothing is turned back without it",
  },
  BAD_BOUNDARY: {
    http: 400,
    close: 4502,
    retry: false,
    text: "multipart/form-data needs a boundary of 1 to 70 characters in which nothing is found",
  },
  BAD_CHUNK: { http: 500, close: 1011, retry: false, text: "a chunk is a Uint8Array; text goes through TextEncoder" },
  BAD_CONFIG: { http: 500, close: 1011, retry: false, text: "the configuration is not valid" },
  BAD_IDEMPOTENCY_KEY: {
    http: 400,
    close: 4502,
    retry: false,
    text: "an Idempotency-Key has 1 to 240 printable ASCII characters and no space, an event's own id 1 to 256 characters",
  },
  BAD_CSV: {
    http: 400,
    close: 4506,
    retry: false,
    text: "a CSV record is ragged, or its quotes are not those of RFC 4180",
  },
  BAD_JSON: {
    http: 400,
    close: 4502,
    retry: false,
    text: "the body, or this line of NDJSON, is not one JSON value; send several as application/x-ndjson",
  },
  BAD_MESSAGE: {
    http: 400,
    close: 4502,
    retry: false,
    text: 'the message is none of docs/protocol.md, section 2.2, such as {"type":"publish","events":[{"data":{}}]}',
  },
  BAD_MULTIPART: { http: 400, close: 4506, retry: false, text: "the body ends without its closing boundary" },
  BAD_PATTERN: { http: 500, close: 1011, retry: false, text: "the pattern is not valid" },
  BAD_POSITION: {
    http: 400,
    close: 4502,
    retry: false,
    text: "from= is now, oldest, -100 or a time; lastEventId= an id of this server",
  },
  BAD_REQUEST: { http: 400, close: 1002, retry: false, text: "the request is not valid HTTP" },
  BINARY_REFUSED: { http: 400, close: 1003, retry: false, text: "binary messages are not accepted; send text" },
  BODY_CORRUPT: { http: 400, close: 4502, retry: false, text: "the body is not what its Content-Encoding says" },
  BODY_INFLATES: {
    http: 413,
    close: 1009,
    retry: false,
    text: "the compressed body becomes more than inflationLimit times as long",
  },
  BINDING_MISSING: {
    http: 500,
    close: 1011,
    retry: false,
    text: "a binding that the worker needs is not there; the log names it, and worker/wrangler.jsonc has all of them",
  },
  BODY_BROKEN: { http: 400, close: 1011, retry: true, text: "the body broke off" },
  CALLER_UNNAMED: {
    http: 403,
    close: 4501,
    retry: false,
    text: "the token does not say who asks; detokenize needs an API key, or a JWT whose sub has 1 to 256 characters",
  },
  CALL_LIMIT: {
    http: 429,
    close: 4005,
    retry: true,
    text: "more calls than detokenize.callsPerMinute by this caller; try again later",
  },
  CHARSET_UNKNOWN: { http: 415, close: 4502, retry: false, text: "unsupported charset; send UTF-8" },
  CLIENT_LIMIT: {
    http: 429,
    close: 4503,
    retry: false,
    text: "this caller holds as many connections as one may (connectionsPerSubjectLimit, connectionsPerAddressLimit)",
  },
  CONFIG_CHANGED: { http: 503, close: 4002, retry: true, text: "the configuration changed; connect again" },
  CONNECTION_LIMIT: { http: 503, close: 4503, retry: false, text: "too many connections" },
  DRAINING: { http: 503, close: 4000, retry: true, text: "the server is shutting down; connect again" },
  EGRESS_REFUSED: { http: 502, close: 4506, retry: false, text: "the destination is not one of `upstreams`" },
  EVENT_DROPPED: { http: 422, close: 4506, retry: false, text: "the policy drops events with such a finding" },
  EVENT_TOO_LARGE: { http: 413, close: 1009, retry: false, text: "the event is longer than eventLimitBytes" },
  FEED_LIMIT: { http: 507, close: 4006, retry: true, text: "no more feeds can be opened (feedsLimit)" },
  FEED_LIST: {
    http: 400,
    close: 4502,
    retry: false,
    text: "join at most feedsPerStreamLimit feeds by commas, each once, and only to subscribe",
  },
  FEED_NAME: {
    http: 400,
    close: 4502,
    retry: false,
    text: "a feed name is 1 to 64 of the characters a-z A-Z 0-9 . _ -",
  },
  FEED_UNKNOWN: {
    http: 404,
    close: 4504,
    retry: false,
    text: "no such feed; name it under `feeds`, or * there for any name",
  },
  FINDINGS_FORM: {
    http: 400,
    close: 4502,
    retry: false,
    text: "findings=inline is for event streams, NDJSON and JSON sequences; for another format send TE: trailers",
  },
  FORBIDDEN: { http: 403, close: 4501, retry: false, text: "this origin is not in allowedOrigins" },
  FORMAT_UNKNOWN: {
    http: 415,
    close: 4502,
    retry: false,
    text: "unsupported content type; send application/json, application/x-ndjson or text/event-stream; /v1/mask takes more (docs/protocol.md, section 4)",
  },
  ENCODING_UNKNOWN: {
    http: 415,
    close: 4502,
    retry: false,
    text: "unsupported content encoding; send gzip, deflate, br or identity, and one only",
  },
  HEADERS_TIMEOUT: { http: 408, close: 1002, retry: true, text: "the headers took too long" },
  HEADERS_TOO_LARGE: { http: 431, close: 1002, retry: false, text: "the headers are longer than 16384 bytes" },
  DATA_DIR_UNUSABLE: {
    http: 500,
    close: 1011,
    retry: false,
    text: "history.dataDir cannot be read and written, or another process has it; one folder for each process (--data-dir)",
  },
  HISTORY_UNAVAILABLE: {
    http: 503,
    close: 4007,
    retry: true,
    text: "the history cannot take or give events now; send the same again",
  },
  HOST_REFUSED: {
    http: 403,
    close: 4501,
    retry: false,
    text: "the Host header names no loopback address; behind a proxy set unsafeNoAuthentication on the listener",
  },
  INTERNAL: { http: 500, close: 1011, retry: true, text: "internal error; nothing was released" },
  INVALID_UTF8: { http: 400, close: 1007, retry: false, text: "the input is not valid UTF-8" },
  INVALID_INPUT: {
    http: 422,
    close: 4506,
    retry: false,
    text: "the input is malformed and the policy says onInvalid: close",
  },
  KEY_MISSING: {
    http: 500,
    close: 1011,
    retry: false,
    text: "a key is needed and none is configured; set MASKWIRE_KEY_FILE or MASKWIRE_KEY (`openssl rand -base64 32` makes one), in the library `keys`",
  },
  LISTEN_FAILED: {
    http: 500,
    close: 1011,
    retry: false,
    text: "the address is in use or not one of this machine; choose another port with --port, MASKWIRE_ADMIN_PORT or listenPort",
  },
  LINE_TOO_LONG: { http: 413, close: 1009, retry: false, text: "a line is longer than lineLimitBytes" },
  JSON_TOO_DEEP: { http: 400, close: 4506, retry: false, text: "the JSON is nested deeper than jsonDepthLimit" },
  MESSAGE_TOO_LARGE: { http: 413, close: 1009, retry: false, text: "the message is longer than messageLimitBytes" },
  METHOD_UNKNOWN: {
    http: 405,
    close: 4502,
    retry: false,
    text: "no such method on this listener: to publish takes POST or PUT on publish, to subscribe GET on subscribe",
  },
  NATS_UNUSABLE: {
    http: 500,
    close: 1011,
    retry: false,
    text: "none of history.servers can be reached with these credentials and offers JetStream",
  },
  NO_PONG: { http: 408, close: 4004, retry: true, text: "no answer to a ping" },
  NOT_ACCEPTABLE: { http: 406, close: 4502, retry: false, text: "ask for text/event-stream or application/x-ndjson" },
  NOT_FOUND: {
    http: 404,
    close: 4504,
    retry: false,
    text: "no such route on this listener: publish, subscribe and admin have their own (docs/operations.md)",
  },
  ORIGIN_UNREADABLE: {
    http: 502,
    close: 4506,
    retry: false,
    text: "the origin answered with a type, an encoding, a part or a redirect that cannot be masked",
  },
  OVERLOADED: { http: 503, close: 4006, retry: true, text: "the server is overloaded" },
  PART_UNREADABLE: {
    http: 415,
    close: 4506,
    retry: false,
    text: "a part is of a type, charset or transfer encoding that cannot be masked",
  },
  POLICY_UNKNOWN: { http: 400, close: 4502, retry: false, text: "no such policy" },
  PROTOCOL_UNKNOWN: { http: 400, close: 4505, retry: false, text: "offer the sub-protocol maskwire.v1, or none" },
  PRODUCER_IDLE: { http: 408, close: 4003, retry: true, text: "no data came for producerIdleTimeoutMs" },
  RATE_LIMITED: { http: 429, close: 4005, retry: true, text: "too often; wait as long as Retry-After says" },
  PURPOSE_NEEDED: {
    http: 400,
    close: 4502,
    retry: false,
    text: "say why in the header Maskwire-Purpose: 1 to 256 printable ASCII characters",
  },
  RELAY_UNKNOWN: { http: 404, close: 4504, retry: false, text: "no such relay" },
  REMOTE_DETECTOR_FAILED: {
    http: 503,
    close: 4006,
    retry: true,
    text: "a remote detector of the policy could not say what is in this record",
  },
  REMOTE_FORMAT: {
    http: 415,
    close: 4502,
    retry: false,
    text: "the policy asks a remote detector, which reads text, JSON, NDJSON and SSE",
  },
  STORAGE_FULL: { http: 507, close: 4007, retry: true, text: "the feed's storage is full (edge.storageMaxBytes)" },
  TOO_SLOW: { http: 408, close: 4003, retry: true, text: "the subscriber did not keep up; resume from the last id" },
  AUTH_UNAVAILABLE: {
    http: 503,
    close: 4006,
    retry: true,
    text: "the keys that tokens are checked with cannot be had now",
  },
  GRANT_MISSING: {
    http: 403,
    close: 4501,
    retry: false,
    text: "the token does not grant this; `maskwire token verify` says what it grants",
  },
  TOKEN_EXPIRED: { http: 401, close: 4010, retry: true, text: "the token has expired; connect with a fresh one" },
  TOKEN_IN_QUERY: {
    http: 400,
    close: 4502,
    retry: false,
    text: "a token in the address is in logs: draw a new one, and send it as a header",
  },
  TOKEN_TOO_LONG: {
    http: 400,
    close: 4502,
    retry: false,
    text: "the token is too long for a cookie of 4096 characters; send it as a header",
  },
  TOKEN_MISSING: {
    http: 401,
    close: 4500,
    retry: false,
    text: "a bearer token is needed: Authorization: Bearer TOKEN",
  },
  UNAUTHENTICATED: {
    http: 401,
    close: 4500,
    retry: false,
    text: "the token is not valid, or not sent as Authorization: Bearer TOKEN",
  },
  VALUE_LIMIT: {
    http: 429,
    close: 4005,
    retry: true,
    text: "more values than detokenize.valuesPerMinute by this caller; try again later",
  },
  VIEW_REQUIRED: {
    http: 400,
    close: 4502,
    retry: false,
    text: "the token grants several views; ask for one with ?view=",
  },
  VIEW_UNKNOWN: { http: 404, close: 4504, retry: false, text: "no such view of this feed" },
  TYPE_LIST: {
    http: 400,
    close: 4502,
    retry: false,
    text: "name at most typesPerStreamLimit event types by commas, each of 1 to 128 characters",
  },
  UNKNOWN_PARAMETER: {
    http: 400,
    close: 4502,
    retry: false,
    text: "unknown or repeated query parameter; docs/protocol.md begins with those of each route",
  },
  UPGRADE_REFUSED: {
    http: 400,
    close: 1002,
    retry: false,
    text: "only a GET can be upgraded; send the request without the Upgrade header",
  },
  UPGRADE_NEEDED: { http: 426, close: 4502, retry: false, text: "this route speaks WebSocket only" },
  UPSTREAM_UNTRUSTED: {
    http: 502,
    close: 4506,
    retry: false,
    text: "the upstream's certificate is not trusted (upstreams.caFile)",
  },
  UPSTREAM_LOST: { http: 502, close: 4008, retry: true, text: "the upstream cannot be reached" },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error class. `message` is the table's text, with the reason behind it for a configuration; `details` are numbers only. */
export class StreamError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, number>>;

  constructor(code: ErrorCode, details: Readonly<Record<string, number>> = {}) {
    super(ERRORS[code].text);
    this.name = "StreamError";
    this.code = code;
    this.details = details;
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}

/** What is wrong with a configuration. */
export type ConfigurationCode = "BAD_CONFIG" | "BAD_PATTERN" | "KEY_MISSING";

/**
 * A configuration that cannot take effect; `reason` names the rule and quotes nothing but the configuration. `message` has
 * both, for whoever catches it prints that; what answers requests sends the text of the table only.
 */
export class ConfigurationError extends StreamError {
  declare readonly code: ConfigurationCode;
  readonly reason: string;
  /** Keys to the place of the mistake, below what was being read; empty where it has none. */
  readonly at: readonly string[];

  constructor(code: ConfigurationCode, reason: string, at: readonly string[] = []) {
    super(code);
    this.message = `${this.message}: ${reason}`;
    this.reason = reason;
    this.at = at;
  }
}

/** Turns whatever was thrown into one of ours; a foreign error becomes `INTERNAL` and is dropped. */
export function toStreamError(thrown: unknown): StreamError {
  return thrown instanceof StreamError ? thrown : new StreamError("INTERNAL");
}
