/** Texts that go on from event to event of a feed: joined for each producer, held within limits, and never passed undecided. */
import { describe, expect, test } from "vitest";
import type { PolicyConfig } from "../../src/server/config/extend-policy.ts";
import { createTestPorts, turn, type MemorySink } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { relayOf } from "../support/relay-config.ts";

const FEED = "/v1/feeds/orders/events";
const SOCKET = "/v1/feeds/orders/socket";
const JOINED: PolicyConfig = { joinFields: ["d"], joinMessages: true };
const FEEDS = { orders: { policy: "joined", views: {}, eventTypes: [] } };
const JOIN_WAIT_MS = 2_000;

function start(changes: Parameters<typeof startTestServer>[0] = {}): TestServer {
  return startTestServer({ policies: { default: {}, joined: JOINED }, feeds: FEEDS, ...changes });
}

/** The data of what a subscriber was sent, an event each. */
function dataOf({ text }: MemorySink): string[] {
  return text.split("\n\n").flatMap((block) => {
    const lines = block.split("\n").filter((line) => line.startsWith("data:"));
    const isControl = block.includes("event: maskwire.");
    return lines.length === 0 || isControl
      ? []
      : lines.map((line) => line.slice("data:".length).replace(/^ /, "")).join("\n");
  });
}

const sse = (events: readonly string[]): string => events.map((data) => `data: ${data}\n\n`).join("");

/** A body that is still coming in. */
function openBody() {
  let controller: ReadableStreamDefaultController | undefined;
  const body = new ReadableStream({ start: (given) => void (controller = given) });
  return {
    body,
    write: async (text: string): Promise<void> => {
      controller?.enqueue(Buffer.from(text));
      for (let i = 0; i < 3; i++) await turn();
    },
    end: () => controller?.close(),
    fail: () => controller?.error(new Error("broken")),
  };
}

interface Row {
  readonly name: string;
  readonly events: readonly string[];
  readonly output: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: "a text", events: ["mail jane@ac", "me.com now"], output: ["mail [EMAIL]", " now"] },
  { name: "a card in three", events: ["4111 1111", " 1111 11", "11 x"], output: ["[CREDIT_CARD]", "", " x"] },
  {
    name: "a field of JSON",
    events: [`{"i":1,"d":"jane@ac"}`, `{"i":2}`, `{"i":3,"d":"me.com "}`],
    output: [`{"i":1,"d":"[EMAIL]"}`, `{"i":2}`, `{"i":3,"d":" "}`],
  },
  {
    name: "what ends with the producer",
    events: ["my name", "is ann.lee@example.com"],
    output: ["my name", "is [EMAIL]"],
  },
  { name: "no finding", events: ["4111 1111", "and", "nothing"], output: ["4111 1111", "and", "nothing"] },
];

/** Ways in: each sends the events and says that it is done. */
const WAYS: Readonly<Record<string, (host: TestServer, events: readonly string[]) => Promise<void>>> = {
  async "server-sent events"(host, events) {
    const response = await host.post(FEED, "text/event-stream", sse(events));
    expect(await response.json()).toMatchObject({ accepted: events.length, refused: [] });
  },
  async "one message a time over WebSocket"(host, events) {
    const socket = await host.upgrade(SOCKET);
    for (const data of events) {
      socket.receive({ type: "publish", events: [{ data: data.startsWith("{") ? JSON.parse(data) : data }] });
      await turn();
    }
    socket.leave();
    await turn();
  },
  async "all in one message over WebSocket"(host, events) {
    const socket = await host.upgrade(SOCKET);
    const all = events.map((data) => ({ data: data.startsWith("{") ? JSON.parse(data) : data }));
    socket.receive({ type: "publish", ref: "a", events: all });
    socket.leave();
    await turn();
  },
};

describe.each(Object.keys(WAYS))("texts over events, by %s,", (way) => {
  test.each(ROWS)("join: $name", async ({ events, output }) => {
    const host = start();
    const sink = await host.subscribe(FEED);
    await WAYS[way](host, events);
    expect(dataOf(sink)).toEqual(output);
  });

  test("stand alone where the policy says nothing", async () => {
    const host = start({ feeds: { orders: { ...FEEDS.orders, policy: "default" } } });
    const sink = await host.subscribe(FEED);
    await WAYS[way](host, ["jane@ac", "me.com"]);
    expect(dataOf(sink)).toEqual(["jane@ac", "me.com"]);
  });
});

describe("an event that waits", () => {
  test("is acknowledged when it is decided, and nothing overtakes it", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const producer = await host.upgrade(SOCKET);
    producer.receive({ type: "publish", ref: "a", events: [{ data: "jane@ac" }] });
    producer.receive({ type: "publish", ref: "b", events: [{ data: { n: 1 } }] });
    await turn();
    expect([producer.messages.length, dataOf(sink)]).toEqual([0, []]);
    expect(await host.metric('feed_held_bytes{feed="orders"}')).toBe(`jane@ac{"n":1}`.length);
    producer.receive({ type: "publish", ref: "c", events: [{ data: "me.com is." }, { data: " Bye. " }] });
    await turn();
    expect(dataOf(sink)).toEqual(["[EMAIL]", `{"n":1}`, " is.", " Bye. "]);
    expect(producer.messages.filter((one) => (one as { type: string }).type === "ack")).toMatchObject([
      { ref: "a", accepted: 1 },
      { ref: "b", accepted: 1 },
      { ref: "c", accepted: 2 },
    ]);
    expect(await host.metric('feed_held_bytes{feed="orders"}')).toBe(0);
  });

  test("holds up no other producer", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const slow = await host.upgrade(SOCKET);
    slow.receive({ type: "publish", events: [{ data: "jane@ac" }] });
    await host.post(FEED, "text/event-stream", sse(["free"]));
    expect(dataOf(sink)).toEqual(["free"]);
  });

  test("waits for the slowest of the views", async () => {
    const views = { plain: "default" };
    const host = start({ feeds: { orders: { ...FEEDS.orders, views } } });
    const joined = await host.subscribe(FEED);
    const plain = await host.subscribe(`${FEED}?view=plain`);
    await host.post(FEED, "text/event-stream", sse(["x jane@ac", "me.com y"]));
    expect([dataOf(joined), dataOf(plain)]).toEqual([
      ["x [EMAIL]", " y"],
      ["x jane@ac", "me.com y"],
    ]);
  });

  test.each([
    { waitedMs: JOIN_WAIT_MS - 1, first: [], count: 0 },
    { waitedMs: JOIN_WAIT_MS, first: ["call [FIELD]"], count: 1 },
  ])("is hidden after joinWaitMs, not after $waitedMs ms: $first", async ({ waitedMs, first, count }) => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const producer = await host.upgrade(SOCKET);
    producer.receive({ type: "publish", events: [{ data: "call 4" }] });
    await host.ports.clock.advance(waitedMs);
    expect(dataOf(sink)).toEqual(first);
    expect(await host.metric('fail_closed_total{reason="JOIN_TOO_SLOW"}')).toBe(count);
    // What was hidden belongs to the value all the same: the rest of it does not pass.
    producer.receive({ type: "publish", events: [{ data: "111 1111 1111 1111 now." }, { data: " " }] });
    await turn();
    expect(dataOf(sink)).toEqual([count === 1 ? "call [FIELD]" : "call [CREDIT_CARD]", " now.", " "]);
  });

  test("goes on in digits alone, which read as numbers", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const producer = await host.upgrade(SOCKET);
    const pieces = ["card", " 4111", "1111", "1111", "1111", " is it.", " "];
    producer.receive({ type: "publish", events: pieces.map((data) => ({ data })) });
    await turn();
    expect(dataOf(sink)).toEqual(["card", " [CREDIT_CARD]", "", "", "", " is it.", " "]);
  });

  test.each([
    { events: 3, count: 0 },
    { events: 4, count: 1 },
  ])("is hidden when $events events wait and joinLimitEvents is 3: $count times", async ({ events, count }) => {
    const host = start({ limits: { joinLimitEvents: 3 } });
    const producer = await host.upgrade(SOCKET);
    const all = ["jane@ac", ...Array.from({ length: events - 1 }, () => ({ n: 1 }))];
    producer.receive({ type: "publish", events: all.map((data) => ({ data })) });
    expect(await host.metric('fail_closed_total{reason="JOIN_TOO_MANY"}')).toBe(count);
  });

  test.each([
    { bytes: 1024, count: 0 },
    { bytes: 1025, count: 1 },
  ])("is hidden when $bytes bytes wait and joinLimitBytes is 1024: $count times", async ({ bytes, count }) => {
    const host = start({ limits: { joinLimitBytes: 1024 } });
    const producer = await host.upgrade(SOCKET);
    const filler = `[${"1".repeat(bytes - "jane@ac[]".length)}]`;
    producer.receive(`{"type":"publish","events":[{"data":"jane@ac"},{"data":${filler}}]}`);
    expect(await host.metric('fail_closed_total{reason="JOIN_TOO_LONG"}')).toBe(count);
  });

  test.each([
    ["end", ["see", " you"], 0],
    ["fail", ["see", " [FIELD]"], 1],
  ] as const)("when its body comes to an %s is %j", async (ending, output, count) => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const { body, write, ...endings } = openBody();
    const answer = host.post(FEED, "text/event-stream", body);
    await write(sse(["see", " you"]));
    endings[ending]();
    expect(await (await answer).json()).toMatchObject({ accepted: 2 });
    await turn();
    expect(dataOf(sink)).toEqual(output);
    expect(await host.metric('fail_closed_total{reason="JOIN_BROKEN_OFF"}')).toBe(count);
  });

  test("is hidden when the socket is cut, and passes when it is closed", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    for (const isOrderly of [false, true]) {
      const producer = await host.upgrade(SOCKET);
      producer.receive({ type: "publish", events: [{ data: "see you" }] });
      producer.leave(isOrderly);
      await turn();
    }
    expect(dataOf(sink)).toEqual(["see [FIELD]", "see you"]);
  });

  test("is hidden when other rules come into force", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const producer = await host.upgrade(SOCKET);
    producer.receive({ type: "publish", events: [{ data: "mail jane@ac" }] });
    host.reload({ policies: { default: {}, joined: { ...JOINED, entities: ["EMAIL"] } } });
    await turn();
    producer.receive({ type: "publish", events: [{ data: "me.com. " }] });
    await turn();
    expect(dataOf(sink)).toEqual(["mail [FIELD]", "me.com. "]);
  });

  test("adds nothing to a text when it comes again under its key", async () => {
    const host = start();
    const sink = await host.subscribe(FEED);
    const body = "id: 1\ndata: jane@ac\n\nid: 1\ndata: jane@ac\n\nid: 2\ndata: me.com.\n\nid: 3\ndata: .\n\n";
    const receipt = await (await host.post(FEED, "text/event-stream", body)).json();
    expect(receipt).toMatchObject({ accepted: 3, duplicates: 1 });
    expect(dataOf(sink)).toEqual(["[EMAIL]", ".", "."]);
  });

  test("leaves no timer and is in nobody's hand once it is gone", async () => {
    const host = start();
    const producer = await host.upgrade(SOCKET);
    const before = host.ports.clock.timerCount;
    for (let i = 0; i < 50; i++) producer.receive({ type: "publish", events: [{ data: "word " }] });
    expect(host.ports.clock.timerCount).toBeLessThanOrEqual(before + 1);
    producer.leave();
    await host.ports.clock.advance(JOIN_WAIT_MS);
    expect(host.ports.clock.timerCount).toBeLessThanOrEqual(before);
  });
});

describe("a relay", () => {
  const RELAY = relayOf("https://up.example/feed", { policy: "joined" });

  async function startRelay() {
    const answers: ReturnType<typeof openBody>[] = [];
    const fetchPort: typeof fetch = () => {
      const answer = openBody();
      answers.push(answer);
      return Promise.resolve(new Response(answer.body, { headers: { "content-type": "text/event-stream" } }));
    };
    const policies = { default: {}, joined: JOINED };
    const host = startTestServer({ policies, relays: { up: RELAY } }, createTestPorts(fetchPort));
    const sink = await host.subscribe("/v1/relays/up?from=oldest");
    await turn();
    return { host, sink, answers };
  }

  test("joins what its upstream sends, also over a connection that broke", async () => {
    const { host, sink, answers } = await startRelay();
    await answers[0].write("retry: 100\nid: 1\ndata: x jane@ac\n\n");
    expect(dataOf(sink)).toEqual([]);
    answers[0].fail();
    await turn();
    await host.ports.clock.advance(1_000);
    await answers[1]?.write("id: 2\ndata: me.com now \n\n");
    expect(dataOf(sink)).toEqual(["x [EMAIL]", " now "]);
  });

  test("hides what waits where its upstream may have lost events", async () => {
    const { host, sink, answers } = await startRelay();
    await answers[0].write("retry: 100\ndata: x jane@ac\n\n");
    answers[0].fail();
    await turn();
    await host.ports.clock.advance(1_000);
    await answers[1]?.write("data: me.com now \n\n");
    expect(dataOf(sink)).toEqual(["x [FIELD]", " now "]);
  });
});

test("a value over two lines of one event is found by crossLine", async () => {
  const host = start({ policies: { default: {}, joined: { crossLine: true } } });
  const sink = await host.subscribe(FEED);
  await host.post(FEED, "text/event-stream", "data: 4111 1111 11\ndata: 11 1111\n\n");
  expect(dataOf(sink)).toEqual(["[CREDIT_CARD]"]);
});
