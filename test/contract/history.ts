/**
 * What every broker promises to a feed's history, whatever keeps its events.
 *
 * Owns the cases. Never knows where the events are; what a broker outlives is said by the host.
 */
import { afterEach, describe, expect, test } from "vitest";
import type { Broker, BrokerFeed, NewEvent, Placement, StoredEvent } from "../../src/server/history/broker.ts";

export interface BrokerHost {
  /** Opens the broker, on what an earlier one of this host left. */
  open(): Promise<Broker>;
  /** Removes everything. */
  remove(): Promise<void>;
}

export interface BrokerKind {
  readonly start: () => Promise<BrokerHost>;
  /** True when events are there after the broker was closed and opened again. */
  readonly isLasting: boolean;
  /** True when several brokers may be open on the same events. */
  readonly isShared: boolean;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : new TextDecoder().decode(bytes);

const MARK = "0123456789abcdef";
const OTHER_MARK = "fedcba9876543210";

export function eventOf(text: string, type = ""): NewEvent {
  return { event: encode(type), isGap: false, parts: [{ mark: MARK, data: encode(text) }] };
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
