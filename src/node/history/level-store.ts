/**
 * The files of the durable history: records by feed and sequence, in LevelDB.
 *
 * Owns the layout of keys, a checksum over each record and its place (LevelDB does not check its own when it reads), and that no error of the library is passed on: those quote paths and bytes.
 */
import { crc32 } from "node:zlib";
import { ClassicLevel } from "classic-level";
import { StreamError } from "../../core/index.ts";
import { makeFolder } from "../make-folder.ts";
import { searchFirst, type Range } from "./search.ts";

/** A feed that has a place in the files. */
export interface FeedRow {
  readonly id: number;
  readonly epoch: string;
  /** The last sequence that was forgotten: the count goes on, also when all are. */
  readonly forgotten: number;
}

export interface Write {
  readonly id: number;
  readonly sequence: number;
  readonly value: Uint8Array;
  /** With the first event of a feed. */
  readonly row?: { readonly name: string; readonly epoch: string };
}

export interface Stored {
  readonly sequence: number;
  readonly value: Uint8Array;
  /** False when it is not what was written there. */
  readonly isWhole: boolean;
}

/** Up to which sequence, and no more bytes than that but for the last event. */
export interface PageLimits {
  readonly upTo: number;
  readonly limitBytes: number;
}

type Database = ClassicLevel<Uint8Array, Uint8Array>;

const ENCODINGS = { keyEncoding: "view", valueEncoding: "view" } as const;
const ROW = 0;
const EVENT = 1;
const SYNC_KEY = Uint8Array.of(2);
const NOTHING = new Uint8Array(0);
const PAGE_EVENTS = 500;
/** In front of a value. */
const CHECKSUM_BYTES = 4;

export class LevelStore {
  /** Feed name to its place. */
  readonly rows = new Map<string, FeedRow>();
  readonly #database: Database;
  #nextId = 1;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Creates the folder and files where there are none. @throws StreamError `DATA_DIR_UNUSABLE`. */
  static async open(folder: string): Promise<LevelStore> {
    try {
      // The library would make it, too, and may never end.
      await makeFolder(folder);
      const database: Database = new ClassicLevel(folder, ENCODINGS);
      await database.open();
      const store = new LevelStore(database);
      await store.#readRows();
      return store;
    } catch {
      throw new StreamError("DATA_DIR_UNUSABLE");
    }
  }

  /** The id for a feed that has none yet; it counts from the next write on. */
  drawId(): number {
    return this.#nextId++;
  }

  /** All or nothing; with `sync` it is on the disk when this resolves. */
  async commit(writes: readonly Write[], { sync }: { readonly sync: boolean }): Promise<void> {
    const batch = this.#database.batch();
    for (const { id, sequence, value, row } of writes) {
      if (row !== undefined) batch.put(rowKey(row.name), rowValue({ id, epoch: row.epoch, forgotten: 0 }));
      const key = eventKey(id, sequence);
      batch.put(key, checked(key, value));
    }
    await batch.write({ sync });
    for (const { id, row } of writes) {
      if (row !== undefined) this.rows.set(row.name, { id, epoch: row.epoch, forgotten: 0 });
    }
  }

  /** Brings everything that was committed before onto the disk. */
  async sync(): Promise<void> {
    await this.#database.put(SYNC_KEY, NOTHING, { sync: true });
  }

  /** The events behind `after`, in order, some hundred at a time. */
  async *pages(id: number, after: number): AsyncGenerator<Stored[]> {
    const iterator = this.#database.iterator({ gt: eventKey(id, after), lt: eventKey(id + 1, 0) });
    try {
      for (;;) {
        const entries = await iterator.nextv(PAGE_EVENTS);
        if (entries.length === 0) return;
        yield entries.map(storedOf);
      }
    } finally {
      // An open one would pin old files.
      await iterator.close();
    }
  }

  /** The next events behind `after`, some hundred at most; empty: there are no others up to the limit. */
  async page(id: number, after: number, limits: PageLimits): Promise<Stored[]> {
    const range = { gt: eventKey(id, after), lt: eventKey(id, limits.upTo + 1) };
    const iterator = this.#database.iterator({ ...range, highWaterMarkBytes: limits.limitBytes });
    try {
      return (await iterator.nextv(PAGE_EVENTS)).map(storedOf);
    } finally {
      await iterator.close();
    }
  }

  /** The first whole event from `sequence` on, or the last of all. */
  async find(id: number, from: { readonly sequence: number } | "last"): Promise<Stored | undefined> {
    const gte = eventKey(id, from === "last" ? 0 : from.sequence);
    const iterator = this.#database.iterator({ gte, lt: eventKey(id + 1, 0), reverse: from === "last" });
    try {
      for (;;) {
        const entry = await iterator.next();
        const stored = entry === undefined ? undefined : storedOf(entry);
        if (stored === undefined || stored.isWhole) return stored;
      }
    } finally {
      await iterator.close();
    }
  }

  /** Sequence of the last event, whole or not; undefined when there is none. */
  async lastOf(id: number): Promise<number | undefined> {
    const range = { gte: eventKey(id, 0), lt: eventKey(id + 1, 0), limit: 1, reverse: true };
    const [key] = await this.#database.keys(range).all();
    return key === undefined ? undefined : sequenceOf(key);
  }

  /** The first sequence from which on `isBehind` holds, by halving: up to one behind the last. */
  async search(id: number, range: Range, isBehind: (stored: Stored) => boolean): Promise<number> {
    return await searchFirst(range, (sequence) => this.find(id, { sequence }), isBehind);
  }

  /** Forgets the events of a feed before `first`, and gives their room back. */
  async forget(name: string, first: number): Promise<void> {
    const row = this.rows.get(name);
    if (row === undefined) return;
    const next = { ...row, forgotten: first - 1 };
    await this.#database.put(rowKey(name), rowValue(next), { sync: true });
    this.rows.set(name, next);
    const range = { gte: eventKey(row.id, 0), lt: eventKey(row.id, first) };
    await this.#database.clear(range);
    await this.#database.compactRange(range.gte, range.lt);
  }

  /** Forgets a feed that has no events. */
  async forgetRow(name: string): Promise<void> {
    this.rows.delete(name);
    await this.#database.del(rowKey(name));
  }

  /** Never throws. */
  async close(): Promise<void> {
    try {
      await this.#database.close();
    } catch {
      // It is as closed as it gets.
    }
  }

  async #readRows(): Promise<void> {
    for await (const [key, value] of this.#database.iterator({ gte: Uint8Array.of(ROW), lt: Uint8Array.of(EVENT) })) {
      const row = JSON.parse(Buffer.from(value).toString()) as FeedRow;
      this.rows.set(Buffer.from(key.subarray(1)).toString(), row);
      this.#nextId = Math.max(this.#nextId, row.id + 1);
    }
  }
}

function rowValue(row: FeedRow): Uint8Array {
  return Buffer.from(JSON.stringify(row));
}

function rowKey(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(ROW), Buffer.from(name)]);
}

/** Big-endian, so that LevelDB's order is ours. */
function eventKey(id: number, sequence: number): Uint8Array {
  const key = Buffer.alloc(1 + 4 + 8);
  key.writeUInt8(EVENT, 0);
  key.writeUInt32BE(id, 1);
  key.writeBigUInt64BE(BigInt(sequence), 5);
  return key;
}

function checked(key: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(CHECKSUM_BYTES + value.length);
  bytes.writeUInt32BE(crc32(value, crc32(key)), 0);
  bytes.set(value, CHECKSUM_BYTES);
  return bytes;
}

function storedOf([key, bytes]: [Uint8Array, Uint8Array]): Stored {
  const value = bytes.subarray(CHECKSUM_BYTES);
  const isLong = bytes.length >= CHECKSUM_BYTES;
  const checksum = isLong ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) : 0;
  return { sequence: sequenceOf(key), value, isWhole: isLong && crc32(value, crc32(key)) === checksum };
}

function sequenceOf(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(5));
}
