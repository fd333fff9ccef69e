/**
 * Whether the server takes work: first it says that it will stop, then it stops taking, then it is empty.
 *
 * Owns the state and the number of open connections. Ends nobody by itself.
 */
import { StreamError } from "../../core/index.ts";

export class Lifecycle {
  readonly #connectionsLimit: number;
  readonly #stopping = new AbortController();
  #connections = 0;
  #isReady = true;
  #onIdle: () => void = () => {};

  constructor(connectionsLimit: number) {
    this.#connectionsLimit = connectionsLimit;
  }

  /** False from the first moment of a drain: balancers should forget this server. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Aborted when nothing new is taken any more: producers are answered for what was accepted. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  announceStop(): void {
    this.#isReady = false;
  }

  stop(): void {
    this.#isReady = false;
    this.#stopping.abort();
  }

  /**
   * Counts one connection; returns how to give it back (once is enough, twice does no harm).
   * @throws StreamError `DRAINING`, `CONNECTION_LIMIT`.
   */
  connect(): () => void {
    if (this.#stopping.signal.aborted) throw new StreamError("DRAINING");
    if (this.#connections >= this.#connectionsLimit) {
      throw new StreamError("CONNECTION_LIMIT", { limit: this.#connectionsLimit });
    }
    this.#connections++;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#connections--;
      if (this.#connections === 0) this.#onIdle();
    };
  }

  /** Resolves when no connection is open. */
  async untilIdle(): Promise<void> {
    if (this.#connections > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }
}
