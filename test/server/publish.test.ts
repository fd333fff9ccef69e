import { describe, expect, test } from "vitest";
import { StreamError } from "../../src/core/index.ts";
import { turn } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const FEED = "/v1/feeds/orders/events";

describe("a producer", () => {
  test("learns how many events were accepted, and the first and last position", async () => {
    const response = await startTestServer().post(FEED, "application/x-ndjson", "1\n2\n3\n");
    expect(response.status).toBe(200);
    const receipt = (await response.json()) as Record<string, unknown>;
    expect(receipt).toMatchObject({ accepted: 3, duplicates: 0, refused: [] });
    expect([receipt["firstId"], receipt["lastId"]].map((id) => String(id).split(".")[1])).toEqual(["1", "3"]);
  });

  test("learns which events were refused, the first hundred of them", async () => {
    const body = `1\n${"{\n".repeat(150)}2\n`;
    const receipt = await (await startTestServer().post(FEED, "application/x-ndjson", body)).json();
    const { accepted, refused } = receipt as { accepted: number; refused: unknown[] };
    expect(accepted).toBe(2);
    expect(refused).toHaveLength(100);
    expect(refused[0]).toEqual({ index: 1, code: "BAD_JSON" });
  });

  test.each([
    ["application/json", '{"a":', 400, "BAD_JSON"],
    ["application/json", `"${"x".repeat(70_000)}"`, 413, "EVENT_TOO_LARGE"],
    ["application/x-ndjson", "{\n", 400, "BAD_JSON"],
    ["text/event-stream", `data: ${"x".repeat(70_000)}\n\n`, 413, "EVENT_TOO_LARGE"],
    ["text/plain", "x", 415, "FORMAT_UNKNOWN"],
  ])("of %s that holds nothing acceptable gets an error", async (type, body, status, code) => {
    const response = await startTestServer().post(FEED, type, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test("that sends nothing is told so", async () => {
    const response = await startTestServer().post(FEED, "text/event-stream", ": hello\n\n");
    expect(await response.json()).toEqual({ accepted: 0, duplicates: 0, firstId: null, lastId: null, refused: [] });
  });

  test("that falls silent gets 408 with what was accepted", async () => {
    const host = startTestServer();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('1\n{"half":')) });
    const answer = host.post(FEED, "application/x-ndjson", body);
    await until(async () => (await host.metric('events_published_total{feed="*"}')) === 1);
    // By then it waits for more.
    await turn();
    await host.ports.clock.advance(60_000);
    const response = await answer;
    expect(response.status).toBe(408);
    expect(await response.json()).toMatchObject({ error: { code: "PRODUCER_IDLE" }, accepted: 1 });
  });

  test("whose body breaks off keeps what was accepted, and nothing of the half event", async () => {
    const host = startTestServer();
    let step = 0;
    const body = new ReadableStream({
      pull: (controller) =>
        step++ === 0 ? controller.enqueue(Buffer.from("1\n2")) : controller.error(new Error("ann.lee@example.com")),
    });
    const response = await host.post(FEED, "application/x-ndjson", body);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: "BODY_BROKEN" }, accepted: 1 });
    expect(text + host.ports.lines.join()).not.toContain("ann.lee");
  });

  test("inside the process is masked like any other, and refused by an error", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    host.server.publish("orders", Buffer.from('{"to":"ann.lee@example.com"}'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sink.text).toContain('data: {"to":"[EMAIL]"}');
    expect(() => host.server.publish("orders", new Uint8Array(70_000))).toThrow(StreamError);
  });

  test("may name the event types that its feed allows, others become message", async () => {
    const host = startTestServer({ feeds: { orders: { policy: "default", views: {}, eventTypes: ["paid"] } } });
    const sink = await host.subscribe(FEED);
    await host.post(FEED, "text/event-stream", "event: paid\ndata: 1\n\nevent: ann.lee@example.com\ndata: 2\n\n");
    expect(sink.text).toMatch(/event: paid\ndata: 1\n\nid: \S+\ndata: 2\n\n$/);
  });

  test("that writes bytes which are not UTF-8 is read as U+FFFD", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    await host.post(FEED, "text/event-stream", Buffer.from([...Buffer.from("data: a"), 0xff, 10, 10]));
    expect(Buffer.concat(sink.chunks).includes(Buffer.from("data: a\ufffd\n"))).toBe(true);
  });
});
