import { describe, expect, test } from "vitest";
import type { RelayConfig } from "../../src/server/config/config.ts";
import { createTestPorts, turn, type MemorySink } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { relayOf } from "../support/relay-config.ts";

const RELAY = relayOf("https://up.example/feed", { headers: { authorization: "Bearer secret" } });

interface Hit {
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Writes to the open answer. */
  write(text: string): void;
  end(): void;
}

/** An upstream that answers each request as `answers` says, the last one again and again. */
function startRelay(answers: readonly (() => Response | undefined)[], changes: Partial<RelayConfig> = {}) {
  const hits: Hit[] = [];
  const fetchPort: typeof fetch = (input, init) => {
    const answer = answers[Math.min(hits.length, answers.length - 1)]?.();
    let controller: ReadableStreamDefaultController | undefined;
    const body = new ReadableStream({ start: (given) => void (controller = given) });
    hits.push({
      url: new Request(input).url,
      headers: new Headers(init?.headers),
      signal: init?.signal as AbortSignal,
      write: (text) => controller?.enqueue(Buffer.from(text)),
      end: () => controller?.close(),
    });
    return Promise.resolve(answer ?? new Response(body, { headers: { "content-type": "text/event-stream" } }));
  };
  const host = startTestServer({ relays: { up: { ...RELAY, ...changes } } }, createTestPorts(fetchPort));
  return { host, hits };
}

const STREAM = (): undefined => undefined;
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(code === 204 ? null : "ann.lee@example.com", { status: code, headers });

const answer = (headers: Record<string, string>) => () => new Response("data: ann.lee@example.com", { headers });

async function follow(host: TestServer, query = "?from=oldest"): Promise<MemorySink> {
  const sink = await host.subscribe(`/v1/relays/up${query}`);
  await turn();
  return sink;
}

const dataOf = (text: string): string[] => [...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");

describe("a relay", () => {
  test("asks for an uncompressed event stream, with its own headers and nothing of the client's", async () => {
    const { host, hits } = startRelay([STREAM]);
    await host.subscribe("/v1/relays/up", {
      cookie: "a=b",
      "x-forwarded-for": "10.0.0.1",
      "last-event-id": "zzzzzz.1",
    });
    expect(Object.fromEntries(hits[0]?.headers ?? [])).toEqual({
      accept: "text/event-stream",
      "accept-encoding": "identity",
      authorization: "Bearer secret",
      "user-agent": "maskwire",
    });
  });

  test("passes on the trace of the subscriber that opens the upstream, and of no other", async () => {
    const trace = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    const { host, hits } = startRelay([STREAM]);
    const seen = (): (string | null)[] => hits.map(({ headers }) => headers.get("traceparent"));
    const opener = await host.subscribe("/v1/relays/up", {
      traceparent: trace("a"),
      tracestate: "a=ann.lee@example.com",
    });
    const other = await host.subscribe("/v1/relays/up", { traceparent: trace("b") });
    expect(seen()).toEqual([trace("a")]);
    expect(hits[0]?.headers.has("tracestate")).toBe(false);
    hits[0]?.end();
    await turn();
    await host.ports.clock.advance(60_000);
    const again = hits.length;
    expect(again).toBeGreaterThan(1);
    for (const sink of [opener, other]) sink.leave();
    await host.ports.clock.advance(31_000);
    await host.subscribe("/v1/relays/up", { traceparent: `${trace("c")}-ann.lee@example.com` });
    expect(hits.length).toBeGreaterThan(again);
    expect(new Set(seen().slice(1))).toEqual(new Set([null]));
  });

  test("keeps the trace where its own headers stay when a redirect leaves the origin", async () => {
    const moved = status(307, { location: "https://other.example/feed" });
    const { host, hits } = startRelay([moved, STREAM]);
    await host.subscribe("/v1/relays/up", { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` });
    await turn();
    expect(hits.map(({ headers }) => headers.has("traceparent"))).toEqual([true, false]);
  });

  test("masks what it reads, under positions of its own", async () => {
    const { host, hits } = startRelay([STREAM]);
    const sink = await follow(host);
    hits[0]?.write('id: ann.lee@example.com\ndata: {"to":"ann.lee@exam');
    hits[0]?.write('ple.com"}\n\n: ann.lee@example.com\n');
    await turn();
    expect(dataOf(sink.text)).toEqual(['{"to":"[EMAIL]"}']);
    expect(sink.text).not.toContain("ann.lee");
  });

  test("serves all its subscribers by one connection, and closes it lingerMs after the last has left", async () => {
    const { host, hits } = startRelay([STREAM]);
    const sinks = [await follow(host), await follow(host)];
    expect(hits).toHaveLength(1);
    for (const sink of sinks) sink.leave();
    await host.ports.clock.advance(29_000);
    const late = await follow(host);
    await host.ports.clock.advance(5_000);
    expect(hits[0]?.signal.aborted).toBe(false);
    late.leave();
    await host.ports.clock.advance(31_000);
    expect(hits[0]?.signal.aborted).toBe(true);
  });

  test("goes on after the last committed id, drops repeats, and never publishes half an event", async () => {
    const { host, hits } = startRelay([STREAM]);
    const sink = await follow(host);
    hits[0]?.write("id: é1\ndata: 1\n\nid: é2\ndata: 2\n\nid: é3\ndata: ann.lee@exam");
    hits[0]?.end();
    await turn();
    await host.ports.clock.advance(60_000);
    expect(Buffer.from(hits[1]?.headers.get("last-event-id") ?? "", "latin1").toString()).toBe("é2");
    expect(await host.metric('relay_reconnects_total{relay="up"}')).toBeGreaterThan(0);
    expect(await host.metric('relay_connected{relay="up"}')).toBe(1);
    hits[1]?.write("id: é1\ndata: 1\n\nid: é2\ndata: 2\n\nid: é3\ndata: 3\n\n");
    await turn();
    expect(dataOf(sink.text)).toEqual(["1", "2", "3"]);
  });

  test("knows the last 10,000 ids, and no more: what it forgot is an event like any other", async () => {
    const { host, hits } = startRelay([STREAM]);
    const sink = await follow(host, "");
    const published = async (): Promise<number> => await host.metric('events_published_total{feed="relay:up"}');
    hits[0]?.write(Array.from({ length: 10_001 }, (_, index) => `id: ${index}\ndata: ${index}\n\n`).join(""));
    await until(async () => (await published()) === 10_001);
    hits[0]?.end();
    await turn();
    await host.ports.clock.advance(60_000);
    hits[1]?.write("id: 1\ndata: 1\n\nid: 0\ndata: 0\n\nid: new\ndata: new\n\n");
    await until(() => dataOf(sink.text).at(-1) === "new");
    // The oldest id is not known any more, the one behind it is.
    expect(dataOf(sink.text).slice(-3)).toEqual(["10000", "0", "new"]);
  });

  test("says that events may be lost where the upstream has no ids", async () => {
    const { host, hits } = startRelay([STREAM]);
    const sink = await follow(host);
    hits[0]?.write("data: 1\n\n");
    hits[0]?.end();
    await turn();
    await host.ports.clock.advance(60_000);
    hits[1]?.write("data: 2\n\n");
    await turn();
    const [first, gap, second] = dataOf(sink.text);
    expect([first, second]).toEqual(["1", "2"]);
    expect(JSON.parse(gap ?? "")).toMatchObject({ lost: null });
  });

  test("waits as long as the upstream's retry says, and not as long as it wishes", async () => {
    const { host, hits } = startRelay([STREAM]);
    await follow(host);
    hits[0]?.write("retry: 999999999999\ndata: 1\n\n");
    hits[0]?.end();
    await turn();
    await host.ports.clock.advance(60_000);
    expect(hits.length).toBeGreaterThan(1);
  });

  test.each([
    [
      "a page where events should be",
      answer({ "content-type": "text/html; x=ann.lee" }),
      { status: 200, code: "FORMAT_UNKNOWN" },
    ],
    [
      "an encoding that nobody knows",
      answer({ "content-type": "text/event-stream", "content-encoding": "zstd" }),
      { status: 200, code: "ENCODING_UNKNOWN" },
    ],
    ["a refusal", status(403), { status: 403 }],
    ["a server error", status(500), { status: 500 }],
    ["a redirect to nowhere", status(302, { location: "ftp://ann.lee/" }), { status: 302 }],
    [
      "no answer",
      () => {
        throw new TypeError("ann.lee@example.com");
      },
      { code: "UPSTREAM_LOST" },
    ],
  ])("says in the log why nothing comes of %s, and nothing else of it", async (_name, upstream, why) => {
    const { host } = startRelay([upstream]);
    await follow(host);
    await until(() => host.ports.lines.some((line) => line.includes("relay-lost")));
    const lost = host.ports.lines.filter((line) => line.includes("relay-lost"));
    const waitMs = expect.any(Number) as number;
    expect(lost.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: "relay-lost", relay: "up", waitMs, ...why },
    ]);
  });

  test("reconnects when nothing was heard for upstreamIdleTimeoutMs", async () => {
    const { host, hits } = startRelay([STREAM]);
    await follow(host);
    await host.ports.clock.advance(60_000);
    expect(hits[0]?.signal.aborted).toBe(true);
    await host.ports.clock.advance(5_000);
    expect(hits).toHaveLength(2);
  });

  test.each([
    ["a server error", status(500), 120_000, true],
    ["a rate limit", status(429, { "retry-after": "100" }), 90_000, false],
    ["a rate limit that has passed", status(429, { "retry-after": "100" }), 110_000, true],
    ["one that wishes for a day", status(429, { "retry-after": "86400" }), 290_000, false],
    ["one that wishes for a day, five minutes later", status(429, { "retry-after": "86400" }), 310_000, true],
    ["a refusal", status(403), 290_000, false],
    ["a refusal, five minutes later", status(403), 310_000, true],
    ["another content type", () => new Response("<p>", { headers: { "content-type": "text/html" } }), 290_000, false],
    [
      "an encoded body",
      () => new Response("x", { headers: { "content-type": "text/event-stream", "content-encoding": "zstd" } }),
      290_000,
      false,
    ],
  ])("after %s tries again in its time", async (_, answer, ms, hasRetried) => {
    const { host, hits } = startRelay([answer, STREAM]);
    const sink = await follow(host);
    await host.ports.clock.advance(ms);
    expect(hits.length > 1).toBe(hasRetried);
    expect(sink.text + host.ports.lines.join()).not.toMatch(/ann\.lee|secret|up\.example/);
  });

  test.each([
    ["begins anew after a minute of good stream", 60_000, true],
    ["goes on where the stream was shorter", 59_000, false],
  ])("waits longer after each failure, and %s", async (_, streamMs, hasBegunAnew) => {
    const failures = Array.from({ length: 8 }, () => status(500));
    const { host, hits } = startRelay([...failures, STREAM]);
    await follow(host);
    while (hits.length <= failures.length) await host.ports.clock.advance(1_000);
    const good = hits[failures.length];
    for (let passedMs = 0; passedMs < streamMs; passedMs += 1_000) {
      good?.write(":\n");
      await host.ports.clock.advance(1_000);
    }
    good?.end();
    await turn();
    // The longest first wait; the ninth one is drawn from up to a minute.
    await host.ports.clock.advance(2_000);
    expect(hits.length === failures.length + 2).toBe(hasBegunAnew);
  });

  test("that always runs is not ready while its upstream refuses it", async () => {
    const { host } = startRelay([status(403)], { always: true });
    await turn();
    expect((await host.app.request("/readyz")).status).toBe(503);
    expect((await host.app.request("/livez")).status).toBe(200);
  });

  test("whose upstream has ended for good ends its subscribers, and answers 204 from then on", async () => {
    const { host, hits } = startRelay([status(204)]);
    const sink = await follow(host);
    expect(JSON.parse(dataOf(sink.text).at(-1) ?? "")).toMatchObject({ code: 1000, reconnect: false });
    expect((await host.app.request("/v1/relays/up")).status).toBe(204);
    expect(hits).toHaveLength(1);
  });

  test("follows redirects, and takes its headers to no other origin", async () => {
    const { host, hits } = startRelay([
      status(307, { location: "/moved" }),
      status(302, { location: "https://other.example/feed" }),
      STREAM,
    ]);
    await follow(host);
    expect(hits.map(({ url }) => url)).toEqual([
      "https://up.example/feed",
      "https://up.example/moved",
      "https://other.example/feed",
    ]);
    expect(hits.map(({ headers }) => headers.has("authorization"))).toEqual([true, true, false]);
  });

  test.each([
    ["plain text", "http://up.example/feed"],
    ["another scheme", "ftp://up.example/feed"],
    ["userinfo", "https://ann:secret@up.example/feed"],
    ["nonsense", "https://[ann.lee@example.com"],
  ])("follows no redirect to %s, and cannot be configured so", async (_, location) => {
    const { host, hits } = startRelay([status(302, { location })]);
    await follow(host);
    await host.ports.clock.advance(60_000);
    expect(hits).toHaveLength(1);
    expect(() => startRelay([STREAM], { url: location })).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
  });

  test("gives up on redirects without end", async () => {
    const { host, hits } = startRelay([status(302, { location: "/again" })]);
    await follow(host);
    await host.ports.clock.advance(60_000);
    expect(hits).toHaveLength(6);
  });

  test("that is unknown is 404", async () => {
    const answer = await startTestServer().app.request("/v1/relays/constructor");
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: "RELAY_UNKNOWN" } }]);
  });
});
