/**
 * What a request says about itself: parameters, media types, origin.
 *
 * Owns reading and refusing. Nothing of a request is quoted in a refusal.
 */
import type { Context } from "hono";
import { readEncoding } from "./content-encoding.ts";
import { type MediaType, readMediaType, StreamError } from "../../core/index.ts";

/** What `Content-Type` says. @throws StreamError for a type or charset that cannot be masked. */
export function mediaTypeOf(context: Context): MediaType {
  return readMediaType(context.req.header("content-type") ?? "");
}

/** Up to this length a body is awaited until something can leave, so that an error in it gets its status. */
const SHORT_BYTES = 65_536;

/** True when the whole body is known to be short; of a compressed one the length says little. */
export function isShortBody(context: Context): boolean {
  const encoding = readEncoding(context.req.header("content-encoding"));
  return encoding === undefined && Number(context.req.header("content-length") ?? Infinity) <= SHORT_BYTES;
}

/** Of answers that come as a stream. */
export const STREAM_HEADERS = { "cache-control": "no-store, no-transform", "x-accel-buffering": "no" } as const;

/**
 * The query as names and values.
 * @throws StreamError `UNKNOWN_PARAMETER` for a name that is not listed, or that comes twice.
 */
export function queryOf<Name extends string>(context: Context, names: readonly Name[]): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  for (const [name, all] of Object.entries(context.req.queries())) {
    const known = names.find((candidate) => candidate === name);
    const value = all[0];
    if (known === undefined || value === undefined || all.length > 1) throw new StreamError("UNKNOWN_PARAMETER");
    values[known] = value;
  }
  return values;
}

export type StreamTransport = "sse" | "ndjson";

const TRANSPORT_BY_RANGE: Readonly<Record<string, StreamTransport>> = {
  "text/event-stream": "sse",
  "text/*": "sse",
  "*/*": "sse",
  "application/x-ndjson": "ndjson",
  "application/*": "ndjson",
};

/** The transport that `Accept` likes best; the first named wins a tie. @throws StreamError `NOT_ACCEPTABLE`. */
export function transportOf(context: Context): StreamTransport {
  const accept = context.req.header("accept") ?? "*/*";
  let best: StreamTransport | undefined;
  let bestQuality = 0;
  for (const part of accept.split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const quality = qualityOf(parameters);
    if (Object.hasOwn(TRANSPORT_BY_RANGE, range) && quality > bestQuality) {
      best = TRANSPORT_BY_RANGE[range];
      bestQuality = quality;
    }
  }
  if (best === undefined) throw new StreamError("NOT_ACCEPTABLE");
  return best;
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  return given === undefined ? 1 : Number(given.slice(2)) || 0;
}

export function isUpgrade(context: Context): boolean {
  return context.req.header("upgrade")?.toLowerCase() === "websocket";
}

/** Any origin, for who only reads. */
export const ANY_ORIGIN = "*";

/**
 * The headers that let another origin read the answer; none for the page's own origin or for no origin at all.
 * Applies to WebSocket too, where browsers ask no permission; there `*` is no answer, for most sockets also publish.
 * @throws StreamError `FORBIDDEN`.
 */
export function originHeaders(context: Context, allowedOrigins: readonly string[]): Record<string, string> {
  const origin = context.req.header("origin");
  if (origin === undefined) return {};
  const allowed = [origin, ANY_ORIGIN].find(
    (one) => allowedOrigins.includes(one) && (one !== ANY_ORIGIN || isReading(context)),
  );
  if (allowed !== undefined) {
    return {
      "access-control-allow-origin": allowed,
      "access-control-expose-headers": "Maskwire-Resume, Retry-After",
      vary: "Origin",
    };
  }
  if (!isSameHost(origin, context.req.url)) throw new StreamError("FORBIDDEN");
  return {};
}

/** True for a stream that is read, and for the question whether it may be. */
function isReading(context: Context): boolean {
  const { method } = context.req;
  const asked = method === "OPTIONS" ? context.req.header("access-control-request-method") : method;
  return asked === "GET" && !isUpgrade(context);
}

/** Hosts, not schemes: a proxy in front may have ended TLS. */
function isSameHost(origin: string, url: string): boolean {
  try {
    return new URL(origin).host === new URL(url).host;
  } catch {
    return false;
  }
}
