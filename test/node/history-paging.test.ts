/**
 * Events that are in memory no more: read from the disk or from NATS page by page, exactly once and in order, or told of as
 * lost.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ServerConfig } from "../../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config/limits.ts";
import type { Broker } from "../../src/server/history/broker.ts";
import { ensureCommand } from "../support/debian.ts";
import { diskStore, FEEDS, natsStore, type HistoryStore } from "../support/history-stores.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { createTestPorts, turn, type MemorySink, type TestPorts } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const FEED = "/v1/feeds/orders/events";
/** With the 200 that each event costs besides: a thousand. */
const DATA_BYTES = 800;
const SMALL = { historyMemoryBytes: 100_000, historyMaxBytes: 1e9 };
const DAY_MS = 86_400_000;
const READ = 'history_pages_total{result="read"}';

interface Host extends TestServer {
  readonly broker: Broker;
  readonly store: HistoryStore;
}

/** Declares the suite for one broker. */
function describePaging(name: string, start: () => Promise<HistoryStore>): void {
  describe(name, () => {
    const cleanups: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    });

    async function open(
      limits: Partial<ServerLimits> = SMALL,
      changes: Partial<ServerConfig> = {},
      given?: HistoryStore,
    ): Promise<Host> {
      const store = given ?? (await start());
      if (given === undefined) cleanups.push(() => store.remove());
      const ports: TestPorts = createTestPorts();
      const all = { ...DEFAULT_SERVER_LIMITS, ...limits };
      const broker = await store.open(all, ports);
      cleanups.push(() => broker.close());
      const config = { feeds: FEEDS, ...changes, limits: all };
      return { ...startTestServer(config, { ...ports, broker }), broker, store };
    }

    test.each([
      [100, 0],
      [101, 1],
    ])("of %d events, when a hundred fit, costs whoever reads all of them %d pages", async (count, pages) => {
      const host = await open();
      await publish(host, 1, count);
      const sink = await host.subscribe(`${FEED}?from=oldest`);
      expect(await readTo(sink, count)).toEqual(range(1, count));
      expect(await host.metric(READ)).toBe(pages);
      expect(await host.metric('history_memory_bytes{feed="orders"}')).toBe(100_000);
    });

    test("is read on after a restart from every place, up to what comes then", async () => {
      const before = await open();
      await publish(before, 1, 700);
      const whole = await before.subscribe(`${FEED}?from=oldest`);
      await readTo(whole, 700);
      const ids = [...whole.text.matchAll(/^id: (\S+)\n(?:event: .*\n)?data: "/gm)].map(([, id]) => id ?? "");
      await before.broker.close();
      const after = await open(SMALL, {}, before.store);
      const places = [1, 2, 299, 300, 499, 599, 600, 601, 699, 700];
      const sinks: MemorySink[] = [];
      for (const place of places) sinks.push(await after.subscribe(FEED, { "last-event-id": ids[place - 1] ?? "" }));
      await publish(after, 701, 710);
      expect(await after.metric('resumes_total{result="complete"}')).toBe(places.length);
      expect(await after.metric("history_append_seconds_count")).toBeGreaterThan(0);
      expect(await after.metric("history_available")).toBe(1);
      for (const [index, place] of places.entries()) {
        const sink = sinks[index];
        expect(sink?.headers["maskwire-resume"]).toBe("complete");
        expect(sink === undefined ? [] : await readTo(sink, 710)).toEqual(range(place + 1, 710));
      }
    });

    test("is read from a number of events and from a moment that are not in memory", async () => {
      const host = await open();
      const first = host.ports.clock.now();
      for (let at = 1; at <= 301; at += 50) {
        await publish(host, at, at + 49);
        await host.ports.clock.advance(1_000);
      }
      expect(await readTo(await host.subscribe(`${FEED}?from=-250`), 350)).toEqual(range(101, 350));
      for (const [afterMs, number] of [
        [-5, 1],
        [0, 1],
        [1, 51],
        [2_000, 101],
        [6_000, 301],
      ] as const) {
        const moment = new Date(first + afterMs).toISOString();
        expect(await readTo(await host.subscribe(`${FEED}?from=${moment}`), 350)).toEqual(range(number, 350));
      }
    });

    test("goes to NDJSON, to WebSocket and to a stream of several feeds alike", async () => {
      const host = await open();
      await publish(host, 1, 300);
      await publish(host, 1, 300, "parcels");
      const lines = await host.subscribe(`${FEED}?from=oldest`, { accept: "application/x-ndjson" });
      await until(() => lines.text.split("\n").length > 301);
      expect([...lines.text.matchAll(/"data":"o(\d+)/g)].map(([, number]) => Number(number))).toEqual(range(1, 300));
      const socket = await host.upgrade("/v1/feeds/orders/socket?from=oldest");
      await until(() => socket.messages.length === 300);
      expect(socket.messages.map((message) => Number(/\d+/.exec((message as { data: string }).data)))).toEqual(
        range(1, 300),
      );
      const both = await host.subscribe("/v1/feeds/orders,parcels/events?from=oldest");
      await until(() => seenIn(both.text).length === 600);
      for (const letter of ["o", "p"])
        expect(
          [...both.text.matchAll(new RegExp(`^data: "${letter}(\\d+)`, "gm"))].map(([, number]) => Number(number)),
        ).toEqual(range(1, 300));
      // Who was cut off within goes on in both.
      const ids = [...both.text.matchAll(/^id: (\S+)\n(?:event: .*\n)?data: "/gm)].map(([, id]) => id ?? "");
      const again = await host.subscribe("/v1/feeds/orders,parcels/events", { "last-event-id": ids[249] ?? "" });
      await until(() => seenIn(again.text).length === 350);
      const letters = (text: string): string[] =>
        [...text.matchAll(/^data: "([a-z]\d+)/gm)].map(([, name]) => name ?? "");
      expect([...letters(both.text).slice(0, 250), ...letters(again.text)].toSorted()).toEqual(
        letters(both.text).toSorted(),
      );
    });

    test("is given by type and by view, each as if all were in memory", async () => {
      const orders = { policy: "default", views: { cards: "cards" }, eventTypes: ["paid"] };
      const policies = { default: {}, cards: { entities: ["CREDIT_CARD"] } };
      const host = await open(SMALL, { policies, feeds: { ...FEEDS, orders } });
      const body = range(1, 900)
        .map((number) => `${number % 3 === 0 ? "event: paid\n" : ""}data: ${dataOf(number, "bob@example.net o")}\n\n`)
        .join("");
      const answer = await host.post(FEED, "text/event-stream", body);
      expect(((await answer.json()) as { accepted: number }).accepted).toBe(900);
      const numbersIn = (sink: MemorySink): number[] =>
        [...sink.text.matchAll(/^data: "(?:bob@example\.net|\[EMAIL\]) o(\d+)/gm)].map(([, number]) => Number(number));
      const typed = await host.subscribe(`${FEED}?from=oldest&types=paid`);
      const rest = await host.subscribe(`${FEED}?from=-700&types=message`);
      const view = await host.subscribe(`${FEED}?from=oldest&view=cards`);
      await until(() => numbersIn(typed).at(-1) === 900 && numbersIn(rest).at(-1) === 899);
      await until(() => numbersIn(view).at(-1) === 900);
      expect(numbersIn(typed)).toEqual(range(1, 900).filter((number) => number % 3 === 0));
      expect(numbersIn(rest)).toEqual(range(201, 900).filter((number) => number % 3 !== 0));
      expect(numbersIn(view)).toEqual(range(1, 900));
      expect([typed, rest].map(({ text }) => text.includes("bob@"))).toEqual([false, false]);
      expect(view.text.match(/bob@example\.net/g)).toHaveLength(900);
    });

    test("is not read for a subscriber that takes nothing", async () => {
      const host = await open();
      await publish(host, 1, 1_500);
      const sink = await subscribeStalled(host, `${FEED}?from=oldest`);
      await until(() => seenIn(sink.text).length > 0);
      await publish(host, 1_501, 1_510);
      await host.ports.clock.advance(2_000);
      await turn();
      expect(await host.metric(READ)).toBeLessThanOrEqual(2);
      expect(sink.queuedBytes()).toBeLessThan(600_000);
      expect(await drain(host, sink, 1_510)).toEqual(range(1, 1_510));
    });

    test("tells of a gap where retention took what a subscriber was about to read", async () => {
      const host = await open({ ...SMALL, historyMaxBytes: 500_000, writeStallMs: DAY_MS, connectionMaxAgeMs: DAY_MS });
      await publish(host, 1, 500);
      const sink = await subscribeStalled(host, `${FEED}?from=oldest`);
      await until(() => seenIn(sink.text).length > 0);
      // Enough to be a tenth too much, and then some, so that it is behind what this one has room for. A tenth may stay.
      await publish(host, 501, 1_400);
      let oldest = 0;
      await until(
        async () => (oldest = await oldestOf(host)) > 800,
        () => oldest,
      );
      const seen = await drain(host, sink, 1_400);
      // As much as it had room for, and nothing that is gone.
      const gap = seen.findIndex((one) => typeof one === "string");
      const [had, next] = [Number(seen[gap - 1]), Number(seen[gap + 1])];
      expect(next).toBeGreaterThanOrEqual(oldest);
      expect(had).toBeLessThan(oldest - 1);
      expect(seen).toEqual([...range(1, had), `gap ${next - had - 1}`, ...range(next, 1_400)]);
      expect(await host.metric("history_damages_total")).toBe(0);
    });

    test("that is shorter than what comes in the meantime is told of as lost by number, and the rest is given", async () => {
      const ages = { writeStallMs: DAY_MS, connectionMaxAgeMs: DAY_MS };
      const host = await open({ historyMemoryBytes: 20_000, historyMaxBytes: 200_000, ...ages });
      await publish(host, 1, 150);
      const sink = await subscribeStalled(host, `${FEED}?from=oldest`);
      for (let at = 151; at < 3_350; at += 400) {
        await publish(host, at, at + 399);
        const had = sink.chunks.length;
        sink.take();
        await host.ports.clock.advance(1_000);
        // What it reads next stands before what is published next, and between them something is lost each time.
        await until(() => sink.chunks.length > had);
      }
      const seen = await drain(host, sink, 3_350);
      const lost = seen.map((one) => (typeof one === "string" ? Number(one.slice("gap ".length)) : 1));
      const counts = lost.map((_, at) => lost.slice(0, at + 1).reduce((sum, count) => sum + count, 0));
      // With what was lost each event is where its number says.
      expect(seen.map((one, at) => (typeof one === "number" ? one : counts[at]))).toEqual(counts);
      expect(seen.filter((one) => typeof one === "string").length).toBeGreaterThan(1);
      expect(await host.metric("history_damages_total")).toBe(0);
    });

    test("tells of a gap in the place of what is damaged, and counts it", async () => {
      const before = await open();
      await publish(before, 1, 300);
      await before.broker.close();
      await before.store.lose([10, 11, 12, 150, 299]);
      const host = await open(SMALL, {}, before.store);
      const sink = await host.subscribe(`${FEED}?from=oldest`);
      const expected = [...range(1, 9), "gap null", ...range(13, 149), "gap null", ...range(151, 298), "gap null", 300];
      expect(await readTo(sink, 300)).toEqual(expected);
      expect(await host.metric("history_damages_total")).toBe(5);
      // What begins within goes on the same, and the count too.
      expect(await readTo(await host.subscribe(`${FEED}?from=-290`), 300)).toEqual(expected.slice(9));
      await publish(host, 301, 301);
      expect(await readTo(sink, 301)).toEqual([...expected, 301]);
    });

    test("shows nothing that another policy masked, not even to one who is in the middle of it", async () => {
      const lax = { policies: { default: { entities: ["CREDIT_CARD"] } } } as const;
      const host = await open({ ...SMALL, writeStallMs: 600_000 }, lax);
      await host.post(FEED, "application/json", '"mail to bob@example.net"');
      await publish(host, 2, 800);
      const sink = await subscribeStalled(host, `${FEED}?from=oldest`);
      await until(() => seenIn(sink.text).length > 0);
      host.reload({ policies: { default: {} } });
      await publish(host, 801, 810);
      const seen = await drain(host, sink, 810);
      const had = seen.indexOf(seen.find((one) => typeof one === "string") ?? "");
      expect(seen.slice(had)).toEqual([`gap ${800 - Number(seen[had - 1])}`, ...range(801, 810)]);
      const late = await host.subscribe(`${FEED}?from=oldest`);
      expect(await readTo(late, 810)).toEqual(range(801, 810));
      expect(late.text).not.toContain("bob");
      // By the first policy they may be shown again only after a start that shows them by their mark.
      host.reload(lax);
      await publish(host, 811, 811);
      expect((await readTo(await host.subscribe(`${FEED}?from=oldest`), 811)).at(0)).toBe(811);
    });

    test.each([
      [59_000, false],
      [60_000, true],
    ])("that cannot be read for %d ms ends who waits for it, when that is a minute: %s", async (waitedMs, isEnded) => {
      const host = await open({ ...SMALL, writeStallMs: DAY_MS, historyWaitMs: 60_000 });
      const whole = await host.subscribe(`${FEED}?from=now`);
      await publish(host, 1, 800);
      const sink = await subscribeStalled(host, `${FEED}?from=oldest`);
      await until(() => seenIn(sink.text).length > 0);
      await host.store.cut(host.broker);
      const from = host.ports.clock.now();
      sink.take();
      sink.isStalled = false;
      // It looks for room again within a second, and then for the page.
      await host.ports.clock.advance(1_000);
      await until(async () => (await host.metric('history_pages_total{result="failed"}')) > 0);
      const refused = await host.app.request(`${FEED}?from=2020-01-01T00:00:00Z`);
      expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining("HISTORY_UNAVAILABLE")]);
      // The first read failed at the end of that second at the latest, and at its begin at the earliest.
      await host.ports.clock.advance(from + waitedMs + (isEnded ? 2_000 : 0) - host.ports.clock.now());
      expect([sink.isClosed, sink.isAborted]).toEqual([isEnded, false]);
      expect(sink.text.includes('event: maskwire.end\ndata: {"code":4007,"reconnect":true')).toBe(isEnded);
      expect(await host.metric('disconnects_total{reason="HISTORY_UNAVAILABLE"}')).toBe(isEnded ? 1 : 0);
      // Who has had everything stays.
      expect([whole.isClosed, seenIn(whole.text).length]).toEqual([false, 800]);
    });

    test("that could not be read goes on where it was, for who was ended by that", async () => {
      const host = await open({ ...SMALL, writeStallMs: DAY_MS, connectionMaxAgeMs: DAY_MS });
      await publish(host, 1, 800);
      const sink = await subscribeStalled(host, `${FEED}?from=oldest`);
      await until(() => seenIn(sink.text).length > 0);
      await host.store.cut(host.broker);
      sink.take();
      sink.isStalled = false;
      await until(async () => {
        await host.ports.clock.advance(1_000);
        return sink.isClosed;
      });
      const had = seenIn(sink.text).length;
      expect(seenIn(sink.text)).toEqual(range(1, had));
      await host.broker.close();
      await host.store.mend();
      const again = await open(SMALL, {}, host.store);
      const [lastId] = [...sink.text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id ?? "").slice(-1);
      const rest = await again.subscribe(FEED, { "last-event-id": lastId ?? "" });
      expect(rest.headers["maskwire-resume"]).toBe("complete");
      expect(await readTo(rest, 800)).toEqual(range(had + 1, 800));
    });

    test("gives each of fifty who resume at random everything once, in order, while events come", async () => {
      const host = await open({ ...SMALL, historyMemoryBytes: 50_000 });
      await publish(host, 1, 1_200);
      let drawn = 1;
      const draw = (): number => (drawn = (drawn * 48_271) % 2_147_483_647) % 1_200;
      const readers: { readonly last: number; readonly sink: MemorySink }[] = [];
      for (let at = 0; at < 50; at++) {
        const last = draw();
        readers.push({ last, sink: await host.subscribe(`${FEED}?from=-${1_200 + at - last}`) });
        await publish(host, 1_201 + at, 1_201 + at);
      }
      for (const { last, sink } of readers) expect(await readTo(sink, 1_250)).toEqual(range(last + 1, 1_250));
      expect(await host.metric('history_memory_bytes{feed="orders"}')).toBeLessThanOrEqual(50_000);
    });
  });
}

describePaging("a history on disk of which a part is in memory", diskStore);

const nats = ensureCommand("nats-server", "nats-server");

describe.skipIf(nats.path === null)("with a NATS server", () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats(nats.path ?? "");
  });
  afterAll(() => server.remove());

  describePaging("a history in NATS of which a part is in memory", async () => natsStore(server));
});

const dataOf = (number: number, feed = "o"): string => `"${feed}${String(number).padEnd(DATA_BYTES - 3, " .")}"`;

async function publish(host: Host, from: number, to: number, feed = "orders"): Promise<void> {
  for (let at = from; at <= to; at += 50) {
    const lines = Array.from({ length: Math.min(50, to + 1 - at) }, (_, index) => dataOf(at + index, feed[0]));
    const answer = await host.post(`/v1/feeds/${feed}/events`, "application/x-ndjson", lines.join("\n"));
    expect(((await answer.json()) as { accepted: number }).accepted).toBe(lines.length);
  }
}

/** Numbers of the events in a stream, `gap N` where it tells of a gap. */
function seenIn(text: string): (number | string)[] {
  return [...text.matchAll(/event: maskwire\.gap\ndata: \{.*?"lost":(\w+)|^data: "[a-z](\d+)/gm)].map(
    ([, lost, number]) => (number === undefined ? `gap ${lost}` : Number(number)),
  );
}

const range = (from: number, to: number): number[] => Array.from({ length: to + 1 - from }, (_, at) => from + at);

async function readTo(sink: MemorySink, last: number | string): Promise<(number | string)[]> {
  await until(
    () => seenIn(sink.text).at(-1) === last,
    () => seenIn(sink.text).at(-1),
  );
  return seenIn(sink.text);
}

/** Goes on until time has come for what waits for it, too. */
async function drain(host: Host, sink: MemorySink, last: number): Promise<(number | string)[]> {
  await until(
    async () => {
      sink.take();
      await host.ports.clock.advance(1000);
      return seenIn(sink.text).at(-1) === last;
    },
    () => seenIn(sink.text).at(-1),
  );
  return seenIn(sink.text);
}

/** Its peer takes nothing from the first byte on. */
function subscribeStalled(host: Host, path: string): Promise<MemorySink> {
  host.ports.stallNext();
  return host.subscribe(path);
}

/** The first event that is still there, as the next subscriber finds it. */
async function oldestOf(host: Host): Promise<number> {
  const sink = await host.subscribe(`${FEED}?from=oldest`);
  await until(() => seenIn(sink.text).length > 0);
  sink.leave();
  return Number(seenIn(sink.text)[0]);
}
