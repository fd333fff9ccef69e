import { describe, expect, test } from "vitest";
import { StreamError } from "../../src/core/index.ts";
import type { ServerConfig } from "../../src/server/config/config.ts";
import { turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { relayOf } from "../support/relay-config.ts";

const FEED = "/v1/feeds/orders/events";
const CARD = "4111 1111 1111 1111";
const LOOSE = { operators: { CREDIT_CARD: { operator: "mask", keepLast: 4 } } } as const;
const STRICT = {};
const FOUR = "**** **** **** 1111";
const NONE = "[CREDIT_CARD]";

const orders = (views: Readonly<Record<string, string>> = {}, eventTypes: readonly string[] = []) => ({
  orders: { policy: "default", views, eventTypes },
});

type Changes = Partial<Pick<ServerConfig, "policies" | "feeds">>;

const start = (changes: Changes = {}): TestServer =>
  startTestServer({ policies: { default: LOOSE }, feeds: orders(), ...changes });
const publish = async (host: TestServer, ...numbers: readonly number[]): Promise<void> => {
  const body = numbers.map((n) => `{"n":${n},"card":"${CARD}"}\n`).join("");
  expect((await host.post(FEED, "application/x-ndjson", body)).status).toBe(200);
};
const dataOf = (text: string): string[] => [...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");
const event = (n: number, card: string): string => `{"n":${n},"card":"${card}"}`;
const lastIdOf = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";

describe("a stricter policy", () => {
  test("masks from the next event on, and nobody who keeps up misses one", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    await publish(host, 1);
    host.reload({ policies: { default: STRICT } });
    await publish(host, 2);
    expect(dataOf(sink.text)).toEqual([event(1, FOUR), event(2, NONE)]);
    expect(lastIdOf(sink.text)).toMatch(/\.2$/);
  });

  test("hands out what was accepted in the same loop turn before it", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    host.server.publish("orders", Buffer.from(event(1, CARD)));
    host.reload({ policies: { default: STRICT } });
    host.server.publish("orders", Buffer.from(event(2, CARD)));
    await turn();
    expect(dataOf(sink.text)).toEqual([event(1, FOUR), event(2, NONE)]);
  });

  test.each(["?from=oldest", "?from=-100", "?from=2026-01-01T00:00:00Z"])(
    "never replays what a looser one let through: %s",
    async (query) => {
      const host = start();
      await publish(host, 1, 2);
      host.reload({ policies: { default: STRICT } });
      await publish(host, 3);
      expect(dataOf((await host.subscribe(`${FEED}${query}`)).text)).toEqual([event(3, NONE)]);
    },
  );

  test("tells who resumes how many events it forgot", async () => {
    const host = start();
    const first = await host.subscribe(FEED);
    await publish(host, 1, 2, 3);
    const id = lastIdOf(first.text).replace(".3", ".1");
    host.reload({ policies: { default: STRICT } });
    await publish(host, 4);
    const sink = await host.subscribe(FEED, { "last-event-id": id });
    expect(sink.headers["maskwire-resume"]).toBe("gap; lost=2");
    const [gap, ...events] = dataOf(sink.text);
    expect(JSON.parse(gap ?? "")).toEqual({ after: id, next: id.replace(".1", ".4"), lost: 2 });
    expect(events).toEqual([event(4, NONE)]);
  });

  test("tells a reader that lags, and gives it no old byte", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    sink.isStalled = true;
    // More than one page: the rest waits in the history.
    const filler = "x".repeat(60_000);
    for (let n = 1; n <= 8; n++) await host.post(FEED, "application/json", `{"n":${n},"x":"${filler}","c":"${CARD}"}`);
    host.reload({ policies: { default: STRICT } });
    await publish(host, 9);
    sink.take();
    await host.ports.clock.advance(1_000);
    const [gap, ...rest] = dataOf(sink.text).filter((data) => !data.includes("xxx"));
    expect(JSON.parse(gap ?? "")).toMatchObject({ lost: expect.any(Number) as number });
    expect(rest).toEqual([event(9, NONE)]);
  });

  test("leaves the history of the views that keep theirs", async () => {
    const policies = { default: LOOSE, open: LOOSE };
    const host = start({ policies, feeds: orders({ support: "open" }) });
    await publish(host, 1);
    host.reload({ policies: { ...policies, default: STRICT } });
    await publish(host, 2);
    const kept = await host.subscribe(`${FEED}?view=support&from=oldest`);
    expect(dataOf(kept.text)).toEqual([event(1, FOUR), event(2, FOUR)]);
    expect(dataOf((await host.subscribe(`${FEED}?from=oldest`)).text)).toEqual([event(2, NONE)]);
  });

  test("is none when its text only stands in another order", async () => {
    const host = start({ policies: { default: { threshold: 0.5, numbers: "string" } } });
    await publish(host, 1);
    host.reload({ policies: { default: { numbers: "string", threshold: 0.5 } } });
    expect(dataOf((await host.subscribe(`${FEED}?from=oldest`)).text)).toEqual([event(1, NONE)]);
  });

  test("reaches policies that build on the one that changed", async () => {
    const policies = { default: LOOSE, more: { extends: "default", threshold: 0.5 } };
    const host = start({ policies, feeds: orders({ more: "more" }) });
    await publish(host, 1);
    host.reload({ policies: { ...policies, default: STRICT } });
    await publish(host, 2);
    expect(dataOf((await host.subscribe(`${FEED}?view=more&from=oldest`)).text)).toEqual([event(2, NONE)]);
  });

  test("comes with a view that is given another policy by name", async () => {
    const host = start({ policies: { default: LOOSE, strict: STRICT }, feeds: orders({ support: "default" }) });
    await publish(host, 1);
    host.reload({ feeds: orders({ support: "strict" }) });
    await publish(host, 2);
    expect(dataOf((await host.subscribe(`${FEED}?view=support&from=oldest`)).text)).toEqual([event(2, NONE)]);
    expect(dataOf((await host.subscribe(`${FEED}?from=oldest`)).text)).toEqual([event(1, FOUR), event(2, FOUR)]);
  });
});

describe("views and feeds that come and go", () => {
  test("a new view counts on where the feed is", async () => {
    const host = start({ policies: { default: STRICT, loose: LOOSE } });
    const first = await host.subscribe(FEED);
    await publish(host, 1);
    host.reload({ feeds: orders({ support: "loose" }) });
    const support = await host.subscribe(`${FEED}?view=support`);
    await publish(host, 2);
    expect(dataOf(support.text)).toEqual([event(2, FOUR)]);
    expect(lastIdOf(support.text)).toBe(lastIdOf(first.text));
  });

  test("a view that went ends its readers, who are to come back, and is unknown then", async () => {
    const host = start({ feeds: orders({ support: "default" }) });
    const gone = await host.subscribe(`${FEED}?view=support`);
    const stays = await host.subscribe(FEED);
    await publish(host, 1);
    host.reload({ feeds: orders() });
    expect(gone.text).toMatch(/event: maskwire\.end\ndata: \{"code":4002,"reconnect":true/);
    expect(gone.isClosed).toBe(true);
    await publish(host, 2);
    expect(dataOf(stays.text)).toHaveLength(2);
    expect((await host.app.request(`${FEED}?view=support`)).status).toBe(404);
    expect(await host.metric('subscribers{feed="orders",view="default",transport="sse"}')).toBe(1);
  });

  test("a feed that went ends its readers and refuses the producer that is still sending", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const socket = await host.upgrade("/v1/feeds/orders/socket");
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
    const answer = host.post(FEED, "application/x-ndjson", stream);
    body?.enqueue(Buffer.from(`${event(1, CARD)}\n`));
    await turn();
    host.reload({ feeds: { other: orders().orders } });
    body?.enqueue(Buffer.from(`${event(2, CARD)}\n`));
    body?.close();
    expect(await (await answer).json()).toMatchObject({ accepted: 1, refused: [{ index: 1, code: "FEED_UNKNOWN" }] });
    expect(sink.isClosed).toBe(true);
    expect(socket.closedWith).toEqual([4002, "CONFIG_CHANGED"]);
    expect((await host.app.request(FEED)).status).toBe(404);
    expect(await host.metric('subscribers{feed="orders",view="default",transport="websocket"}')).toBe(0);
  });

  test("a socket that opens after its view went is ended at once", async () => {
    const host = start({ feeds: orders({ support: "default" }) });
    const { upgradeSocket } = host.ports;
    Object.assign(host.ports, {
      upgradeSocket: (...args: Parameters<typeof upgradeSocket>) => {
        host.reload({ feeds: orders() });
        return upgradeSocket(...args);
      },
    });
    const socket = await host.upgrade("/v1/feeds/orders/events?view=support");
    expect(socket.closedWith).toEqual([4002, "CONFIG_CHANGED"]);
    expect(await host.metric('subscribers{feed="orders",view="support",transport="websocket"}')).toBe(0);
  });

  test("other event types forget what went by the old ones", async () => {
    const host = start({ feeds: orders({}, ["paid"]) });
    await host.post(FEED, "text/event-stream", "event: paid\ndata: 1\n\n");
    host.reload({ feeds: orders() });
    await host.post(FEED, "text/event-stream", "event: paid\ndata: 2\n\n");
    const sink = await host.subscribe(`${FEED}?from=oldest`);
    expect(dataOf(sink.text)).toEqual(["2"]);
    expect(sink.text).not.toContain("paid");
  });
});

describe("a configuration that cannot be taken over", () => {
  const broken: readonly (readonly [string, Parameters<TestServer["reload"]>[0]])[] = [
    ["an entity that nobody looks for", { policies: { default: { operators: { NOBODY: { operator: "redact" } } } } }],
    [
      "a key that is missing",
      { policies: { default: STRICT, late: { operators: { default: { operator: "hash" } } } } },
    ],
    ["extends without end", { policies: { default: STRICT, a: { extends: "b" }, b: { extends: "a" } } }],
    ["extends of nothing", { policies: { default: STRICT, a: { extends: "b" } } }],
    ["a view of a policy that is not there", { policies: { default: STRICT }, feeds: orders({ support: "gone" }) }],
    ["another limit", { policies: { default: STRICT }, limits: { heartbeatMs: 1_000 } }],
    ["authentication where there was none", { policies: { default: STRICT }, auth: { issuers: [], apiKeys: [] } }],
    [
      "another listener",
      {
        policies: { default: STRICT },
        listeners: {
          publish: { host: "127.0.0.1", listenPort: 1, unsafeNoAuthentication: false },
          subscribe: { host: "127.0.0.1", listenPort: 1, unsafeNoAuthentication: false },
          admin: { host: "127.0.0.1", listenPort: 1, unsafeNoAuthentication: false },
        },
      },
    ],
    [
      "a relay more",
      {
        policies: { default: STRICT },
        relays: {
          more: relayOf("https://up.example.com/"),
        },
      },
    ],
  ];
  test.each(broken)("changes nothing, not even what could have changed: %s", async (_name, changes) => {
    const host = start();
    const sink = await host.subscribe(FEED);
    await publish(host, 1);
    expect(() => host.reload(changes)).toThrow(StreamError);
    await publish(host, 2);
    expect(dataOf(sink.text)).toEqual([event(1, FOUR), event(2, FOUR)]);
    const masked = await host.post("/v1/mask", "text/plain", CARD);
    expect(await masked.text()).toBe(FOUR);
  });
});

describe("a mask stream", () => {
  test("goes by the policy that it began with, and the next one by the new", async () => {
    const host = start();
    let body: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
    body?.enqueue(Buffer.from(`${CARD}\n`));
    const old = await host.post("/v1/mask", "text/plain", stream);
    host.reload({ policies: { default: STRICT } });
    body?.enqueue(Buffer.from(`${CARD}\n`));
    body?.close();
    expect(await old.text()).toBe(`${FOUR}\n${FOUR}\n`);
    expect(await (await host.post("/v1/mask", "text/plain", CARD)).text()).toBe(NONE);
  });
});
