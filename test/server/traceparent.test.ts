/** The trace of an event: passed on where a feed says so, and never anything else in its place. */
import { describe, expect, test } from "vitest";
import { decodeRecord, encodeRecord } from "../../src/server/history/stored-event.ts";
import { readTraceparent } from "../../src/server/telemetry/traceparent.ts";
import { turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const FEED = "/v1/feeds/orders/events";
const PASSING = { feeds: { orders: { policy: "default", views: {}, eventTypes: [], passTraceparent: true } } };

async function publish({ app }: TestServer, traceparent: string): Promise<void> {
  const headers = { "content-type": "application/json", traceparent };
  const { status } = await app.request(FEED, { method: "POST", headers, body: '{"to":"ann.lee@example.com"}' });
  expect(status).toBe(200);
}

describe("a traceparent", () => {
  test.each([
    "",
    "ann.lee@example.com",
    TRACE.toUpperCase(),
    TRACE.replace("00-", "ff-"),
    TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
    TRACE.replace("00f067aa0ba902b7", "0".repeat(16)),
    `${TRACE}-x`,
    `${TRACE}\n`,
    ` ${TRACE}`,
    TRACE.slice(1),
  ])("is not %j, and the event is taken without it", async (text) => {
    expect(readTraceparent(text)).toBeUndefined();
    const server = startTestServer(PASSING);
    // HTTP itself takes white space away.
    if (text.trim() === text) {
      await publish(server, text);
      expect((await server.subscribe(`${FEED}?from=oldest`)).text).not.toContain("traceparent");
    }
  });

  test("stays with the server unless the feed passes it on: a producer could write data into it", async () => {
    const server = startTestServer();
    await publish(server, TRACE);
    for (const accept of ["text/event-stream", "application/x-ndjson"]) {
      const text = (await server.subscribe(`${FEED}?from=oldest`, { accept })).text;
      expect(text).toContain("[EMAIL]");
      expect(text).not.toContain("4bf92f35");
    }
  });

  test.each([
    ["text/event-stream", `\ntraceparent: ${TRACE}\ndata: `],
    ["application/x-ndjson", `,"event":"message","traceparent":"${TRACE}","data":`],
  ])("is a line or a key of its own in %s", async (accept, expected) => {
    const server = startTestServer(PASSING);
    await publish(server, TRACE);
    expect((await server.subscribe(`${FEED}?from=oldest`, { accept })).text).toContain(expected);
  });

  test("comes and goes by WebSocket with each event", async () => {
    const server = startTestServer(PASSING);
    const socket = await server.upgrade("/v1/feeds/orders/socket");
    const events = [
      { data: 1, traceparent: TRACE },
      { data: 2, traceparent: "x" },
    ];
    socket.receive({ type: "publish", events });
    await turn();
    expect(socket.messages.filter((message) => (message as { type: string }).type === "event")).toEqual([
      { type: "event", id: expect.any(String), event: "message", traceparent: TRACE, data: 1 },
      { type: "event", id: expect.any(String), event: "message", data: 2 },
    ]);
  });

  test.each([undefined, TRACE])("is kept in what a broker holds: %s", (trace) => {
    const parts = [{ mark: "0123456789abcdef", data: Uint8Array.of(1) }];
    const record = { event: new Uint8Array(0), isGap: false, parts, atMs: 1, token: "ab", trace };
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });
});
