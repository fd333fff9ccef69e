/**
 * Watches the files with lists that a configuration names, as the configuration itself is watched.
 *
 * Owns which files these are: whatever the last reading of the configuration asked for, also when it was refused, so that
 * mending a list is enough.
 */
import { watchConfig } from "./watch.ts";

export class WatchedLists {
  readonly #onChange: () => void;
  readonly #stops = new Map<string, () => void>();
  #asked = new Set<string>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** A reading of the configuration begins. */
  begin(): void {
    this.#asked = new Set();
  }

  /** It has asked for this file, and found these bytes. */
  see(file: string, bytes: Uint8Array): void {
    this.#asked.add(file);
    // Anew each time: what was read is what a later look has to differ from.
    this.#stops.get(file)?.();
    this.#stops.set(file, watchConfig({ file, bytes, onChange: () => this.#onChange() }));
  }

  /** The reading has ended; files that it did not ask for are of no interest when it was `taken`. */
  end(isTaken: boolean): void {
    if (!isTaken) return;
    for (const [file, stop] of this.#stops) {
      if (this.#asked.has(file)) continue;
      stop();
      this.#stops.delete(file);
    }
  }

  stop(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }
}
