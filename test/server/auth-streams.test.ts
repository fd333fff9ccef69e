/** Streams and browsers with tokens: when they end, and how a page carries one. */
import { describe, expect, test } from "vitest";
import { AUTH, bearer, EVENT, FEED, knock, startGuarded } from "../support/auth-server.ts";
import { createTestPorts, type TestPorts } from "../support/ports.ts";
import { makeToken } from "../support/tokens.ts";

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
    await new Promise((resolve) => setTimeout(resolve, 20));
    const reading = Promise.resolve(answering).then(
      async (response) => await response.text().catch(() => "broken off"),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
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
