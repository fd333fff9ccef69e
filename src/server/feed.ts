/**
 * One feed: what is published is masked once, kept, and handed to every subscriber in one write a loop turn.
 *
 * Owns the history and the list of readers. Never waits for a reader, and never keeps what was published.
 */
import { maskEvent, toStreamError, type ErrorCode, type Policy } from "../core/index.ts";
import { Batch } from "./batch.ts";
import type { Ending } from "./ending.ts";
import { FrameCache } from "./frame-cache.ts";
import { History } from "./history.ts";
import type { Metrics } from "./metrics.ts";
import type { Ports } from "./ports.ts";
import { formatPositions } from "./position.ts";
import { encodeText } from "./text.ts";
import type { Transport } from "./transports.ts";

/** Whoever is told that there is something new to read. */
export interface FeedReader {
  pump(): void;
  end(ending: Ending): void;
}

export interface FeedOptions {
  readonly name: string;
  /** The metric label: a name out of the configuration. */
  readonly label: string;
  readonly policy: Policy;
  /** Event types that pass; any other becomes `message`. */
  readonly eventTypes: readonly string[];
  readonly limits: { eventLimitBytes: number; historyMaxBytes: number; historyMaxAgeMs: number };
  readonly ports: Pick<Ports, "clock" | "random">;
  readonly metrics: Metrics;
}

/** One page of a replay: it ends after so many events, or with the event that reaches the bytes. */
const PAGE_EVENTS = 500;
export const PAGE_BYTES = 262_144;
const FRAME_CACHE_BYTES = 8_388_608;
/** Those who keep up need one or two; those who lag each have their own. */
const SHARED_BATCHES = 64;
const NOTHING = new Uint8Array(0);

export class Feed {
  readonly name: string;
  readonly label: string;
  readonly history: History;
  /** Told how many readers there are, whenever that changes. */
  onReaders: (count: number) => void = () => {};
  /** When the feed was last used by anybody. */
  usedAtMs: number;

  readonly #options: FeedOptions;
  readonly #eventTypes: ReadonlyMap<string, Uint8Array>;
  readonly #frames: FrameCache;
  readonly #readers = new Set<FeedReader>();
  #isFlushDue = false;
  #oldestUnflushedMs = 0;
  /** While a flush runs: batches by transport and cursor. */
  #shared: Map<string, Batch> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.name = options.name;
    this.label = options.label;
    this.history = new History(options.limits, options.ports.random);
    this.usedAtMs = options.ports.clock.now();
    this.#eventTypes = new Map(options.eventTypes.map((type) => [type, encodeText(type)]));
    this.#frames = new FrameCache(Math.min(FRAME_CACHE_BYTES, options.limits.historyMaxBytes));
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /**
   * Masks one event's data and appends it; fan-out follows at the end of this loop turn.
   * Returns the sequence, or the code of the refusal; never throws.
   */
  tryPublish(data: Uint8Array, event = "message"): number | ErrorCode {
    const outcome = this.#tryMask(data);
    if (typeof outcome === "string") {
      this.#options.metrics.add("events_refused_total", 1, outcome);
      return outcome;
    }
    const sequence = this.#append(outcome, this.#eventTypes.get(event) ?? NOTHING, false);
    this.#options.metrics.add("events_published_total", 1, this.label);
    return sequence;
  }

  /** Says, in order, that the source may have lost events here. */
  publishGap(): void {
    this.#append(NOTHING, NOTHING, true);
  }

  /** The position after `sequence`, as clients write it. */
  positionAt(sequence: number): string {
    return formatPositions([{ epoch: this.history.epoch, sequence }]);
  }

  addReader(reader: FeedReader): void {
    this.#readers.add(reader);
    this.usedAtMs = this.#options.ports.clock.now();
    this.onReaders(this.#readers.size);
  }

  removeReader(reader: FeedReader): void {
    if (!this.#readers.delete(reader)) return;
    this.usedAtMs = this.#options.ports.clock.now();
    this.onReaders(this.#readers.size);
  }

  /** Nothing more will come: everybody who still reads is told. */
  finish(): void {
    for (const reader of this.#readers) {
      reader.pump();
      reader.end("FINISHED");
    }
  }

  /** What follows `cursor`, encoded; readers that stand at the same place get the same arrays. Undefined: nothing. */
  batchAfter(cursor: number, transport: Transport): Batch | undefined {
    const key = `${transport.name}.${cursor}`;
    const shared = this.#shared?.get(key);
    if (shared !== undefined) return shared;
    const entries = this.history.after(cursor, PAGE_EVENTS, PAGE_BYTES);
    const newest = entries.at(-1);
    if (newest === undefined) return undefined;
    const frames = entries.map((entry) => this.#frames.frameOf(entry, this.positionAt(entry.sequence), transport));
    const batch = new Batch(frames, newest.sequence);
    if (this.#shared !== undefined && this.#shared.size < SHARED_BATCHES) this.#shared.set(key, batch);
    return batch;
  }

  #tryMask(data: Uint8Array): Uint8Array | ErrorCode {
    if (data.length > this.#options.limits.eventLimitBytes) return "EVENT_TOO_LARGE";
    try {
      const masked = maskEvent(this.#options.policy, data);
      // A small view would keep the whole chunk that it came in.
      if (masked !== null) return masked.byteLength === masked.buffer.byteLength ? masked : masked.slice();
      return "INVALID_INPUT";
    } catch (thrown) {
      return toStreamError(thrown).code;
    }
  }

  #append(data: Uint8Array, event: Uint8Array, isGap: boolean): number {
    const now = this.#options.ports.clock.now();
    this.usedAtMs = now;
    const entry = this.history.append({ data, event, isGap }, now);
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      this.#oldestUnflushedMs = now;
      this.#options.ports.clock.soon(() => this.#flush());
    }
    return entry.sequence;
  }

  #flush(): void {
    this.#isFlushDue = false;
    this.#shared = new Map();
    for (const reader of this.#readers) reader.pump();
    this.#shared = undefined;
    const waitedMs = this.#options.ports.clock.now() - this.#oldestUnflushedMs;
    this.#options.metrics.observe("publish_to_write_seconds", waitedMs / 1000);
  }
}
