import { describe, expect, test } from "vitest";
import { turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const FEED = "/v1/feeds/orders/events";
const numbers = (count: number): string => Array.from({ length: count }, (_, index) => `{"n":${index + 1}}\n`).join("");
const publish = (host: TestServer, body: string, feed = FEED) => host.post(feed, "application/x-ndjson", body);
const dataOf = (text: string): string[] => [...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");
const lastIdOf = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";

describe("a subscriber", () => {
  test("gets headers, a comment and its position at once", async () => {
    const sink = await startTestServer().subscribe(FEED);
    expect(sink.headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      "maskwire-resume": "new",
    });
    expect(sink.text).toMatch(/^:\nretry: 2000\nid: [0-9a-z]{6}\.0\n\n$/);
  });

  test("gets what is published after it came, masked, in one write a loop turn", async () => {
    const host = startTestServer();
    await publish(host, '{"to":"ann.lee@example.com"}\n');
    const sink = await host.subscribe(FEED);
    await publish(host, '{"to":"bob.ray@example.com"}\n{"n":2}\n');
    expect(dataOf(sink.text)).toEqual(['{"to":"[EMAIL]"}', '{"n":2}']);
    expect(sink.chunks).toHaveLength(2);
  });

  test("shares one array with all who keep up", async () => {
    const host = startTestServer();
    const sinks = [await host.subscribe(FEED), await host.subscribe(FEED)];
    await publish(host, numbers(3));
    expect(sinks[0]?.chunks[1]).toBe(sinks[1]?.chunks[1]);
  });

  test.each([
    ["", [], "new"],
    ["?from=now", [], "new"],
    ["?from=oldest", [1, 2, 3, 4, 5], "new"],
    ["?from=-2", [4, 5], "new"],
    ["?from=-100", [1, 2, 3, 4, 5], "new"],
    ["?from=2026-01-01T00:00:00Z", [1, 2, 3, 4, 5], "new"],
    ["?from=2126-01-01T00:00:00Z", [], "new"],
  ])("starts with %j at its place", async (query, expected, resume) => {
    const host = startTestServer();
    await publish(host, numbers(5));
    const sink = await host.subscribe(`${FEED}${query}`);
    expect(dataOf(sink.text)).toEqual(expected.map((n) => `{"n":${n}}`));
    expect(sink.headers["maskwire-resume"]).toBe(resume);
  });

  test("resumes by header before query, without gap or repeat", async () => {
    const host = startTestServer();
    const first = await host.subscribe(FEED);
    await publish(host, numbers(3));
    const id = lastIdOf(first.text);
    await publish(host, '{"n":4}\n');
    const second = await host.subscribe(`${FEED}?lastEventId=zzzzzz.1`, { "last-event-id": id });
    await publish(host, '{"n":5}\n');
    expect(second.headers["maskwire-resume"]).toBe("complete");
    expect(dataOf(second.text)).toEqual(['{"n":4}', '{"n":5}']);
  });

  test("is told how many events it lost, then gets the oldest that is there", async () => {
    const host = startTestServer({ limits: { historyMaxBytes: 500 } });
    const first = await host.subscribe(FEED);
    const start = lastIdOf(first.text);
    await publish(host, numbers(10));
    const sink = await host.subscribe(FEED, { "last-event-id": start });
    expect(sink.headers["maskwire-resume"]).toBe("gap; lost=8");
    const [gap, ...events] = dataOf(sink.text);
    expect(JSON.parse(gap ?? "")).toEqual({ after: start, next: start.replace(".0", ".9"), lost: 8 });
    expect(events).toEqual(['{"n":9}', '{"n":10}']);
    expect(sink.text).toContain(`id: ${start.replace(".0", ".8")}\nevent: maskwire.gap`);
  });

  test.each(["zzzzzz.3", "ann.lee@example.com", "k3f9q2.1_k3f9q2.2"])("starts anew for a header %j", async (id) => {
    const host = startTestServer();
    await publish(host, numbers(1));
    const sink = await host.subscribe(FEED, { "last-event-id": id });
    expect(sink.headers["maskwire-resume"]).toBe("reset");
    expect(JSON.parse(dataOf(sink.text)[0] ?? "")).toMatchObject({ lost: null });
    expect(sink.text).not.toContain("example.com");
    expect(dataOf(sink.text)[1]).toBe('{"n":1}');
  });

  test("follows several feeds with one position of all", async () => {
    const host = startTestServer();
    const both = "/v1/feeds/left,right/events";
    const first = await host.subscribe(both);
    await publish(host, "1\n", "/v1/feeds/left/events");
    await publish(host, "2\n", "/v1/feeds/right/events");
    const id = lastIdOf(first.text);
    expect(id).toMatch(/^[0-9a-z]{6}\.1_[0-9a-z]{6}\.1$/);
    await publish(host, "3\n", "/v1/feeds/left/events");
    expect(dataOf((await host.subscribe(both, { "last-event-id": id })).text)).toEqual(["3"]);
    const lines = await host.subscribe(`${both}?from=oldest`, { accept: "application/x-ndjson" });
    expect(
      lines.text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { feed: string }).feed),
    ).toEqual(["left", "left", "right"]);
  });

  test("reads NDJSON where the data keeps its spelling and never breaks a line", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED, { accept: "application/x-ndjson" });
    await host.post(FEED, "application/json", '{\r\n"big": 12345678901234567890 }');
    await host.post(FEED, "text/event-stream", "event: x\ndata: not JSON\ndata: 2\n\n");
    const [first, second] = sink.text.trim().split("\n");
    expect(first).toMatch(
      /^\{"id":"[0-9a-z]{6}\.1","event":"message","data":\{ {1,2}"big": 12345678901234567890 \}\}$/,
    );
    expect(JSON.parse(second ?? "")).toMatchObject({ event: "message", data: "not JSON\n2" });
  });

  test("is disconnected when nothing is taken for writeStallMs, and cut off when the end is not taken either", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    const fast = await host.subscribe(FEED);
    sink.isStalled = true;
    await publish(host, numbers(3));
    await host.ports.clock.advance(12_000);
    expect(sink.isClosed).toBe(true);
    expect(JSON.parse(dataOf(sink.text).at(-1) ?? "")).toMatchObject({ code: 4003, reconnect: true });
    expect(await host.metric('subscribers{feed="*",view="default",transport="sse"}')).toBe(1);
    await host.ports.clock.advance(10_000);
    expect(sink.isAborted).toBe(true);
    expect(fast.isClosed).toBe(false);
    expect(await host.metric('disconnects_total{reason="TOO_SLOW"}')).toBe(1);
  });

  test("has what it did not take counted each time that the timer comes by, and nothing while it takes all", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    await publish(host, numbers(3));
    await host.ports.clock.advance(2_000);
    expect(await host.metric("subscriber_queue_bytes_count")).toBe(0);
    sink.isStalled = true;
    await publish(host, numbers(3));
    const waiting = sink.queuedBytes();
    await host.ports.clock.advance(2_000);
    const count = await host.metric("subscriber_queue_bytes_count");
    expect(count).toBeGreaterThan(0);
    expect(await host.metric("subscriber_queue_bytes_sum")).toBe(count * waiting);
    expect(await host.metric('subscriber_queue_bytes_bucket{le="0"}')).toBe(0);
    expect(await host.metric('subscriber_queue_bytes_bucket{le="1024"}')).toBe(count);
  });

  test("can resume from as far back as history_oldest_seconds says", async () => {
    const host = startTestServer({ limits: { historyMaxAgeMs: 60_000 } });
    const linesOf = async (): Promise<string[]> =>
      (await (await host.app.request("/metrics")).text()).match(/^maskwire_history_oldest_seconds\{.*$/gm) ?? [];
    expect(await linesOf()).toEqual([]);
    await publish(host, numbers(1), "/v1/feeds/old/events");
    await host.ports.clock.advance(10_000);
    await publish(host, numbers(2));
    await host.ports.clock.advance(20_000);
    expect(await linesOf()).toEqual(['maskwire_history_oldest_seconds{feed="*"} 30']);
    // The first is too old now, and goes with the next event of its feed.
    await host.ports.clock.advance(35_000);
    await publish(host, numbers(1), "/v1/feeds/old/events");
    expect(await linesOf()).toEqual(['maskwire_history_oldest_seconds{feed="*"} 55']);
  });

  test("follows as many feeds as feedsPerStreamLimit, and not one more", async () => {
    const host = startTestServer({ limits: { feedsPerStreamLimit: 3 } });
    const sink = await host.subscribe("/v1/feeds/a,b,c/events");
    await publish(host, "1\n", "/v1/feeds/c/events");
    expect(dataOf(sink.text)).toEqual(["1"]);
    const refused = await host.app.request("/v1/feeds/a,b,c,d/events");
    expect(await refused.json()).toMatchObject({ error: { code: "FEED_LIST" } });
    expect(await host.metric('errors_total{code="FEED_LIST"}')).toBe(1);
  });

  test("is disconnected when what waits for it stays over subscriberQueueBytes", async () => {
    const host = startTestServer({ limits: { subscriberQueueBytes: 1_000 } });
    const sink = await host.subscribe(FEED);
    sink.isStalled = true;
    await publish(host, numbers(200));
    await host.ports.clock.advance(500);
    expect(sink.isClosed).toBe(false);
    await host.ports.clock.advance(2_000);
    expect(sink.isClosed).toBe(true);
  });

  test("costs no more than its queue while it lags, and misses nothing once it takes again", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(`${FEED}?from=oldest`);
    sink.isStalled = true;
    for (let round = 0; round < 30; round++) await publish(host, `"${"x".repeat(30_000)}"\n`);
    const queued = sink.queuedBytes();
    expect(queued).toBeLessThan(400_000);
    while (sink.queuedBytes() > 0) {
      sink.take();
      await host.ports.clock.advance(700);
    }
    expect(dataOf(sink.text)).toHaveLength(30);
  });

  test("gets a heartbeat with its position when nothing else was sent", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    await publish(host, numbers(1));
    const before = sink.chunks.length;
    await host.ports.clock.advance(16_000);
    expect(sink.chunks).toHaveLength(before + 1);
    expect(Buffer.from(sink.chunks.at(-1) ?? []).toString()).toMatch(/^:\nid: [0-9a-z]{6}\.1\n\n$/);
  });

  test("is asked to come again when its connection has reached its age", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    await host.ports.clock.advance(721_000);
    expect(JSON.parse(dataOf(sink.text).at(-1) ?? "")).toMatchObject({ code: 4001, reconnect: true });
    expect(sink.isClosed).toBe(true);
  });

  test("leaves no timer behind", async () => {
    const host = startTestServer();
    const sink = await host.subscribe(FEED);
    await publish(host, numbers(3));
    sink.leave();
    await turn();
    expect(host.ports.clock.timerCount).toBe(0);
  });

  test("is not opened by HEAD", async () => {
    const host = startTestServer();
    const response = await host.app.request(FEED, { method: "HEAD" });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(host.ports.sinks).toHaveLength(0);
  });

  test.each([
    ["/v1/feeds/a,a/events", 400, "FEED_LIST"],
    ["/v1/feeds/a,b,c,d,e,f,g/events", 400, "FEED_LIST"],
    ["/v1/feeds/a,,b/events", 400, "FEED_NAME"],
    [`/v1/feeds/${"a".repeat(65)}/events`, 400, "FEED_NAME"],
    ["/v1/feeds/a%2Fb/events", 400, "FEED_NAME"],
    [`${FEED}?from=tomorrow`, 400, "BAD_POSITION"],
    [`${FEED}?from=-0`, 400, "BAD_POSITION"],
    [`${FEED}?from=now&from=oldest`, 400, "UNKNOWN_PARAMETER"],
    [`${FEED}?token2=abc`, 400, "UNKNOWN_PARAMETER"],
    [`${FEED}?access_token=abc`, 400, "TOKEN_IN_QUERY"],
    [`${FEED}?lastEventId=abc`, 400, "BAD_POSITION"],
  ])("is refused at %s with %i %s", async (path, status, code) => {
    const response = await startTestServer().app.request(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test.each([
    ["*/*", "text/event-stream"],
    ["text/event-stream;q=0.5, application/x-ndjson", "application/x-ndjson"],
    ["image/png, text/*;q=0.1", "text/event-stream"],
    ["application/x-ndjson;q=0, */*;q=0.1", "text/event-stream"],
  ])("that accepts %s is sent %s", async (accept, type) => {
    expect((await startTestServer().subscribe(FEED, { accept })).headers["content-type"]).toBe(type);
  });

  test("over connectionsLimit is refused, until another leaves", async () => {
    const host = startTestServer({ limits: { connectionsLimit: 1 } });
    const first = await host.subscribe(FEED);
    const refused = await host.app.request(FEED);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    first.leave();
    await host.subscribe(FEED);
  });

  test("over feedsLimit is refused, while feeds in use stay and unused ones make room", async () => {
    const host = startTestServer({ limits: { feedsLimit: 2 } });
    await publish(host, "1\n", "/v1/feeds/a/events");
    const sink = await host.subscribe("/v1/feeds/b/events");
    expect((await host.app.request("/v1/feeds/c/events")).status).toBe(507);
    sink.leave();
    await host.subscribe("/v1/feeds/c/events");
  });
});
