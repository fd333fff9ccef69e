/**
 * Streamed answers in workerd: a ReadableStream over a queue that counts its own bytes.
 *
 * A client that leaves is noticed at the next write (the heartbeat at the latest): the runtime tells an object
 * nothing before that.
 */
import type { Context } from "hono";
import { StreamError } from "../src/core/index.ts";
import type { ByteSink, SinkOpening } from "../src/server/host/byte-sink.ts";

export function openSink(
  context: Context,
  headers: Readonly<Record<string, string>>,
): SinkOpening & { readonly sink: StreamSink } {
  const sink = new StreamSink();
  return { sink, response: context.body(sink.readable, 200, { ...headers }) };
}

export class StreamSink implements ByteSink {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #queue: Uint8Array[] = [];
  readonly #onClose: (() => void)[] = [];
  #queuedBytes = 0;
  /** The reader asked and nothing was there: the next write answers it at once. */
  #isAsked = false;
  #isClosing = false;
  #hasEnded = false;

  constructor() {
    let started: ReadableStreamDefaultController<Uint8Array> | undefined;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          started = controller;
        },
        pull: () => this.#feed(),
        cancel: () => this.#end(),
      },
      // The queue is ours: nothing moves before the reader asks, so what is queued here is what it has not taken.
      { highWaterMark: 0 },
    );
    this.#controller = started as ReadableStreamDefaultController<Uint8Array>;
  }

  write(bytes: Uint8Array): void {
    if (this.#hasEnded || this.#isClosing || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#isAsked) this.#feed();
  }

  queuedBytes(): number {
    return this.#queuedBytes;
  }

  close(): void {
    if (this.#hasEnded || this.#isClosing) return;
    this.#isClosing = true;
    if (this.#queue.length === 0) this.#finish();
  }

  abort(): void {
    if (this.#hasEnded) return;
    this.#controller.error(new StreamError("TOO_SLOW"));
    this.#end();
  }

  /** The peer has left: nobody takes what is queued. */
  leave(): void {
    this.#end();
  }

  onClose(run: () => void): void {
    if (this.#hasEnded) run();
    else this.#onClose.push(run);
  }

  /** Hands the reader the next array, or notes that it waits. */
  #feed(): void {
    const bytes = this.#queue.shift();
    this.#isAsked = bytes === undefined;
    if (bytes === undefined) return;
    this.#queuedBytes -= bytes.length;
    this.#controller.enqueue(bytes);
    if (this.#isClosing && this.#queue.length === 0) this.#finish();
  }

  #finish(): void {
    this.#controller.close();
    this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    for (const run of this.#onClose.splice(0)) run();
  }
}
