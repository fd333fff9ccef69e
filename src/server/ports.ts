/**
 * Everything that the server asks of its host. Node, workerd and the tests each bring these;
 * nothing below `src/server` reads a clock, a socket or the environment by itself.
 */
import type { openApiOf } from "./routes/openapi.ts";
import type { Context } from "hono";
import type { Broker } from "./history/broker.ts";
import type { DialOutcome } from "./network/enforcement.ts";
import type { OpenReport } from "./masking/findings-report.ts";
import type { LogWrite } from "./telemetry/log.ts";
import type { ChecksOf } from "./masking/policy-set.ts";
import type { Reversal } from "./reversal/reversal.ts";
import type { StartRequest } from "./subscribers/start.ts";
import type { Tracer } from "./telemetry/tracer.ts";
import type { OpenUpstreamSocket } from "./relays/upstream-socket.ts";

/**
 * Shared work (fan-out, heartbeats, relays) asks for these from whichever request came first, so a callback
 * must outlive the request that asked: a host whose timers end with their request carries them over.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds that only grow, as finely as the host can tell; absent where time stands still while code runs. */
  readonly elapsedMs?: () => number;
  /** Calls back once, after everything that arrived in this loop turn was handled (setImmediate, or a timer of 0). */
  soon(run: () => void): void;
  /** Calls back once; returns the way to stop it. Never keeps the process alive. */
  after(delayMs: number, run: () => void): () => void;
  /** Calls back again and again; returns the way to stop it. Never keeps the process alive. */
  every(periodMs: number, run: () => void): () => void;
}

/** A log record has no free text: an event of the table, and numbers or names out of the configuration (log.ts). */
export interface Log {
  readonly info: LogWrite;
  readonly warn: LogWrite;
  readonly error: LogWrite;
}

/**
 * Where the bytes of one streamed answer go. Writing never waits: the caller looks at `queuedBytes` first.
 * After `close`, `abort` or the peer's leaving, `write` does nothing. No method throws.
 */
export interface ByteSink {
  /** The same array goes to every subscriber in step: never change it, and frame it once (WeakMap) where it pays. */
  write(bytes: Uint8Array): void;
  /** Bytes written and not yet taken by the peer. */
  queuedBytes(): number;
  /** Ends the answer in order, after what is queued. */
  close(): void;
  /** Cuts the connection and drops what is queued. */
  abort(): void;
  /** Called once, when the peer has left or the answer has ended and was taken; at once if that has happened. */
  onClose(run: () => void): void;
}

export interface SinkOpening {
  readonly sink: ByteSink;
  /** What the route returns; on Node a mark that the answer is already under way. */
  readonly response: Response;
}

/**
 * Starts a streamed 200 answer with exactly these headers. They and the first write leave at once; no length,
 * no compression. Never called for HEAD.
 */
export type OpenSink = (context: Context, headers: Readonly<Record<string, string>>) => SinkOpening;

/** One accepted WebSocket. No method throws; after the close `send` does nothing. */
export interface Socket {
  /** Sends one text message, given as UTF-8. The same array goes to every subscriber in step: never change it. */
  send(text: Uint8Array): void;
  /** Sends text messages one after the other. The same list goes to every subscriber in step: never change it. */
  sendAll(texts: readonly Uint8Array[]): void;
  queuedBytes(): number;
  /** Starts the closing handshake. `reason` is always a constant of ours. */
  close(code: number, reason: string): void;
  /** Cuts the connection and drops what is queued. */
  abort(): void;
}

/** A conversation as plain JSON: it can go on from it in another place, or after a rest. */
export interface SocketMemo {
  readonly names: readonly string[];
  readonly mayPublish: boolean;
  readonly mayReceive: boolean;
  /** True where one message to the client may be several lines; absent: never. */
  readonly isLines?: boolean;
  /** The view that it is shown. */
  readonly view?: string | undefined;
  /** The event types that it wants, as the request named them; undefined: all. */
  readonly types?: string | undefined;
  /** True until the first message: that one may say where to start. */
  readonly mayResume: boolean;
  /** Where the client wants to start; undefined: it has had everything that there is. */
  readonly start?: StartRequest | undefined;
  /** When the token ends that let it in. */
  readonly expiresAtMs?: number | undefined;
  /** Whose it is, an opaque name; undefined where nobody was asked. */
  readonly subject?: string | undefined;
  /** When it reaches its age; undefined: not begun. */
  readonly endsAtMs?: number | undefined;
}

/** What a route does with one socket. Calls come in order, none after `closed`; none of them throws or waits. */
export interface SocketHandler {
  /** As it stands now; a host that keeps it can have the conversation back by `MaskwireServer.converse`. */
  readonly memo?: SocketMemo;
  open(socket: Socket): void;
  /** One whole message (fragments joined): text as its UTF-8 bytes, or a binary one. */
  message(data: Uint8Array, isBinary: boolean): void;
  /** Called once, whoever ended it; `isOrderly`: by the peer's word that nothing more comes. */
  closed(isOrderly: boolean): void;
}

/**
 * Answers the upgrade and feeds `handler`. Sub-protocol `protocol` is selected, none when undefined.
 * The host owns the wire: `messageLimitBytes` (close 1009 before the payload), ping (25 s) and pong (8 s, close 4004).
 */
export type UpgradeSocket = (
  context: Context,
  handler: SocketHandler,
  protocol: string | undefined,
) => Response | Promise<Response>;

/** A body as it comes in. One reader; `read` is not called again before it has answered. */
export interface ByteSource {
  /** The next chunk; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** True when `read` would not wait for the peer; absent where that is not known. */
  readonly isReady?: boolean;
  /** Stops reading; a pending `read` ends, and so does every later one. */
  cancel(): Promise<void>;
}

/** Turns compressed bytes into what they were. */
export interface Decoder {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
}

/** A TCP port of somebody else. */
export interface Endpoint {
  readonly host: string;
  readonly listenPort: number;
}

export interface DialOptions {
  /** Longest wait for the connection and the greeting together. */
  readonly limitMs: number;
  /** What the peer says first; another word makes the attempt `failed`. Absent: a connection is enough. */
  readonly greeting?: string;
}

/** Tries one TCP connection and closes it. Never throws. */
export type Dial = (endpoint: Endpoint, options: DialOptions) => Promise<DialOutcome>;

export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  /** `bytes` of cryptographic randomness. */
  readonly random: (bytes: number) => Uint8Array;
  readonly fetch: typeof fetch;
  /** Follows upstreams over WebSocket; absent where none can be. */
  readonly openUpstreamSocket?: OpenUpstreamSocket;
  readonly openSink: OpenSink;
  /** The body of a request by a shorter way than its web stream; absent where there is none. */
  readonly bodyOf?: (context: Context) => ByteSource;
  /** Gives an answer that has no body this one, by a shorter way than a web stream; absent where there is none. */
  readonly withText?: (response: Response, text: string) => Response;
  readonly upgradeSocket: UpgradeSocket;
  /** Opens the report of what is found in a stream; absent where nobody is told. */
  readonly openReport?: OpenReport;
  /**
   * Address of the client of a request, where the platform or a proxy that is believed says it; absent or undefined where
   * the host itself limits those who connect.
   */
  readonly addressOf?: (context: Context) => string | undefined;
  /** Opens a decoder for `Content-Encoding: br`, which web standards do not name; absent where there is none. */
  readonly openBrotli?: () => Decoder;
  /** Makes the OpenAPI document out of the table of routes; absent where none is served. */
  readonly describeRoutes?: typeof openApiOf;
  /** Absent where events live in memory and end with the process. */
  readonly broker?: Broker;
  /** Turns values back, and writes down for whom; absent where nobody can. */
  readonly reversal?: Reversal;
  /** Loads what the packs of a policy ask of others. */
  readonly checksOf?: ChecksOf;
  /** Absent where nobody traces. */
  readonly tracer?: Tracer;
  /** Absent where there are no network policies to be tried. */
  readonly dial?: Dial;
}
