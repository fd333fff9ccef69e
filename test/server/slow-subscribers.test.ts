/** Subscribers that do not keep up and stay, by the rule of their feed: what they get, and what they are told they miss. */
import { describe, expect, test } from "vitest";
import type { SlowSubscribers } from "../../src/server/config/config.ts";
import { turn, type MemorySink } from "../support/ports.ts";
import { brief, dataOf, drain, itemsIn, upTo, type Item } from "../support/slow-reader.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const PATH = "/v1/feeds/orders/events";
const QUEUE_BYTES = 20_000;
/** What an event costs besides its bytes. */
const ENTRY_BYTES = 200;
const RULES = ["drop-oldest", "latest-only"] as const;
type Rule = (typeof RULES)[number];

const feed = (slowSubscribers?: SlowSubscribers) => ({
  policy: "default",
  views: {},
  eventTypes: [],
  ...(slowSubscribers === undefined ? {} : { slowSubscribers }),
});

function start(rule: SlowSubscribers, limits: object = {}): TestServer {
  const all = { subscriberQueueBytes: QUEUE_BYTES, connectionMaxAgeMs: 86_400_000, ...limits };
  return startTestServer({ feeds: { orders: feed(rule), other: feed() }, limits: all });
}

const publish = (host: TestServer, n: number, bytes?: number, name = "orders"): void =>
  host.server.publish(name, Buffer.from(dataOf(n, bytes)));
async function publishAll(host: TestServer, from: number, to: number, bytes?: number): Promise<void> {
  for (let n = from; n <= to; n++) {
    publish(host, n, bytes);
    await turn(1);
  }
}

/** A reader that stalls, and 30 events in the meantime, one a turn. */
async function stallOver(host: TestServer, path = PATH, headers = {}): Promise<{ sink: MemorySink; had: number }> {
  const sink = await host.subscribe(path, headers);
  sink.isStalled = true;
  await publishAll(host, 1, 30);
  return { sink, had: itemsIn(sink.text).length };
}

describe("a subscriber that took nothing for a while", () => {
  test("with drop-oldest gets the newest events that fit, behind one gap with the number of the others", async () => {
    const host = start("drop-oldest");
    const { sink, had } = await stallOver(host);
    await drain(host, sink);
    // Each costs a little over 5,000 bytes.
    expect(brief(itemsIn(sink.text))).toEqual([...upTo(had), `gap ${27 - had}`, 28, 29, 30]);
    await publishAll(host, 31, 32);
    expect(brief(itemsIn(sink.text)).slice(-3)).toEqual([30, 31, 32]);
    expect(await host.metric('events_skipped_total{feed="orders",reason="drop-oldest"}')).toBe(27 - had);
    expect(await host.metric("history_holes_total")).toBe(1);
  });

  test("with latest-only gets the newest event behind one gap", async () => {
    const host = start("latest-only");
    const { sink, had } = await stallOver(host);
    await drain(host, sink);
    expect(brief(itemsIn(sink.text))).toEqual([...upTo(had), `gap ${29 - had}`, 30]);
    expect(await host.metric('events_skipped_total{feed="orders",reason="latest-only"}')).toBe(29 - had);
  });

  test("with disconnect is ended, and is not told of a gap", async () => {
    const host = start("disconnect");
    const { sink } = await stallOver(host);
    await host.ports.clock.advance(3_000);
    expect(sink.isClosed).toBe(true);
    expect(itemsIn(sink.text).every((item) => typeof item === "number")).toBe(true);
  });

  test.each(RULES)(
    "with %s stays longer than writeStallMs, and holds no more than its socket has room for",
    async (rule) => {
      const host = start(rule);
      const { sink } = await stallOver(host);
      const queued = sink.queuedBytes();
      await publishAll(host, 31, 300);
      await host.ports.clock.advance(60_000);
      expect([sink.isClosed, sink.isAborted, sink.queuedBytes()]).toEqual([false, false, queued]);
      // One event is over the room, and no more are given.
      expect(queued).toBeLessThan(QUEUE_BYTES + 6_000);
      await drain(host, sink);
      expect(itemsIn(sink.text).at(-1)).toBe(300);
      expect(await host.metric('disconnects_total{reason="TOO_SLOW"}')).toBe(0);
    },
  );

  test.each(RULES)("with %s is ended at its age all the same, and cut off when it does not take that", async (rule) => {
    const host = start(rule, { connectionMaxAgeMs: 100_000 });
    const { sink } = await stallOver(host);
    await host.ports.clock.advance(79_000);
    expect([sink.isClosed, sink.isAborted]).toEqual([false, false]);
    await host.ports.clock.advance(42_000);
    expect(sink.isClosed).toBe(true);
    await host.ports.clock.advance(10_000);
    expect(sink.isAborted).toBe(true);
    expect(host.ports.clock.timerCount).toBe(0);
  });

  test.each([
    ["one event waits", "latest-only", 1],
    ["what waits fits exactly", "drop-oldest", 3],
  ] as const)("misses nothing while %s (%s), and something one past", async (_name, rule, waiting) => {
    // Each event has 10 bytes of a number, so that all are as long.
    const limits = { subscriberQueueBytes: waiting * (dataOf(11).length + ENTRY_BYTES) };
    for (const more of [0, 1]) {
      const host = start(rule, limits);
      for (let n = 1; n <= 10; n++) publish(host, n);
      const sink = await host.subscribe(PATH);
      sink.isStalled = true;
      let n = 11;
      // Until it is full.
      do {
        publish(host, n++);
        await turn(1);
      } while (itemsIn(sink.text).at(-1) === n - 1);
      const last = n - 2 + waiting + more;
      await publishAll(host, n, last);
      await drain(host, sink);
      const told = itemsIn(sink.text).filter((item) => typeof item !== "number");
      expect(told.map(({ lost }) => lost)).toEqual(more === 0 ? [] : [1]);
      expect(itemsIn(sink.text).at(-1)).toBe(last);
    }
  });

  test.each(RULES)("with %s gets an event that is over the queue alone", async (rule) => {
    const host = start(rule);
    const { sink } = await stallOver(host);
    await publishAll(host, 31, 31, QUEUE_BYTES * 2);
    await drain(host, sink);
    expect(itemsIn(sink.text).at(-1)).toBe(31);
  });

  test.each(RULES)("with %s resumes behind the gap, or gets from the history what it missed", async (rule) => {
    const host = start(rule);
    const { sink, had } = await stallOver(host);
    await drain(host, sink);
    const gap = itemsIn(sink.text).find((item) => typeof item !== "number");
    const first = (gap?.lost ?? 0) + had + 1;
    expect(gap).toMatchObject({
      after: expect.stringMatching(new RegExp(`\\.${had}$`)),
      next: expect.stringMatching(new RegExp(`\\.${first}$`)),
    });
    // The gap has the position that it ends at: who breaks off right behind it does not lack it again.
    const id = /id: (\S+)\nevent: maskwire\.gap/.exec(sink.text)?.[1] ?? "";
    const behind = await host.subscribe(PATH, { "last-event-id": id });
    expect([behind.headers["maskwire-resume"], brief(itemsIn(behind.text))]).toEqual(["complete", upTo(30, first)]);
    const before = await host.subscribe(PATH, { "last-event-id": gap?.after ?? "" });
    expect([before.headers["maskwire-resume"], brief(itemsIn(before.text))]).toEqual(["complete", upTo(30, had + 1)]);
  });

  test.each(RULES)("with %s is replayed all that it asked for, however slowly it takes it", async (rule) => {
    const host = start(rule);
    await publishAll(host, 1, 200);
    const { openSink } = host.ports;
    // Its peer takes nothing from the first byte on.
    Object.assign(host.ports, {
      openSink: (...call: Parameters<typeof openSink>) => {
        const opening = openSink(...call);
        Object.assign(opening.sink, { isStalled: true });
        return opening;
      },
    });
    const sink = await host.subscribe(`${PATH}?from=oldest`);
    expect(itemsIn(sink.text).length).toBeLessThan(60);
    for (let step = 0; step < 150; step++) {
      await host.ports.clock.advance(700);
      sink.take(10_000);
    }
    expect(brief(itemsIn(sink.text))).toEqual(upTo(200));
  });

  test.each(RULES)("with %s does not count a burst of one turn that its socket takes", async (rule) => {
    const host = start(rule);
    const sink = await host.subscribe(PATH);
    for (let n = 1; n <= 200; n++) publish(host, n);
    await turn();
    expect(brief(itemsIn(sink.text))).toEqual(upTo(200));
  });

  test.each(RULES)(
    "with %s misses in one feed of a stream and not in the other, whose rule still ends it",
    async (rule) => {
      const host = start(rule, { subscriberQueueBytes: 40_000 });
      const sink = await host.subscribe("/v1/feeds/orders,other/events");
      sink.isStalled = true;
      await publishAll(host, 1, 30);
      publish(host, 101, 100, "other");
      await drain(host, sink);
      const items = itemsIn(sink.text);
      const gap = items.find((item) => typeof item !== "number");
      expect(
        items
          .filter((item) => typeof item === "number")
          .toSorted((a, b) => a - b)
          .slice(-2),
      ).toEqual([30, 101]);
      // Both feeds' positions, so that a client resumes in both.
      expect(gap?.after).toMatch(/^[0-9a-z]{6}\.\d+_[0-9a-z]{6}\.[01]$/);
      expect(sink.isClosed).toBe(false);
      sink.isStalled = true;
      publish(host, 102, 100, "other");
      await turn();
      await host.ports.clock.advance(12_000);
      expect(sink.isClosed).toBe(true);
    },
  );

  test("goes by the rule of a new configuration from the next event on", async () => {
    const host = start("disconnect");
    const { sink, had } = await stallOver(host);
    host.reload({ feeds: { orders: feed("latest-only"), other: feed() } });
    await host.ports.clock.advance(30_000);
    await drain(host, sink);
    expect(brief(itemsIn(sink.text))).toEqual([...upTo(had), `gap ${29 - had}`, 30]);
  });

  test("with latest-only gets the newest event that its view shows", async () => {
    const policies = { default: {}, strict: { onInvalid: "drop" } } as const;
    const feeds = { orders: { ...feed("latest-only"), views: { strict: "strict" } } };
    const limits = { subscriberQueueBytes: QUEUE_BYTES };
    const host = startTestServer({ policies, feeds, limits });
    const sink = await host.subscribe(`${PATH}?view=strict`);
    sink.isStalled = true;
    await publishAll(host, 1, 30);
    const had = itemsIn(sink.text).length;
    for (let n = 0; n < 5; n++) await host.post(PATH, "text/event-stream", "data: {broken\n\n");
    await drain(host, sink);
    expect(brief(itemsIn(sink.text))).toEqual([...upTo(had), `gap ${29 - had}`, 30]);
    // Events that it does not show are nothing to miss, and nothing to be told of.
    sink.isStalled = true;
    await publishAll(host, 36, 40);
    for (let n = 0; n < 50; n++) await host.post(PATH, "text/event-stream", "data: {broken\n\n");
    await drain(host, sink);
    expect(brief(itemsIn(sink.text)).slice(had + 2)).toEqual(upTo(40, 36));
  });
});

test("with latest-only a subscriber of some types gets the newest of them, and is told of nothing when it misses none", async () => {
  const feeds = { orders: { ...feed("latest-only"), eventTypes: ["refund"] } };
  const host = startTestServer({ feeds, limits: { subscriberQueueBytes: QUEUE_BYTES } });
  const send = async (n: number, type?: string): Promise<void> => {
    host.server.publish("orders", Buffer.from(dataOf(n)), type);
    await turn(1);
  };
  const sink = await host.subscribe(`${PATH}?types=refund`);
  sink.isStalled = true;
  for (let n = 1; n <= 20; n++) await send(n, "refund");
  for (let n = 21; n <= 30; n++) await send(n);
  const had = brief(itemsIn(sink.text)).length;
  await drain(host, sink);
  expect(brief(itemsIn(sink.text))).toEqual([...upTo(had), `gap ${19 - had}`, 20]);
  sink.isStalled = true;
  for (let n = 31; n <= 35; n++) await send(n, "refund");
  for (let n = 36; n <= 50; n++) await send(n);
  await send(51, "refund");
  await drain(host, sink);
  expect(brief(itemsIn(sink.text)).slice(had + 2)).toEqual([...upTo(35, 31), 51]);
});

/** The same draws each time. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Sent {
  readonly n: number;
  readonly bytes: number;
}

const WINDOW_BYTES = 120_000;
const sizeOf = (sent: readonly Sent[]): number => sent.reduce((sum, { bytes }) => sum + bytes, 0);

/** How many of those that wait go, as one would do it with a list. */
function naiveSkip(rule: Rule | "window", waiting: readonly Sent[], queueBytes: number): number {
  const bytes = rule === "drop-oldest" ? Math.min(queueBytes, WINDOW_BYTES) : WINDOW_BYTES;
  const isTooMuch = (rest: readonly Sent[]): boolean => rule === "latest-only" || sizeOf(rest) > bytes;
  let rest = waiting;
  while (rest.length > 1 && isTooMuch(rest)) rest = rest.slice(1);
  return waiting.length - rest.length;
}

/**
 * Watches one sink from the outside: whatever is written has to be what a list of waiting events gives at that moment.
 * Returns how many gaps it was told of so far.
 */
function watch(sink: MemorySink, published: readonly Sent[], { rule, from, queueBytes }: Watched): () => number {
  let last = from;
  let gaps = 0;
  let isLive = from === published.length;
  let isBehind = false;
  let isGapTold = false;
  const waiting = (): readonly Sent[] => published.filter(({ n }) => n > last);
  const check = (item: Item): void => {
    const expected = naiveSkip(isBehind ? rule : "window", waiting(), queueBytes);
    if (typeof item === "number") {
      // With the gap told, or nothing to tell.
      if (!isGapTold) expect([item, expected]).toEqual([last + 1, 0]);
      expect(item).toBe(last + 1);
      last = item;
    } else {
      expect([isGapTold, item.lost]).toEqual([false, expected]);
      expect(item.after.endsWith(`.${last}`)).toBe(true);
      last += item.lost;
      expect(item.next.endsWith(`.${last + 1}`)).toBe(true);
      gaps++;
    }
    isGapTold = typeof item !== "number";
  };
  const [write, queuedBytes] = [sink.write.bind(sink), sink.queuedBytes.bind(sink)];
  sink.write = (bytes) => {
    const items = itemsIn(Buffer.from(bytes).toString());
    // What is written at once was decided at once.
    const [first] = items;
    if (first !== undefined) check(first);
    for (const item of items.slice(1)) expect(item).toBe(++last);
    if (waiting().length === 0) [isLive, isBehind] = [true, false];
    write(bytes);
  };
  sink.queuedBytes = () => {
    const queued = queuedBytes();
    if (isLive && waiting().length > 0 && queued > queueBytes) isBehind = true;
    return queued;
  };
  return () => gaps;
}

interface Watched {
  readonly rule: Rule;
  /** The last that it has. */
  readonly from: number;
  readonly queueBytes: number;
}

describe.each(RULES)("what a reader gets with %s", (rule) => {
  test.each([
    [1, 20_000],
    [2, 20_000],
    [3, 60_000],
    [4, 200_000],
    [5, 1_000],
  ])("is what a list of waiting events gives: seed %i, %i bytes", async (seed, queueBytes) => {
    const host = start(rule, { subscriberQueueBytes: queueBytes, historyMaxBytes: WINDOW_BYTES });
    const draw = draws(seed);
    const published: Sent[] = [];
    const present: { readonly sink: MemorySink; readonly gaps: () => number }[] = [];
    const send = (bytes: number): void => {
      const n = published.length + 1;
      published.push({ n, bytes: dataOf(n, bytes).length + ENTRY_BYTES });
      publish(host, n, bytes);
    };
    const steps: readonly (() => unknown)[] = [
      async () => {
        if (present.length >= 6) return;
        const from = published.length;
        const sink = await host.subscribe(PATH);
        present.push({ sink, gaps: watch(sink, published, { rule, from, queueBytes }) });
      },
      () => send(draw(200)),
      () => send(draw(9_000)),
      () => send(draw(9_000)),
      () => turn(1),
      () => turn(1),
      () => host.ports.clock.advance(draw(400)),
      () => Object.assign(present[draw(present.length)]?.sink ?? {}, { isStalled: true }),
      () => present[draw(present.length)]?.sink.take(draw(30_000)),
      () => {
        const { sink } = present[draw(present.length)] ?? {};
        if (sink === undefined || draw(3) > 0) return;
        sink.take();
        sink.isStalled = false;
      },
    ];
    for (let step = 0; step < 900; step++) await steps[draw(steps.length)]?.();
    for (const { sink } of present) await drain(host, sink);
    for (const { sink } of present) {
      expect([sink.isClosed, sink.isAborted]).toEqual([false, false]);
      expect(itemsIn(sink.text).at(-1)).toBe(published.length);
    }
    const gaps = present.reduce((sum, one) => sum + one.gaps(), 0);
    expect(gaps).toBeGreaterThan(0);
    expect(await host.metric("history_holes_total")).toBe(gaps);
  });
});
