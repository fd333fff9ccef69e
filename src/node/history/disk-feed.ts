/**
 * One feed of the durable history: its count, its keys, and how much of it is kept.
 *
 * Owns what was committed of the feed. Never writes by itself: the broker commits for all feeds together.
 */
import type { BrokerFeed, NewEvent, Placement, StoredEvent, Take } from "../../server/history/broker.ts";
import type { ErrorCode } from "../../core/index.ts";
import type { HistoryLimits } from "../../server/history/history.ts";
import { KeyWindow, type KeyWindowLimits } from "../../server/history/key-window.ts";
import { DiskArchive, type Extent } from "./disk-archive.ts";
import { countOf, readEvent, writeEvent } from "./disk-record.ts";
import type { LevelStore, Stored, Write } from "./level-store.ts";
import type { TokenOf } from "./event-token.ts";

/** An event that waits for its commit. */
export interface Waiting {
  readonly feed: DiskFeed;
  readonly event: NewEvent;
  readonly token: string;
  readonly bytes: number;
  readonly answer: (outcome: Placement | ErrorCode) => void;
}

export interface DiskFeedOptions {
  readonly name: string;
  readonly epoch: string;
  /** Of the row that it has; undefined until its first event. */
  readonly id: number | undefined;
  readonly limits: HistoryLimits & KeyWindowLimits & { readonly historyMemoryBytes: number };
  readonly tokenOf: TokenOf;
  readonly nowMs: () => number;
  /** Hands an event to the next commit; or the code of its refusal. */
  readonly enqueue: (waiting: Waiting) => ErrorCode | undefined;
  /** Runs with the files of now. @throws StreamError `HISTORY_UNAVAILABLE`. */
  readonly read: (run: (store: LevelStore) => Promise<void>) => Promise<void>;
  /** The same for a page of old events: few are read at once. */
  readonly readPage: <Result>(run: (store: LevelStore) => Promise<Result>) => Promise<Result>;
  readonly onPage: (result: "read" | "failed", damages: number) => void;
  readonly onClose: () => void;
}

/** What an event costs besides its bytes: as in memory, so that both keep the same. */
const ENTRY_BYTES = 200;
/** Trimmed in one go, because each costs a compaction. */
const EXCESS = 1.1;

export class DiskFeed implements BrokerFeed {
  readonly epoch: string;
  readonly name: string;
  readonly archive: DiskArchive;
  readonly #options: DiskFeedOptions;
  readonly #keys: KeyWindow<Promise<Placement | ErrorCode> | number>;
  #id: number | undefined;
  #take: Take = () => {};
  #first = 1;
  #last = 0;
  /** The sequence before the events that memory has room for. */
  #start = 0;
  #startBytes = 0;
  #endBytes = 0;

  constructor(options: DiskFeedOptions) {
    this.#options = options;
    this.name = options.name;
    this.epoch = options.epoch;
    this.#id = options.id;
    this.#keys = new KeyWindow(options.limits);
    const extent = (): Extent => ({ id: this.#id, first: this.#first, last: this.#last });
    this.archive = new DiskArchive({ extent, read: options.readPage, onPage: options.onPage });
  }

  get start(): number {
    return this.#start;
  }

  get isEmpty(): boolean {
    return this.#last < this.#first;
  }

  /** Finds where its events begin and end. */
  async locate(store: LevelStore): Promise<void> {
    if (this.#id === undefined) return;
    const forgotten = store.rows.get(this.name)?.forgotten ?? 0;
    this.#first = forgotten + 1;
    this.#last = (await store.lastOf(this.#id)) ?? forgotten;
    this.#start = this.#last;
    const first = await store.find(this.#id, { sequence: this.#first });
    const last = await store.find(this.#id, "last");
    if (first === undefined || last === undefined) return;
    this.#startBytes = countOf(first) - costOf(readEvent(first)?.parts ?? []);
    this.#endBytes = countOf(last);
    const fromBytes = this.#endBytes - this.#options.limits.historyMemoryBytes;
    const extent = { first: this.#first, last: this.#last };
    this.#start = (await store.search(this.#id, extent, (stored) => countOf(stored) > fromBytes)) - 1;
  }

  /** Gives what memory has room for; of older ones the keys are read, as far as they are still known. */
  async follow(take: Take): Promise<void> {
    this.#take = take;
    await this.#options.read(async (store) => {
      if (this.#id === undefined) return;
      const { dedupeWindowMs, dedupeKeysLimit } = this.#options.limits;
      const oldestMs = this.#options.nowMs() - dedupeWindowMs;
      const extent = { first: Math.max(this.#first, this.#last + 1 - dedupeKeysLimit), last: this.#last };
      const isKnown = (stored: Stored): boolean => (readEvent(stored)?.atMs ?? 0) > oldestMs;
      const first = await store.search(this.#id, extent, isKnown);
      await this.#giveAfter(store, Math.min(first - 1, this.#start));
    });
  }

  /** Goes on after a failure: a batch that was refused may be there all the same. */
  async recover(store: LevelStore): Promise<void> {
    const last = this.#last;
    this.#id = store.rows.get(this.name)?.id;
    await this.locate(store);
    await this.#giveAfter(store, last);
  }

  append(event: NewEvent, key?: string): Promise<Placement | ErrorCode> | Placement | ErrorCode {
    const { tokenOf, nowMs, enqueue } = this.#options;
    const token = key === undefined ? "" : tokenOf(this.name, key);
    const first = token === "" ? undefined : this.#keys.find(token, nowMs());
    if (typeof first === "number") return { sequence: first, isRepeat: true };
    if (first !== undefined) return first.then(repeatOf);
    let answer: Waiting["answer"] = () => {};
    const outcome = new Promise<Placement | ErrorCode>((resolve) => (answer = resolve));
    const refusal = enqueue({ feed: this, event, token, bytes: costOf(event.parts), answer });
    if (refusal !== undefined) return refusal;
    if (token !== "") this.#keys.add(token, outcome, nowMs());
    return outcome;
  }

  caughtUp(): void {}

  close(): void {
    this.#take = () => {};
    this.#options.onClose();
  }

  /** The writes of one batch. Nothing counts until `committed`. */
  prepare(waiting: readonly Waiting[], store: LevelStore): { writes: Write[]; events: StoredEvent[] } {
    const atMs = this.#options.nowMs();
    const isNew = this.#id === undefined;
    const id = this.#id ?? store.drawId();
    let endBytes = this.#endBytes;
    let sequence = this.#last;
    const writes: Write[] = [];
    const events: StoredEvent[] = [];
    for (const { event, token, bytes } of waiting) {
      sequence++;
      endBytes += bytes;
      const value = writeEvent({ ...event, atMs, token }, endBytes);
      const isFirst = isNew && writes.length === 0;
      writes.push({ id, sequence, value, ...(isFirst ? { row: { name: this.name, epoch: this.epoch } } : {}) });
      events.push({ ...event, sequence, atMs });
    }
    return { writes, events };
  }

  /** The files have it: whoever follows gets it, then producers hear of it. */
  committed(waiting: readonly Waiting[], { writes, events }: { writes: Write[]; events: StoredEvent[] }): void {
    this.#id = writes[0].id;
    this.#last = writes[writes.length - 1].sequence;
    this.#endBytes += waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#take(events);
    waiting.forEach(({ token, answer }, index) => {
      const { sequence } = events[index];
      if (token !== "") this.#keys.add(token, sequence, events[index].atMs);
      answer({ sequence, isRepeat: false });
    });
  }

  refused(waiting: readonly Waiting[]): void {
    for (const { token, answer } of waiting) {
      if (token !== "") this.#keys.remove(token);
      answer("HISTORY_UNAVAILABLE");
    }
  }

  /** True when it has a tenth more than it may. */
  get isOverfull(): boolean {
    return this.#endBytes - this.#startBytes > this.#options.limits.historyMaxBytes * EXCESS;
  }

  /** Forgets the events that are too old or too many. */
  async trim(store: LevelStore): Promise<void> {
    if (this.#id === undefined || this.isEmpty) return;
    const { historyMaxBytes, historyMaxAgeMs } = this.#options.limits;
    const oldestMs = this.#options.nowMs() - historyMaxAgeMs;
    const startBytes = this.#endBytes - historyMaxBytes;
    const isKept = (stored: Stored): boolean => {
      const atMs = readEvent(stored)?.atMs ?? 0;
      return atMs > oldestMs && countOf(stored) > startBytes;
    };
    const kept = await store.search(this.#id, { first: this.#first, last: this.#last }, isKept);
    if (kept === this.#first) return;
    // Before they go: who reads there in the meantime is told of a gap, and not of damage.
    this.#first = kept;
    await store.forget(this.name, kept);
    const first = await store.find(this.#id, { sequence: kept });
    this.#startBytes = first === undefined ? this.#endBytes : countOf(first);
  }

  /** Gives what the files hold behind `sequence`. */
  async #giveAfter(store: LevelStore, sequence: number): Promise<void> {
    if (this.#id === undefined) return;
    for await (const page of store.pages(this.#id, sequence)) this.#give(page);
  }

  #give(page: readonly Stored[]): void {
    const events: StoredEvent[] = [];
    for (const stored of page) {
      const read = readEvent(stored);
      // What cannot be read is left out, and so becomes a gap.
      if (read === undefined) continue;
      const { token, ...event } = read;
      if (token !== "") this.#keys.add(token, event.sequence, event.atMs);
      if (event.sequence > this.#start) events.push(event);
    }
    this.#take(events);
  }
}

function repeatOf(outcome: Placement | ErrorCode): Placement | ErrorCode {
  return typeof outcome === "string" ? outcome : { ...outcome, isRepeat: true };
}

/** The largest part speaks: then the files keep at least what each view keeps in memory. */
function costOf(parts: NewEvent["parts"]): number {
  return ENTRY_BYTES + parts.reduce((most, { data }) => Math.max(most, data?.length ?? 0), 0);
}
