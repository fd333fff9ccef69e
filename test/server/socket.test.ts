import { describe, expect, test } from "vitest";
import { ERRORS } from "../../src/core/index.ts";
import { createServer } from "../../src/server/app.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";
import { createTestPorts, turn } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";

const SOCKET = "/v1/feeds/orders/socket";
const UPGRADE = { upgrade: "websocket" };
const publish = (...data: unknown[]) => ({ type: "publish", ref: "a1", events: data.map((data) => ({ data })) });
const typesOf = (messages: readonly unknown[]) => messages.map((message) => (message as { type: string }).type);

describe("a WebSocket", () => {
  test("publishes, is acknowledged, and receives what it published, masked", async () => {
    const host = startTestServer();
    const socket = await host.upgrade(SOCKET);
    socket.receive(publish({ to: "ann.lee@example.com" }, "text"));
    await turn();
    expect(typesOf(socket.messages)).toEqual(["ack", "event", "event"]);
    expect(socket.messages[0]).toMatchObject({ ref: "a1", accepted: 2, duplicates: 0, refused: [] });
    expect(socket.messages[1]).toMatchObject({ event: "message", data: { to: "[EMAIL]" } });
    expect(socket.messages[2]).toMatchObject({ data: "text" });
  });

  test("on the events route receives only", async () => {
    const socket = await startTestServer().upgrade("/v1/feeds/orders/events");
    socket.receive(publish(1));
    expect(socket.closedWith).toEqual([4502, "BAD_MESSAGE"]);
    expect(typesOf(socket.messages)).toEqual(["error", "end"]);
    expect(socket.messages[1]).toMatchObject({ code: 4502, reconnect: false });
  });

  test.each([
    [["publish"], "ack"],
    [["subscribe"], "error"],
  ] as const)("on the listener %j answers a publish by %s", async (listeners, answer) => {
    const ports = createTestPorts();
    const server = createServer(ports, DEFAULT_CONFIG);
    await server.app(listeners).request(SOCKET, { headers: UPGRADE });
    ports.sockets[0]?.receive(publish(1));
    await turn();
    expect(typesOf(ports.sockets[0]?.messages ?? [])).toEqual(answer === "ack" ? ["ack"] : ["error", "end"]);
  });

  test("resumes by its first message, and only by its first", async () => {
    const host = startTestServer();
    const first = await host.upgrade(SOCKET);
    first.receive(publish(1, 2, 3));
    await turn();
    const { id } = first.messages[1] as { id: string };
    const second = await host.upgrade(SOCKET);
    second.receive({ type: "resume", after: id });
    expect(second.messages.map((message) => (message as { data: number }).data)).toEqual([2, 3]);
    second.receive({ type: "resume", after: id });
    expect(second.closedWith).toEqual([4502, "BAD_MESSAGE"]);
  });

  test("resumes by its URL, and then not by a message", async () => {
    const host = startTestServer();
    host.server.publish("orders", Buffer.from("1"));
    const socket = await host.upgrade(`${SOCKET}?lastEventId=zzzzzz.4`);
    expect(socket.messages[0]).toMatchObject({ type: "gap", after: "zzzzzz.4", lost: null });
    socket.receive({ type: "resume", after: "zzzzzz.4" });
    expect(socket.closedWith).toEqual([4502, "BAD_MESSAGE"]);
  });

  test.each([
    [Uint8Array.of(1, 2), 1003, "BINARY_REFUSED"],
    ["ann.lee@example.com", 4502, "BAD_MESSAGE"],
    [{ type: "token", token: "ann.lee@example.com" }, 4502, "BAD_MESSAGE"],
    [{ type: "resume", after: "ann.lee@example.com" }, 4502, "BAD_POSITION"],
    [`"${"x".repeat(1_048_577)}"`, 1009, "MESSAGE_TOO_LARGE"],
  ])("closes on a bad message with its code", async (message, code, reason) => {
    const socket = await startTestServer().upgrade(SOCKET);
    socket.receive(message);
    expect(socket.closedWith).toEqual([code, reason]);
    expect(JSON.stringify(socket.messages)).not.toContain("ann.lee");
    socket.receive(publish(1));
    expect(typesOf(socket.messages)).toEqual(["error", "end"]);
  });

  const ref = 'a\n"1';
  test.each([
    ["an unknown key", { ...publish(1), ref, to: 1 }, { ref, code: "BAD_MESSAGE" }],
    ["an unknown type", { type: "shout", ref }, { ref, code: "BAD_MESSAGE" }],
    ["a publish of several feeds", { ...publish(1), ref }, { ref, code: "FEED_LIST" }],
    ["a ref that is too long", { ...publish(1), ref: "x".repeat(65) }, { code: "BAD_MESSAGE" }],
    ["a ref that is no string", { ...publish(1), ref: ["ann.lee@example.com"] }, { code: "BAD_MESSAGE" }],
    ["no ref", { type: "resume", after: "x" }, { code: "BAD_POSITION" }],
    ["a length that is not read", { ...publish("x".repeat(1_048_577)), ref }, { code: "MESSAGE_TOO_LARGE" }],
  ])("names the message in its error: %s", async (_, message, error) => {
    const socket = await startTestServer().upgrade("/v1/feeds/orders,refunds/socket");
    socket.receive(message);
    const { code } = error;
    expect(socket.messages[0]).toEqual({ type: "error", ...error, text: ERRORS[code as keyof typeof ERRORS].text });
  });

  test("of a feed that takes binary messages reads them as the text that they are, and refuses what is none", async () => {
    const feed = { policy: "default", views: {}, eventTypes: [], binary: "utf8" } as const;
    const host = startTestServer({ feeds: { orders: feed, other: { ...feed, binary: "refuse" } } });
    const socket = await host.upgrade(SOCKET);
    const bytes = Buffer.from(JSON.stringify(publish("größer: ann.lee@example.com")));
    socket.receive(bytes);
    await turn();
    expect(socket.messages).toContainEqual(expect.objectContaining({ type: "ack", accepted: 1 }));
    expect(socket.messages).toContainEqual(expect.objectContaining({ type: "event", data: "größer: [EMAIL]" }));
    // Cut within the ö.
    socket.receive(bytes.subarray(0, bytes.indexOf("ö") + 1));
    expect(socket.closedWith).toEqual([1007, "INVALID_UTF8"]);
    const other = await host.upgrade("/v1/feeds/other/socket");
    other.receive(bytes);
    expect(other.closedWith).toEqual([1003, "BINARY_REFUSED"]);
  });

  test("goes by a new configuration in what it makes of binary messages", async () => {
    const feed = { policy: "default", views: {}, eventTypes: [] };
    const host = startTestServer({ feeds: { orders: { ...feed, binary: "utf8" } } });
    const socket = await host.upgrade(SOCKET);
    host.reload({ feeds: { orders: feed } });
    socket.receive(Buffer.from(JSON.stringify(publish(1))));
    expect(socket.closedWith).toEqual([1003, "BINARY_REFUSED"]);
  });

  test("may receive several feeds, each event with its feed, but publish to one only", async () => {
    const host = startTestServer();
    const socket = await host.upgrade("/v1/feeds/left,right/socket");
    host.server.publish("right", Buffer.from("1"));
    await turn();
    expect(socket.messages[0]).toMatchObject({ type: "event", feed: "right", data: 1 });
    socket.receive(publish(1));
    expect(socket.closedWith).toEqual([4502, "FEED_LIST"]);
  });

  test.each([
    ["maskwire.v1", "maskwire.v1"],
    ["bearer.abc, maskwire.v1", "maskwire.v1"],
    ["maskwire.v1.lines", "maskwire.v1.lines"],
    ["bearer.abc, maskwire.v1.lines, maskwire.v1", "maskwire.v1.lines"],
    ["maskwire.v1,maskwire.v1.lines", "maskwire.v1"],
    [undefined, undefined],
  ])("that offers %j is given %j", async (offered, selected) => {
    const headers = offered === undefined ? {} : { "sec-websocket-protocol": offered };
    expect((await startTestServer().upgrade(SOCKET, headers)).protocol).toBe(selected);
  });

  test.each([
    ["only unknown sub-protocols", SOCKET, { ...UPGRADE, "sec-websocket-protocol": "bearer.abc" }, "PROTOCOL_UNKNOWN"],
    [
      "ours with an unknown ending",
      SOCKET,
      { ...UPGRADE, "sec-websocket-protocol": "maskwire.v1.line" },
      "PROTOCOL_UNKNOWN",
    ],
    ["a foreign origin", SOCKET, { ...UPGRADE, origin: "https://evil.example" }, "FORBIDDEN"],
    ["no upgrade", SOCKET, {}, "UPGRADE_NEEDED"],
    ["a token in the query", `${SOCKET}?token=x`, UPGRADE, "TOKEN_IN_QUERY"],
    ["an unknown parameter", `${SOCKET}?colour=x`, UPGRADE, "UNKNOWN_PARAMETER"],
  ] as const)("with %s is refused as plain HTTP", async (_, path, headers, code) => {
    const host = startTestServer();
    const response = await host.app.request(path, { headers: headers as HeadersInit });
    expect([response.status, await response.json()]).toEqual([
      ERRORS[code].http,
      { error: { code, text: ERRORS[code].text } },
    ]);
    expect(host.ports.sockets).toHaveLength(0);
  });

  test("is ended by its age, and counted out", async () => {
    const host = startTestServer();
    const socket = await host.upgrade(SOCKET);
    expect(await host.metric("producers")).toBe(1);
    await host.ports.clock.advance(721_000);
    expect(socket.closedWith).toEqual([4001, "AGE_LIMIT"]);
    expect(socket.messages.at(-1)).toMatchObject({ type: "end", code: 4001, reconnect: true });
    expect(await host.metric("producers")).toBe(0);
    expect(host.ports.clock.timerCount).toBe(0);
  });
});
