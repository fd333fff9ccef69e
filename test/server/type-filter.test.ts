/** A subscriber that wants events of some types only: the same frames as for others, less those, over each transport. */
import { describe, expect, test } from "vitest";
import { MemorySocket, turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const FEEDS = { "*": { policy: "default", views: { bare: "dropping" }, eventTypes: ["order", "refund", "chat"] } };
const POLICIES = {
  default: {},
  dropping: { onInvalid: "drop", operators: { EMAIL: { operator: "drop-event" } } },
} as const;
const FEED = "/v1/feeds/orders/events";
const LINES = { accept: "application/x-ndjson" };

interface Seen {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

const open = (limits: object = {}): TestServer => startTestServer({ feeds: FEEDS, policies: POLICIES, limits });

async function publish(host: TestServer, types: readonly string[], first = 1, feed = FEED): Promise<void> {
  const events = types.map((type, index) => `event: ${type}\ndata: ${first + index}\n\n`);
  expect((await host.post(feed, "text/event-stream", events.join(""))).status).toBe(200);
}

function readSse(text: string): Seen[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const lineOf = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      return { id: lineOf("id") ?? "", event: lineOf("event") ?? "message", data: JSON.parse(lineOf("data") ?? "") };
    });
}

/** Transport to how it is opened and read. */
const TRANSPORTS: Readonly<Record<string, (host: TestServer, query: string) => Promise<() => readonly Seen[]>>> = {
  sse: async (host, query) => {
    const sink = await host.subscribe(FEED + query);
    return () => readSse(sink.text);
  },
  ndjson: async (host, query) => {
    const sink = await host.subscribe(FEED + query, LINES);
    const parse = (line: string): Seen => JSON.parse(line) as Seen;
    return () => sink.text.split("\n").filter(Boolean).map(parse);
  },
  websocket: async (host, query) => {
    const socket = await host.upgrade(FEED + query);
    return () => socket.messages as Seen[];
  },
};

const TYPES = ["order", "chat", "refund", "other", "chat", "order", "refund"];
const numbersOf = (seen: readonly Seen[]): unknown[] => seen.map(({ data }) => data);

describe.each(Object.entries(TRANSPORTS))("a filter by event type over %s", (_, connect) => {
  test.each([
    ["order", [1, 6]],
    ["refund,order", [1, 3, 6, 7]],
    ["message", [4]],
    ["order,order", [1, 6]],
    ["other", []],
    ["Order", []],
    ["order,chat,refund,message", [1, 2, 3, 4, 5, 6, 7]],
  ])("lets %s through, live and replayed, with the frames of a subscriber that has none", async (types, expected) => {
    const host = open();
    const all = await connect(host, "");
    const live = await connect(host, `?types=${types}`);
    await publish(host, TYPES);
    const wanted = all().filter(({ data }) => (expected as unknown[]).includes(data));
    expect(numbersOf(wanted)).toEqual(expected);
    expect(live()).toEqual(wanted);
    expect((await connect(host, `?types=${types}&from=oldest`))()).toEqual(wanted);
  });

  test("misses and repeats nothing when it resumes after each event, under the same filter or another", async () => {
    const host = open();
    const first = await connect(host, "?types=order,refund");
    await publish(host, TYPES);
    for (const { id, data } of first()) {
      const same = await connect(host, `?types=order,refund&lastEventId=${id}`);
      expect(numbersOf(same())).toEqual([1, 3, 6, 7].filter((n) => n > Number(data)));
      const other = await connect(host, `?types=chat&lastEventId=${id}`);
      expect(numbersOf(other())).toEqual([2, 5].filter((n) => n > Number(data)));
    }
    const last = first().at(-1);
    const late = await connect(host, `?types=chat,refund&lastEventId=${last?.id ?? ""}`);
    await publish(host, ["chat", "order", "refund"], 8);
    expect(numbersOf(late())).toEqual([8, 10]);
    expect(numbersOf(first())).toEqual([1, 3, 6, 7, 9, 10]);
  });

  test("goes on behind what it left out, however much that is", async () => {
    const host = open();
    await publish(host, ["order", ...Array.from({ length: 30_000 }, () => "chat"), "order"]);
    const seen = await connect(host, "?types=order&from=oldest");
    // Others have their turn in between.
    expect(numbersOf(seen())).toEqual([1]);
    await host.ports.clock.advance(100);
    expect(numbersOf(seen())).toEqual([1, 30_002]);
    await publish(host, ["chat", "order"], 30_003);
    expect(numbersOf(seen())).toEqual([1, 30_002, 30_004]);
  });

  test("tells of lost events whatever their type", async () => {
    const host = open({ historyMaxBytes: 500 });
    const before = await connect(host, "?from=oldest");
    await publish(host, ["order"]);
    const [{ id }] = before();
    await publish(
      host,
      Array.from({ length: 10 }, () => "chat"),
      2,
    );
    const seen = (await connect(host, `?types=order&lastEventId=${id}`))();
    expect(JSON.stringify(seen)).toContain('"lost"');
  });
});

describe("a filter by event type", () => {
  test("is not let known that the view hides an event, nor of which type it was", async () => {
    const host = open();
    const hidden = await host.subscribe(`${FEED}?view=bare&types=order`);
    const shown = await host.subscribe(`${FEED}?types=order`);
    await host.post(FEED, "text/event-stream", 'event: order\ndata: {"to":"ann.lee@example.com"}\n\n');
    expect(readSse(hidden.text)).toEqual([]);
    expect(readSse(shown.text)).toHaveLength(1);
    // A type that the feed does not pass is none.
    const asked = await host.subscribe(`${FEED}?types=ann.lee@example.com&from=oldest`);
    await host.post(FEED, "text/event-stream", "event: ann.lee@example.com\ndata: 1\n\n");
    expect(readSse(asked.text)).toEqual([]);
  });

  test("has the heartbeat say how far it is, so that a quiet one resumes behind what it left out", async () => {
    const host = open();
    const sink = await host.subscribe(`${FEED}?types=refund`);
    await publish(host, ["order", "order", "order"]);
    expect(sink.text).not.toContain("data:");
    await host.ports.clock.advance(20_000);
    expect([...sink.text.matchAll(/^id: \w{6}\.(\d+)$/gm)].at(-1)?.[1]).toBe("3");
  });

  test("applies to each of several feeds", async () => {
    const host = open();
    const sink = await host.subscribe("/v1/feeds/left,right/events?types=order", LINES);
    await publish(host, ["chat", "order"], 1, "/v1/feeds/left/events");
    await publish(host, ["order", "chat"], 3, "/v1/feeds/right/events");
    const seen = sink.text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Seen & { feed: string });
    expect(seen.map(({ feed, data }) => [feed, data])).toEqual([
      ["left", 2],
      ["right", 3],
    ]);
  });

  test("is shared by those who want the same: one array for both", async () => {
    const host = open();
    const sinks = [await host.subscribe(`${FEED}?types=order,chat`), await host.subscribe(`${FEED}?types=chat,order`)];
    await publish(host, ["order", "refund", "chat"]);
    expect(sinks[0]?.chunks[1]).toBe(sinks[1]?.chunks[1]);
    expect(numbersOf(readSse(sinks[0]?.text ?? ""))).toEqual([1, 3]);
  });

  test("stays with a WebSocket that goes on after a rest", async () => {
    const host = open();
    const role = { names: ["orders"], mayPublish: false, mayReceive: true, mayResume: false };
    const talk = await host.server.converse({ ...role, types: "order" });
    const socket = new MemorySocket(talk, undefined);
    expect(talk.memo).toMatchObject({ types: "order" });
    await publish(host, TYPES);
    expect(numbersOf(socket.messages as Seen[])).toEqual([1, 6]);
  });

  const list = (count: number): string => Array.from({ length: count }, (_, index) => `t${index}`).join(",");

  test.each([
    ["as many types as typesPerStreamLimit", list(3), 200],
    ["one more", list(4), 400],
    ["a type of 128 characters", "x".repeat(128), 200],
    ["one of 129", "x".repeat(129), 400],
    ["none", "", 400],
    ["an empty one", "order,", 400],
  ])("answers %s", async (_, types, status) => {
    const host = open({ typesPerStreamLimit: 3 });
    const head = await host.app.request(`${FEED}?types=${types}`, { method: "HEAD" });
    expect(head.status).toBe(status);
    const socket = await host.app.request(`${FEED}?types=${types}`, { headers: { upgrade: "websocket" } });
    expect(socket.status === 400).toBe(status === 400);
    if (status !== 400) return;
    expect(await socket.json()).toMatchObject({ error: { code: "TYPE_LIST" } });
    await turn();
    expect(await host.metric('errors_total{code="TYPE_LIST"}')).toBe(2);
  });
});
