/**
 * The body of a request, read from Node's own stream.
 *
 * Owns nothing but the wait for the next chunk: a web stream of the same body takes a request object, two streams and
 * a dozen promises, which is more than a small event costs to mask.
 */
import type { IncomingMessage } from "node:http";
import type { ByteSource } from "../server/host/byte-source.ts";

export class IncomingBody implements ByteSource {
  readonly #incoming: IncomingMessage;
  #isOver = false;
  #wake = (): void => {};

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  get isReady(): boolean {
    const { readableLength, complete } = this.#incoming;
    return this.#isOver || readableLength > 0 || complete;
  }

  /** @throws Error without a message when the peer left in the middle. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#isOver) return undefined;
      const value = this.#incoming.read() as Uint8Array | null;
      if (value !== null) return value;
      const { complete, destroyed, errored } = this.#incoming;
      // Not once its end was told: that comes turns later, for nothing.
      if (complete) return undefined;
      if (errored !== null || destroyed) throw new Error();
      await this.#untilNews();
    }
  }

  /** Stops reading. What the peer still sends is drained, or cut off, once it has its answer. */
  cancel(): Promise<void> {
    this.#isOver = true;
    this.#wake();
    return Promise.resolve();
  }

  #untilNews(): Promise<void> {
    const incoming = this.#incoming;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake = () => {};
        for (const name of NEWS) incoming.off(name, done);
        resolve();
      };
      for (const name of NEWS) incoming.on(name, done);
      this.#wake = done;
    });
  }
}

const NEWS = ["readable", "end", "error", "close"] as const;
