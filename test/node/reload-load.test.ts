/**
 * A thousand configurations taken over while events flow over real sockets: no event is masked by a mix of two, and whoever
 * keeps up misses none.
 */
import { describe, expect, test } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { startServer } from "../../src/node/server.ts";
import { openToken } from "../../src/core/index.ts";
import { keysFrom } from "../support/keys.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import { Call } from "../contract/client.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { Subscription, TRANSPORTS } from "../contract/subscription.ts";

const SWAPS = 1_000;
const EVENTS_PER_SWAP = 3;
const EVENTS = SWAPS * EVENTS_PER_SWAP;
const CARD = "4111 1111 1111 1111";
const VIEWS = ["default", "support", "partner"] as const;
/** How many digits each view keeps, by configuration: every number tells which one masked. */
const KEPT = [
  { default: 0, support: 1, partner: 2 },
  { default: 3, support: 4, partner: 5 },
] as const;

function configOf(kept: (typeof KEPT)[number]): ServerConfig {
  const policies = Object.fromEntries(
    VIEWS.map((view) => [
      view,
      { entities: ["CREDIT_CARD"], operators: { default: { operator: "mask" as const, keepLast: kept[view] } } },
    ]),
  );
  const listener = { host: "127.0.0.1", listenPort: 0, unsafeNoAuthentication: false };
  return {
    ...DEFAULT_CONFIG,
    listeners: { publish: listener, subscribe: listener, admin: listener },
    policies,
    feeds: { orders: { policy: "default", views: { support: "support", partner: "partner" }, eventTypes: [] } },
    limits: { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0 },
  };
}

/** Which configuration masked the card for this view; -1: none of them. */
function configurationOf(view: (typeof VIEWS)[number], data: string): number {
  const { card } = JSON.parse(data) as { card: string };
  const kept = card.replaceAll(/[* ]/g, "").length;
  return card.length === CARD.length ? KEPT.findIndex((all) => all[view] === kept) : -1;
}

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a thousand reloads under load", () => {
  test("mask every event by one configuration in all views, and drop none", async () => {
    const configs = KEPT.map(configOf);
    const running = await startServer(configs[0], { clock: nodeClock, log: LOG });
    const origin = `http://127.0.0.1:${running.addresses[0].listenPort}`;
    const url = (view: string): string =>
      `${origin}/v1/feeds/orders/events${view === "default" ? "" : `?view=${view}`}`;

    const streams = VIEWS.flatMap((view) =>
      TRANSPORTS.map((transport) => ({ view, subscription: new Subscription(url(view), transport) })),
    );
    for (const { subscription } of streams) await subscription.resume();
    const sockets = await Promise.all(
      VIEWS.map(async (view) => ({ view, client: await SocketClient.open(url(view)) })),
    );

    const headers = { "content-type": "application/x-ndjson" };
    const producer = new Call(url("default"), { method: "POST", headers });
    let rest = "";
    for (let swap = 0; swap < SWAPS; swap++) {
      const lines = Array.from(
        { length: EVENTS_PER_SWAP },
        (_, index) => `{"n":${swap * EVENTS_PER_SWAP + index},"card":"${CARD}"}\n`,
      );
      // Cut in the middle of an event: a swap comes while one is half there.
      const text = rest + lines.join("");
      rest = text.slice(-20);
      await producer.write(text.slice(0, -20));
      running.server.reload(configs[(swap + 1) % 2]);
      if (swap % 7 === 0) await new Promise(setImmediate);
    }
    await producer.write(rest);
    producer.end();
    expect(JSON.parse((await producer.answer()).text)).toMatchObject({ accepted: EVENTS, refused: [] });

    const seen = await Promise.all([
      ...streams.map(async ({ view, subscription }) => {
        const events = await subscription.events(EVENTS);
        subscription.call.vanish();
        return { view, events };
      }),
      ...sockets.map(async ({ view, client }) => {
        const messages = await client.messages("event", EVENTS);
        expect(await client.messages("gap", 0)).toEqual([]);
        client.vanish();
        const events = messages.map(({ id, data }) => ({
          id: String(id),
          event: "message",
          data: JSON.stringify(data),
        }));
        return { view, events };
      }),
    ]);
    await running.stop();

    const ids = seen[0].events.map(({ id }) => id);
    const masked = seen[0].events.map(({ data }) => configurationOf(seen[0].view, data));
    // Both were in force, and each masked its share.
    expect(new Set(masked)).toEqual(new Set([0, 1]));
    for (const { view, events } of seen) {
      expect(events.every(({ event }) => event === "message")).toBe(true);
      expect(events.map(({ data }) => (JSON.parse(data) as { n: number }).n)).toEqual(ids.map((_, n) => n));
      expect(events.map(({ id }) => id)).toEqual(ids);
      expect(events.map(({ data }) => configurationOf(view, data))).toEqual(masked);
    }
  });
});

describe("a thousand changes of the key version under load", () => {
  const SECRETS = `v1:${"1".repeat(32)}\nv2:${"2".repeat(32)}`;
  const RINGS = [keysFrom(SECRETS, { current: 1 }), keysFrom(SECRETS, { current: 2 })];

  test("make every token by one version, equal in all views, and drop no event", async () => {
    const listener = { host: "127.0.0.1", listenPort: 0, unsafeNoAuthentication: false };
    const encrypt = { entities: ["CREDIT_CARD"], operators: { default: { operator: "encrypt" as const } } };
    const config: ServerConfig = {
      ...DEFAULT_CONFIG,
      listeners: { publish: listener, subscribe: listener, admin: listener },
      policies: { default: encrypt, desk: { ...encrypt, onInvalid: "drop" } },
      feeds: { orders: { policy: "default", views: { desk: "desk" }, eventTypes: [] } },
      limits: { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0 },
    };
    const running = await startServer(config, { clock: nodeClock, log: LOG, keys: RINGS[0] });
    const url = `http://127.0.0.1:${running.addresses[0].listenPort}/v1/feeds/orders/events`;
    const streams = [new Subscription(url, "application/x-ndjson"), new Subscription(`${url}?view=desk`)];
    for (const stream of streams) await stream.resume();
    const producer = new Call(url, { method: "POST", headers: { "content-type": "application/x-ndjson" } });
    for (let swap = 0; swap < SWAPS; swap++) {
      await producer.write(`{"n":${swap},"card":"${CARD}"}\n`);
      running.server.reload(config, RINGS[(swap + 1) % 2]);
      if (swap % 7 === 0) await new Promise(setImmediate);
    }
    producer.end();
    expect(JSON.parse((await producer.answer()).text)).toMatchObject({ accepted: SWAPS, refused: [] });
    const [plain, desk] = await Promise.all(streams.map((stream) => stream.events(SWAPS)));
    for (const stream of streams) stream.call.vanish();
    await running.stop();

    const tokens = plain.map(({ data }) => (JSON.parse(data) as { card: string }).card);
    expect(desk.map(({ data }) => (JSON.parse(data) as { card: string }).card)).toEqual(tokens);
    expect(plain.map(({ data }) => (JSON.parse(data) as { n: number }).n)).toEqual(tokens.map((_, n) => n));
    // One token of each version, both in use, and both still open.
    expect(new Set(tokens).size).toBe(2);
    for (const token of new Set(tokens))
      expect(Buffer.from(openToken(RINGS[1], token)?.text ?? []).toString()).toBe(CARD);
  });
});
