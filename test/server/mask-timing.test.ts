/** What masking costs: its time, what it holds, and tables that are built anew. */
import { expect, test } from "vitest";
import { compilePolicy, createMasker } from "../../src/core/index.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const FEED = "/v1/feeds/orders/events";
const LOOK_SECONDS = 0.000_25;

async function seconds(host: TestServer, piece: string): Promise<{ sum: number; count: number }> {
  const [sum, count] = await Promise.all(
    ["sum", "count"].map((part) => host.metric(`mask_seconds_${part}{piece="${piece}"}`)),
  );
  return { sum: sum ?? NaN, count: count ?? NaN };
}

function chunksOf(texts: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(Buffer.from(text));
      controller.close();
    },
  });
}

test("mask_seconds has one observation for every 16th event from the first one on, whatever its views and readers", async () => {
  const host = startTestServer({
    policies: { default: {}, hidden: { operators: { default: { operator: "redact", template: "x" } } } },
    feeds: { orders: { policy: "default", views: { hidden: "hidden" }, eventTypes: [] } },
  });
  for (const view of ["default", "hidden"]) await host.subscribe(`${FEED}?view=${view}`);
  await host.post(FEED, "application/x-ndjson", '"jane@acme.com"\n'.repeat(16));
  expect(await seconds(host, "event")).toEqual({ sum: LOOK_SECONDS, count: 1 });
  await host.post(FEED, "application/x-ndjson", "1\n".repeat(17));
  expect(await seconds(host, "event")).toEqual({ sum: 3 * LOOK_SECONDS, count: 3 });
  expect(await host.metric('mask_seconds_bucket{piece="event",le="0.0002"}')).toBe(0);
  expect(await host.metric('mask_seconds_bucket{piece="event",le="0.0005"}')).toBe(3);
  expect(await host.metric('mask_seconds_bucket{piece="event",le="+Inf"}')).toBe(3);
  expect((await seconds(host, "chunk")).count).toBe(0);
});

test("an observation counts in its bucket and all wider ones, at the bound too", async () => {
  const host = startTestServer();
  let nowMs = 0;
  Object.assign(host.ports.clock, { elapsedMs: () => (nowMs += 0.5) });
  const other = startTestServer({}, host.ports);
  await other.post(FEED, "application/json", "1");
  expect(await other.metric('mask_seconds_bucket{piece="event",le="0.0002"}')).toBe(0);
  expect(await other.metric('mask_seconds_bucket{piece="event",le="0.0005"}')).toBe(1);
});

test("mask_seconds has one observation for each chunk of a mask request, and one for its end", async () => {
  const host = startTestServer();
  const response = await host.post("/v1/mask", "text/plain", chunksOf(["to jane@", "acme.com", " and bob@acme.com"]));
  expect(await response.text()).toBe("to [EMAIL] and [EMAIL]");
  expect(await seconds(host, "chunk")).toEqual({ sum: 4 * LOOK_SECONDS, count: 4 });
});

test("a host without a fine clock times nothing", async () => {
  const host = startTestServer();
  Object.assign(host.ports.clock, { elapsedMs: undefined });
  const other = startTestServer({}, host.ports);
  await other.post(FEED, "application/json", "1");
  expect(await seconds(other, "event")).toEqual({ sum: 0, count: 0 });
});

test("held_bytes_max is the most that any mask request held after a chunk", async () => {
  const host = startTestServer();
  const texts = ["pay with 4111 1111 1111 1", "111 or jane@acme.co", "m"];
  const masker = createMasker(compilePolicy({}), "text");
  let most = 0;
  for (const text of texts) {
    masker.push(Buffer.from(text));
    most = Math.max(most, masker.heldBytes);
  }
  expect(most).toBeGreaterThan(0);
  await (await host.post("/v1/mask", "text/plain", chunksOf(texts))).text();
  await (await host.post("/v1/mask", "text/plain", chunksOf(["a", "b"]))).text();
  expect(await host.metric("held_bytes_max")).toBe(most);
  expect(await host.metric("held_bytes")).toBe(0);
});

// Which of the last sixteen letters was an a: as many states as there are answers, four times what a table holds.
test("a table that is full is counted as it is built anew, and finds the same", async () => {
  const pattern = "a[ab]{15}c";
  const detectors = [
    { entity: "LETTERS", pattern, boundary: "none", hits: ["abbbbbbbbbbbbbbbc"], misses: ["abc"] },
  ] as const;
  const host = startTestServer({ policies: { default: { detectors, entities: ["LETTERS"] } } });
  let bits = 1;
  const letters = Array.from({ length: 60_000 }, () => {
    bits = (Math.imul(bits, 1_103_515_245) + 12_345) >>> 0;
    return (bits >>> 16) & 1 ? "a" : "b";
  }).join("");
  expect(await host.metric("matcher_cache_clears_total")).toBe(0);
  const text = `${letters}aaaaaaaaaaaaaaaac`;
  const answer = await (await host.post("/v1/mask", "text/plain", text)).text();
  expect(answer).toBe(text.replace(new RegExp(pattern, "g"), "[LETTERS]"));
  expect(await host.metric("matcher_cache_clears_total")).toBeGreaterThan(0);
});
