/**
 * Reads what one subscriber lacks of one view and is not in memory, page by page.
 *
 * Owns the one read under way. A page is given once, at the moment that it is there; what is not taken then is read again.
 */
import type { Entry } from "../history/history.ts";
import type { View } from "./view.ts";

export class PageReader {
  readonly #view: View;
  readonly #onRead: (isRead: boolean) => void;
  #isReading = false;
  #page: { readonly after: number; readonly entries: readonly Entry[] } | undefined;

  /** `onRead` is told when a page is there, or could not be read; it does not throw. */
  constructor(view: View, onRead: (isRead: boolean) => void) {
    this.#view = view;
    this.#onRead = onRead;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** What follows `cursor`; undefined while it is read. */
  after(cursor: number): readonly Entry[] | undefined {
    const page = this.#page;
    this.#page = undefined;
    if (page?.after === cursor) return page.entries;
    if (!this.#isReading) void this.#read(cursor);
    return undefined;
  }

  async #read(after: number): Promise<void> {
    this.#isReading = true;
    const entries = await this.#view.readAfter(after).catch(() => undefined);
    this.#isReading = false;
    if (entries !== undefined) this.#page = { after, entries };
    this.#onRead(entries !== undefined);
    this.#page = undefined;
  }
}
