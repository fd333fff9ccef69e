/**
 * The pages of one feed that are being read.
 *
 * Owns that those who stand at the same place share one, and what is told of each.
 */
import type { Entry } from "../../server/history/entry.ts";
import { shownOf, type Page } from "./page.ts";

export type OnPage = (result: "read" | "failed", damages: number) => void;

export class PageReads {
  readonly #read: (after: number, upTo: number) => Promise<Page>;
  readonly #onPage: OnPage;
  readonly #reading = new Map<number, Promise<Page>>();

  constructor(read: (after: number, upTo: number) => Promise<Page>, onPage: OnPage) {
    this.#read = read;
    this.#onPage = onPage;
  }

  /** What the policy of that mark shows of the next page behind `after`. @throws as the reading does. */
  async shown(after: number, upTo: number, mark: string): Promise<readonly Entry[]> {
    return shownOf(await this.#share(after, upTo), after, mark);
  }

  #share(after: number, upTo: number): Promise<Page> {
    const shared = this.#reading.get(after);
    if (shared !== undefined) return shared;
    const reading = this.#count(after, upTo).finally(() => this.#reading.delete(after));
    this.#reading.set(after, reading);
    return reading;
  }

  async #count(after: number, upTo: number): Promise<Page> {
    try {
      const page = await this.#read(after, upTo);
      this.#onPage("read", page.damages);
      return page;
    } catch (thrown) {
      this.#onPage("failed", 0);
      throw thrown;
    }
  }
}
