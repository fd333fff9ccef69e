/**
 * The worker in front of an origin: requests go there as they are, and what comes back is masked on the way out.
 *
 * Owns which headers pass and what an answer that cannot be masked becomes. Nothing of the origin passes unread but headers on
 * a list; a redirect stays on this host or is refused.
 */
import type { Hono } from "hono";
import { ERRORS, maskEvent, type Policy, readMediaType, StreamError, toStreamError } from "../src/core/index.ts";
import { createServer } from "../src/server/app.ts";
import { readableBody } from "../src/server/http/content-encoding.ts";
import type { FrontConfig } from "../src/server/config/edge-config.ts";
import { Egress, guardFetch } from "../src/server/network/egress.ts";
import { PolicySet } from "../src/server/masking/policy-set.ts";
import { createPorts } from "./ports.ts";
import { answer, type Settings } from "./settings.ts";

/** Of an answer. They say nothing of the body's bytes before they were masked, as lengths, tags and ranges do. */
const RESPONSE_HEADERS = [
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "access-control-max-age",
  "allow",
  "cache-control",
  "content-language",
  "expires",
  "retry-after",
  "vary",
  "www-authenticate",
  "x-accel-buffering",
];

/** Of a request: what makes an answer that cannot be masked (a part, a compressed one), and what belongs to one connection. */
const REQUEST_HEADERS_DROPPED = [
  "accept-encoding",
  "connection",
  "host",
  "if-range",
  "keep-alive",
  "proxy-authorization",
  "range",
  "te",
  "trailer",
  "transfer-encoding",
];

const BODILESS: readonly number[] = [101, 204, 205, 304];
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const encoder = new TextEncoder();

export class Front {
  readonly #front: FrontConfig;
  readonly #policy: Policy;
  readonly #masks: Hono;
  readonly #fetch: typeof fetch;
  readonly #messageLimitBytes: number;
  readonly #inflationLimit: number;

  /** @throws StreamError when the policy cannot be compiled. */
  constructor(front: FrontConfig, { config, options }: Settings) {
    const { auth: _origin, ...rest } = config;
    // Who may come in is the origin's to say; its silence is an upstream's.
    const limits = { ...config.limits, producerIdleTimeoutMs: config.limits.upstreamIdleTimeoutMs };
    const ports = createPorts(limits);
    const own = { ...rest, limits, relays: {}, feeds: {} };
    this.#front = front;
    this.#masks = createServer(ports, own, options).app(["publish"]);
    const observer = { masked: () => {}, invalid: () => {}, truncated: () => {} };
    this.#policy = PolicySet.compile(own, { keys: options.keys, observer }).get(front.policy) as Policy;
    this.#fetch = guardFetch(ports.fetch, new Egress(config.upstreams));
    this.#messageLimitBytes = limits.messageLimitBytes;
    this.#inflationLimit = limits.inflationLimit;
  }

  /** Never throws. */
  async fetch(request: Request): Promise<Response> {
    try {
      const { pathname, search } = new URL(request.url);
      const url = new URL(pathname + search, this.#front.url);
      const isUpgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
      const response = await this.#ask(url, request, isUpgrade);
      return isUpgrade && response.webSocket !== null
        ? this.#join(response.webSocket)
        : await this.#pass(request, response);
    } catch (thrown) {
      return answer(toStreamError(thrown));
    }
  }

  /** @throws StreamError `EGRESS_REFUSED`, `UPSTREAM_LOST`. */
  async #ask(url: URL, request: Request, isUpgrade: boolean): Promise<Response> {
    const headers = new Headers(request.headers);
    for (const name of REQUEST_HEADERS_DROPPED) headers.delete(name);
    headers.set("accept-encoding", "identity");
    // A compressed message would be inflated without a limit of ours.
    if (isUpgrade) headers.delete("sec-websocket-extensions");
    try {
      return await this.#fetch(url.href, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
        signal: request.signal,
      });
    } catch (thrown) {
      throw thrown instanceof StreamError ? thrown : new StreamError("UPSTREAM_LOST");
    }
  }

  async #pass(request: Request, response: Response): Promise<Response> {
    const { status } = response;
    const headers = this.#headersOf(response);
    const location = response.headers.get("location");
    if (location !== null) headers.set("location", this.#locationOf(location));
    const isEmpty = BODILESS.includes(status) || request.method === "HEAD" || response.body === null;
    // The body of a redirect is for people, and nobody sees it.
    if (isEmpty || REDIRECTS.includes(status)) {
      await discard(response);
      return new Response(null, { status, headers });
    }
    const type = response.headers.get("content-type") ?? "";
    const readable = readableBody(response, this.#inflationLimit);
    if (status === 206 || readable === undefined || readable.body === null || !isMaskable(type)) {
      await discard(response);
      throw new StreamError("ORIGIN_UNREADABLE");
    }
    const masked = await this.#mask(readable.body, type);
    if (masked.status !== 200)
      return new Response(masked.body, { status: 502, headers: { "content-type": "application/json" } });
    headers.set("content-type", masked.headers.get("content-type") ?? type);
    const kept = headers.get("cache-control");
    headers.set("cache-control", kept === null ? "no-transform" : `${kept}, no-transform`);
    return new Response(masked.body, { status, headers });
  }

  async #mask(body: ReadableStream<Uint8Array>, type: string): Promise<Response> {
    const url = `http://front/v1/mask?policy=${encodeURIComponent(this.#front.policy)}`;
    return await this.#masks.fetch(new Request(url, { method: "POST", body, headers: { "content-type": type } }));
  }

  #headersOf(response: Response): Headers {
    const headers = new Headers({ "x-content-type-options": "nosniff" });
    for (const name of [...RESPONSE_HEADERS, ...this.#front.responseHeaders]) {
      if (name === "set-cookie") for (const cookie of response.headers.getSetCookie()) headers.append(name, cookie);
      else if (response.headers.has(name)) headers.set(name, response.headers.get(name) ?? "");
    }
    return headers;
  }

  /** A path of this host, its text masked. @throws StreamError `ORIGIN_UNREADABLE` for one elsewhere. */
  #locationOf(location: string): string {
    const origin = new URL(this.#front.url);
    if (!URL.canParse(location, origin.href)) throw new StreamError("ORIGIN_UNREADABLE");
    const url = new URL(location, origin);
    if (url.origin !== origin.origin) throw new StreamError("ORIGIN_UNREADABLE");
    const path = url.pathname + url.search + url.hash;
    const masked = maskEvent(this.#policy, encoder.encode(safeDecode(path)));
    // What holds something to mask leads somewhere else without it.
    if (masked === null || decoder.decode(masked) !== safeDecode(path)) throw new StreamError("ORIGIN_UNREADABLE");
    return path;
  }

  /** Both ways: the client's messages as they are, the origin's masked one by one. */
  #join(origin: WebSocket): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    for (const socket of [origin, server]) {
      socket.binaryType = "arraybuffer";
      socket.accept();
    }
    server.addEventListener("message", ({ data }) => send(origin, data));
    origin.addEventListener("message", ({ data }) => {
      try {
        send(server, this.#maskMessage(data));
      } catch (thrown) {
        const { code } = toStreamError(thrown);
        close(server, ERRORS[code].close, code);
        close(origin, 1000, "");
      }
    });
    for (const [socket, other] of [
      [origin, server],
      [server, origin],
    ] as const) {
      socket.addEventListener("close", ({ code }) => close(other, code === 1005 || code === 1006 ? 1000 : code, ""));
      socket.addEventListener("error", () => close(other, 1011, ""));
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Undefined: the policy does not show it. @throws StreamError `BINARY_REFUSED`, `MESSAGE_TOO_LARGE`, as the policy says. */
  #maskMessage(data: string | ArrayBuffer | Blob): string | undefined {
    if (typeof data !== "string") throw new StreamError("BINARY_REFUSED");
    const bytes = encoder.encode(data);
    const limit = this.#messageLimitBytes;
    if (bytes.length > limit) throw new StreamError("MESSAGE_TOO_LARGE", { bytes: bytes.length, limit });
    const masked = maskEvent(this.#policy, bytes);
    return masked === null ? undefined : decoder.decode(masked);
  }
}

function isMaskable(type: string): boolean {
  try {
    readMediaType(type);
    return true;
  } catch {
    return false;
  }
}

async function discard({ body }: Response): Promise<void> {
  await body?.cancel().catch(() => {});
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new StreamError("ORIGIN_UNREADABLE");
  }
}

function send(socket: WebSocket, data: string | ArrayBuffer | Blob | undefined): void {
  if (data === undefined || data instanceof Blob || socket.readyState !== WebSocket.OPEN) return;
  socket.send(data);
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
