/**
 * What one audience sees of a feed: its events masked by one policy, in a history of its own.
 *
 * Owns that history and the frames made of it. All views of a feed count alike, so that a position means the same in
 * each; an event that a view does not show is a place without a frame.
 */
import { Batch } from "./batch.ts";
import type { Archive } from "../history/broker.ts";
import { Cohort } from "./cohort.ts";
import type { SlowSubscribers } from "../config/config.ts";
import { FrameCache } from "./frame-cache.ts";
import type { Entry } from "../history/entry.ts";
import { History, type HistoryLimits, type NewEntry } from "../history/history.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { formatPositions } from "../history/position.ts";
import type { Transport } from "./transports.ts";
import { isShown, type TypeFilter } from "./type-filter.ts";
import type { Ending } from "./ending.ts";

/** Whoever is told that there is something new to read. No method throws: readers come one after the other. */
export interface FeedReader {
  pump(): void;
  end(ending: Ending): void;
}

export interface ViewOptions {
  /** Of the feed. */
  readonly name: string;
  /** The feed's metric label: a name out of the configuration. */
  readonly label: string;
  readonly viewName: string;
  readonly epoch: string;
  /** How many events the feed has counted already. */
  readonly last: number;
  readonly limits: HistoryLimits & { readonly subscriberQueueBytes: number };
  /** Where the feed's older events are. */
  readonly archive: Archive | undefined;
  readonly metrics: Metrics;
  /** Told when a reader comes or goes. */
  readonly onReaders: () => void;
}

/** One page of a replay: it ends after so many events, or with the event that reaches the bytes. */
const PAGE_EVENTS = 500;
const PAGE_BYTES = 262_144;
const FRAME_CACHE_BYTES = 8_388_608;
/** Those who keep up need one or two; those who lag each have their own. */
const SHARED_BATCHES = 64;

export class View {
  readonly name: string;
  readonly label: string;
  /** Its own, among those of the feed. */
  readonly viewName: string;
  readonly history: History;
  /** A reader that has more than this unsent is given no more. */
  readonly roomBytes: number;
  /** Of the policy that it goes by. */
  mark = "";
  /** What becomes of readers that do not keep up. */
  slowSubscribers: SlowSubscribers = "disconnect";

  readonly #metrics: Metrics;
  readonly #archive: Archive | undefined;
  readonly #frameCacheBytes: number;
  #frames: FrameCache;
  #isClosed = false;
  readonly #readers = new Set<FeedReader>();
  /** Those of them that are in no cohort. */
  readonly #apart = new Set<FeedReader>();
  readonly #cohorts = new Map<Transport, Cohort>();
  readonly #onReaders: () => void;
  /** While a flush runs: batches by transport and cursor. */
  #shared: Map<string, Batch> | undefined;
  #latest: { readonly cursor: number; readonly transport: Transport; readonly batch: Batch } | undefined;

  constructor({ name, label, viewName, epoch, last, limits, archive, metrics, onReaders }: ViewOptions) {
    this.name = name;
    this.label = label;
    this.viewName = viewName;
    this.#archive = archive;
    this.history = new History(limits, epoch, last, archive);
    this.roomBytes = Math.min(limits.subscriberQueueBytes, PAGE_BYTES);
    this.#metrics = metrics;
    this.#frameCacheBytes = Math.min(FRAME_CACHE_BYTES, limits.historyMaxBytes);
    this.#frames = new FrameCache(this.#frameCacheBytes);
    this.#onReaders = onReaders;
  }

  get readers(): ReadonlySet<FeedReader> {
    return this.#readers;
  }

  /** True when the configuration names this view no more: nothing will come, and nobody may read. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  addReader(reader: FeedReader): void {
    this.#readers.add(reader);
    this.#apart.add(reader);
    this.#onReaders();
  }

  removeReader(reader: FeedReader): void {
    this.#apart.delete(reader);
    if (this.#readers.delete(reader)) this.#onReaders();
  }

  /** Says whether a reader is told by `pump`: not while it is in the cohort of its transport. */
  setApart(reader: FeedReader, isApart: boolean): void {
    if (isApart) this.#apart.add(reader);
    else this.#apart.delete(reader);
  }

  /** Those who have had everything over this transport. */
  cohortOf(transport: Transport): Cohort {
    let cohort = this.#cohorts.get(transport);
    if (cohort === undefined) {
      const delivered = this.#metrics.series("events_delivered_total", this.label, transport.name);
      const deliveredBytes = this.#metrics.series("delivered_bytes_total", transport.name);
      cohort = new Cohort({ source: this, transport, roomBytes: this.roomBytes, delivered, deliveredBytes });
      this.#cohorts.set(transport, cohort);
    }
    return cohort;
  }

  /** Forgets what another policy masked: a stricter one must not hand it out. */
  forget(): void {
    this.history.forget();
    this.#frames = new FrameCache(this.#frameCacheBytes);
  }

  /** Forgets everything, and ends those who read. */
  close(): void {
    this.#isClosed = true;
    this.forget();
    for (const reader of this.#readers) reader.end("CONFIG_CHANGED");
  }

  /**
   * Adds an event, or counts one that is not to be had for this view. One that cannot be kept is a gap for the readers:
   * the view forgets what it had, and counts on with the others. Never throws.
   */
  append(entry: NewEntry | undefined, atMs: number): void {
    const { last } = this.history;
    try {
      // The first that it could show is of another policy: so is what the archive has before.
      if (entry === undefined && this.history.isEmpty) this.history.skipTo(last + 1);
      else if (entry === undefined) this.history.miss(atMs);
      else this.history.append(entry, atMs);
    } catch {
      this.forget();
      this.history.skipTo(last + 1);
    }
  }

  /** Tells the readers; those that stand at the same place share what they are given. */
  flush(): void {
    this.#shared = new Map();
    for (const cohort of this.#cohorts.values()) cohort.flush();
    for (const reader of this.#apart) reader.pump();
    this.#shared = undefined;
    this.#latest = undefined;
  }

  /** The position after `sequence`, as clients write it. */
  positionAt(sequence: number): string {
    return formatPositions([{ epoch: this.history.epoch, sequence }]);
  }

  /** What follows `cursor` and is not in memory, in a page of bounded size. @throws StreamError `HISTORY_UNAVAILABLE`. */
  async readAfter(cursor: number): Promise<readonly Entry[]> {
    return (await this.#archive?.read(cursor, this.history.first - 1, this.mark)) ?? [];
  }

  /**
   * What follows `cursor`, encoded; readers that stand at the same place get the same arrays. Undefined: nothing. No
   * frames: nothing that this view shows, or that the filter lets through.
   */
  batchAfter(cursor: number, transport: Transport, filter?: TypeFilter): Batch | undefined {
    // Nearly all readers stand at the same place.
    const latest = filter === undefined ? this.#latest : undefined;
    if (latest !== undefined && latest.cursor === cursor && latest.transport === transport) return latest.batch;
    const key = `${transport.name}.${cursor}.${filter?.key ?? ""}`;
    const shared = this.#shared?.get(key);
    if (shared !== undefined) return shared;
    const entries = this.history.after(cursor, PAGE_EVENTS, PAGE_BYTES);
    const newest = entries.at(-1);
    if (newest === undefined) return undefined;
    const frames = entries
      .filter((entry) => isShown(entry, filter))
      .map((entry) => this.#frames.frameOf(entry, this.positionAt(entry.sequence), transport));
    const batch = new Batch(frames, newest.sequence);
    if (this.#shared !== undefined && this.#shared.size < SHARED_BATCHES) {
      this.#shared.set(key, batch);
      if (filter === undefined) this.#latest = { cursor, transport, batch };
    }
    return batch;
  }
}
