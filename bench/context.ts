/** What a bench is given to run with. Owns the shape. */
import type { Catalogue } from "./catalogue.ts";
import type { PeerContext } from "./peers/peer.ts";

export interface BenchContext extends PeerContext {
  /** How long a bench may repeat itself. */
  readonly seconds: number;
  /** Says how far one bench is, 0 to 1. */
  progress(share: number): void;
  /** Collects garbage, so that nobody pays for another's. */
  collect(): void;
  /** Runs a measurement in a fresh process and returns what it printed. */
  child(name: string, catalogue: Catalogue): Promise<unknown>;
}
