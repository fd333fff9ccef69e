/** One feed, three audiences, 300 subscribers on the built server: each sees its view, and masking costs three, not 300. */
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Subscription } from "../contract/subscription.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const EVENTS = 40;
const SUBSCRIBERS_PER_VIEW = 100;
const CARD = "4111 1111 1111 1111";
const SHOWN: Readonly<Record<string, RegExp>> = {
  default: /^\[CREDIT_CARD\]$/,
  support: /^\*{4} \*{4} \*{4} 1111$/,
  analytics: /^CREDIT_CARD_[a-z2-7]{16}$/,
};
const VIEWS = Object.keys(SHOWN);

const CONFIG = {
  policies: {
    support: { operators: { default: { operator: "mask", keepLast: 4 } } },
    analytics: { operators: { default: { operator: "hash" } } },
  },
  feeds: { orders: { views: { support: "support", analytics: "analytics" } } },
};

interface Seen {
  readonly id: string;
  readonly n: number;
  readonly card: string;
}

/** Opens one subscriber; the returned function resolves with its first `EVENTS` events. */
type Subscribe = (url: string) => Promise<() => Promise<Seen[]>>;

const bySse: Subscribe = async (url) => {
  const subscription = new Subscription(url);
  await subscription.resume();
  return async () => {
    const events = await subscription.events(EVENTS);
    subscription.call.vanish();
    return events.map(({ id, data }) => ({ id, ...(JSON.parse(data) as { n: number; card: string }) }));
  };
};

const bySocket: Subscribe = async (url) => {
  const socket = new WebSocket(url.replace(/^http/, "ws"), ["maskwire.v1"], { perMessageDeflate: false });
  const seen: Seen[] = [];
  const isDone = new Promise<void>((resolve) => {
    socket.on("message", (text: Buffer) => {
      const { type, id, data } = JSON.parse(text.toString()) as { type: string; id: string; data: Seen };
      if (type === "event") seen.push({ id, n: data.n, card: data.card });
      if (seen.length === EVENTS) resolve();
    });
  });
  await once(socket, "open");
  return async () => {
    await isDone;
    socket.terminate();
    return seen;
  };
};

describe("one feed with three views and 300 subscribers", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await runServer({ config: CONFIG, environment: { MASKWIRE_KEY: KEY } });
  });
  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
    expect(server?.logged()).not.toContain(CARD);
  });

  const url = (view: string): string =>
    `${server.origin}/v1/feeds/orders/events${view === "default" ? "" : `?view=${view}`}`;

  const maskings = async (): Promise<number> => {
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    return Number(/^maskwire_event_maskings_total\{feed="orders"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  const publish = async (): Promise<void> => {
    const body = Array.from({ length: EVENTS }, (_, n) => `{"n":${n},"card":"${CARD}"}\n`).join("");
    const headers = { "content-type": "application/x-ndjson" };
    const answer = await fetch(`${server.origin}/v1/feeds/orders/events`, { method: "POST", headers, body });
    expect(await answer.json()).toMatchObject({ accepted: EVENTS });
  };

  it("shows each its own view, in order, whole, under the same positions", async () => {
    const open = VIEWS.flatMap((view) =>
      Array.from({ length: SUBSCRIBERS_PER_VIEW }, async (_, i) => ({
        view,
        read: await (i % 2 === 0 ? bySse : bySocket)(url(view)),
      })),
    );
    const subscribers = await Promise.all(open);
    await publish();
    const all = await Promise.all(subscribers.map(async ({ view, read }) => ({ view, seen: await read() })));
    const ids = all[0].seen.map(({ id }) => id);
    for (const { view, seen } of all) {
      expect(seen.map(({ n }) => n)).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
      expect(seen.map(({ id }) => id)).toEqual(ids);
      for (const { card } of seen) expect(card).toMatch(SHOWN[view]);
    }
    // Once for each view, whoever listens.
    expect(await maskings()).toBe(EVENTS * VIEWS.length);
  });

  it("masks as often for nobody as for 300", async () => {
    const before = await maskings();
    await publish();
    expect(await maskings()).toBe(before + EVENTS * VIEWS.length);
  });
});
