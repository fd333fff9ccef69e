/** Live policies in Workers KV: what is there is in force, and what cannot be read serves nobody. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type Answer, errorCode, post } from "../contract/client.ts";
import { CARD, EMAIL } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { OPEN_CONFIG, startLive, type Live } from "../support/live-policies.ts";
import { until } from "../support/until.ts";
import type { RunningWorker } from "../support/workerd.ts";

const CONFIG = {
  ...OPEN_CONFIG,
  policies: { default: { entities: ["CREDIT_CARD"] } },
  edge: { liveRefreshMs: 1_000 },
};
/** workerd evicts an object that has had nothing to do for 10 s. */
const REST_MS = 15_000;

const start = (live: string | undefined): Promise<Live> =>
  startLive(live, { variables: { MASKWIRE_CONFIG: JSON.stringify(CONFIG) } });

const EMAILS = `{"policies":{"default":{"entities":["EMAIL"]}}}`;
const BOTH = `{"policies":{"default":{"entities":["EMAIL","CREDIT_CARD"]}}}`;

async function publish(feed: string): Promise<Answer> {
  return await post(`${feed}/events`, "application/json", `"${EMAIL} ${CARD}"`);
}

/** Resolves once isolates answer by what was written last. */
async function untilMasked(worker: RunningWorker, wanted: number | string): Promise<void> {
  let last: number | string = "";
  await until(
    async () => {
      const { status, text } = await post(`${worker.origin}/v1/mask`, "text/plain", `${EMAIL} ${CARD}`);
      last = status === 200 ? text : status;
      return last === wanted;
    },
    () => last,
  );
}

// One of them waits for an object's rest: side by side.
describe.concurrent("live policies", () => {
  test.each([
    { object: "at work", restMs: 0 },
    { object: "at rest", restMs: REST_MS },
  ])(
    "are read again by an object $object: who follows comes back, and the next event goes by the new ones",
    async ({ restMs }) => {
      const { worker, write, stop } = await start(EMAILS);
      try {
        const feed = `${worker.origin}/v1/feeds/a`;
        const client = await SocketClient.open(`${feed}/socket`);
        await publish(feed);
        expect((await client.messages("event", 1))[0]?.["data"]).toBe(`[EMAIL] ${CARD}`);
        write(BOTH);
        await untilMasked(worker, "[EMAIL] [CREDIT_CARD]");
        await pause(restMs);
        // An object reads them no more often than once a second.
        await until(async () => {
          expect((await publish(feed)).status).toBe(200);
          return client.socket.readyState !== WebSocket.OPEN;
        });
        // The code is there. workerd lets go of the connection itself only when the object rests.
        client.vanish();
        // One that has rested woke under another version than its socket was opened under.
        expect(await client.closeCode()).toBe(restMs === 0 ? 4002 : 4000);
        const again = await SocketClient.open(`${feed}/socket?from=oldest`);
        await publish(feed);
        expect((await again.messages("event", 1))[0]?.["data"]).toBe("[EMAIL] [CREDIT_CARD]");
        again.vanish();
      } finally {
        await stop();
      }
    },
  );

  test("that cannot be read any more stop what was running", async () => {
    const { worker, write, stop } = await start(EMAILS);
    try {
      const feed = `${worker.origin}/v1/feeds/a`;
      const client = await SocketClient.open(`${feed}/socket`);
      expect((await publish(feed)).status).toBe(200);
      expect((await client.messages("event", 1))[0]?.["data"]).toBe(`[EMAIL] ${CARD}`);
      write(undefined);
      await untilMasked(worker, 500);
      expect((await publish(feed)).status).toBe(500);
      client.vanish();
    } finally {
      await stop();
    }
  });

  test("take the place of those that were built in", async () => {
    const { worker, stop } = await start(EMAILS);
    try {
      expect((await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL)).text).toBe("[EMAIL]");
      expect((await publish(`${worker.origin}/v1/feeds/a`)).status).toBe(200);
    } finally {
      await stop();
    }
  });

  test.each([
    ["are not there", undefined],
    ["are no JSON", `{"policies":`],
    ["say more than policies", `{"policies":{},"listeners":{}}`],
    ["do not compile", `{"policies":{"default":{"entities":["${EMAIL}"]}}}`],
    ["have a pattern that is none", `{"policies":{"default":{"deny":{"patterns":["("]}}}}`],
  ])("refuse every request when they %s", async (_name, live) => {
    const { worker, stop } = await start(live);
    try {
      const masked = await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL);
      expect([masked.status, ["BAD_CONFIG", "BAD_PATTERN"].includes(errorCode(masked))]).toEqual([500, true]);
      const published = await post(`${worker.origin}/v1/feeds/a/events`, "application/json", "1");
      expect(published.status).toBe(500);
      await worker.untilLogged('"event":"config-refused"');
      expect(worker.log()).not.toContain(EMAIL);
    } finally {
      await stop();
    }
  });
});
