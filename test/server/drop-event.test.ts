/** Events that a policy drops: no view shows them, nobody resumes into a hole, and whoever sent them is told how many. */
import { describe, expect, test } from "vitest";
import type { PolicySpec } from "../../src/core/index.ts";
import { startTestServer } from "../support/server.ts";

const SSN = '{"ssn":"536-90-4399"}';
const FEED = "/v1/feeds/orders/events";
const DROPPING: PolicySpec = { onInvalid: "drop", operators: { US_SSN: { operator: "drop-event" } } };

function start(views: Readonly<Record<string, string>> = {}, policy = "dropping") {
  return startTestServer({
    policies: { default: {}, dropping: DROPPING, closing: { onInvalid: "close" } },
    feeds: { orders: { policy, views, eventTypes: [] } },
  });
}

type Host = ReturnType<typeof start>;

async function publish(host: Host, body: string, type = "application/x-ndjson"): Promise<Record<string, unknown>> {
  const response = await host.post(FEED, type, body);
  return { status: response.status, ...((await response.json()) as object) };
}

const idsIn = (text: string): string[] => [...text.matchAll(/^id: (\S+)\ndata/gm)].map(([, id]) => id);

describe("an event that every view drops", () => {
  test("is counted in the answer, and is no refusal", async () => {
    const host = start();
    const receipt = await publish(host, `1\n${SSN}\n2\n${SSN}\n{\n`);
    expect(receipt).toMatchObject({
      status: 200,
      accepted: 2,
      duplicates: 0,
      dropped: 2,
      refused: [{ index: 4, code: "BAD_JSON" }],
    });
    expect([receipt["firstId"], receipt["lastId"]].map((id) => String(id).split(".")[1])).toEqual(["1", "2"]);
    expect(await host.metric('feed_refused_total{feed="orders",code="EVENT_DROPPED"}')).toBe(2);
    expect(await host.metric('events_published_total{feed="orders"}')).toBe(2);
  });

  test("alone is answered as what was to be", async () => {
    expect(await publish(start(), SSN, "application/json")).toEqual({
      status: 200,
      accepted: 0,
      duplicates: 0,
      dropped: 1,
      firstId: null,
      lastId: null,
      refused: [],
    });
  });

  test("does not hide that all others were refused", async () => {
    expect(await publish(start(), `${SSN}\n{\n`)).toMatchObject({
      status: 400,
      error: { code: "BAD_JSON" },
      accepted: 0,
      dropped: 1,
    });
  });

  test("has no position: who resumes finds no hole, and who sends it again with its key is told the same", async () => {
    const host = start();
    const first = await host.subscribe(FEED);
    const body = `id: a\ndata: 1\n\nid: b\ndata: ${SSN}\n\nid: c\ndata: 2\n\n`;
    expect(await publish(host, body, "text/event-stream")).toMatchObject({ accepted: 2, dropped: 1 });
    const [one, two] = idsIn(first.text);
    expect([one, two].map((id) => id.split(".")[1])).toEqual(["1", "2"]);
    const resumed = await host.subscribe(FEED, { "last-event-id": one });
    expect(idsIn(resumed.text)).toEqual([two]);
    expect(first.text + resumed.text).not.toMatch(/gap|536/);
    expect(await publish(host, body, "text/event-stream")).toMatchObject({ accepted: 0, duplicates: 2, dropped: 1 });
  });

  test("is acknowledged over a WebSocket", async () => {
    const host = start();
    const socket = await host.upgrade("/v1/feeds/orders/socket");
    socket.receive(JSON.stringify({ type: "publish", ref: "a", events: [{ data: JSON.parse(SSN) }, { data: 1 }] }));
    await new Promise((resolve) => setImmediate(resolve));
    const acks = socket.messages.filter((message) => (message as { type: string }).type === "ack");
    expect(acks).toEqual([expect.objectContaining({ ref: "a", accepted: 1, dropped: 1, refused: [] })]);
  });
});

describe("an event that one view drops", () => {
  test("has a position there and no frame, and subscribers of both views may change over", async () => {
    const host = start({ strict: "dropping" }, "default");
    const [loose, strict] = [await host.subscribe(FEED), await host.subscribe(`${FEED}?view=strict`)];
    expect(await publish(host, `1\n${SSN}\n2\n`)).not.toHaveProperty("dropped");
    const ids = idsIn(loose.text);
    expect(ids).toHaveLength(3);
    expect(idsIn(strict.text)).toEqual([ids[0], ids[2]]);
    expect(loose.text).toContain("[US_SSN]");
    expect(strict.text).not.toContain("US_SSN");
    const over = await host.subscribe(`${FEED}?view=strict`, { "last-event-id": ids[1] });
    expect(idsIn(over.text)).toEqual([ids[2]]);
    expect(over.text + strict.text).not.toContain("gap");
    expect(await host.metric('events_hidden_total{feed="orders"}')).toBe(1);
    expect(await host.metric('feed_fail_closed_total{feed="orders",reason="EVENT_DROPPED"}')).toBe(1);
    expect(await host.metric('feed_masked_total{feed="orders",entity="US_SSN",operator="drop-event"}')).toBe(1);
  });

  test("and another one refuses is refused", async () => {
    const host = start({ other: "closing" });
    const receipt = await publish(host, `data: {"ssn":"536-90-4399"\ndata:\n\n`, "text/event-stream");
    expect(receipt).toMatchObject({ status: 422, error: { code: "INVALID_INPUT" } });
  });
});
