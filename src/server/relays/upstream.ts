/**
 * One connection to a configured upstream: the request, its redirects, and what its answer means.
 *
 * Owns URL, headers and verdict. Nothing of an upstream's answer is passed on but its events, or logged but its status.
 */
import { type ErrorCode, toStreamError } from "../../core/index.ts";
import { readableBody } from "../http/content-encoding.ts";

export interface UpstreamRequest {
  readonly url: string;
  /** From the configuration; dropped when a redirect leaves the origin. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isPlaintextAllowed: boolean;
  /** The committed id, as the upstream's own bytes. */
  readonly lastId: Uint8Array;
  /** Bytes out for one byte in of a packed answer. */
  readonly inflationLimit: number;
  /** A `traceparent`; like `headers` it stays in the origin. */
  readonly trace?: string | undefined;
}

/** `lost` is worth another try soon, `failed` is for a person to look at, `ended` is for good. */
export type UpstreamAnswer =
  | { readonly kind: "open"; readonly body: ReadableStream<Uint8Array> | null }
  | UpstreamRefusal;
export type UpstreamRefusal =
  | ({ readonly kind: "lost"; readonly retryAfterMs: number | undefined } & RefusalReason)
  | ({ readonly kind: "failed" } & RefusalReason)
  | { readonly kind: "ended" };

/** For the log: what a person needs who wonders why nothing comes. */
export interface RefusalReason {
  readonly code?: ErrorCode;
  /** Of the answer, where there was one. */
  readonly status?: number;
}

/** There was no answer. */
export const LOST: UpstreamRefusal = { kind: "lost", retryAfterMs: undefined, code: "UPSTREAM_LOST" };
const REDIRECTS_LIMIT = 5;
const EVENT_STREAM = "text/event-stream";
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const WORTH_RETRYING: readonly number[] = [408, 425, 429];
/** What keeps us from an upstream until somebody changes something. */
const FOR_PEOPLE: readonly ErrorCode[] = ["EGRESS_REFUSED", "UPSTREAM_UNTRUSTED"];
const RETRY_AFTER_LIMIT_MS = 300_000;
const ID_LIMIT_BYTES = 1024;

/** True for an absolute http(s) URL without userinfo that the configuration allows to be followed. */
export function isUpstreamUrl(text: string, isPlaintextAllowed: boolean): boolean {
  return URL.canParse(text) && isAllowed(new URL(text), isPlaintextAllowed);
}

/** The URL with the HTTP scheme of the same security in place of a WebSocket one: what goes for one goes for the other. */
export function httpUrlOf(url: string): string {
  return url.replace(/^ws(?=s?:)/i, "http");
}

/** Asks the upstream; a failed connection is `lost`. Never throws, unless `signal` aborts. */
export async function openUpstream(
  fetchPort: typeof fetch,
  request: UpstreamRequest,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  let url = new URL(request.url);
  let redirected: UpstreamAnswer = LOST;
  for (let hop = 0; hop <= REDIRECTS_LIMIT; hop++) {
    const headers = headersFor(request, url);
    let response: Response;
    try {
      response = await fetchPort(url.href, { headers, redirect: "manual", signal });
    } catch (thrown) {
      const { code } = toStreamError(thrown);
      return FOR_PEOPLE.includes(code) ? { kind: "failed", code } : LOST;
    }
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return judge(response, request.inflationLimit);
    discard(response);
    redirected = { kind: "failed", status: response.status };
    if (!URL.canParse(location, url.href)) return redirected;
    url = new URL(location, url.href);
    if (!isAllowed(url, request.isPlaintextAllowed)) return redirected;
  }
  return redirected;
}

function isAllowed(url: URL, isPlaintextAllowed: boolean): boolean {
  const isScheme = url.protocol === "https:" || (isPlaintextAllowed && url.protocol === "http:");
  return isScheme && url.username === "" && url.password === "";
}

function headersFor(request: UpstreamRequest, url: URL): Headers {
  const isSameOrigin = url.origin === new URL(request.url).origin;
  const headers = new Headers(isSameOrigin ? request.headers : {});
  headers.set("accept", EVENT_STREAM);
  headers.set("accept-encoding", "identity");
  headers.set("user-agent", "maskwire");
  if (isSameOrigin && request.trace !== undefined) headers.set("traceparent", request.trace);
  const id = headerValue(request.lastId);
  if (id !== undefined) headers.set("last-event-id", id);
  return headers;
}

/** Header values are bytes written as characters up to U+00FF; an id that no header can carry is not sent. */
function headerValue(id: Uint8Array): string | undefined {
  const isCarried = id.every((byte) => byte === 9 || (byte >= 32 && byte !== 127));
  return id.length > 0 && id.length <= ID_LIMIT_BYTES && isCarried ? String.fromCharCode(...id) : undefined;
}

function judge(response: Response, inflationLimit: number): UpstreamAnswer {
  const { status } = response;
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0].trim().toLowerCase();
  // Identity is asked for; servers pack all the same.
  const readable = readableBody(response, inflationLimit);
  if (status === 200 && type === EVENT_STREAM && readable !== undefined) return { kind: "open", ...readable };
  discard(response);
  if (status === 200)
    return { kind: "failed", status, code: type === EVENT_STREAM ? "ENCODING_UNKNOWN" : "FORMAT_UNKNOWN" };
  return judgeStatus(status, response.headers.get("retry-after"));
}

/** What an answer that is no stream means. */
export function judgeStatus(status: number, retryAfter: string | null): UpstreamRefusal {
  if (status === 204) return { kind: "ended" };
  if (status >= 500 || WORTH_RETRYING.includes(status)) {
    return { kind: "lost", retryAfterMs: retryAfterMs(retryAfter), status };
  }
  return { kind: "failed", status };
}

function retryAfterMs(value: string | null): number | undefined {
  return value !== null && /^\d{1,9}$/.test(value) ? Math.min(RETRY_AFTER_LIMIT_MS, Number(value) * 1000) : undefined;
}

function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
