/**
 * What every broker promises to a feed's history, whatever keeps its events.
 *
 * Owns the cases. Never knows where the events are; what a broker outlives is said by the host.
 */
import { afterEach, describe, expect, test } from "vitest";
import type { Broker, BrokerFeed, NewEvent, Placement, StoredEvent } from "../../src/server/history/broker.ts";
import type { Entry } from "../../src/server/history/entry.ts";

export interface BrokerHost {
  /** Opens the broker, on what an earlier one of this host left. */
  open(): Promise<Broker>;
  /** Takes these events of the feed `orders` out of what lasts, behind the broker's back. Not while one of this host is open. */
  lose?(sequences: readonly number[]): Promise<void>;
  /** Removes everything. */
  remove(): Promise<void>;
}

export interface BrokerKind {
  readonly start: () => Promise<BrokerHost>;
  /** True when events are there after the broker was closed and opened again. */
  readonly isLasting: boolean;
  /** True when several brokers may be open on the same events. */
  readonly isShared: boolean;
  /** True when only a few dozen events are in memory: the host then has `lose`. */
  readonly isPaged?: boolean;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : new TextDecoder().decode(bytes);

/** About what a page holds, and more events than two of them do. */
const PAGE_BYTES = 262_144;
const LONG_BYTES = 400;
const MANY = 2_400;
const MANY_TEXTS = Array.from({ length: MANY }, (_, at) => String(at + 1).padEnd(LONG_BYTES, " ."));

export const MARK = "0123456789abcdef";
const OTHER_MARK = "fedcba9876543210";

export function eventOf(text: string, type = ""): NewEvent {
  return { event: encode(type), isGap: false, parts: [{ mark: MARK, data: encode(text) }] };
}

/** Reads what of its archive follows `after`, page by page: the sequences that each page ends with, and all entries. */
async function readFrom(feed: BrokerFeed, after: number): Promise<{ ends: number[]; entries: Entry[] }> {
  const ends: number[] = [];
  const entries: Entry[] = [];
  for (let at = after; at < feed.start; at = ends.at(-1) ?? Infinity) {
    const page = (await feed.archive?.read(at, feed.start, MARK)) ?? [];
    entries.push(...page);
    ends.push(page.at(-1)?.sequence ?? Infinity);
    // The last one may be over.
    const bytes = page.slice(0, -1).reduce((sum, { data }) => sum + data.length, 0);
    expect(bytes).toBeLessThan(PAGE_BYTES);
  }
  return { ends, entries };
}

/** Opens a feed and keeps what it gives, behind what is read of its archive where that goes further back. */
export async function follow(broker: Broker, name: string): Promise<{ feed: BrokerFeed; events: StoredEvent[] }> {
  const feed = await broker.open(name);
  const events: StoredEvent[] = [];
  for (let after = feed.archive?.start ?? feed.start; after < feed.start; after = events.at(-1)?.sequence ?? Infinity) {
    const entries = (await feed.archive?.read(after, feed.start, MARK)) ?? [];
    events.push(
      ...entries.map(({ data, sequence, atMs, event, isGap, trace }) => {
        return { sequence, atMs, event, isGap, trace, parts: isGap ? [] : [{ mark: MARK, data }] };
      }),
    );
  }
  await feed.follow((some) => events.push(...some));
  return { feed, events };
}

export async function append(feed: BrokerFeed, event: NewEvent, key?: string): Promise<Placement> {
  const outcome = await feed.append(event, key);
  if (typeof outcome === "string") throw new Error(outcome);
  return outcome;
}

const textsOf = (events: readonly StoredEvent[]): (string | null)[] =>
  events.map(({ parts }) => decode(parts[0]?.data));
const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at + 1));

/** Declares the suite for one broker. */
export function describeBroker(name: string, kind: BrokerKind): void {
  describe(name, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    });

    async function start(): Promise<BrokerHost> {
      const host = await kind.start();
      cleanups.push(() => host.remove());
      return {
        ...host,
        open: async () => {
          const broker = await host.open();
          cleanups.push(() => broker.close());
          return broker;
        },
      };
    }

    test("counts events from 1, in the order of the calls, and gives each of them once", async () => {
      const { feed, events } = await follow(await (await start()).open(), "orders");
      const placements = await Promise.all(numbers(1_000).map((text) => append(feed, eventOf(text))));
      await feed.caughtUp();
      expect(placements.map(({ sequence }) => String(sequence))).toEqual(numbers(1_000));
      expect(events.map(({ sequence }) => String(sequence))).toEqual(numbers(1_000));
      expect(textsOf(events)).toEqual(numbers(1_000));
    });

    test("keeps type, parts, hidden parts and gaps as they were", async () => {
      const { feed, events } = await follow(await (await start()).open(), "orders");
      const parts = [
        { mark: MARK, data: encode("") },
        { mark: OTHER_MARK, data: null },
      ];
      await append(feed, { event: encode("paid ✓"), isGap: false, parts });
      await append(feed, { event: encode(""), isGap: true, parts: [] });
      await feed.caughtUp();
      expect(decode(events[0]?.event)).toBe("paid ✓");
      expect(events.map((event) => [event.isGap, event.parts.map(({ mark, data }) => [mark, decode(data)])])).toEqual([
        [
          false,
          [
            [MARK, ""],
            [OTHER_MARK, null],
          ],
        ],
        [true, []],
      ]);
    });

    test("gives feeds counts and epochs of their own", async () => {
      const broker = await (await start()).open();
      const names = ["orders", "orders.eu", "Orders", "a_b", "a-b", "..", "x".repeat(64)];
      const feeds = await Promise.all(names.map((name) => follow(broker, name)));
      for (const { feed } of feeds) await append(feed, eventOf("1"));
      for (const { feed, events } of feeds) {
        await feed.caughtUp();
        expect(textsOf(events)).toEqual(["1"]);
        expect(feed.epoch).toMatch(/^[0-9a-z]{6}$/);
      }
    });

    test("adds nothing for a key that it knows, and says where the first one stands", async () => {
      const { feed, events } = await follow(await (await start()).open(), "orders");
      const [first, again] = await Promise.all([
        append(feed, eventOf("1"), "ann.lee@example.com"),
        append(feed, eventOf("1"), "ann.lee@example.com"),
      ]);
      await append(feed, eventOf("2"), "other");
      await feed.caughtUp();
      expect([first, again]).toEqual([
        { sequence: 1, isRepeat: false },
        { sequence: 1, isRepeat: true },
      ]);
      expect(await append(feed, eventOf("1"), "ann.lee@example.com")).toEqual({ sequence: 1, isRepeat: true });
      expect(textsOf(events)).toEqual(["1", "2"]);
    });

    test("gives nothing more once a feed is closed", async () => {
      const broker = await (await start()).open();
      const { feed, events } = await follow(broker, "orders");
      await append(feed, eventOf("1"));
      await feed.caughtUp();
      feed.close();
      expect(textsOf(events)).toEqual(["1"]);
    });

    test.runIf(kind.isLasting)("has the same events, epoch and keys when it is opened again", async () => {
      const host = await start();
      const broker = await host.open();
      const before = await follow(broker, "orders");
      await Promise.all(numbers(1_200).map((text) => append(before.feed, eventOf(text, "paid"), `key ${text}`)));
      await broker.close();
      const after = await follow(await host.open(), "orders");
      expect(after.feed.epoch).toBe(before.feed.epoch);
      expect(after.events).toEqual(before.events);
      expect(await append(after.feed, eventOf("7"), "key 7")).toEqual({ sequence: 7, isRepeat: true });
      expect(await append(after.feed, eventOf("new"))).toEqual({ sequence: 1_201, isRepeat: false });
    });

    test.runIf(kind.isLasting)("has a closed feed again when it is opened again", async () => {
      const broker = await (await start()).open();
      const before = await follow(broker, "orders");
      await append(before.feed, eventOf("1"));
      before.feed.close();
      const after = await follow(broker, "orders");
      await append(after.feed, eventOf("2"));
      await after.feed.caughtUp();
      expect([after.feed.epoch, textsOf(after.events)]).toEqual([before.feed.epoch, ["1", "2"]]);
    });

    /** A feed of these events, opened again. */
    async function reopen(lost: readonly number[] = [], texts = MANY_TEXTS): Promise<BrokerFeed> {
      const host = await start();
      const broker = await host.open();
      const before = await follow(broker, "orders");
      await Promise.all(texts.map((text) => append(before.feed, eventOf(text))));
      await broker.close();
      await host.lose?.(lost);
      const feed = await (await host.open()).open("orders");
      // There has to be more of it than memory has room for.
      expect(feed.start).toBeGreaterThan(0);
      expect(feed.start).toBeGreaterThan(texts.length - 100);
      return feed;
    }

    const numberOf = ({ data, isGap }: Entry): number | "gap" => (isGap ? "gap" : parseInt(decode(data) ?? "", 10));

    test.runIf(kind.isPaged)(
      "gives what is not in memory whole, from every place around the edges of a page",
      async () => {
        const feed = await reopen();
        const whole = await readFrom(feed, 0);
        expect(whole.ends.length).toBeGreaterThan(2);
        const places = [0, ...whole.ends].flatMap((end) => [end - 2, end - 1, end, end + 1, end + 2]);
        for (const place of places.filter((one) => one >= 0 && one < feed.start)) {
          const { entries } = await readFrom(feed, place);
          const expected = numbers(feed.start).map(Number).slice(place);
          expect([place, entries.map(({ sequence }) => sequence)]).toEqual([place, expected]);
          expect(entries.map(numberOf)).toEqual(expected);
        }
        expect(feed.archive?.start).toBe(0);
      },
    );

    test.runIf(kind.isPaged)("gives events that are longer than a page, each in its place", async () => {
      const lengths = [10, 300_000, 10, 10, 262_143, 262_144, 600_000, 600_000, 130_000, 130_000, 130_000, 10];
      const texts = lengths.map((length, at) => String(at + 1).padEnd(length, "."));
      const feed = await reopen([], [...texts, ...numbers(20).map((text) => text.padEnd(2_000, "."))]);
      const { entries } = await readFrom(feed, 0);
      expect(entries.map(({ sequence }) => sequence)).toEqual(numbers(feed.start).map(Number));
      expect(entries.slice(0, texts.length).map(({ data }) => data.length)).toEqual(lengths);
    });

    test.runIf(kind.isPaged)(
      "shares a page among those who stand at one place, and gives each mark its own",
      async () => {
        const feed = await reopen();
        const read = async (mark: string) => await feed.archive?.read(100, feed.start, mark);
        const [one, same, other] = await Promise.all([MARK, MARK, OTHER_MARK].map(read));
        expect(same).toEqual(one);
        expect(one?.[0]).toMatchObject({ sequence: 101, isGap: false });
        // Nobody masked any for that one.
        expect(other).toEqual([expect.objectContaining({ sequence: one?.at(-1)?.sequence, isGap: true })]);
      },
    );

    test.runIf(kind.isPaged)("gives one gap in the place of those that are lost, wherever in a page", async () => {
      const { ends } = await readFrom(await reopen(), 0);
      const [end = 0] = ends;
      const runs = [[1], [50, 51, 52], [end - 1], [end + 1, end + 2], [end + 4]];
      const feed = await reopen(runs.flat());
      const isLost = (sequence: number): boolean => runs.flat().includes(sequence);
      for (const place of [1, 2, 51, end - 2, end - 1, end, end + 1, end + 2]) {
        const { entries } = await readFrom(feed, place);
        const expected = numbers(feed.start)
          .map(Number)
          .slice(place)
          .filter((sequence) => !isLost(sequence) || !isLost(sequence + 1))
          .map((sequence) => [sequence, isLost(sequence) ? "gap" : sequence]);
        // A run that the end of a page parts is a gap for each.
        const seen = entries.filter(({ isGap }, at) => !isGap || !(entries[at + 1]?.isGap ?? false));
        expect([place, ...seen.map((one) => [one.sequence, numberOf(one)])]).toEqual([place, ...expected]);
      }
    });

    test.runIf(kind.isPaged)("finds the place before a moment that is not in memory", async () => {
      const feed = await reopen();
      const { entries } = await readFrom(feed, 0);
      for (const { sequence, atMs } of [0, 1, 700, feed.start - 1].map((at) => entries[at])) {
        const first = entries.find((one) => one.atMs >= atMs)?.sequence ?? 0;
        expect([sequence, await feed.archive?.cursorAt(atMs)]).toEqual([sequence, first - 1]);
        expect(await feed.archive?.cursorAt(atMs - 0.5)).toBe(first - 1);
      }
      expect(await feed.archive?.cursorAt(Infinity)).toBe(MANY);
    });

    test.runIf(kind.isShared)("gives everybody what anybody appends, in one order", async () => {
      const host = await start();
      const [left, right] = await Promise.all([host.open(), host.open()]);
      const one = await follow(left, "orders");
      const other = await follow(right, "orders");
      await Promise.all(
        numbers(500).flatMap((text) => [
          append(one.feed, eventOf(`l${text}`)),
          append(other.feed, eventOf(`r${text}`)),
        ]),
      );
      await Promise.all([one.feed.caughtUp(), other.feed.caughtUp()]);
      expect(one.feed.epoch).toBe(other.feed.epoch);
      expect(one.events).toHaveLength(1_000);
      expect(textsOf(one.events)).toEqual(textsOf(other.events));
      expect(textsOf(one.events).filter((text) => text?.startsWith("l"))).toEqual(
        numbers(500).map((text) => `l${text}`),
      );
    });
  });
}
