/**
 * The older events of a feed, read back from its files page by page.
 *
 * Owns nothing but the way there. What is not whole any more is left out.
 */
import type { Archive } from "../../server/history/broker.ts";
import type { Entry } from "../../server/history/entry.ts";
import { readEvent, type DiskEvent } from "./disk-record.ts";
import type { LevelStore, Stored } from "./level-store.ts";
import { PAGE_BYTES, type Page } from "./page.ts";
import { PageReads, type OnPage } from "./page-reads.ts";

/** Where the events of a feed are: its id in the files, undefined before its first event. */
export interface Extent {
  readonly id: number | undefined;
  readonly first: number;
  readonly last: number;
}

export interface DiskArchiveOptions {
  readonly extent: () => Extent;
  /** Runs with the files of now, few at once. @throws StreamError `HISTORY_UNAVAILABLE`. */
  readonly read: <Result>(run: (store: LevelStore) => Promise<Result>) => Promise<Result>;
  readonly onPage: OnPage;
}

export class DiskArchive implements Archive {
  readonly #options: DiskArchiveOptions;
  readonly #reads: PageReads;

  constructor(options: DiskArchiveOptions) {
    this.#options = options;
    this.#reads = new PageReads((after, upTo) => this.#read(after, upTo), options.onPage);
  }

  get start(): number {
    return this.#options.extent().first - 1;
  }

  read(after: number, upTo: number, mark: string): Promise<readonly Entry[]> {
    return this.#reads.shown(after, upTo, mark);
  }

  async cursorAt(atMs: number): Promise<number> {
    const extent = this.#options.extent();
    const { id } = extent;
    if (id === undefined) return extent.last;
    const isBehind = (stored: Stored): boolean => (readEvent(stored)?.atMs ?? 0) >= atMs;
    return await this.#options.read(async (store) => (await store.search(id, extent, isBehind)) - 1);
  }

  async #read(after: number, upTo: number): Promise<Page> {
    const { id } = this.#options.extent();
    if (id === undefined) return { events: [], through: upTo, damages: 0 };
    const stored = await this.#options.read((store) => store.page(id, after, { upTo, limitBytes: PAGE_BYTES }));
    const events = stored.map(readEvent).filter((event): event is DiskEvent => event !== undefined);
    return { events, through: stored.at(-1)?.sequence ?? upTo, damages: stored.length - events.length };
  }
}
