/**
 * The last events of one view of a feed, in memory, bounded by bytes and age; older ones may be in an archive.
 *
 * Owns the sequence. Stores masked data only; never encodes, never waits, and reads no archive.
 */
import type { Awaitable } from "../awaitable.ts";
import type { Archive } from "./broker.ts";
import type { Entry } from "./entry.ts";
import type { Position } from "./position.ts";

export interface HistoryLimits {
  readonly historyMaxBytes: number;
  readonly historyMaxAgeMs: number;
}

export interface NewEntry {
  readonly event: Uint8Array;
  readonly data: Uint8Array;
  readonly isGap?: boolean;
  readonly isHidden?: boolean;
  readonly trace?: string | undefined;
}

export type ResumeResult = "new" | "complete" | "gap" | "reset";

/** Where a subscription starts: `cursor` is the last sequence that the subscriber has. */
export interface Resume {
  readonly result: ResumeResult;
  readonly cursor: number;
  /** Events that are gone for good; null when nobody knows. */
  readonly lost: number | null;
}

/** What an entry costs besides its bytes, so that a million empty events are bounded too. */
const ENTRY_BYTES = 200;
const NOTHING = new Uint8Array(0);
/** Stands in the dead front, so that what was forgotten is really gone. */
const FORGOTTEN: Entry = {
  sequence: 0,
  atMs: 0,
  event: NOTHING,
  data: NOTHING,
  isGap: false,
  isHidden: false,
  endBytes: 0,
};

export class History {
  readonly epoch: string;
  readonly #limits: HistoryLimits;
  /** A ring without wrap-around: `#head` is the first live one, and the dead front is cut off now and then. */
  #entries: Entry[] = [];
  #head = 0;
  #last = 0;
  #endBytes = 0;
  /** True while the newest places are of events that are not to be had. */
  #isMissing = false;
  readonly #archive: Archive | undefined;
  /** Of what the archive holds, nothing up to here may be shown. */
  #floor = 0;

  /** `last`: how many events the feed has counted already. */
  constructor(limits: HistoryLimits, epoch: string, last = 0, archive?: Archive) {
    this.#limits = limits;
    this.epoch = epoch;
    this.#last = last;
    this.#archive = archive;
  }

  /** Sequence of the newest event ever, 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Sequence of the oldest event still in memory; `last + 1` when there is none. */
  get first(): number {
    return this.#entries[this.#head]?.sequence ?? this.#last + 1;
  }

  /** Sequence of the oldest event that a reader can get, from memory or the archive. */
  get oldest(): number {
    const { first } = this;
    return this.#archive === undefined ? first : Math.min(first, Math.max(this.#archive.start, this.#floor) + 1);
  }

  /** When the oldest event in memory was taken; undefined when there is none. */
  get oldestAtMs(): number | undefined {
    return this.#entries[this.#head]?.atMs;
  }

  /** True when there is none in memory. */
  get isEmpty(): boolean {
    return this.#head === this.#entries.length;
  }

  /** Takes an event and forgets the oldest ones that no longer fit. Amortised O(1); the newest always stays. */
  append({ event, data, isGap = false, isHidden = false, trace }: NewEntry, nowMs: number): Entry {
    this.#endBytes += data.length + event.length + ENTRY_BYTES;
    this.#last++;
    const entry = { sequence: this.#last, atMs: nowMs, event, data, isGap, isHidden, trace, endBytes: this.#endBytes };
    this.#entries.push(entry);
    this.#isMissing = false;
    this.trim(nowMs);
    return entry;
  }

  /** Counts an event that is not to be had, or not for this view: readers find one gap for a run of them. */
  miss(nowMs: number): void {
    if (this.isEmpty) {
      this.#last++;
      return;
    }
    const isGap = !this.#isMissing;
    this.append({ event: NOTHING, data: NOTHING, isGap, isHidden: !isGap }, nowMs);
    this.#isMissing = true;
  }

  /** Forgets every event and goes on behind `sequence`. */
  skipTo(sequence: number): void {
    this.#last = sequence;
    this.forget();
  }

  /** Forgets what is too old, and what is too much. */
  trim(nowMs: number): void {
    const oldestMs = nowMs - this.#limits.historyMaxAgeMs;
    for (;;) {
      const entry = this.#entries[this.#head];
      if (entry === undefined) break;
      const isNewest = this.#head === this.#entries.length - 1;
      const isTooMuch = this.bytesAfter(entry.sequence - 1) > this.#limits.historyMaxBytes && !isNewest;
      if (entry.atMs > oldestMs && !isTooMuch) break;
      this.#entries[this.#head] = FORGOTTEN;
      this.#head++;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Forgets every event, also those in the archive; the count goes on. */
  forget(): void {
    this.#entries = [];
    this.#head = 0;
    this.#floor = this.#last;
  }

  /** The entries that follow `sequence`: at most `count`, and no further one once they hold `limitBytes`. */
  after(sequence: number, count: number, limitBytes: number): Entry[] {
    const from = this.#head + Math.max(0, sequence + 1 - this.first);
    const entries: Entry[] = [];
    let bytes = 0;
    for (let at = from; at < this.#entries.length && entries.length < count && bytes < limitBytes; at++) {
      const entry = this.#entries[at];
      entries.push(entry);
      bytes += entry.data.length;
    }
    return entries;
  }

  /** Bytes of the entries in memory that follow `sequence`. */
  bytesAfter(sequence: number): number {
    const next = this.#entries[this.#head + Math.max(0, sequence + 1 - this.first)];
    if (next === undefined) return 0;
    return this.#endBytes - next.endBytes + next.data.length + next.event.length + ENTRY_BYTES;
  }

  /** The first place that at most `limitBytes` in memory follow; before the newest event at the latest. O(log n). */
  cursorWithin(limitBytes: number): number {
    let low = this.first - 1;
    let high = this.#last - 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.bytesAfter(middle) > limitBytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The place before the newest events that are wanted and together have at most `limitBytes`, one of them at least; where
   * no other one is left out by that: `sequence`, or before the first in memory. O(n) of those that follow.
   */
  cursorAtWanted(sequence: number, limitBytes: number, isWanted: (entry: Entry) => boolean): number {
    let oldest: number | undefined;
    let bytes = 0;
    for (let at = this.#entries.length - 1; at >= this.#head && this.#entries[at].sequence > sequence; at--) {
      const entry = this.#entries[at];
      if (entry.isGap || !isWanted(entry)) continue;
      bytes += entry.data.length + entry.event.length + ENTRY_BYTES;
      if (oldest !== undefined && bytes > limitBytes) return oldest - 1;
      oldest = entry.sequence;
    }
    return Math.max(sequence, this.first - 1);
  }

  /** Where to go on after `position`; undefined stands for one that nobody can read. */
  resume(position: Position | undefined): Resume {
    const isOurs = position !== undefined && position.epoch === this.epoch && position.sequence <= this.#last;
    const start = this.oldest - 1;
    if (!isOurs) return { result: "reset", cursor: start, lost: null };
    const lost = start - position.sequence;
    if (lost <= 0) return { result: "complete", cursor: position.sequence, lost: 0 };
    return { result: "gap", cursor: start, lost };
  }

  /** The last sequence before the moment `atMs`. @throws StreamError `HISTORY_UNAVAILABLE` where an archive has to be asked. */
  cursorAt(atMs: number): Awaitable<number> {
    const { first, oldest } = this;
    const isOlder = oldest < first && (this.#entries[this.#head]?.atMs ?? Infinity) >= atMs;
    if (isOlder) return this.#archive?.cursorAt(atMs).then((at) => Math.max(oldest - 1, Math.min(at, first - 1))) ?? 0;
    let cursor = first - 1;
    for (let at = this.#head; at < this.#entries.length; at++) {
      if (this.#entries[at].atMs >= atMs) break;
      cursor++;
    }
    return cursor;
  }
}
