/** Clients that take their time: each holds something of the server for as long as it is let. */
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { startTarget, talk, verdictOf, type Target } from "./target.ts";

let target: Target;
afterEach(() => target.stopUnharmed());

/** Sends a piece now and then until the server ends it, and returns what came back. */
function drip(port: number, piece: string, first = ""): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.write(first);
    const timer = setInterval(() => socket.write(piece), 20);
    socket.once("close", () => {
      clearInterval(timer);
      resolve(text);
    });
  });
}

// Slowloris: a server that waits for the end of the headers can be filled with a few bytes a second.
test("headers that come byte by byte get 408 after headersTimeoutMs, from all at once", async () => {
  target = await startTarget({ limits: { headersTimeoutMs: 300 } });
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => drip(target.port, "x", `GET /livez HTTP/1.1\r\nx: ${EMAIL}`)),
  );
  for (const answer of answers) {
    expect(verdictOf(answer)).toEqual([408, "HEADERS_TIMEOUT"]);
    expectNothingRaw(answer);
  }
  await target.untilMetric('errors_total{code="HEADERS_TIMEOUT"}', 50);
});

// The same without a single byte: a connection alone costs a socket.
test("a connection that says nothing gets the same", async () => {
  target = await startTarget({ limits: { headersTimeoutMs: 300 } });
  expect(verdictOf(await talk(target.port))).toEqual([408, "HEADERS_TIMEOUT"]);
});

// Slowloris in the body: the headers were in time, the body never ends. What it has sent is accepted, and it is told how much.
test.each([
  ["/v1/feeds/slow/events", "application/x-ndjson", `{"to":"${EMAIL}"}\n`, '"accepted":1'],
  ["/v1/feeds/slow/events", "application/json", `{"to":"${EMAIL}`, '"accepted":0'],
])("a body of %s in %s that falls silent gets 408 after producerIdleTimeoutMs", async (path, type, body, counts) => {
  target = await startTarget({ limits: { producerIdleTimeoutMs: 200 } });
  const head = `POST ${path} HTTP/1.1\r\nhost: a.localhost\r\ncontent-type: ${type}\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n`;
  const answer = await talk(target.port, head, body);
  expect(verdictOf(answer)).toEqual([408, "PRODUCER_IDLE"]);
  expect(answer).toContain(counts);
  expectNothingRaw(answer);
  await target.untilMetric('errors_total{code="PRODUCER_IDLE"}', 1);
});

// A mask stream has answered before it falls silent: its answer must break off, so that nobody takes it for whole.
test("a mask stream that falls silent is cut, and what was undecided is not released", async () => {
  target = await startTarget({ limits: { producerIdleTimeoutMs: 200 } });
  const head =
    "POST /v1/mask HTTP/1.1\r\nhost: a.localhost\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n";
  const piece = `${"word ".repeat(100)}${EMAIL.slice(0, 15)}`;
  const answer = await talk(target.port, head, `${piece.length.toString(16)}\r\n${piece}\r\n`);
  expect(answer).toContain("200 OK");
  expect(answer).not.toMatch(/0\r\n\r\n$/);
  expectNothingRaw(answer);
  await target.untilMetric('fail_closed_total{reason="PRODUCER_IDLE"}', 1);
});

// A body of a byte now and then is what a quiet stream looks like. It may stay, but it takes nobody else's place.
test("bodies that trickle hold no more than connectionsLimit, and others are told so", async () => {
  target = await startTarget({ limits: { connectionsLimit: 5 } });
  const head =
    "POST /v1/feeds/slow/events HTTP/1.1\r\nhost: a.localhost\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
  const sockets = Array.from({ length: 5 }, () => {
    const socket = connect(target.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`${head}1\r\n{\r\n`);
    return socket;
  });
  await target.untilMetric("producers", 5);
  const answer = await fetch(`${target.origin}/v1/feeds/slow/events`);
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("CONNECTION_LIMIT")]);
  await target.untilMetric('connections_refused_total{limit="connectionsLimit"}', 1);
  for (const socket of sockets) socket.destroy();
});

// Zero window: it asks for everything and takes nothing. Requests sent behind one another must not pile up answers either.
test("answers to thousands of requests that nobody reads are not made", async () => {
  target = await startTarget();
  const socket = connect(target.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.pause();
  const request = "GET / HTTP/1.1\r\nhost: a.localhost\r\n\r\n";
  let waiting = 0;
  // The page is some 30 KB: all of it would be 600 MB.
  for (let index = 0; index < 200; index++) if (!socket.write(request.repeat(100))) waiting++;
  const before = process.memoryUsage().rss;
  for (let index = 0; index < 20; index++) expect((await fetch(`${target.origin}/livez`)).status).toBe(200);
  expect(waiting).toBeGreaterThan(0);
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  socket.destroy();
});
