/**
 * Whether the server takes work: first it says that it will stop, then it stops taking, then it is empty.
 *
 * Owns the state and the number of open connections. Ends nobody by itself.
 */
import { StreamError } from "../../core/index.ts";

export class Lifecycle {
  readonly #connectionsLimit: number;
  readonly #stopping = new AbortController();
  readonly #onStop = new Set<() => void>();
  #connections = 0;
  #isReady = true;
  #isStopping = false;
  #onIdle: () => void = () => {};

  constructor(connectionsLimit: number) {
    this.#connectionsLimit = connectionsLimit;
  }

  /** False from the first moment of a drain: balancers should forget this server. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** True when nothing new is taken any more: producers are answered for what was accepted. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Aborted at the same time, for whoever waits for it. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Calls `run` at that time, never when it has come already; returns how to call it off. For what every event does: a
   * listener of the signal costs more than masking a word.
   */
  whenStopping(run: () => void): () => void {
    this.#onStop.add(run);
    return () => void this.#onStop.delete(run);
  }

  announceStop(): void {
    this.#isReady = false;
  }

  stop(): void {
    this.#isReady = false;
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#stopping.abort();
    for (const run of this.#onStop) run();
    this.#onStop.clear();
  }

  /**
   * Counts one connection; returns how to give it back (once is enough, twice does no harm).
   * @throws StreamError `DRAINING`, `CONNECTION_LIMIT`.
   */
  connect(): () => void {
    if (this.#isStopping) throw new StreamError("DRAINING");
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
