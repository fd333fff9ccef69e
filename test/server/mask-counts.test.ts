/** What each feed found, refused and could not read is counted by feed; no value and no name of a caller becomes a label. */
import { describe, expect, test } from "vitest";
import { compilePolicy, maskEvent } from "../../src/core/index.ts";
import { createMaskCounts, FeedCounts } from "../../src/server/masking/mask-counts.ts";
import { Metrics } from "../../src/server/telemetry/metrics.ts";
import { keysFrom } from "../support/keys.ts";
import { createTestPorts } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";

const EVENT = '{"a":"jane@acme.com","b":"bob@acme.com","c":"4111 1111 1111 1111"}';

function start() {
  return startTestServer(
    {
      policies: {
        default: {},
        open: { except: ["a"] },
        hashed: { operators: { EMAIL: { operator: "hash" } } },
        strict: { onInvalid: "close" },
      },
      feeds: {
        orders: { policy: "default", views: { hashed: "hashed", same: "default" }, eventTypes: [] },
        desk: { policy: "open", views: {}, eventTypes: [] },
        mails: { policy: "strict", views: {}, eventTypes: [] },
        "*": { policy: "default", views: {}, eventTypes: [] },
      },
      limits: { eventLimitBytes: 1_000 },
    },
    createTestPorts(),
    { keys: keysFrom() },
  );
}

const publish = (host: ReturnType<typeof start>, feed: string, event: string) =>
  host.post(`/v1/feeds/${feed}/events`, "application/json", event);

describe("counters of a feed", () => {
  test("say entity and operator, once for each policy of its views, however many listen", async () => {
    const host = start();
    for (let reader = 0; reader < 5; reader++) await host.subscribe("/v1/feeds/orders/events");
    await publish(host, "orders", EVENT);
    await publish(host, "mails", EVENT);
    expect(await host.metric('feed_masked_total{feed="orders",entity="EMAIL",operator="redact"}')).toBe(2);
    expect(await host.metric('feed_masked_total{feed="orders",entity="EMAIL",operator="hash"}')).toBe(2);
    expect(await host.metric('feed_masked_total{feed="orders",entity="CREDIT_CARD",operator="redact"}')).toBe(2);
    expect(await host.metric('feed_masked_total{feed="mails",entity="EMAIL",operator="redact"}')).toBe(2);
    expect(await host.metric('masked_total{entity="EMAIL",operator="redact"}')).toBe(4);
  });

  test("say what a path keeps although a detector finds it, by policy and entity", async () => {
    const host = start();
    await publish(host, "desk", EVENT);
    expect(await host.metric('feed_kept_total{feed="desk",policy="open",entity="EMAIL"}')).toBe(1);
    expect(await host.metric('kept_total{policy="open",entity="EMAIL"}')).toBe(1);
    expect(await host.metric('feed_masked_total{feed="desk",entity="EMAIL",operator="redact"}')).toBe(1);
  });

  test("say why events were refused, and which could not be read", async () => {
    const host = start();
    const large = `"${"x".repeat(1_000)}"\n`;
    await host.post("/v1/feeds/orders/events", "application/x-ndjson", large);
    await publish(host, "mails", `{"a":${"[".repeat(300)}${"]".repeat(300)}}`);
    expect(await host.metric('feed_refused_total{feed="orders",code="EVENT_TOO_LARGE"}')).toBe(1);
    expect(await host.metric('feed_refused_total{feed="mails",code="INVALID_INPUT"}')).toBe(1);
    expect(await host.metric('feed_fail_closed_total{feed="mails",reason="JSON_TOO_DEEP"}')).toBe(1);
  });

  test("go on over a reload", async () => {
    const host = start();
    await publish(host, "orders", EVENT);
    host.reload({});
    await publish(host, "orders", EVENT);
    expect(await host.metric('feed_masked_total{feed="orders",entity="EMAIL",operator="redact"}')).toBe(4);
  });

  test("have as many series as the configuration has names, whatever feeds are asked for", async () => {
    const host = start();
    for (let feed = 0; feed < 50; feed++) await publish(host, `jane.doe.${feed}`, EVENT);
    const text = await (await host.app.request("/metrics")).text();
    const series = text.split("\n").filter((line) => line.startsWith("maskwire_feed_masked_total{"));
    expect(series).toHaveLength(2);
    expect(text).not.toMatch(/jane|bob|4111/);
    expect(await host.metric('feed_masked_total{feed="*",entity="EMAIL",operator="redact"}')).toBe(100);
  });
});

test("what counts in a stream still begins anew with each event", () => {
  const metrics = new Metrics();
  const spec = { operators: { default: { operator: "redact", template: "<{entity} {counter}>" } } } as const;
  const policy = new FeedCounts(metrics, "orders", {}).watch(
    compilePolicy(spec, { observer: createMaskCounts(metrics) }),
  );
  const mask = (text: string): string => Buffer.from(maskEvent(policy, Buffer.from(text)) ?? []).toString();
  for (let round = 0; round < 2; round++) expect(mask("a@acme.com b@acme.com")).toBe("<EMAIL 1> <EMAIL 2>");
  expect(metrics.series("feed_masked_total", "orders", "EMAIL", "redact").value).toBe(4);
  expect(metrics.series("masked_total", "EMAIL", "redact").value).toBe(4);
});
