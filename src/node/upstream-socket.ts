/**
 * Upstreams over WebSocket on Node: the handshake, its verdict, and messages as they come.
 *
 * Owns the `ws` clients. Dials by the rules of `fetch.ts`: the addresses that were looked at and no others. Follows no
 * redirect, offers no compression, and passes on no word of the upstream but its messages.
 */
import { isUtf8 } from "node:buffer";
import { on } from "node:events";
import type { ClientRequestArgs } from "node:http";
import { WebSocket, type ClientOptions } from "ws";
import { StreamError, type ErrorCode } from "../core/index.ts";
import { destinationOf, type Destination, type Egress } from "../server/network/egress.ts";
import type { Clock } from "../server/host/clock.ts";
import { judgeStatus, LOST, type UpstreamRefusal } from "../server/relays/upstream.ts";
import type {
  OpenUpstreamSocket,
  SocketAnswer,
  SocketRequest,
  UpstreamMessage,
} from "../server/relays/upstream-socket.ts";
import { authoritiesFor, isUntrusted } from "./authorities.ts";
import { lookupFor, resolveBySystem, type Resolve } from "./fetch.ts";

export interface UpstreamSocketOptions {
  readonly egress: Egress;
  readonly clock: Clock;
  readonly limits: {
    /** Longest message; a longer one ends the connection before it is kept. */
    readonly eventLimitBytes: number;
    /** Silence, with pings unanswered, that ends a connection. */
    readonly upstreamIdleTimeoutMs: number;
  };
  readonly resolve?: Resolve;
}

const FAILED: UpstreamRefusal = { kind: "failed" };
/** Messages that wait for the masker before the upstream is read no further, and how few there are when it is again. */
const WAITING = { highWaterMark: 16, lowWaterMark: 8 };
/** For the upstream's half of the closing handshake. (Not in the types of `ws` yet.) */
const CLOSING = { closeTimeout: 1_000 };
const NORMAL_CLOSE = 1000;

/** What `ws` calls the ends that it makes by itself; all others are malformed frames. */
const WIRE_ERRORS: Readonly<Record<string, ErrorCode>> = {
  WS_ERR_INVALID_UTF8: "INVALID_UTF8",
  WS_ERR_TOO_MANY_BUFFERED_PARTS: "EVENT_TOO_LARGE",
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: "EVENT_TOO_LARGE",
};

export function createOpenUpstreamSocket(options: UpstreamSocketOptions): OpenUpstreamSocket {
  return async (request, signal) => {
    const { egress } = options;
    const destination = destinationOf(new URL(request.url));
    if (!egress.admits(destination)) return { kind: "failed", code: "EGRESS_REFUSED" };
    const authorities = await authoritiesFor(egress, destination).catch(() => undefined);
    if (authorities === undefined || signal.aborted) return LOST;
    try {
      return await untilOpen(dialSocket(request, { ...options, destination, authorities }), signal, {
        ...options,
        ...request,
      });
    } catch {
      // A header or sub-protocol that no handshake can carry.
      return FAILED;
    }
  };
}

interface Way {
  readonly destination: Destination;
  readonly authorities: { readonly ca?: string };
}

function dialSocket(request: SocketRequest, options: UpstreamSocketOptions & Way): WebSocket {
  const { egress, destination, authorities, limits, resolve = resolveBySystem } = options;
  const headers = new Headers(request.headers);
  headers.set("user-agent", "maskwire");
  if (request.trace !== undefined) headers.set("traceparent", request.trace);
  const settings: ClientOptions & ClientRequestArgs = {
    headers: Object.fromEntries(headers),
    lookup: lookupFor(egress, destination, resolve),
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: limits.eventLimitBytes,
    ...authorities,
    ...CLOSING,
  };
  return new WebSocket(request.url, [...request.protocols], settings);
}

type OpenOptions = UpstreamSocketOptions & Pick<SocketRequest, "takesBinary">;

function untilOpen(
  socket: WebSocket,
  signal: AbortSignal,
  { takesBinary, ...options }: OpenOptions,
): Promise<SocketAnswer> {
  signal.addEventListener("abort", () => socket.close(NORMAL_CLOSE));
  return new Promise((resolve) => {
    // Also for errors after the last message was read: without a listener one would end the process.
    socket.on("error", (error) => resolve(signal.aborted ? LOST : verdictOf(error)));
    socket.on("unexpected-response", (_request, { statusCode = 0, headers }) => {
      resolve(judgeStatus(statusCode, headers["retry-after"] ?? null));
      socket.terminate();
    });
    socket.on("open", () => {
      // Before this turn ends: the first messages may have come with the handshake.
      const incoming = on(socket, "message", { signal, close: ["close"], ...WAITING });
      resolve({
        kind: "socket",
        messages: readAll(incoming, takesBinary ? textIn : refuseBinary, watch(socket, options)),
      });
    });
  });
}

/** Errors of the network have a code; those of the handshake are a peer's that speaks something else. */
function verdictOf(error: NodeJS.ErrnoException): UpstreamRefusal {
  if (error instanceof StreamError) return { kind: "failed", code: error.code };
  if (isUntrusted(error)) return { kind: "failed", code: "UPSTREAM_UNTRUSTED" };
  return error.code === undefined ? FAILED : LOST;
}

const refuseBinary = (): UpstreamMessage => "BINARY_REFUSED";
const textIn = (data: Buffer): UpstreamMessage => (isUtf8(data) ? data : "INVALID_UTF8");

async function* readAll(
  incoming: AsyncIterable<unknown[]>,
  asText: (binary: Buffer) => UpstreamMessage,
  stopWatch: () => void,
): AsyncGenerator<UpstreamMessage> {
  try {
    for await (const [data, isBinary] of incoming) yield isBinary === true ? asText(data as Buffer) : (data as Buffer);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code?.startsWith("WS_ERR_") === true) yield WIRE_ERRORS[code] ?? "BAD_REQUEST";
  } finally {
    stopWatch();
  }
}

/** Pings, and cuts an upstream that is silent all the same; returns the way to stop that. */
function watch(socket: WebSocket, { clock, limits }: UpstreamSocketOptions): () => void {
  const idleMs = limits.upstreamIdleTimeoutMs;
  let heardAtMs = clock.now();
  const hear = (): void => {
    heardAtMs = clock.now();
  };
  for (const sign of ["message", "ping", "pong"]) socket.on(sign, hear);
  return clock.every(idleMs / 2, () => {
    // Not read just now: whatever it says waits.
    if (socket.isPaused) hear();
    if (clock.now() - heardAtMs >= idleMs) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.ping();
  });
}
