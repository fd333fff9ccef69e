/** Streams and browsers with tokens: when they end, and how a page carries one. */
import { describe, expect, test } from "vitest";
import { AUTH, bearer, EVENT, FEED, knock, startGuarded, VIEWS } from "../support/auth-server.ts";
import { createTestPorts, turn, type TestPorts } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";
import { makeToken, type TokenOptions } from "../support/tokens.ts";
import { until } from "../support/until.ts";

describe("a stream", () => {
  test("ends when its token does, 30 seconds for clocks included, and says that a fresh one is worth it", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const token = await makeToken({ scope: "maskwire:subscribe:>", nowMs: ports.clock.now(), lifeSeconds: 60 });
    const sink = await host.subscribe(FEED, bearer(token));
    const socket = await host.upgrade(FEED, bearer(token));
    await ports.clock.advance(88_000);
    expect([sink.isClosed, socket.closedWith]).toEqual([false, undefined]);
    await ports.clock.advance(4_000);
    expect(sink.isClosed).toBe(true);
    expect(sink.text).toContain('"code":4010,"reconnect":true');
    expect(socket.closedWith?.[0]).toBe(4010);
  });
});

describe("a body", () => {
  test.each(["/v1/mask", FEED])("ends when its token does, also one that is silent: %s", async (path) => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const claims = { authorization_details: [{ type: "maskwire", actions: ["mask", "publish"], feeds: [">"] }] };
    const token = await makeToken({ claims, nowMs: ports.clock.now(), lifeSeconds: 1 });
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"a":1}\n'));
      },
    });
    const headers = { ...bearer(token), "content-type": "application/x-ndjson" };
    const answering = host.app.request(path, { method: "POST", headers, body, duplex: "half" } as RequestInit);
    const reading = Promise.resolve(answering).then(
      async (response) => await response.text().catch(() => "broken off"),
    );
    // The token has been looked at, which takes threads of its own, and the body is being read.
    await until(async () => (await host.metric("producers")) === 1);
    await turn();
    await ports.clock.advance(32_000);
    expect(await reading).toMatch(/broken off|TOKEN_EXPIRED/);
  });
});

describe("browsers", () => {
  test("are told when a token is too long for a cookie", async () => {
    const ports = createTestPorts();
    const token = await makeToken({ claims: { filler: "x".repeat(4_000) }, nowMs: ports.clock.now() });
    const answer = await knock(startGuarded(AUTH, ports), "/v1/grant", { method: "POST", headers: bearer(token) });
    expect(answer.slice(0, 2)).toEqual([400, "TOKEN_TOO_LONG"]);
  });

  const socketToken = (ports: TestPorts): Promise<string> =>
    makeToken({ scope: "maskwire:subscribe:> maskwire:publish:>", nowMs: ports.clock.now() });

  test("offer the token of a WebSocket beside its sub-protocol, and it is never chosen", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const offered = `maskwire.v1, bearer.${await socketToken(ports)}`;
    const socket = await host.upgrade("/v1/feeds/a/socket", { "sec-websocket-protocol": offered });
    expect(socket.protocol).toBe("maskwire.v1");
    const wrong = { upgrade: "websocket", "sec-websocket-protocol": "maskwire.v1, bearer.x.y.z" };
    expect((await knock(host, "/v1/feeds/a/socket", { headers: wrong }))[1]).toBe("UNAUTHENTICATED");
  });

  test("of another origin do not get that far", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const headers = { upgrade: "websocket", origin: "https://evil.example", ...bearer(await socketToken(ports)) };
    expect((await knock(host, "/v1/feeds/a/socket", { headers })).slice(0, 2)).toEqual([403, "FORBIDDEN"]);
  });

  test("get a cookie for a token, which reads for pages of ours and does nothing else", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const init = { method: "POST", headers: bearer(await socketToken(ports)) };
    const granted = await host.app.request("/v1/grant", init);
    const set = granted.headers.get("set-cookie") ?? "";
    expect(granted.status).toBe(204);
    expect(set).toMatch(/^__Host-maskwire=\S+; Path=\/; Max-Age=630; HttpOnly; Secure; SameSite=Strict$/);
    const cookie = set.split(";")[0];
    await host.subscribe(FEED, { cookie, "sec-fetch-site": "same-origin" });
    for (const headers of [
      { cookie },
      { cookie, "sec-fetch-site": "cross-site" },
      { cookie, "sec-fetch-site": "same-site" },
      { cookie: `${cookie}; ${cookie}`, "sec-fetch-site": "same-origin" },
      { cookie, "sec-fetch-site": "same-origin", upgrade: "websocket" },
    ])
      expect((await knock(host, FEED, { headers }))[1]).toBe("TOKEN_MISSING");
    const write = { method: "POST", headers: { cookie, "sec-fetch-site": "same-origin" }, body: EVENT };
    expect((await knock(host, FEED, write))[1]).toBe("TOKEN_MISSING");
  });
});

describe("a WebSocket that shows a fresh token", () => {
  const SCOPE = "maskwire:subscribe:> maskwire:publish:>";
  const PATH = "/v1/feeds/orders.eu/socket";
  const tokenOf = (ports: TestPorts, options: TokenOptions = {}): Promise<string> =>
    makeToken({ scope: SCOPE, claims: { sub: "ann" }, nowMs: ports.clock.now(), lifeSeconds: 60, ...options });

  async function open() {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const socket = await host.upgrade(PATH, bearer(await tokenOf(ports)));
    /** Sends a token, and waits for what the server makes of it. */
    const show = async (token: string): Promise<unknown> => {
      const before = socket.messages.length;
      socket.receive({ type: "token", token });
      while (socket.messages.length === before) await new Promise((resolve) => setImmediate(resolve));
      return socket.messages[before];
    };
    return { ports, host, socket, show };
  }

  test("goes on beyond the end of the first one, and ends with the last", async () => {
    const { ports, host, socket, show } = await open();
    await ports.clock.advance(50_000);
    const endMs = (Math.floor(ports.clock.now() / 1000) + 60 + 30) * 1000;
    expect(await show(await tokenOf(ports))).toEqual({ type: "renewed", expiresAtMs: endMs });
    await ports.clock.advance(88_000);
    expect(socket.closedWith).toBeUndefined();
    socket.receive({ type: "publish", events: [{ data: 1 }] });
    expect(await host.metric('events_published_total{feed="*"}')).toBe(1);
    await ports.clock.advance(5_000);
    expect(socket.closedWith).toEqual([4010, "TOKEN_EXPIRED"]);
  });

  test("still ends at its age", async () => {
    const { ports, socket, show } = await open();
    for (let index = 0; index < 20 && socket.closedWith === undefined; index++) {
      await show(await tokenOf(ports));
      await ports.clock.advance(60_000);
    }
    expect(socket.closedWith).toEqual([4001, "AGE_LIMIT"]);
  });

  test.each<[string, number, TokenOptions]>([
    ["of somebody else", 4501, { claims: { sub: "bob" } }],
    ["of nobody in particular", 4501, { claims: {} }],
    ["that grants less", 4501, { scope: "maskwire:subscribe:>" }],
    ["for another feed", 4501, { scope: "maskwire:subscribe:x maskwire:publish:x" }],
    ["for another view", 4501, { scope: "maskwire:subscribe:>:support maskwire:publish:>" }],
    ["of another issuer", 4500, { issuer: "https://evil.example/" }],
    ["that has expired", 4010, { lifeSeconds: -31 }],
    ["that nobody signed", 4500, { key: new TextEncoder().encode("x".repeat(32)) }],
  ])("%s is closed with %i, and the metric counts it", async (_, code, options) => {
    const { ports, host, socket, show } = await open();
    await show(await tokenOf(ports, options));
    expect(socket.closedWith?.[0]).toBe(code);
    expect(await host.metric(`tokens_refused_total{code="${socket.closedWith?.[1]}"}`)).toBe(1);
    expect(JSON.stringify(socket.messages) + ports.lines.join()).not.toMatch(/eyJ|evil|bob/);
  });

  test.each([
    ["no text", { type: "token", token: 7 }],
    ["no token", { type: "token" }],
    ["more than a token", { type: "token", token: "a", after: "b" }],
    ["a token with events", { type: "publish", events: [], token: "a" }],
  ])("and sends %s is refused", async (_, message) => {
    const { socket } = await open();
    socket.receive(message);
    expect(socket.closedWith).toEqual([4502, "BAD_MESSAGE"]);
  });

  test("and another before the first is checked is refused: each costs a signature", async () => {
    const { ports, socket } = await open();
    const token = await tokenOf(ports);
    socket.receive({ type: "token", token });
    socket.receive({ type: "token", token });
    while (socket.closedWith === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(socket.closedWith).toEqual([4502, "BAD_MESSAGE"]);
  });

  test("where nobody is asked for one is refused", async () => {
    const socket = await startTestServer(VIEWS).upgrade(PATH);
    socket.receive({ type: "token", token: "a" });
    expect(socket.closedWith).toEqual([4502, "BAD_MESSAGE"]);
  });
});
