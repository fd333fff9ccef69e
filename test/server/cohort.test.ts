import { describe, expect, test } from "vitest";
import type { MemorySink } from "../support/ports.ts";
import { turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const FEED = "/v1/feeds/orders/events";
const WIDE = "x".repeat(60_000);
const DELIVERED = 'events_delivered_total{feed="*",transport="sse"}';
const BYTES = 'delivered_bytes_total{transport="sse"}';

const publish = (host: TestServer, ...values: unknown[]): Promise<Response> =>
  host.post(FEED, "application/x-ndjson", values.map((value) => `${JSON.stringify(value)}\n`).join(""));
const numbersOf = (sink: MemorySink): number[] =>
  [...sink.text.matchAll(/^data: \{"n":(\d+)/gm)].map(([, digits]) => Number(digits));
const upTo = (count: number, from = 1): number[] =>
  Array.from({ length: count - from + 1 }, (_, index) => from + index);

/** The same draws each time. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("subscribers that stand together", () => {
  test("are joined by one that came while events of the turn were not delivered yet", async () => {
    const host = startTestServer();
    const early = await host.subscribe(FEED);
    await publish(host, { n: 1 });
    host.server.publish("orders", Buffer.from('{"n":2}'));
    const late = await host.subscribe(FEED);
    await turn();
    await publish(host, { n: 3 });
    await publish(host, { n: 4 });
    expect(numbersOf(early)).toEqual([1, 2, 3, 4]);
    expect(numbersOf(late)).toEqual([3, 4]);
    expect(early.chunks.at(-1)).toBe(late.chunks.at(-1));
  });

  test("are left by one that takes nothing, which comes back without gap or repeat", async () => {
    const host = startTestServer();
    const [quick, slow] = [await host.subscribe(FEED), await host.subscribe(FEED)];
    slow.isStalled = true;
    for (const n of upTo(10)) await publish(host, { n, WIDE });
    expect(numbersOf(quick)).toEqual(upTo(10));
    const given = numbersOf(slow).length;
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThan(8);
    slow.isStalled = false;
    slow.take();
    await host.ports.clock.advance(700);
    await publish(host, { n: 11 });
    await publish(host, { n: 12 });
    expect(numbersOf(slow)).toEqual(upTo(12));
    expect(quick.chunks.at(-1)).toBe(slow.chunks.at(-1));
  });

  test("are told of what the history no longer has, each with its own place", async () => {
    const host = startTestServer({ limits: { historyMaxBytes: 500 } });
    const sinks = [await host.subscribe(FEED), await host.subscribe(FEED)];
    await publish(host, { n: 1 });
    for (const n of upTo(11, 2)) host.server.publish("orders", Buffer.from(JSON.stringify({ n })));
    await turn();
    await publish(host, { n: 12 });
    for (const sink of sinks) {
      expect(sink.text).toContain('"lost":8');
      expect(numbersOf(sink)).toEqual([1, 10, 11, 12]);
    }
    expect(await host.metric("history_holes_total")).toBe(2);
  });

  test("are not held up by one whose connection throws", async () => {
    const host = startTestServer();
    const sinks: MemorySink[] = [];
    for (const _ of upTo(40)) sinks.push(await host.subscribe(FEED));
    await publish(host, { n: 1 });
    sinks[3].write = () => {
      throw new Error("broken");
    };
    sinks[30].queuedBytes = () => {
      throw new Error("broken");
    };
    await publish(host, { n: 2 });
    await publish(host, { n: 3 });
    expect(sinks.map((sink) => numbersOf(sink).length).filter((count) => count < 3)).toEqual([1, 1]);
    expect([sinks[3].isAborted, sinks[30].isAborted]).toEqual([true, true]);
    expect(await host.metric('disconnects_total{reason="INTERNAL"}')).toBe(2);
    expect(await host.metric('subscribers{feed="*",view="default",transport="sse"}')).toBe(38);
    expect(await host.metric(DELIVERED)).toBe(40 + 38 + 38);
  });

  test("say where they stand in a heartbeat, and at the end", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    for (const n of upTo(3)) await publish(host, { n });
    await host.ports.clock.advance(16_000);
    expect(sink.text).toMatch(/:\nid: [0-9a-z]{6}\.3\n\n$/);
    await publish(host, { n: 4 });
    await host.ports.clock.advance(730_000);
    expect(sink.text).toMatch(/id: [0-9a-z]{6}\.4\nevent: maskwire\.end\n/);
  });

  test.each([1, 2, 3, 4, 5])(
    "and others get every event once, whoever comes, stalls and goes: seed %i",
    async (seed) => {
      const host = startTestServer({ limits: { historyMaxBytes: 100_000_000, subscriberQueueBytes: 100_000_000 } });
      const draw = draws(seed);
      const present: { readonly sink: MemorySink; readonly from: number }[] = [];
      let published = 0;
      const steps: readonly (() => unknown)[] = [
        async () => void present.push({ sink: await host.subscribe(FEED), from: published + 1 }),
        () => host.server.publish("orders", Buffer.from(JSON.stringify({ n: ++published }))),
        () => host.server.publish("orders", Buffer.from(JSON.stringify({ n: ++published, WIDE }))),
        () => turn(1),
        () => turn(1),
        () => host.ports.clock.advance(draw(40)),
        () => Object.assign(present[draw(present.length)]?.sink ?? {}, { isStalled: true }),
        () => {
          const { sink } = present[draw(present.length)] ?? {};
          sink?.take();
          if (sink !== undefined) sink.isStalled = false;
        },
        () => present.splice(draw(present.length), draw(3) === 0 ? 1 : 0).forEach(({ sink }) => sink.leave()),
      ];
      for (let step = 0; step < 400; step++) await steps[draw(steps.length)]?.();
      for (const { sink } of present) Object.assign(sink, { isStalled: false }).take();
      await host.ports.clock.advance(1_000);
      for (const { sink, from } of present) {
        expect(sink.isClosed).toBe(false);
        expect(numbersOf(sink)).toEqual(upTo(published, from));
      }
      const everybody = host.ports.sinks;
      const events = everybody.reduce((sum, sink) => sum + numbersOf(sink).length, 0);
      const bytes = everybody.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.length, 0);
      expect(events).toBeGreaterThan(500);
      expect([await host.metric(DELIVERED), await host.metric(BYTES)]).toEqual([events, bytes]);
    },
  );
});
