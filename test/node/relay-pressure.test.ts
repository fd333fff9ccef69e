/** What an upstream sends while a remote detector does not answer: it is not read, on real sockets. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFetch } from "../../src/node/fetch.ts";
import { createOpenUpstreamSocket } from "../../src/node/upstream-socket.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { openRemoteDetectors } from "../../src/server/remote/index.ts";
import { type Analyzer, PRESIDIO, startAnalyzer } from "../support/analyzer.ts";
import { createTestPorts } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { ENDLESS_DATA, type SocketUpstream, startSocketUpstream } from "../support/socket-upstream.ts";
import { until } from "../support/until.ts";
import { relayOf } from "../support/relay-config.ts";

const QUEUE_BYTES = 4 * ENDLESS_DATA.length;
/** More than the buffers of both systems and of both programs together. */
const BUFFERS_BYTES = 48 * 1_048_576;
const PUBLISHED = 'events_published_total{feed="relay:up"}';
const PAUSES = 'relay_pauses_total{relay="up"}';

let upstream: SocketUpstream;
let analyzer: Analyzer;
/** Lets the detector answer, what it was asked and what comes. */
let release: () => void;

beforeEach(async () => {
  upstream = await startSocketUpstream();
  analyzer = await startAnalyzer();
  const held: (() => void)[] = [];
  analyzer.misbehave = (response) => void held.push(() => response.end("[]"));
  release = () => {
    analyzer.misbehave = (response) => void response.end("[]");
    for (const answer of held) answer();
  };
});

afterEach(async () => {
  await upstream.stop();
  await analyzer.close();
});

function startRelay(scheme: "http" | "ws", path: string): TestServer {
  const ports = createTestPorts(createFetch(new Egress(undefined)));
  const limits = { relayQueueBytes: QUEUE_BYTES };
  const relay = relayOf(`${scheme}://127.0.0.1:${upstream.port}${path}`, { unsafePlaintext: true });
  const openUpstreamSocket = createOpenUpstreamSocket({
    egress: new Egress(undefined),
    limits: DEFAULT_SERVER_LIMITS,
    clock: ports.clock,
  });
  const detector = { ...PRESIDIO, concurrencyLimit: 64, unsafePlaintext: true, entities: { PERSON: "PERSON" } };
  return startTestServer(
    {
      policies: { default: { remoteDetectors: ["presidio"] } },
      remoteDetectors: { presidio: { ...detector, url: analyzer.url } },
      relays: { up: relay },
      limits,
    },
    { ...ports, openUpstreamSocket },
    { openRemote: openRemoteDetectors },
  );
}

/** Bytes that it has sent, once that is the same after many other things have happened. */
async function settledBytes(host: TestServer): Promise<number> {
  for (let before = -1; ;) {
    const now = upstream.sentBytes();
    if (now === before) return now;
    before = now;
    for (let round = 0; round < 50; round++) {
      await host.metric(PUBLISHED);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

describe.each(["http", "ws"] as const)("an upstream by %s that sends without end", (scheme) => {
  test("is read no further than relayQueueBytes while a remote detector does not answer, and goes on then", async () => {
    const host = startRelay(scheme, "/endless");
    await host.subscribe("/v1/relays/up");
    await until(async () => (await host.metric(PAUSES)) === 1);
    // Four are the limit exactly; the fifth goes over it and waits with all that the upstream has sent.
    await until(() => analyzer.asked.length === 4);
    const sentBytes = await settledBytes(host);
    expect(sentBytes).toBeLessThan(BUFFERS_BYTES);
    expect(analyzer.asked).toHaveLength(4);
    expect(await host.metric(PUBLISHED)).toBe(0);
    expect(await host.metric(PAUSES)).toBe(1);
    release();
    await until(() => upstream.sentBytes() > sentBytes + BUFFERS_BYTES / 16);
    expect(await host.metric(PUBLISHED)).toBeGreaterThan(4);
    expect(await host.metric('relay_connected{relay="up"}')).toBe(1);
  });
});

test("events that wait together for relayQueueBytes do not pause it, and one byte more does", async () => {
  const host = startRelay("ws", "/feed");
  await host.subscribe("/v1/relays/up");
  await until(() => upstream.sockets.length === 1);
  const [socket] = upstream.sockets;
  for (let index = 0; index < 4; index++) socket?.send(ENDLESS_DATA);
  await until(() => analyzer.asked.length === 4);
  expect(await host.metric(PAUSES)).toBe(0);
  socket?.send("1");
  await until(async () => (await host.metric(PAUSES)) === 1);
  expect(analyzer.asked).toHaveLength(4);
  release();
  await until(async () => (await host.metric(PUBLISHED)) === 5);
  expect(await host.metric(PAUSES)).toBe(1);
});
