import { describe, expect, test } from "vitest";
import { KeyWindow } from "../../src/server/history/key-window.ts";
import { turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const FEED = "/v1/feeds/orders/events";

async function send(host: TestServer, type: string, body: string, key?: string): Promise<Record<string, unknown>> {
  const headers = { "content-type": type, ...(key === undefined ? {} : { "idempotency-key": key }) };
  const response = await host.app.request(FEED, { method: "POST", headers, body });
  await turn();
  return { status: response.status, ...((await response.json()) as object) };
}

/** Sequences of what a subscriber from the oldest event on is shown. */
async function sequences(host: TestServer): Promise<number[]> {
  const sink = await host.subscribe(`${FEED}?from=oldest`);
  return [...sink.text.matchAll(/^id: [0-9a-z]{6}\.(\d+)\ndata/gm)].map(([, sequence]) => Number(sequence));
}

describe("a producer that sends again", () => {
  test.each([
    ["one event", "application/json", "1", "k", 1],
    ["a body of several", "application/x-ndjson", "1\n2\n3\n", "k", 3],
    ["events with ids of their own", "text/event-stream", "id: a\ndata: 1\n\nid: b\ndata: 2\n\n", undefined, 2],
    ["events that have ids and a key", "text/event-stream", "id: a\ndata: 1\n\ndata: 2\n\n", "k", 2],
  ])("%s is told the first places, and nothing is added", async (_, type, body, key, count) => {
    const host = startTestServer();
    const first = await send(host, type, body, key);
    const again = await send(host, type, body, key);
    expect(first).toMatchObject({ status: 200, accepted: count, duplicates: 0 });
    expect(again).toEqual({ ...first, accepted: 0, duplicates: count });
    expect(await sequences(host)).toHaveLength(count);
    expect(await host.metric('duplicates_total{feed="*"}')).toBe(count);
    expect(await host.metric('events_published_total{feed="*"}')).toBe(count);
  });

  test("a body that broke off adds what was missing", async () => {
    const host = startTestServer();
    await send(host, "application/x-ndjson", "1\n2\n", "k");
    expect(await send(host, "application/x-ndjson", "1\n2\n3\n", "k")).toMatchObject({ accepted: 1, duplicates: 2 });
    expect(await sequences(host)).toEqual([1, 2, 3]);
  });

  test("an event that was refused is heard again", async () => {
    const host = startTestServer({ feeds: { "*": { policy: "default", views: {}, eventTypes: [] } } });
    const tooLarge = `"${"x".repeat(70_000)}"`;
    expect(await send(host, "application/x-ndjson", `${tooLarge}\n`, "k")).toMatchObject({ status: 413 });
    expect(await send(host, "application/x-ndjson", "1\n", "k")).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test("without keys publishes again", async () => {
    const host = startTestServer();
    await send(host, "application/json", "1");
    expect(await send(host, "application/json", "1")).toMatchObject({ accepted: 1, duplicates: 0 });
    // An id that is inherited from an earlier event is not the event's own.
    expect(await send(host, "text/event-stream", "id: a\ndata: 1\n\ndata: 2\n\n")).toMatchObject({ accepted: 2 });
  });

  test("over WebSocket is told in the ack", async () => {
    const host = startTestServer();
    const socket = await host.upgrade("/v1/feeds/orders/socket");
    const message = JSON.stringify({ type: "publish", events: [{ key: "ann.lee@example.com", data: 1 }] });
    socket.receive(message);
    socket.receive(message);
    const acks = (socket.messages as { type: string }[]).filter(({ type }) => type === "ack");
    expect(acks).toMatchObject([
      { accepted: 1, duplicates: 0 },
      { accepted: 0, duplicates: 1 },
    ]);
    await turn();
    expect(JSON.stringify(socket.messages) + host.ports.lines.join()).not.toContain("ann.lee");
  });

  test("to another feed publishes there", async () => {
    const host = startTestServer();
    await send(host, "application/json", "1", "k");
    const headers = { "content-type": "application/json", "idempotency-key": "k" };
    const other = await host.app.request("/v1/feeds/other/events", { method: "POST", headers, body: "1" });
    expect(await other.json()).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test.each([
    [119_999, 1],
    [120_000, 0],
  ])("after %d ms finds %d of its keys", async (waitMs, duplicates) => {
    const host = startTestServer();
    await send(host, "application/json", "1", "k");
    await host.ports.clock.advance(waitMs);
    expect(await send(host, "application/json", "1", "k")).toMatchObject({ duplicates });
  });

  test.each([
    [1, 1],
    [2, 0],
  ])("after %d other events finds %d of its keys when two are kept", async (others, duplicates) => {
    const host = startTestServer({ limits: { dedupeKeysLimit: 2 } });
    await send(host, "application/json", "1", "k");
    for (let at = 0; at < others; at++) await send(host, "application/json", "1", `other${at}`);
    expect(await send(host, "application/json", "1", "k")).toMatchObject({ duplicates });
  });

  test.each([
    ["x".repeat(240), 200],
    ["x".repeat(241), 400],
    ["two words", 400],
    ["", 400],
  ])("under the key %j gets %d", async (key, status) => {
    expect(await send(startTestServer(), "application/json", "1", key)).toMatchObject({ status });
  });

  test.each([
    [256, { status: 200, accepted: 1 }],
    [257, { status: 400, refused: [{ index: 0, code: "BAD_IDEMPOTENCY_KEY" }] }],
  ])("with an id of %d characters gets %j", async (length, answer) => {
    const body = `id: ${"x".repeat(length)}\ndata: 1\n\n`;
    expect(await send(startTestServer(), "text/event-stream", body)).toMatchObject(answer);
  });
});

describe("a window of keys", () => {
  test("holds no more than it may, however many come", () => {
    const keys = new KeyWindow<number>({ dedupeWindowMs: 1_000, dedupeKeysLimit: 10 });
    for (let at = 0; at < 1_000; at++) keys.add(`k${at}`, at, at);
    const found = Array.from({ length: 1_000 }, (_, at) => keys.find(`k${at}`, 1_000)).filter(
      (one) => one !== undefined,
    );
    expect(found).toEqual([990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
  });
});
