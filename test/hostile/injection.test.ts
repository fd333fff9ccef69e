/** Text that wants to be more than text: fields, events, headers, paths. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Call, post, send } from "../contract/client.ts";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { Subscription } from "../contract/subscription.ts";
import { readPlainly } from "../support/sse-oracle.ts";
import { startTarget, talk, verdictOf, type Target } from "./target.ts";

const PATH = "/v1/feeds/inject/events";
let target: Target;
beforeEach(async () => {
  target = await startTarget({
    feeds: { "*": { policy: "default", views: {}, eventTypes: ["order", "data: x"] } },
  });
});
afterEach(() => target.stopUnharmed());

/** Everything that a subscriber from the start on got once the last event is there, read by the plain rules. */
async function readAll(): Promise<ReturnType<typeof readPlainly>["events"]> {
  await post(`${target.origin}${PATH}`, "application/json", '"last"');
  const subscription = new Subscription(`${target.origin}${PATH}?from=oldest`);
  const text = await subscription.call.until((one) => one.includes('"last"\n\n') || one.includes("last\n\n"));
  subscription.call.vanish();
  expectNothingRaw(text);
  return readPlainly(Buffer.from(text)).events;
}

// Splitting an event: whoever gets a line end into a field writes fields and events of its own to every subscriber.
test.each([
  ["a lone CR in the data", "data: a\rdata: b\rid: evil\r\r"],
  ["an id with a field behind NUL", "id: a\u0000\ndata: b\n\n"],
  ["an id with a raw value", `id: ${EMAIL}\ndata: b\n\n`],
  ["an event type that is not on the list", `event: maskwire.end\ndata: b\n\n`],
  ["an event type with a raw value", `event: ${EMAIL}\ndata: b\n\n`],
  ["a retry that would bring everybody back at once", "retry: 0\ndata: b\n\n"],
  ["a retry with a raw value", `retry: ${CARD.replaceAll(" ", "")}\ndata: b\n\n`],
  ["a comment", `: ${EMAIL}\ndata: b\n\n`],
  ["a field of its own", `${EMAIL}: x\ndata: b\n\n`],
  ["line ends of Unicode", "data: b\u2028id: evil\u0085event: evil\n\n"],
])("%s published as SSE reaches subscribers as data or not at all", async (_, body) => {
  const answer = await post(`${target.origin}${PATH}`, "text/event-stream", body);
  expect(answer.status).toBe(200);
  const events = await readAll();
  expect(events).toHaveLength(2);
  for (const [type, data, id] of events) {
    expect(type).toBe("message");
    expect(id).toMatch(/^[0-9a-z]{6}\.\d+$/);
    expect(data).toMatch(/^(?:a\nb|b|b\u2028id: evil\u0085event: evil|"last"|last)$/);
  }
});

test.each([
  ["data", { data: "a\r\rid: evil\revent: evil\n\ndata: b" }],
  ["event", { event: "order\ndata: evil\n\nid: evil", data: "a" }],
  ["event on the list with a colon", { event: "data: x", data: "a" }],
  ["event with NUL", { event: "order\u0000", data: "a" }],
  ["key", { key: "k\r\nid: evil", data: "a" }],
])("line ends in the %s of a WebSocket message do not begin a field", async (_, event) => {
  const client = await SocketClient.open(`${target.origin}/v1/feeds/inject/socket`);
  client.send({ type: "publish", ref: "a", events: [event] });
  await client.messages("ack", 1);
  client.vanish();
  const events = await readAll();
  const types = events.map(([type]) => type);
  expect(types.every((type) => ["message", "data: x"].includes(type))).toBe(true);
  expect(events).toHaveLength(2);
  for (const [, , id] of events) expect(id).toMatch(/^[0-9a-z]{6}\.\d+$/);
});

// Header injection: what comes in is never written into a header, and what cannot stand in one ends the request.
test.each([
  ["a line folded into a header", "x: a\r\n b\r\n"],
  ["a lone LF", "x: a\nset-cookie: evil=1\n"],
  ["a lone CR", "x: a\rset-cookie: evil=1\r\n"],
  ["NUL", "x: a\u0000b\r\n"],
  ["a name with a space", "x y: a\r\n"],
])("%s in a request is refused or stays a header of it", async (_, lines) => {
  const request = `GET /v1/nothing HTTP/1.1\r\nhost: a.localhost\r\nconnection: close\r\n${lines}\r\n`;
  const answer = await talk(target.port, request);
  expect([400, 404]).toContain(verdictOf(answer)[0]);
  expect(answer).not.toMatch(/evil/);
});

test.each([
  ["Origin", { origin: "http://evil.example\u00ad" }],
  ["Last-Event-ID", { "last-event-id": `x.1 ${EMAIL}` }],
  ["Accept", { accept: `text/event-stream;${EMAIL}` }],
  ["Sec-WebSocket-Protocol", { upgrade: "websocket", connection: "upgrade", "sec-websocket-protocol": EMAIL }],
])("the value of %s comes back in no header and no body", async (_, headers) => {
  const call = new Call(`${target.origin}${PATH}`, { headers: { accept: "text/event-stream", ...headers } });
  const response = await call.response();
  const body = await call.until((text) => text !== "");
  call.vanish();
  const answer = JSON.stringify([response.headers, body]);
  expectNothingRaw(answer);
  expect(answer).not.toContain("evil");
});

// Smuggling: two readers of one request that disagree on where it ends let the rest pass as a request of somebody else.
test.each([
  ["a length and chunks", "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled"],
  ["two lengths", "content-length: 1\r\ncontent-length: 2\r\n\r\nab"],
  ["a length with a sign", "content-length: +1\r\n\r\na"],
  ["a length in hex", "content-length: 0x1\r\n\r\na"],
  ["chunks in another coat", "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"],
  ["chunks twice", "transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n"],
  ["a chunk length with a sign", "transfer-encoding: chunked\r\n\r\n-1\r\na\r\n"],
  ["chunk extensions without end", `transfer-encoding: chunked\r\n\r\n1;${"x".repeat(20_000)}\r\na\r\n0\r\n\r\n`],
])("a body with %s is refused, and ends its connection", async (_, rest) => {
  const head = `POST ${PATH} HTTP/1.1\r\nhost: a.localhost\r\ncontent-type: application/json\r\n`;
  const answer = await talk(target.port, head + rest);
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(verdictOf(answer)[0]).toBe(400);
  expect(answer).toMatch(/connection: close/i);
});

// Path tricks: a feed's name is a key of histories, files, subjects and metrics, and grants go by it.
test.each([
  ["/v1/feeds/../../etc/passwd/events", 404, "NOT_FOUND"],
  ["/v1/feeds/%2e%2e/events", 404, "NOT_FOUND"],
  ["/v1/feeds/..%2f..%2fetc/events", 400, "FEED_NAME"],
  ["/v1/feeds/a%2fevents", 404, "NOT_FOUND"],
  ["/v1/feeds/a%5c..%5cb/events", 400, "FEED_NAME"],
  ["/v1/feeds/a%00/events", 400, "FEED_NAME"],
  ["/v1/feeds/a%0d%0aset-cookie:%20evil/events", 400, "FEED_NAME"],
  ["/v1/feeds/%252e%252e/events", 400, "FEED_NAME"],
  ["/v1/feeds/%ff/events", 400, "FEED_NAME"],
  ["/v1/feeds/%/events", 400, "FEED_NAME"],
  ["/v1/feeds/а/events", 400, "BAD_REQUEST"],
  ["/v1/feeds/a;b/events", 400, "FEED_NAME"],
  ["/v1/feeds/*/events", 400, "FEED_NAME"],
  ["/v1/feeds/%3e/events", 400, "FEED_NAME"],
  ["/v1/feeds//events", 404, "NOT_FOUND"],
  ["/v1/feeds/a,,b/events", 400, "FEED_NAME"],
  ["/v1/feeds/a,a/events", 400, "FEED_LIST"],
  ["/v1//feeds/a/events", 404, "NOT_FOUND"],
  ["/V1/feeds/a/events", 404, "NOT_FOUND"],
  ["//evil.example/v1/feeds/a/events", 404, "NOT_FOUND"],
])("%s is %i %s", async (path, status, code) => {
  const request = `GET ${path} HTTP/1.1\r\nhost: a.localhost\r\nconnection: close\r\n\r\n`;
  const answer = await talk(target.port, Buffer.from(request));
  expect(verdictOf(answer)).toEqual([status, code]);
  expect(answer).not.toContain("evil");
  await target.untilMetric(`errors_total{code="${code}"}`, 1);
});

test.each(["__proto__", "constructor", "..a", "toString"])("%s is a name like any other", async (name) => {
  const url = `${target.origin}/v1/feeds/${name}/events`;
  expect((await post(url, "application/json", `{"to":"${EMAIL}"}`)).status).toBe(200);
  const subscription = new Subscription(`${url}?from=oldest`);
  expect(await subscription.events(1)).toMatchObject([{ data: '{"to":"[EMAIL]"}' }]);
  subscription.call.vanish();
  expect((await send(`${target.origin}/metrics`)).text).not.toContain(name);
});
