/**
 * Reads what one subscriber lacks of one view and is not in memory, page by page.
 *
 * Owns the one read under way, and since when none succeeds. A page is given once, at the moment that it is there; what is
 * not taken then is read again.
 */
import type { Entry } from "../history/entry.ts";
import type { View } from "./view.ts";

export interface PageReaderOptions {
  readonly view: View;
  readonly nowMs: () => number;
  /** Told when a page is there, or could not be read; it does not throw. */
  readonly onRead: (isRead: boolean) => void;
}

export class PageReader {
  readonly #options: PageReaderOptions;
  #isReading = false;
  #failingSinceMs = Infinity;
  #page: { readonly after: number; readonly entries: readonly Entry[] } | undefined;

  constructor(options: PageReaderOptions) {
    this.#options = options;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** When the first of the reads failed that have failed since one succeeded; `Infinity`: the last one did not. */
  get failingSinceMs(): number {
    return this.#failingSinceMs;
  }

  /** What follows `cursor`; undefined while it is read. */
  after(cursor: number): readonly Entry[] | undefined {
    const page = this.#page;
    this.#page = undefined;
    // What is forgotten in the meantime moves the cursor into the page: the rest of it is read all the same.
    const rest = page === undefined || page.after > cursor ? [] : page.entries.filter((one) => one.sequence > cursor);
    if (rest.length > 0) return rest;
    if (!this.#isReading) void this.#read(cursor);
    return undefined;
  }

  async #read(after: number): Promise<void> {
    this.#isReading = true;
    const { view, nowMs, onRead } = this.#options;
    const entries = await view.readAfter(after).catch(() => undefined);
    this.#isReading = false;
    if (entries !== undefined) this.#page = { after, entries };
    this.#failingSinceMs = entries === undefined ? Math.min(this.#failingSinceMs, nowMs()) : Infinity;
    onRead(entries !== undefined);
    this.#page = undefined;
  }
}
