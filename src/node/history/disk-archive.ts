/**
 * The older events of a feed, read back from its files page by page.
 *
 * Owns the reads under way: those who stand at the same place share one. What is not whole any more is left out.
 */
import type { Archive } from "../../server/history/broker.ts";
import type { Entry } from "../../server/history/history.ts";
import { readEvent, type DiskEvent } from "./disk-record.ts";
import type { LevelStore, Stored } from "./level-store.ts";
import { shownOf, type Page } from "./page.ts";

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
  readonly onPage: (result: "read" | "failed", damages: number) => void;
}

/** A page ends with the event that reaches it: of all views together, as the files have them. */
const PAGE_BYTES = 262_144;

export class DiskArchive implements Archive {
  readonly #options: DiskArchiveOptions;
  readonly #reading = new Map<number, Promise<Page>>();

  constructor(options: DiskArchiveOptions) {
    this.#options = options;
  }

  get start(): number {
    return this.#options.extent().first - 1;
  }

  async read(after: number, upTo: number, mark: string): Promise<readonly Entry[]> {
    return shownOf(await this.#share(after, upTo), after, mark);
  }

  async cursorAt(atMs: number): Promise<number> {
    const extent = this.#options.extent();
    const { id } = extent;
    if (id === undefined) return extent.last;
    const isBehind = (stored: Stored): boolean => (readEvent(stored)?.atMs ?? 0) >= atMs;
    return await this.#options.read(async (store) => (await store.search(id, extent, isBehind)) - 1);
  }

  #share(after: number, upTo: number): Promise<Page> {
    const shared = this.#reading.get(after);
    if (shared !== undefined) return shared;
    const reading = this.#read(after, upTo).finally(() => this.#reading.delete(after));
    this.#reading.set(after, reading);
    return reading;
  }

  async #read(after: number, upTo: number): Promise<Page> {
    const { id } = this.#options.extent();
    if (id === undefined) return { events: [], through: upTo };
    try {
      const stored = await this.#options.read((store) => store.page(id, after, { upTo, limitBytes: PAGE_BYTES }));
      const events = stored.map(readEvent).filter((event): event is DiskEvent => event !== undefined);
      this.#options.onPage("read", stored.length - events.length);
      return { events, through: stored.at(-1)?.sequence ?? upTo };
    } catch (thrown) {
      this.#options.onPage("failed", 0);
      throw thrown;
    }
  }
}
