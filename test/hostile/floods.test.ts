/** Clients that send more than anybody needs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { send } from "../contract/client.ts";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { Subscription } from "../contract/subscription.ts";
import { startHost } from "../support/host.ts";
import { own } from "../support/own.ts";
import { REPOSITORY } from "../support/repository.ts";
import { runServer } from "../support/run-server.ts";
import { until } from "../support/until.ts";
import { startTarget, type Target } from "./target.ts";

let target: Target | undefined;
afterEach(async () => {
  await target?.stopUnharmed();
  target = undefined;
});

async function start(limits: Parameters<typeof startTarget>[0] = {}): Promise<Target> {
  target = await startTarget(limits);
  return target;
}

const SOCKET = "/v1/feeds/flood/socket";

/** A client frame with a mask of zeros. */
function frameOf(opcode: number, payload: Uint8Array, isLast = true): Buffer {
  const length =
    payload.length < 126
      ? Buffer.of(0x80 | payload.length)
      : Buffer.of(0xfe, payload.length >> 8, payload.length & 255);
  return Buffer.concat([Buffer.of((isLast ? 0x80 : 0) | opcode), length, Buffer.alloc(4), payload]);
}

/** A WebSocket without a library: whatever is written goes out. */
async function openBare(port: number) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    `GET ${SOCKET} HTTP/1.1\r\nhost: a.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
      "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  await once(socket, "data");
  return socket;
}

// Ping flood: each ping has to be answered, and a client that does not read makes the answers pile up at the server.
test.each([
  ["pings", frameOf(9, Buffer.alloc(125, "x"))],
  ["messages that are acknowledged", frameOf(1, Buffer.from('{"type":"publish","ref":"a","events":[]}'))],
])("a flood of %s from a client that reads nothing is not read either, and ends as TOO_SLOW", async (_, frame) => {
  const { port, metric, untilMetric } = await start({ limits: { writeStallMs: 1000 } });
  const socket = await openBare(port);
  socket.pause();
  const block = Buffer.concat(Array<Buffer>(2000).fill(frame));
  const before = process.memoryUsage();
  let sentBytes = 0;
  // Far more than the buffers of both systems hold, as long as the server takes it.
  while (sentBytes < 400_000_000 && !socket.destroyed) {
    sentBytes += block.length;
    if (socket.write(block)) continue;
    const isStuck = await Promise.race([
      new Promise<boolean>((resolve) => {
        socket.once("drain", () => resolve(false));
        socket.once("close", () => resolve(true));
      }),
      untilMetric('disconnects_total{reason="TOO_SLOW"}', 1).then(() => true),
    ]);
    if (isStuck) break;
  }
  await untilMetric('disconnects_total{reason="TOO_SLOW"}', 1);
  expect(sentBytes).toBeLessThan(400_000_000);
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(150_000_000);
  expect(await metric('events_published_total{feed="*"}')).toBe(0);
  socket.destroy();
});

test("a flood of pings from a client that reads is answered, ping by ping", async () => {
  const { origin } = await start();
  const client = new WebSocket(`${origin.replace("http", "ws")}${SOCKET}`);
  await once(client, "open");
  let pongs = 0;
  const all = new Promise<void>((resolve) => {
    client.on("pong", () => {
      pongs += 1;
      if (pongs === 5000) resolve();
    });
  });
  for (let index = 0; index < 5000; index++) client.ping(String(index));
  await all;
  client.terminate();
});

// A message in a million pieces costs far more than its bytes: every piece is an object.
test("a message in pieces without end is ended, by their number or by their bytes", async () => {
  const { origin, untilMetric } = await start({ limits: { messageLimitBytes: 65_536 } });
  for (const [piece, code] of [
    ["x", 1008],
    ["x".repeat(1000), 1009],
  ] as const) {
    const client = new WebSocket(`${origin.replace("http", "ws")}${SOCKET}`);
    client.on("error", () => undefined);
    await once(client, "open");
    const closed = once(client, "close") as Promise<[number]>;
    for (let index = 0; index < 20_000; index++) client.send(piece, { fin: false });
    expect((await closed)[0]).toBe(code);
  }
  await untilMetric('disconnects_total{reason="MESSAGE_TOO_LARGE"}', 1);
});

test("malformed frames and text that is none are counted by reason", async () => {
  const { port, untilMetric } = await start();
  for (const frame of [frameOf(3, Buffer.from(EMAIL)), frameOf(1, Buffer.of(0xff, 0xfe))]) {
    const socket = await openBare(port);
    socket.resume();
    socket.write(frame);
    await once(socket, "close");
  }
  await untilMetric('disconnects_total{reason="BAD_REQUEST"}', 1);
  await untilMetric('disconnects_total{reason="INVALID_UTF8"}', 1);
});

interface Flood {
  readonly connected: number;
  readonly failed: number;
  /** Of connections that were not held; `cut`: ended without an answer. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly held: number;
  readonly perSecond: number;
}

/** Runs test/hostile/connect-flood.mjs against this port; the rate that it reached is printed. */
async function flood(port: number, hold = 0): Promise<Flood> {
  const args = [port, 30_000, 256, hold, 3_000].map(String);
  const child = own(spawn(process.execPath, [join(REPOSITORY, "test/hostile/connect-flood.mjs"), ...args]));
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => void (text += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(0);
  process.stdout.write(text);
  return JSON.parse(text) as Flood;
}

function collectedHeapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Asks again and again over one connection until `work` is done; gives the number of answers. */
async function askMeanwhile(socket: Socket, request: string, work: Promise<unknown>): Promise<number> {
  const state = { isDone: false };
  void work.finally(() => (state.isDone = true));
  let answers = 0;
  while (!state.isDone) {
    socket.write(request);
    expect(String((await once(socket, "data"))[0])).toContain(" 200 OK");
    answers++;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return answers;
}

// Ten thousand connects a second: each costs a socket and a look at its address, and whoever is inside notices nothing.
test("a flood of connections from many addresses is turned away at the door, and who is inside is served", async () => {
  const guard = {
    limits: { socketsLimit: 1000, connectionsPerAddressLimit: 500, connectsPerAddressPerSecond: 1 },
    isShared: (peer: string) => peer === "127.0.0.1",
  };
  const host = await startHost({ guard });
  host.app.get("/hello", (context) => context.text("hello"));
  const inside = connect(host.port, "127.0.0.1");
  const hello = "GET /hello HTTP/1.1\r\nhost: a\r\n\r\n";
  const heapBefore = collectedHeapBytes();
  const cpuBefore = process.cpuUsage();
  const flooding = flood(host.port);
  expect(await askMeanwhile(inside, hello, flooding)).toBeGreaterThan(0);
  const { connected, statuses } = await flooding;
  const { user, system } = process.cpuUsage(cpuBefore);
  process.stdout.write(`${JSON.stringify({ cpuMicrosPerConnect: Math.round((user + system) / connected) })}\n`);
  // Of each address two at once and one a second get through; all others are told, or cut where too many are being told.
  expect(new Set(host.refusals)).toEqual(new Set(["connectsPerAddressPerSecond"]));
  expect(statuses["200"]).toBe(connected - host.refusals.length);
  expect((statuses["429"] ?? 0) + (statuses["cut"] ?? 0)).toBe(host.refusals.length);
  inside.destroy();
  await until(async () => (await host.connections()) === 0);
  // Each socket that is not let go of costs some kilobytes.
  expect(collectedHeapBytes() - heapBefore).toBeLessThan(5_000_000);
  await host.stop();
});

test("a flood of connections past socketsLimit is counted by it, and leaves a server that publishes, and its memory, as they were", async () => {
  const server = await runServer({ config: { feeds: { "*": {} }, limits: { socketsLimit: 100 } } });
  const { port } = new URL(server.origin);
  const inside = connect(Number(port), "127.0.0.1");
  const body = JSON.stringify({ to: EMAIL });
  const publish = `POST ${SOCKET.replace("socket", "events")} HTTP/1.1\r\nhost: a.localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  // The first round is for the collector to find its pace.
  const rounds: { flood: Flood; nowBytes: number }[] = [];
  for (let round = 0; round < 2; round++) {
    const flooding = flood(Number(port), 99);
    expect(await askMeanwhile(inside, publish, flooding)).toBeGreaterThan(0);
    rounds.push({ flood: await flooding, nowBytes: (await server.memory()).nowBytes });
  }
  const refused = rounds.reduce(
    (sum, { flood: { statuses } }) => sum + (statuses["503"] ?? 0) + (statuses["cut"] ?? 0),
    0,
  );
  expect(rounds.map(({ flood: { held } }) => held)).toEqual([99, 99]);
  expect(refused).toBe(rounds.reduce((sum, { flood: { connected, held } }) => sum + connected - held, 0));
  const metrics = await server.metrics();
  expect(metrics).toContain(`maskwire_connections_refused_total{limit="socketsLimit"} ${refused}\n`);
  const [first, second] = rounds;
  expect((second?.nowBytes ?? Infinity) - (first?.nowBytes ?? 0)).toBeLessThan(64_000_000);
  inside.destroy();
  expect(await server.stop()).toBe(0);
  expectNothingRaw(server.logged() + metrics);
});

// Every part that has no natural end, just beyond its bound.
const LONG = "x".repeat(20_000);
test.each<[string, string, Readonly<Record<string, string>>, string | undefined, number, string]>([
  ["a path", `/v1/feeds/${LONG}/events`, {}, undefined, 431, "HEADERS_TOO_LARGE"],
  ["a header", "/livez", { x: LONG }, undefined, 431, "HEADERS_TOO_LARGE"],
  ["a feed's name", `/v1/feeds/${"x".repeat(65)}/events`, {}, undefined, 400, "FEED_NAME"],
  ["a list of feeds", `/v1/feeds/${"abcdefg".split("").join(",")}/events`, {}, undefined, 400, "FEED_LIST"],
  ["a position", `/v1/feeds/a/events?lastEventId=${"1".repeat(9000)}`, {}, undefined, 400, "BAD_POSITION"],
  ["a start", `/v1/feeds/a/events?from=-${"9".repeat(9000)}`, {}, undefined, 400, "BAD_POSITION"],
  ["a query", `/v1/feeds/a/events?${"a&".repeat(4000)}`, {}, undefined, 400, "UNKNOWN_PARAMETER"],
  ["an idempotency key", "/v1/feeds/a/events", { "idempotency-key": "x".repeat(241) }, "1", 400, "BAD_IDEMPOTENCY_KEY"],
  ["an event", "/v1/feeds/a/events", {}, `"${EMAIL} ${"x".repeat(65_536)}"`, 413, "EVENT_TOO_LARGE"],
  ["a number", "/v1/feeds/a/events", {}, "9".repeat(70_000), 413, "EVENT_TOO_LARGE"],
  ["nesting", "/v1/feeds/a/events", {}, "[".repeat(60_000), 400, "BAD_JSON"],
])("%s beyond its bound is refused", async (_, path, headers, body, status, code) => {
  const { origin, untilMetric } = await start();
  const answer = await send(`${origin}${path}`, {
    ...(body === undefined ? {} : { method: "POST", chunks: [body] }),
    headers: { ...headers, "content-type": "application/json" },
  });
  expect([answer.status, /"code":"([A-Z_]+)"/.exec(answer.text)?.[1]]).toEqual([status, code]);
  expectNothingRaw(answer.text);
  await untilMetric(`errors_total{code="${code}"}`, 1);
});

test("a position of 10,000 characters in the header does not stop an EventSource", async () => {
  const { origin } = await start();
  const subscription = new Subscription(`${origin}/v1/feeds/a/events`, "text/event-stream", {
    "last-event-id": "1".repeat(10_000),
  });
  expect(await subscription.resume()).toBe("reset");
  subscription.call.vanish();
});

test("a WebSocket message with a name of its own that is too long, or a key, is BAD_MESSAGE or refused", async () => {
  const { origin } = await start();
  const client = await SocketClient.open(`${origin}${SOCKET}`);
  client.send({ type: "publish", ref: "a", events: [{ key: "k".repeat(257), data: CARD }] });
  expect((await client.messages("ack", 1))[0]).toMatchObject({ refused: [{ index: 0, code: "BAD_IDEMPOTENCY_KEY" }] });
  client.send({ type: "publish", ref: "r".repeat(65), events: [{ data: CARD }] });
  expect(await client.closeCode()).toBe(4502);
  expectNothingRaw(client.text);
});
