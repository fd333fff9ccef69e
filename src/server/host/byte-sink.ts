/** One streamed answer as a route writes it, and how a host starts it. */
import type { Context } from "hono";

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
