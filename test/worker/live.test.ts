/** Live policies in Workers KV: what is there is in force, and what cannot be read serves nobody. */
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Answer, errorCode, post } from "../contract/client.ts";
import { CARD, EMAIL } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { OPEN_CONFIG, startLive } from "../support/live-policies.ts";

const CONFIG = { ...OPEN_CONFIG, policies: { default: { entities: ["CREDIT_CARD"] } } };

/** In which isolates read them again. */
const REFRESH_MS = 31_000;
const LONG = { timeout: 90_000 };

const EMAILS = `{"policies":{"default":{"entities":["EMAIL"]}}}`;
const BOTH = `{"policies":{"default":{"entities":["EMAIL","CREDIT_CARD"]}}}`;

async function publish(feed: string): Promise<Answer> {
  return await post(`${feed}/events`, "application/json", `"${EMAIL} ${CARD}"`);
}

// Two of them wait for what is read again: side by side.
describe.concurrent("live policies", () => {
  test("are read again: who follows comes back, and the next event goes by the new ones", LONG, async () => {
    const { worker, write, stop } = await startLive(EMAILS, { variables: { MASKWIRE_CONFIG: JSON.stringify(CONFIG) } });
    try {
      const feed = `${worker.origin}/v1/feeds/a`;
      const client = await SocketClient.open(`${feed}/socket`);
      await publish(feed);
      expect((await client.messages("event", 1))[0]?.["data"]).toBe(`[EMAIL] ${CARD}`);
      write(BOTH);
      await setTimeout(REFRESH_MS);
      expect((await publish(feed)).status).toBe(200);
      // The object has rested meanwhile, and woke under another version than its socket was opened under.
      expect(await client.closeCode()).toBe(4000);
      const again = await SocketClient.open(`${feed}/socket?from=oldest`);
      expect((await again.messages("event", 1))[0]?.["data"]).toBe("[EMAIL] [CREDIT_CARD]");
      again.vanish();
    } finally {
      await stop();
    }
  });

  test("that cannot be read any more stop what was running", LONG, async () => {
    const { worker, write, stop } = await startLive(EMAILS, { variables: { MASKWIRE_CONFIG: JSON.stringify(CONFIG) } });
    try {
      const feed = `${worker.origin}/v1/feeds/a`;
      const client = await SocketClient.open(`${feed}/socket`);
      expect((await publish(feed)).status).toBe(200);
      expect((await client.messages("event", 1))[0]?.["data"]).toBe(`[EMAIL] ${CARD}`);
      write(undefined);
      await setTimeout(REFRESH_MS);
      expect((await publish(feed)).status).toBe(500);
      client.vanish();
    } finally {
      await stop();
    }
  });

  test("take the place of those that were built in", LONG, async () => {
    const { worker, stop } = await startLive(EMAILS, { variables: { MASKWIRE_CONFIG: JSON.stringify(CONFIG) } });
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
  ])("refuse every request when they %s", LONG, async (_name, live) => {
    const { worker, stop } = await startLive(live, { variables: { MASKWIRE_CONFIG: JSON.stringify(CONFIG) } });
    try {
      const masked = await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL);
      expect([masked.status, ["BAD_CONFIG", "BAD_PATTERN"].includes(errorCode(masked))]).toEqual([500, true]);
      const published = await post(`${worker.origin}/v1/feeds/a/events`, "application/json", "1");
      expect(published.status).toBe(500);
      expect(worker.log()).toContain('"event":"config-refused"');
      expect(worker.log()).not.toContain(EMAIL);
    } finally {
      await stop();
    }
  });
});
