/** The time of the host: nothing under `src/server` asks the platform for it. */

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
