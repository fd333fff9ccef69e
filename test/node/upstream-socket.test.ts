/** Relays of WebSocket upstreams, against a real server on loopback; time of the relay is the test's. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Resolve } from "../../src/node/fetch.ts";
import { createOpenUpstreamSocket } from "../../src/node/upstream-socket.ts";
import type { RelayConfig, UpstreamConfig } from "../../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { createTestPorts, type MemorySink } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { startSocketUpstream, type SocketUpstream } from "../support/socket-upstream.ts";
import { until } from "../support/until.ts";
import { relayOf } from "../support/relay-config.ts";

const EVENT_LIMIT_BYTES = 1_000;
const IDLE_MS = 60_000;
/** How long a relay waits that a person should look at. */
const FAILED_WAIT_MS = 300_000;
/** Of a draw that gives the longest wait: the first three. */
const LONGEST_WAITS_MS = [2_000, 4_000, 8_000];

let upstream: SocketUpstream;

beforeEach(async () => {
  upstream = await startSocketUpstream();
});

afterEach(() => upstream.stop());

interface Setting {
  readonly relay?: Partial<RelayConfig>;
  readonly upstreams?: readonly UpstreamConfig[];
  readonly resolve?: Resolve;
}

function startRelay(path: string, { relay = {}, upstreams, resolve }: Setting = {}): TestServer {
  const ports = createTestPorts();
  const limits = { eventLimitBytes: EVENT_LIMIT_BYTES, upstreamIdleTimeoutMs: IDLE_MS };
  const egress = new Egress(upstreams);
  const config = relayOf(`ws://127.0.0.1:${upstream.port}${path}`, { unsafePlaintext: true, ...relay });
  const openUpstreamSocket = createOpenUpstreamSocket({
    egress,
    limits,
    clock: ports.clock,
    ...(resolve === undefined ? {} : { resolve }),
  });
  // The longest wait that the jitter can give.
  const random = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(255);
  return startTestServer({ relays: { up: config }, limits }, { ...ports, random, openUpstreamSocket });
}

const follow = (server: TestServer): Promise<MemorySink> => server.subscribe("/v1/relays/up?from=oldest");
const dataOf = (text: string): string[] => [...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");

/** The waits that the relay has logged, once there are so many. */
async function waitsOf({ ports }: TestServer, count: number): Promise<number[]> {
  const waits = (): number[] =>
    ports.lines.flatMap((line) => {
      const { event, waitMs } = JSON.parse(line) as { event: string; waitMs: number };
      return event === "relay-lost" ? [waitMs] : [];
    });
  await until(
    () => waits().length >= count,
    () => ports.lines.join("\n"),
  );
  return waits();
}

/** The relay's side of the handshake is done: the upstream has its socket before that. */
const connected = (server: TestServer): Promise<void> =>
  until(async () => (await server.metric('relay_connected{relay="up"}')) === 1);

async function nextSocket(count = 1): Promise<SocketUpstream["sockets"][number]> {
  await until(() => upstream.sockets.length >= count);
  const socket = upstream.sockets[count - 1];
  if (socket === undefined) throw new Error("no socket");
  return socket;
}

describe("a relay of a WebSocket", () => {
  test("masks each text message as an event, JSON by its strings, under positions of its own", async () => {
    const sink = await follow(startRelay("/feed"));
    const socket = await nextSocket();
    socket.send('{"to":"ann@exam', { fin: false });
    socket.send('ple.com"}', { fin: true });
    socket.send("card 4111 1111 1111 1111");
    socket.send('"ann@example.com"');
    await until(() => dataOf(sink.text).length === 3);
    expect(dataOf(sink.text)).toEqual(['{"to":"[EMAIL]"}', "card [CREDIT_CARD]", '"[EMAIL]"']);
    expect(sink.text).toMatch(/^id: [0-9a-z]{6}\.[0-9]+$/m);
    expect(sink.text).not.toContain("ann@");
  });

  test("takes a message that comes with the handshake", async () => {
    const sink = await follow(startRelay("/at-once"));
    await until(() => dataOf(sink.text).length === 1);
    expect(dataOf(sink.text)).toEqual(['{"to":"[EMAIL]"}']);
  });

  test("says what the configuration says, offers no compression, and nothing of the client's", async () => {
    const relay = { headers: { Authorization: "Bearer secret" }, protocols: ["feed.v3", "feed.v2"] };
    const trace = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const server = startRelay("/feed?since=1", { relay });
    await server.subscribe("/v1/relays/up", { cookie: "a=b", "x-forwarded-for": "10.0.0.1", traceparent: trace });
    const socket = await nextSocket();
    const { "sec-websocket-key": key, ...headers } = upstream.asked[0]?.headers ?? {};
    expect(headers).toEqual({
      authorization: "Bearer secret",
      connection: "Upgrade",
      host: `127.0.0.1:${upstream.port}`,
      "sec-websocket-protocol": "feed.v3,feed.v2",
      "sec-websocket-version": "13",
      traceparent: trace,
      upgrade: "websocket",
      "user-agent": "maskwire",
    });
    expect(key).toMatch(/^[\w+/]{22}==$/);
    expect([upstream.asked[0]?.url, socket.protocol, socket.extensions]).toEqual(["/feed?since=1", "feed.v2", ""]);
  });

  test("says that events may be lost when it comes back, and that the connection is up", async () => {
    const server = startRelay("/feed");
    const sink = await follow(server);
    const first = await nextSocket();
    first.send("1");
    await until(() => dataOf(sink.text).length === 1);
    expect(await server.metric('relay_connected{relay="up"}')).toBe(1);
    first.terminate();
    const [waitMs = 0] = await waitsOf(server, 1);
    expect(await server.metric('relay_connected{relay="up"}')).toBe(0);
    await server.ports.clock.advance(waitMs);
    (await nextSocket(2)).send("2");
    await until(() => dataOf(sink.text).includes("2"));
    expect(dataOf(sink.text)).toEqual(["1", expect.stringContaining('"lost":null'), "2"]);
    expect(await server.metric('relay_reconnects_total{relay="up"}')).toBe(1);
  });

  test("waits longer each time for one that closes at once", async () => {
    const server = startRelay("/closes");
    await follow(server);
    for (const [index, waitMs] of LONGEST_WAITS_MS.entries()) {
      expect((await waitsOf(server, index + 1))[index]).toBe(waitMs);
      await server.ports.clock.advance(waitMs - 1);
      expect(upstream.asked).toHaveLength(index + 1);
      await server.ports.clock.advance(1);
    }
    await waitsOf(server, LONGEST_WAITS_MS.length + 1);
    expect(server.ports.lines.join()).not.toContain("ann@");
  });

  test("closes in order lingerMs after its last subscriber has left", async () => {
    const server = startRelay("/feed");
    const sink = await follow(server);
    const socket = await nextSocket();
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await connected(server);
    sink.leave();
    await server.ports.clock.advance(DEFAULT_SERVER_LIMITS.lingerMs + 1);
    expect(await closed).toBe(1000);
    await until(() => upstream.openCount() === 0);
  });

  test("keeps one that is quiet and answers pings", async () => {
    const server = startRelay("/feed");
    const sink = await follow(server);
    const socket = await nextSocket();
    let pings = 0;
    socket.on("ping", () => pings++);
    await connected(server);
    for (let count = 1; count <= 6; count++) {
      await server.ports.clock.advance(IDLE_MS / 2);
      await until(() => pings === count);
      // The pong was sent before this, so it is there when this is.
      socket.send(String(count));
      await until(() => dataOf(sink.text).length === count);
    }
    expect(upstream.sockets).toHaveLength(1);
  });

  test("does not lose its place behind many messages at once", async () => {
    const sink = await follow(startRelay("/feed"));
    const socket = await nextSocket();
    const texts = Array.from({ length: 1_000 }, (_, index) => String(index));
    for (const text of texts) socket.send(text);
    await until(() => dataOf(sink.text).length === texts.length);
    expect(dataOf(sink.text)).toEqual(texts);
  });
});

describe("a hostile upstream", () => {
  test("sends a message one byte too long: it is refused, the connection ends, subscribers are told", async () => {
    const server = startRelay("/feed");
    const sink = await follow(server);
    const socket = await nextSocket();
    socket.send("a".repeat(EVENT_LIMIT_BYTES));
    socket.send("ann@example.com ".repeat(63).slice(0, EVENT_LIMIT_BYTES + 1));
    const [waitMs = 0] = await waitsOf(server, 1);
    expect(dataOf(sink.text)).toEqual(["a".repeat(EVENT_LIMIT_BYTES)]);
    expect(await server.metric('events_refused_total{code="EVENT_TOO_LARGE"}')).toBe(1);
    await server.ports.clock.advance(waitMs);
    await nextSocket(2);
    await until(() => sink.text.includes('"lost":null'));
  });

  test.each([
    ["fragments without end", "/pieces", "EVENT_TOO_LARGE"],
    ["empty fragments without end", "/empty-pieces", "EVENT_TOO_LARGE"],
    ["a compression bomb that nobody asked for", "/bomb", "BAD_REQUEST"],
    ["text that is no UTF-8", "/not-utf8", "INVALID_UTF8"],
    ["frames masked as a client's", "/masked", "BAD_REQUEST"],
  ])("sends %s: counted, cut, tried again later", async (_, path, code) => {
    const server = startRelay(path);
    const sink = await follow(server);
    expect(await waitsOf(server, 1)).toEqual([LONGEST_WAITS_MS[0]]);
    expect(await server.metric(`events_refused_total{code="${code}"}`)).toBe(1);
    expect(dataOf(sink.text)).toEqual([]);
    await until(() => upstream.openCount() === 0);
  });

  test("sends binary messages: each is refused and counted, the next text is taken", async () => {
    const server = startRelay("/binary");
    const sink = await follow(server);
    await until(() => dataOf(sink.text).length === 1);
    expect(dataOf(sink.text)).toEqual(["after it"]);
    expect(await server.metric('events_refused_total{code="BINARY_REFUSED"}')).toBe(1);
  });

  test("sends binary messages that the relay takes: each that is text is an event, masked, and no other", async () => {
    const server = startRelay("/binary", { relay: { binary: "utf8" } });
    const sink = await follow(server);
    const socket = await nextSocket();
    socket.send(Buffer.of(0x61, 0xff));
    socket.send("at last");
    await until(() => dataOf(sink.text).at(-1) === "at last");
    expect(dataOf(sink.text)).toEqual(["[EMAIL]", "after it", "at last"]);
    expect(await server.metric('events_refused_total{code="INVALID_UTF8"}')).toBe(1);
    expect(await server.metric('events_refused_total{code="BINARY_REFUSED"}')).toBe(0);
  });

  test.each([
    ["a handshake that never ends", "/silent"],
    ["silence, pings included", "/deaf"],
  ])("gives %s: cut after upstreamIdleTimeoutMs", async (_, path) => {
    const server = startRelay(path);
    await follow(server);
    await until(() => upstream.asked.length === 1);
    if (path === "/deaf") await until(async () => (await server.metric('relay_connected{relay="up"}')) === 1);
    await server.ports.clock.advance(IDLE_MS - 1);
    expect(upstream.openCount()).toBe(1);
    await server.ports.clock.advance(1);
    await until(() => upstream.openCount() === 0);
    expect((await waitsOf(server, 1))[0]).toBe(LONGEST_WAITS_MS[0]);
  });

  test.each([
    ["a redirect to the metadata service", "/moved", FAILED_WAIT_MS],
    ["a refusal", "/forbidden", FAILED_WAIT_MS],
    ["a page", "/page", FAILED_WAIT_MS],
    ["a forged handshake", "/forged", FAILED_WAIT_MS],
    ["an extension that nobody offered", "/packs", FAILED_WAIT_MS],
    ["a time to come back", "/busy", 120_000],
    ["nothing", "/hangs-up", LONGEST_WAITS_MS[0]],
  ])("answers with %s", async (_, path, waitMs) => {
    const server = startRelay(path);
    await follow(server);
    expect(await waitsOf(server, 1)).toEqual([waitMs]);
    await until(() => upstream.openCount() === 0);
    expect(server.ports.lines.join()).not.toContain("ann");
  });

  test("picks no sub-protocol of those offered: not followed", async () => {
    const server = startRelay("/feed", { relay: { protocols: ["feed.v9"] } });
    await follow(server);
    expect(await waitsOf(server, 1)).toEqual([FAILED_WAIT_MS]);
  });

  test("answers that it has ended: so do its subscribers", async () => {
    const sink = await follow(startRelay("/over"));
    await until(() => sink.isClosed);
  });
});

describe("what is dialled", () => {
  const answering =
    (...addresses: string[]): Resolve =>
    (_, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
  const listed = (cidr: string): UpstreamConfig => ({
    name: "a",
    host: "localhost",
    port: upstream.port,
    cidrs: [cidr],
    except: [],
  });
  const named = (): Partial<RelayConfig> => ({ url: `ws://localhost:${upstream.port}/feed` });

  test.each([
    ["the metadata address", "wss://169.254.169.254/latest"],
    ["the metadata address, spelt otherwise", "ws://0xa9fea9fe/latest"],
    ["a link-local address", "ws://[fe80::1]/"],
  ])("is never %s", async (_, url) => {
    const server = startRelay("/", { relay: { url } });
    await follow(server);
    expect(await waitsOf(server, 1)).toEqual([FAILED_WAIT_MS]);
  });

  test.each([
    ["the metadata address", () => undefined, ["169.254.169.254"]],
    ["an address off the list", () => [listed("198.51.100.0/25")], ["127.0.0.1"]],
    ["no address", () => undefined, []],
  ])("is no name that resolves to %s", async (_, upstreams, addresses) => {
    const list = upstreams();
    const setting = {
      relay: named(),
      resolve: answering(...addresses),
      ...(list === undefined ? {} : { upstreams: list }),
    };
    const server = startRelay("/", setting);
    await follow(server);
    expect(await waitsOf(server, 1)).toEqual([FAILED_WAIT_MS]);
    expect(upstream.asked).toEqual([]);
  });

  test("is not another port than the list says", async () => {
    const server = startRelay("/", {
      relay: named(),
      upstreams: [{ ...listed("127.0.0.0/8"), port: upstream.port + 1 }],
    });
    await follow(server);
    expect(await waitsOf(server, 1)).toEqual([FAILED_WAIT_MS]);
    expect(upstream.asked).toEqual([]);
  });

  test("is the address that was looked at: a name is asked once for each connection", async () => {
    const answers = ["127.0.0.1", "169.254.169.254"];
    let asks = 0;
    const resolve: Resolve = (host, done) => answering(answers[asks++] ?? "")(host, done);
    const server = startRelay("/", { relay: named(), resolve, upstreams: [listed("127.0.0.1/32")] });
    await follow(server);
    const socket = await nextSocket();
    expect(asks).toBe(1);
    socket.terminate();
    const [waitMs = 0] = await waitsOf(server, 1);
    await server.ports.clock.advance(waitMs);
    expect((await waitsOf(server, 2))[1]).toBe(FAILED_WAIT_MS);
    expect([asks, upstream.sockets.length]).toEqual([2, 1]);
  });

  test.each([
    ["plaintext that is not allowed", { url: "ws://up.example/", unsafePlaintext: false }],
    ["userinfo", { url: "wss://ann:secret@up.example/" }],
    ["another scheme", { url: "wsx://up.example/" }],
  ])("cannot be configured with %s", (_, relay) => {
    expect(() => startRelay("/", { relay })).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
  });
});
