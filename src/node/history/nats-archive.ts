/**
 * The older events of a feed, read back from its stream page by page.
 *
 * Owns what is known of where the stream begins: its own limits take messages without a word to anybody.
 */
import type { StreamInfo } from "@nats-io/jetstream";
import { StreamError } from "../../core/index.ts";
import type { Archive, StoredEvent } from "../../server/history/broker.ts";
import type { Entry } from "../../server/history/entry.ts";
import { decodeRecord } from "../../server/history/stored-event.ts";
import type { NatsClient } from "./nats-client.ts";
import { pull, type Pulled } from "./nats-pull.ts";
import { PAGE_BYTES, type Page } from "./page.ts";
import { PageReads, type OnPage } from "./page-reads.ts";
import { searchFirst } from "./search.ts";

export interface NatsArchiveOptions {
  readonly stream: string;
  readonly subject: string;
  /** The connection of now. @throws StreamError `HISTORY_UNAVAILABLE`. */
  readonly client: () => NatsClient;
  /** Gives `saw` the state of now. @throws StreamError `HISTORY_UNAVAILABLE`, also when the stream is another one by now. */
  readonly look: (client: NatsClient) => Promise<StreamInfo>;
  /** Runs when it is its turn: few pages are read at once. */
  readonly turn: <Result>(run: () => Promise<Result>) => Promise<Result>;
  readonly onPage: OnPage;
}

type Found = Pick<StoredEvent, "sequence" | "atMs">;

/** With the bytes it bounds a page of small events. */
const PAGE_EVENTS = 500;

export class NatsArchive implements Archive {
  readonly #options: NatsArchiveOptions;
  readonly #reads: PageReads;
  #start = 0;

  constructor(options: NatsArchiveOptions) {
    this.#options = options;
    const { turn } = options;
    this.#reads = new PageReads((after, upTo) => turn(() => this.#read(after, upTo)), options.onPage);
  }

  get start(): number {
    return this.#start;
  }

  /** What is forgotten never comes back. */
  saw({ state }: StreamInfo): void {
    this.#start = Math.max(this.#start, state.first_seq - 1);
  }

  read(after: number, upTo: number, mark: string): Promise<readonly Entry[]> {
    return this.#reads.shown(after, upTo, mark);
  }

  cursorAt(atMs: number): Promise<number> {
    const { client, look, turn } = this.#options;
    return turn(async () => {
      const { state } = await look(client());
      const range = { first: this.#start + 1, last: state.last_seq };
      const find = (sequence: number): Promise<Found | undefined> => this.#find(sequence);
      return (await searchFirst(range, find, (found) => found.atMs >= atMs)) - 1;
    });
  }

  async #read(after: number, upTo: number): Promise<Page> {
    const { client, stream, look } = this.#options;
    const from = client();
    const limits = { limitEvents: PAGE_EVENTS, limitBytes: PAGE_BYTES };
    const pulled = await pull(from, { stream, from: after + 1, to: upTo, ...limits });
    // Behind the pull: one of that name that was created anew in the meantime has other events.
    await look(from);
    const last = pulled.at(-1)?.sequence ?? (await this.#emptyTo(after, upTo));
    const through = Math.min(last, upTo);
    const events = pulled.map(eventOf).filter((one): one is StoredEvent => one !== undefined && one.sequence <= upTo);
    // What retention took is told of as lost, and is no damage.
    const base = Math.min(through, Math.max(after, this.#start));
    const kept = events.filter(({ sequence }) => sequence > base).length;
    return { events, through, damages: through - base - kept };
  }

  /** `upTo`, once the server says that it has none of these. @throws StreamError `HISTORY_UNAVAILABLE`: it has, and gave none. */
  async #emptyTo(after: number, upTo: number): Promise<number> {
    const next = this.#start >= upTo ? undefined : await this.#find(after + 1);
    if (next !== undefined && next.sequence <= upTo) throw new StreamError("HISTORY_UNAVAILABLE");
    return upTo;
  }

  /** The first event from there on, by the word of the server that leads the stream; when it cannot be read, at no time. */
  async #find(sequence: number): Promise<Found | undefined> {
    const { client, stream, subject } = this.#options;
    const query = { seq: sequence, next_by_subj: subject };
    const { manager } = client();
    let found;
    try {
      found = await manager.streams.getMessage(stream, query);
    } catch {
      throw new StreamError("HISTORY_UNAVAILABLE");
    }
    return found === null ? undefined : { sequence: found.seq, atMs: decodeRecord(found.data)?.atMs ?? 0 };
  }
}

function eventOf({ sequence, data }: Pulled): StoredEvent | undefined {
  const record = decodeRecord(data);
  if (record === undefined) return undefined;
  const { token: _, ...event } = record;
  return { ...event, sequence };
}
