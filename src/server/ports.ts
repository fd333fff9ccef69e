/**
 * Everything that the server asks of its host. Node, workerd and the tests each bring these;
 * nothing below `src/server` reads a clock, a socket or the environment by itself.
 */
import type { Context } from "hono";

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once; returns the way to stop it. Never keeps the process alive. */
  after(delayMs: number, run: () => void): () => void;
  /** Calls back again and again; returns the way to stop it. Never keeps the process alive. */
  every(periodMs: number, run: () => void): () => void;
}

/** A log record has no free text: an event name, and numbers or names out of the configuration. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, number | string | boolean>>): void;
  warn(event: string, fields?: Readonly<Record<string, number | string | boolean>>): void;
  error(event: string, fields?: Readonly<Record<string, number | string | boolean>>): void;
}

/** Where the bytes of one streamed answer go. Writing never waits: look at `queuedBytes` first. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
  /** Bytes written and not yet taken by the peer. */
  queuedBytes(): number;
  /** Ends the answer in order. */
  close(): void;
  /** Called once, when the peer has left or the answer has ended. */
  onClose(run: () => void): void;
}

export interface SinkOpening {
  readonly sink: ByteSink;
  /** What the route returns; on Node a mark that the answer is already under way. */
  readonly response: Response;
}

/** Starts a streamed 200 answer with these headers. Node writes to the socket itself. */
export type OpenSink = (context: Context, headers: Readonly<Record<string, string>>) => SinkOpening;

export interface Socket {
  send(text: string | Uint8Array): void;
  queuedBytes(): number;
  /** `reason` is always a constant of ours. */
  close(code: number, reason: string): void;
}

export interface SocketHandler {
  open(socket: Socket): void;
  /** A text message arrives as its UTF-8 bytes; `isBinary` for a binary one. */
  message(data: Uint8Array, isBinary: boolean): void;
  closed(): void;
}

/** Answers the upgrade with sub-protocol `protocol` (when the client offered one) and feeds `handler`. */
export type UpgradeSocket = (
  context: Context,
  handler: SocketHandler,
  protocol: string | undefined,
) => Response | Promise<Response>;

export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  /** `bytes` of cryptographic randomness. */
  readonly random: (bytes: number) => Uint8Array;
  readonly fetch: typeof fetch;
  readonly openSink: OpenSink;
  readonly upgradeSocket: UpgradeSocket;
}
