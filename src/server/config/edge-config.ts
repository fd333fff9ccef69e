/** What only the edge has, as plain, complete data. */

/** An origin whose answers are masked on the way out. */
export interface FrontConfig {
  /** Scheme, host and port; https unless `unsafePlaintext`. */
  readonly url: string;
  readonly policy: string;
  readonly unsafePlaintext: boolean;
  /** Headers of its answers that pass as they are, besides those that always do; lower case. */
  readonly responseHeaders: readonly string[];
}

export interface EdgeConfig {
  /** Most bytes in the database of one feed; the platform's own limit is 10 GB an object. */
  readonly storageMaxBytes: number;
  /** Time in ms after which an isolate reads live policies again. */
  readonly liveRefreshMs: number;
  /** Given: the worker is a front and serves no route of its own. */
  readonly front?: FrontConfig;
}

export const DEFAULT_EDGE: EdgeConfig = { storageMaxBytes: 9_000_000_000, liveRefreshMs: 30_000 };
