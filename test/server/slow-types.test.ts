/** Subscribers of some types that do not keep up: what they did not ask for takes no room and costs them nothing. */
import { expect, test } from "vitest";
import { turn } from "../support/ports.ts";
import { brief, dataOf, drain, itemsIn, upTo } from "../support/slow-reader.ts";
import { startTestServer } from "../support/server.ts";

const PATH = "/v1/feeds/orders/events";
/** Three events fit, four do not. */
const QUEUE_BYTES = 20_000;

function start(rule: "drop-oldest" | "latest-only") {
  const feeds = { orders: { policy: "default", views: {}, eventTypes: ["refund", "chat"], slowSubscribers: rule } };
  const host = startTestServer({ feeds, limits: { subscriberQueueBytes: QUEUE_BYTES } });
  const send = async (from: number, to: number, type: string): Promise<void> => {
    for (let n = from; n <= to; n++) {
      host.server.publish("orders", Buffer.from(dataOf(n)), type);
      await turn(1);
    }
  };
  const skipped = (): Promise<number> => host.metric(`events_skipped_total{feed="orders",reason="${rule}"}`);
  return { host, send, skipped };
}

test("with drop-oldest it gets the newest of its types that fit, however many others came behind them", async () => {
  const { host, send, skipped } = start("drop-oldest");
  const sink = await host.subscribe(`${PATH}?types=refund`);
  sink.isStalled = true;
  await send(1, 20, "refund");
  await send(21, 50, "chat");
  const had = itemsIn(sink.text).length;
  expect(had).toBeLessThan(17);
  await drain(host, sink);
  expect(brief(itemsIn(sink.text))).toEqual([...upTo(had), `gap ${17 - had}`, 18, 19, 20]);
  expect(await skipped()).toBe(17 - had);
});

test("with drop-oldest it misses nothing, and is told of no gap, where all of its types fit", async () => {
  const { host, send, skipped } = start("drop-oldest");
  const sink = await host.subscribe(`${PATH}?types=refund`);
  await send(1, 1, "refund");
  sink.isStalled = true;
  await send(2, 30, "chat");
  await send(31, 31, "refund");
  await send(32, 60, "chat");
  await send(61, 62, "refund");
  await drain(host, sink);
  expect(brief(itemsIn(sink.text))).toEqual([1, 31, 61, 62]);
  expect(await skipped()).toBe(0);
});

test("who asks for all types beside it goes by the bytes of all", async () => {
  const { host, send } = start("drop-oldest");
  const some = await host.subscribe(`${PATH}?types=refund`);
  const all = await host.subscribe(PATH);
  for (const sink of [some, all]) sink.isStalled = true;
  await send(1, 2, "refund");
  await send(3, 40, "chat");
  for (const sink of [some, all]) await drain(host, sink);
  expect(brief(itemsIn(some.text))).toEqual([1, 2]);
  expect(brief(itemsIn(all.text)).slice(-4)).toEqual([expect.stringMatching(/^gap /), 38, 39, 40]);
});
