/**
 * What one feed has kept: its count, its keys and its events, in the SQLite of its object.
 *
 * Owns the rows and how long they stay. Stores masked bytes and keyed hashes only. Every call is synchronous: the platform
 * holds back whatever the object says until what it wrote before is durable.
 */
import type { ErrorCode } from "../src/core/index.ts";
import type { NewEvent, Placement, StoredEvent } from "../src/server/history/broker.ts";
import type { HistoryLimits } from "../src/server/history/history.ts";
import { KeyWindow, type KeyWindowLimits } from "../src/server/history/key-window.ts";
import { drawEpoch } from "../src/server/history/position.ts";
import { encodeRecord } from "../src/server/history/stored-event.ts";
import { joinRecords, splitRecords } from "./joined-records.ts";

/** One event and the key that its producer gave it. */
export interface KeyedEvent {
  readonly event: NewEvent;
  readonly key?: string | undefined;
}

export interface FeedStoreOptions {
  readonly sql: SqlStorage;
  readonly limits: HistoryLimits & KeyWindowLimits;
  readonly random: (bytes: number) => Uint8Array;
  readonly nowMs: () => number;
  /** A keyed hash of an event's key, which may be personal data. `secret` is this feed's own. */
  readonly tokenOf: (secret: Uint8Array, key: string) => string;
  /** Most bytes that the database may hold. */
  readonly storageLimitBytes: number;
}

/** What came of some events, each in its place. */
export interface Appended {
  readonly outcomes: readonly (Placement | ErrorCode)[];
  /** Those that are new. */
  readonly events: readonly StoredEvent[];
}

/** A row may have 2 MB (2,097,152 bytes); the rest is for its other columns. Events that come together share rows. */
export const ROW_LIMIT_BYTES = 2_000_000;
/** What an event costs besides its bytes: as in memory, so that both keep the same. */
const ENTRY_BYTES = 200;
const SECRET_BYTES = 32;
/** Trimmed in one go; what is too old goes by an alarm. */
const EXCESS = 1.1;

type Row = { first: number; last: number; at: number; bytes: number };

interface Waiting {
  readonly event: StoredEvent;
  readonly record: Uint8Array;
  readonly token: string;
}

export class FeedStore {
  readonly epoch: string;
  readonly #options: FeedStoreOptions;
  readonly #secret: Uint8Array;
  readonly #keys: KeyWindow<number>;
  #last: number;
  /** Of the rows that are held, in order. */
  #rows: Row[];
  #bytes: number;

  constructor(options: FeedStoreOptions) {
    this.#options = options;
    const { sql, random } = options;
    sql.exec("CREATE TABLE IF NOT EXISTS feed (epoch TEXT NOT NULL, forgotten INTEGER NOT NULL, secret BLOB NOT NULL)");
    sql.exec(
      "CREATE TABLE IF NOT EXISTS events (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at REAL NOT NULL, bytes INTEGER NOT NULL, records BLOB NOT NULL)",
    );
    const [known] = sql.exec<{ epoch: string; forgotten: number; secret: ArrayBuffer }>("SELECT * FROM feed").toArray();
    this.epoch = known?.epoch ?? drawEpoch(random);
    this.#secret = known === undefined ? random(SECRET_BYTES) : new Uint8Array(known.secret);
    if (known === undefined) sql.exec("INSERT INTO feed VALUES (?, 0, ?)", this.epoch, this.#secret);
    this.#rows = sql.exec<Row>("SELECT first, last, at, bytes FROM events ORDER BY first").toArray();
    this.#bytes = this.#rows.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#last = this.#rows.at(-1)?.last ?? known?.forgotten ?? 0;
    this.#keys = new KeyWindow(options.limits);
    this.#readKeys();
  }

  /** Sequence of the newest event ever, 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The sequence before the first event that is still held. */
  get start(): number {
    return (this.#rows[0]?.first ?? this.#last + 1) - 1;
  }

  /** When the oldest event is too old; undefined when there is none. */
  get trimsAtMs(): number | undefined {
    const [oldest] = this.#rows;
    return oldest === undefined ? undefined : oldest.at + this.#options.limits.historyMaxAgeMs;
  }

  /** Takes events in their order, in as few rows as there can be: one row written is one that is paid for. */
  append(given: readonly KeyedEvent[]): Appended {
    const atMs = this.#options.nowMs();
    const isFull = this.#options.sql.databaseSize > this.#options.storageLimitBytes;
    const waiting: Waiting[] = [];
    const outcomes = given.map(({ event, key }): Placement | ErrorCode => {
      const token = key === undefined ? "" : this.#options.tokenOf(this.#secret, key);
      const first = token === "" ? undefined : this.#keys.find(token, atMs);
      if (first !== undefined) return { sequence: first, isRepeat: true };
      if (isFull) return "STORAGE_FULL";
      const record = encodeRecord({ ...event, atMs, token });
      if (record.length > ROW_LIMIT_BYTES) return "EVENT_TOO_LARGE";
      const sequence = this.#last + waiting.length + 1;
      waiting.push({ event: { ...event, sequence, atMs }, record, token });
      // At once, for the same key may come again among these.
      if (token !== "") this.#keys.add(token, sequence, atMs);
      return { sequence, isRepeat: false };
    });
    this.#write(waiting, atMs);
    if (this.#bytes > this.#options.limits.historyMaxBytes * EXCESS) this.trim();
    return { outcomes, events: waiting.map(({ event }) => event) };
  }

  /** Events behind `sequence`, in order: whole rows, and no further one once they hold `limitBytes`. */
  after(sequence: number, limitBytes: number): StoredEvent[] {
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const row of this.#rows) {
      if (row.last <= sequence) continue;
      if (bytes >= limitBytes) break;
      bytes += row.bytes;
      for (const event of this.#read(row)) if (event.sequence > sequence) events.push(event);
    }
    return events;
  }

  /** The last sequence before the moment `atMs`. */
  cursorAt(atMs: number): number {
    return this.#rows.findLast(({ at }) => at < atMs)?.last ?? this.start;
  }

  /** Forgets what is too old, and what is too much; returns how many rows. */
  trim(): number {
    const { sql, limits, nowMs } = this.#options;
    const oldestMs = nowMs() - limits.historyMaxAgeMs;
    let count = 0;
    for (const { at, bytes } of this.#rows) {
      const isNewest = count === this.#rows.length - 1;
      if (at > oldestMs && (this.#bytes <= limits.historyMaxBytes || isNewest)) break;
      this.#bytes -= bytes;
      count++;
    }
    if (count === 0) return 0;
    const forgotten = this.#rows[count - 1].last;
    this.#rows = this.#rows.slice(count);
    sql.exec("DELETE FROM events WHERE first <= ?", forgotten);
    // The rows that stay say how far the count has come.
    if (this.#rows.length === 0) sql.exec("UPDATE feed SET forgotten = ?", forgotten);
    return count;
  }

  #write(waiting: readonly Waiting[], at: number): void {
    let records: Uint8Array[] = [];
    let lengthBytes = 0;
    let bytes = 0;
    const flush = (): void => {
      if (records.length === 0) return;
      const first = this.#last + 1;
      const last = this.#last + records.length;
      const joined = joinRecords(records);
      this.#options.sql.exec("INSERT INTO events VALUES (?, ?, ?, ?, ?)", first, last, at, bytes, joined);
      this.#rows.push({ first, last, at, bytes });
      this.#last = last;
      this.#bytes += bytes;
      records = [];
      lengthBytes = 0;
      bytes = 0;
    };
    for (const { event, record } of waiting) {
      if (lengthBytes + record.length > ROW_LIMIT_BYTES) flush();
      records.push(record);
      lengthBytes += record.length;
      bytes += costOf(event);
    }
    flush();
  }

  #read({ first, last }: Row): StoredEvent[] {
    return this.#recordsOf(first, last).map(({ event }) => event);
  }

  #recordsOf(first: number, last: number): { event: StoredEvent; token: string }[] {
    const { records } = this.#options.sql
      .exec<{ records: ArrayBuffer }>("SELECT records FROM events WHERE first = ?", first)
      .one();
    // What cannot be read is left out, and so becomes a gap.
    return splitRecords(new Uint8Array(records)).flatMap((record, index) => {
      if (record === undefined || first + index > last) return [];
      const { token, ...event } = record;
      return { event: { ...event, sequence: first + index }, token };
    });
  }

  /** Those of the last rows, which may come again. */
  #readKeys(): void {
    const oldestMs = this.#options.nowMs() - this.#options.limits.dedupeWindowMs;
    for (const { first, last, at } of this.#rows) {
      if (at <= oldestMs) continue;
      for (const { event, token } of this.#recordsOf(first, last))
        if (token !== "") this.#keys.add(token, event.sequence, event.atMs);
    }
  }
}

/** The largest part speaks: then at least what each view keeps in memory is kept. */
function costOf({ parts }: NewEvent): number {
  return ENTRY_BYTES + parts.reduce((most, { data }) => Math.max(most, data?.length ?? 0), 0);
}
