import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ERRORS } from "../../src/core/index.ts";
import { createServer } from "../../src/server/app.ts";
import { DEFAULT_CONFIG, type ListenerName } from "../../src/server/config/config.ts";
import { createTestPorts, turn } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";

const FEED = "/v1/feeds/orders/events";

describe("each listener", () => {
  const ROUTES: readonly (readonly [method: string, path: string, listeners: readonly ListenerName[]])[] = [
    ["POST", "/v1/mask", ["publish"]],
    ["POST", FEED, ["publish"]],
    ["GET", FEED, ["subscribe"]],
    ["GET", "/v1/feeds/orders/socket", ["publish", "subscribe"]],
    ["GET", "/v1/relays/none", ["subscribe"]],
    ["GET", "/", ["subscribe"]],
    ["GET", "/livez", ["admin"]],
    ["GET", "/readyz", ["admin"]],
    ["GET", "/metrics", ["admin"]],
    ["GET", "/openapi.json", ["admin"]],
  ];
  test.each(ROUTES)("answers %s %s on %j only", async (method, path, listeners) => {
    const server = createServer(createTestPorts(), DEFAULT_CONFIG);
    for (const name of ["publish", "subscribe", "admin"] as const) {
      const response = await server.app([name]).request(path, { method });
      const text = await response.text();
      const isElsewhere = /^\{"error":\{"code":"(?:NOT_FOUND|METHOD_UNKNOWN)"/.test(text);
      expect([name, isElsewhere]).toEqual([name, !listeners.includes(name)]);
    }
  });
});

describe("the Host header of a loopback listener", () => {
  test.each(["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "demo.localhost:1", "[::1]:8080", "127.8.9.10"])(
    "may be %s",
    async (host) => {
      const { app } = startTestServer();
      expect((await app.request("/", { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    "evil.example",
    "127.0.0.1.evil.example:8080",
    "127.0.0.999",
    "10.0.0.1",
    "localhost.evil.example",
    "[::2]:1",
    "",
  ])("may not be %j: another site pointed its name here", async (host) => {
    const { app } = startTestServer();
    for (const path of ["/", FEED, "/livez"]) {
      const response = await app.request(path, { headers: { host } });
      expect([response.status, await response.json()]).toMatchObject([403, { error: { code: "HOST_REFUSED" } }]);
    }
  });

  test("may be any name where the configuration opens the listener", async () => {
    const open = { host: "0.0.0.0", listenPort: 8080, unsafeNoAuthentication: true };
    const config = { ...DEFAULT_CONFIG, listeners: { publish: open, subscribe: open, admin: open } };
    const app = createServer(createTestPorts(), config).app(["subscribe"]);
    expect((await app.request("/", { headers: { host: "feeds.example" } })).status).toBe(200);
  });
});

describe("errors", () => {
  test.each([
    ["GET", "/v1/ann.lee@example.com", 404, "NOT_FOUND"],
    ["GET", "/v1/mask", 405, "METHOD_UNKNOWN"],
    ["DELETE", FEED, 405, "METHOD_UNKNOWN"],
    ["PUT", "/", 405, "METHOD_UNKNOWN"],
  ] as const)("%s %s is %i %s by the table", async (method, path, status, code) => {
    const response = await startTestServer().app.request(path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { code, text: ERRORS[code].text } });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("that are not ours become INTERNAL, and are neither shown nor logged", async () => {
    const ports = {
      ...createTestPorts(),
      openSink: () => {
        throw new Error("ann.lee@example.com");
      },
    };
    const response = await startTestServer({}, ports).app.request(FEED);
    expect(response.status).toBe(500);
    expect((await response.text()) + ports.lines.join()).not.toContain("ann.lee");
  });

  test("names the methods that a route has", async () => {
    const { app } = startTestServer();
    expect((await app.request(FEED, { method: "OPTIONS" })).headers.get("allow")).toBe("POST, PUT, GET, HEAD, OPTIONS");
    expect((await app.request("/v1/mask")).headers.get("allow")).toBe("POST, PUT, OPTIONS");
  });
});

describe("an origin", () => {
  const host = startTestServer({ allowedOrigins: ["https://desk.example"] });
  const from = (origin: string, init: RequestInit = {}) =>
    host.app.request("/v1/mask", {
      method: "POST",
      body: "x",
      ...init,
      headers: { origin, "content-type": "text/plain", ...init.headers },
    });

  test("that is listed may read the answer", async () => {
    const response = await from("https://desk.example");
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://desk.example");
    expect(response.headers.get("access-control-expose-headers")).toContain("Maskwire-Resume");
    expect(response.headers.get("vary")).toBe("Origin");
  });

  test("that is listed gets its headers on a stream too", async () => {
    const sink = await host.subscribe(FEED, { origin: "https://desk.example" });
    expect(sink.headers["access-control-allow-origin"]).toBe("https://desk.example");
  });

  test("of the server itself needs no listing", async () => {
    const response = await from("http://localhost");
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each([
    "https://evil.example",
    "https://desk.example.evil.example",
    "http://desk.example",
    "null",
    "ann.lee@example.com",
  ])("%s is refused, and not reflected", async (origin) => {
    const response = await from(origin);
    expect(response.status).toBe(403);
    expect(JSON.stringify([...response.headers]) + (await response.text())).not.toContain(origin);
  });

  test("asks before it sends, and is told the methods and headers", async () => {
    const headers = { "access-control-request-method": "POST" };
    const response = await from("https://desk.example", { method: "OPTIONS", headers, body: null });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toContain("Last-Event-ID");
  });
});

describe("the page", () => {
  test("may run its own script and style, by their hashes, and nothing else", async () => {
    const response = await startTestServer().app.request("/");
    const page = await response.text();
    const policy = response.headers.get("content-security-policy") ?? "";
    for (const [element, directive] of [
      ["script", "script-src"],
      ["style", "style-src"],
    ] as const) {
      const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page)?.[1] ?? "";
      const hash = createHash("sha256").update(text).digest("base64");
      expect(policy).toContain(`${directive} 'sha256-${hash}'`);
    }
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-frame-options")).toBe("DENY");
  });
});

describe("metrics", () => {
  test("count with labels out of the configuration only", async () => {
    const host = startTestServer({ feeds: { "*": { policy: "default", views: {}, eventTypes: [] } } });
    await host.subscribe("/v1/feeds/ann.lee/events");
    await host.post("/v1/feeds/ann.lee/events", "application/json", '{"to":"ann.lee@example.com"}');
    const text = await (await host.app.request("/metrics")).text();
    expect(text).not.toContain("ann");
    expect(text).toContain('maskwire_subscribers{feed="*",view="default",transport="sse"} 1');
    expect(text).toContain('maskwire_events_published_total{feed="*"} 1');
    expect(text).toContain('maskwire_events_delivered_total{feed="*",transport="sse"} 1');
    expect(text).toContain('maskwire_masked_total{entity="EMAIL",operator="redact"} 1');
    expect(text).toContain('maskwire_publish_to_write_seconds_bucket{le="+Inf"} 1');
    for (const line of text.trim().split("\n")) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) maskwire_\w+ .+|maskwire_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+)$/,
      );
    }
  });
});

describe("any origin", () => {
  const host = startTestServer({ allowedOrigins: ["*", "https://desk.example"] });
  const from = (method: string, headers: Record<string, string> = {}, path = FEED) =>
    host.app.request(path, { method, headers: { origin: "https://else.example", ...headers } });

  test("may read a stream, and is not reflected", async () => {
    const sink = await host.subscribe(FEED, { origin: "https://else.example" });
    expect(sink.headers["access-control-allow-origin"]).toBe("*");
    expect(sink.headers["access-control-expose-headers"]).toContain("Maskwire-Resume");
  });

  test("may ask whether it may", async () => {
    const asking = { "access-control-request-method": "GET", "access-control-request-headers": "last-event-id" };
    const response = await from("OPTIONS", asking);
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  });

  test.each([
    ["publish", "POST", { "content-type": "application/json" }, FEED],
    ["publish, nor ask whether it may", "OPTIONS", { "access-control-request-method": "POST" }, FEED],
    ["mask", "POST", { "content-type": "text/plain" }, "/v1/mask"],
    ["open a WebSocket", "GET", { upgrade: "websocket" }, FEED],
    ["open one that publishes", "GET", { upgrade: "websocket" }, "/v1/feeds/orders/socket"],
  ] as const)("may not %s", async (_, method, headers, path) => {
    const response = await from(method, headers, path);
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect(host.ports.sockets).toEqual([]);
  });

  test("is no name that a client may give itself", async () => {
    const response = await from("POST", { origin: "*", "content-type": "application/json" });
    expect(response.status).toBe(403);
  });

  test("is beside one that is listed, which may do all of it", async () => {
    const headers = { origin: "https://desk.example", "content-type": "application/json" };
    const response = await host.app.request(FEED, { method: "POST", headers, body: "1" });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([
      200,
      "https://desk.example",
    ]);
  });
});

describe("a drain", () => {
  test("announces itself, goes on for a grace, refuses work, and ends subscribers evenly", async () => {
    const host = startTestServer();
    const sinks = [];
    for (let index = 0; index < 30; index++) sinks.push(await host.subscribe(FEED));
    let isDone = false;
    const drained = host.server.drain().then(() => (isDone = true));
    expect((await host.app.request("/readyz")).status).toBe(503);
    expect((await host.post(FEED, "application/json", "1")).status).toBe(200);
    await host.ports.clock.advance(5_000);
    await turn();
    const refused = await host.app.request(FEED);
    expect([refused.status, refused.headers.get("connection")]).toEqual([503, "close"]);
    expect(await refused.json()).toMatchObject({ error: { code: "DRAINING" } });
    expect((await host.app.request("/livez")).status).toBe(200);
    await host.ports.clock.advance(1_500);
    const ended = sinks.filter(({ isClosed }) => isClosed).length;
    expect(ended).toBeGreaterThan(5);
    expect(ended).toBeLessThan(25);
    expect(isDone).toBe(false);
    await host.ports.clock.advance(30_000);
    await drained;
    for (const sink of sinks)
      expect(sink.text).toMatch(/retry: [1-5]\d{3}\nid: \S+\nevent: maskwire\.end\ndata: .*4000/);
  });

  test("answers producers for what was accepted", async () => {
    const host = startTestServer({ limits: { drainGraceMs: 0, drainWindowMs: 0 } });
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("1\n2\n3")) });
    const answer = host.post(FEED, "application/x-ndjson", body);
    await turn();
    const drained = host.server.drain();
    await host.ports.clock.advance(0);
    const response = await answer;
    expect(response.headers.get("connection")).toBe("close");
    expect(await response.json()).toMatchObject({ accepted: 2 });
    await host.ports.clock.advance(100);
    await drained;
  });

  test("lets a mask stream go on to its end, within the window", async () => {
    const host = startTestServer({ limits: { drainGraceMs: 0 } });
    let body: ReadableStreamDefaultController | undefined;
    const stream = new ReadableStream({ start: (controller) => void (body = controller) });
    body?.enqueue(Buffer.from("hello "));
    const response = await host.post("/v1/mask", "text/plain", stream);
    const text = response.text();
    let isDone = false;
    const drained = host.server.drain().then(() => (isDone = true));
    await host.ports.clock.advance(10_000);
    expect(isDone).toBe(false);
    body?.enqueue(Buffer.from("ann.lee@example.com"));
    body?.close();
    expect(await text).toBe("hello [EMAIL]");
    await host.ports.clock.advance(100);
    await drained;
  });

  test("with nobody there is done at once", async () => {
    const host = startTestServer({ limits: { drainGraceMs: 0 } });
    const drained = host.server.drain();
    await host.ports.clock.advance(100);
    await drained;
  });
});
