/**
 * Detectors that are asked over the network.
 */

/** `refuse`: the record is not let through; `mask`: nothing of it is. */
export const REMOTE_FAILURE_RULES = ["refuse", "mask"] as const;
export const REMOTE_ADAPTERS = ["presidio"] as const;

/** A program elsewhere that policies ask about records, once these are masked by all else. */
export interface RemoteDetectorConfig {
  /** How it is spoken to. */
  readonly adapter: (typeof REMOTE_ADAPTERS)[number];
  /** Where it is asked, https unless `unsafePlaintext`. */
  readonly url: string;
  readonly unsafePlaintext: boolean;
  /** Request headers, such as authorization. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly language: string;
  /** Its names for what it finds, to ours; it is asked for no others. */
  readonly entities: Readonly<Record<string, string>>;
  readonly scoreThreshold: number;
  /** Longest time of one record, its wait for a place included. */
  readonly timeoutMs: number;
  /** Requests at once, and records that wait for a place. */
  readonly concurrencyLimit: number;
  readonly waitingLimit: number;
  /** Longest record that is sent. */
  readonly recordLimitBytes: number;
  readonly onFailure: (typeof REMOTE_FAILURE_RULES)[number];
}
