/** Live policies in Workers KV: what is there is in force, and what cannot be read serves nobody. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, errorCode, post } from "../contract/client.ts";
import { CARD, EMAIL } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { OBJECTS, startWorkerd, type RunningWorker } from "../support/workerd.ts";

const OPEN = { unsafeNoAuthentication: true };
const CONFIG = { listeners: { publish: OPEN, subscribe: OPEN }, policies: { default: { entities: ["CREDIT_CARD"] } } };

/** In which isolates read them again. */
const REFRESH_MS = 31_000;

/** Speaks what workerd asks of a KV namespace: `GET /key?urlencoded=true`. */
describe("live policies", () => {
  let store: Server;
  let value: string | undefined;

  beforeAll(async () => {
    store = createServer((request, response) => {
      const isOurs = request.url?.startsWith("/maskwire.json") === true && value !== undefined;
      response.writeHead(isOurs ? 200 : 404).end(isOurs ? value : "");
    });
    store.listen(0, "127.0.0.1");
    await once(store, "listening");
  });
  afterAll(() => {
    store.closeAllConnections();
    store.close();
  });

  async function start(live: string | undefined): Promise<RunningWorker> {
    value = live;
    const { port } = store.address() as AddressInfo;
    return await startWorkerd({
      entry: "worker/index.ts",
      objects: OBJECTS,
      variables: { MASKWIRE_CONFIG: JSON.stringify(CONFIG) },
      bindings: [`(name = "MASKWIRE_LIVE", kvNamespace = "kv")`],
      services: [`(name = "kv", external = (address = "127.0.0.1:${port}", http = ()))`],
    });
  }

  test("take the place of those that were built in", async () => {
    const worker = await start(`{"policies":{"default":{"entities":["EMAIL"]}}}`);
    try {
      expect((await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL)).text).toBe("[EMAIL]");
      const published = await post(`${worker.origin}/v1/feeds/a/events`, "application/json", `{"to":"${EMAIL}"}`);
      expect(published.status).toBe(200);
    } finally {
      await worker.stop();
    }
  });

  test(
    "are read again: who follows comes back, and the next event goes by the new ones",
    { timeout: 90_000 },
    async () => {
      const worker = await start(`{"policies":{"default":{"entities":["EMAIL"]}}}`);
      try {
        const feed = `${worker.origin}/v1/feeds/a`;
        const client = await SocketClient.open(`${feed}/socket`);
        const publish = async (): Promise<Answer> =>
          await post(`${feed}/events`, "application/json", `"${EMAIL} ${CARD}"`);
        await publish();
        expect((await client.messages("event", 1))[0]?.["data"]).toBe(`[EMAIL] ${CARD}`);
        value = `{"policies":{"default":{"entities":["EMAIL","CREDIT_CARD"]}}}`;
        await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
        expect((await publish()).status).toBe(200);
        // The object has rested meanwhile, and woke under another version than its socket was opened under.
        expect(await client.closeCode()).toBe(4000);
        const again = await SocketClient.open(`${feed}/socket?from=oldest`);
        expect((await again.messages("event", 1))[0]?.["data"]).toBe("[EMAIL] [CREDIT_CARD]");
        // One that cannot be read stops what was running; putting it right lets it go on.
        value = undefined;
        await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
        expect((await publish()).status).toBe(500);
        again.vanish();
      } finally {
        await worker.stop();
      }
    },
  );

  test.each([
    ["are not there", undefined],
    ["are no JSON", `{"policies":`],
    ["say more than policies", `{"policies":{},"listeners":{}}`],
    ["do not compile", `{"policies":{"default":{"entities":["${EMAIL}"]}}}`],
    ["have a pattern that is none", `{"policies":{"default":{"deny":{"patterns":["("]}}}}`],
  ])("refuse every request when they %s", async (_name, live) => {
    const worker = await start(live);
    try {
      const masked = await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL);
      expect([masked.status, ["BAD_CONFIG", "BAD_PATTERN"].includes(errorCode(masked))]).toEqual([500, true]);
      const published = await post(`${worker.origin}/v1/feeds/a/events`, "application/json", "1");
      expect(published.status).toBe(500);
      expect(worker.log()).toContain('"event":"config-refused"');
      expect(worker.log()).not.toContain(EMAIL);
    } finally {
      await worker.stop();
    }
  });
});
