import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { startServer, type RunningServer } from "../../src/node/server.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";
import { withPage, type Page } from "../support/browser.ts";
import { claimPort } from "../support/claim-port.ts";
import { ensureCommand } from "../support/debian.ts";

const browser = ensureCommand("chromium", "chromium");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEY = `mwk_${"A".repeat(43)}`;
const SHA256_OF_KEY = createHash("sha256").update(KEY).digest("hex");
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

const DEMO = { policy: "default", views: {}, eventTypes: ["order.created"] };

/** Everything on loopback, on ports that the system picks. */
function configOf(): typeof DEFAULT_CONFIG {
  const { publish, subscribe, admin } = DEFAULT_CONFIG.listeners;
  const limits = { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0 };
  const at0 = { listenPort: 0 };
  return {
    ...DEFAULT_CONFIG,
    limits,
    listeners: {
      publish: { ...publish, ...at0 },
      subscribe: { ...subscribe, ...at0 },
      admin: { ...admin, listenPort: 0, host: "localhost" },
    },
    feeds: { ...DEFAULT_CONFIG.feeds, demo: DEMO },
  };
}

describe.skipIf(browser.path === null)(`the console in Chromium ${browser.reason}`, () => {
  let running: RunningServer;
  let url = "";

  beforeAll(async () => {
    running = await startServer(configOf(), { clock: nodeClock, log: quiet });
    const address = running.addresses.find(({ listeners }) => listeners.includes("subscribe"));
    url = `http://127.0.0.1:${address?.listenPort ?? 0}/`;
  });
  afterAll(() => running.stop());

  const open = <T>(use: (page: Page) => Promise<T>, hash = ""): Promise<T> =>
    withPage(`${url}${hash}`, { browserPath: browser.path ?? "", width: 1200, height: 800, scheme: "dark" }, use);

  it("shows what was published before and after it opened, masked, and as text only", async () => {
    const hostile = '{"to":"ana.torres@example.com","note":"<img src=x onerror=alert(1)>"}';
    running.server.publish("demo", encode(hostile), "order.created");
    await open(async (page) => {
      await page.until('document.querySelectorAll("#rows li").length === 1');
      running.server.publish("demo", encode("call +1 202-555-0147"), "unlisted");
      await page.until('document.querySelectorAll("#rows li").length === 2');
      const shown = String(await page.evaluate('document.querySelector("#rows").innerText'));
      expect(shown).toContain("order.created");
      expect(shown).toContain("<img src=x onerror=alert(1)>");
      expect(shown).not.toMatch(/ana\.torres|555-0147/);
      expect(
        await page.evaluate('[...document.querySelectorAll("#rows .chip")].map((chip) => chip.textContent)'),
      ).toEqual(["PHONE", "EMAIL"]);
      expect(await page.evaluate('document.querySelectorAll("#rows img").length')).toBe(0);
      expect(await page.evaluate('document.querySelector("#state").textContent')).toBe("live");
      expect(page.complaints).toEqual([]);
    });
  });

  it.each([
    ["text", "mail ana@example.com", "text/plain", "mail [EMAIL]"],
    ["JSON", '{"a":"ana\\u0040example.com"}', "application/json", '{"a":"[EMAIL]"}'],
    ["lines", '{"ip":"192.0.2.7"}\n{"n":1}\n', "application/x-ndjson", '{"ip":"[IPV4]"}\n{"n":1}\n'],
    ["events", "data: ana@example.com\n\n", "text/event-stream", "data: [EMAIL]\n\n"],
  ])("masks pasted %s at once", async (_name, pasted, type, masked) => {
    await open(async (page) => {
      await page.until('document.readyState === "complete" && document.querySelector("#verdict").textContent !== ""');
      await page.evaluate(`{
        const input = document.querySelector("#input");
        input.value = ${JSON.stringify(pasted)};
        input.dispatchEvent(new Event("input"));
      }`);
      await page.until(`document.querySelector("#verdict").textContent === "1 value masked, read as ${type}."`);
      const asText = masked.replace(/\[([A-Z0-9]+)\]/, "$1");
      expect(await page.evaluate('document.querySelector("#output").textContent')).toBe(asText);
      expect(page.complaints).toEqual([]);
    });
  });

  it("follows another feed, and shows nothing new while it is paused", async () => {
    running.server.publish("other", encode('{"n":1}'));
    await open(async (page) => {
      await page.until('document.querySelector("#state").textContent === "live"');
      await page.evaluate(
        'document.querySelector("#name").value = "other"; document.querySelector("#pick").requestSubmit()',
      );
      await page.until('document.querySelector("#rows").textContent.includes(\'{"n":1}\')');
      await page.evaluate('document.querySelector("#pause").click()');
      running.server.publish("other", encode('{"n":2}'));
      await page.until('document.querySelector("#pause").textContent === "Resume (1 passed)"');
      expect(await page.evaluate('document.querySelectorAll("#rows li").length')).toBe(1);
      expect(page.complaints).toEqual([]);
    });
  });

  it("shows entities that no build knows, what an operator left of a value, and no mark of a log as one", async () => {
    running.server.publish(
      "shapes",
      encode("[INFO] [ORDER_ID] of [KR_RRN], card **** **** **** 1111, ***.*.*.** for +** ** **1 922, 2 * 3"),
    );
    await open(async (page) => {
      await page.until('document.querySelectorAll("#rows li").length === 1');
      const textsOf = (selector: string): Promise<unknown> =>
        page.evaluate(`[...document.querySelectorAll("#rows ${selector}")].map((node) => node.textContent)`);
      expect(await textsOf(".chip")).toEqual(["ORDER_ID", "KR_RRN"]);
      expect(await textsOf(".stars")).toEqual(["**** **** ****", "***.*.*.**", "** ** **"]);
      await page.until('document.querySelector("#masked").textContent === "2"');
      expect(await page.evaluate('document.querySelector("#shell").textContent')).toContain("/v1/feeds/shapes/events");
      expect(page.complaints).toEqual([]);
    }, "#shapes");
  });

  it("opens the first feed of the configuration, and says where to publish when that is another listener", async () => {
    const config = configOf();
    const publish = { ...config.listeners.publish, listenPort: await claimPort() };
    const subscribe = { ...config.listeners.subscribe, host: "localhost" };
    const orders = { policy: "default", views: { support: "default" }, eventTypes: [] };
    const apart = await startServer(
      { ...config, listeners: { ...config.listeners, publish, subscribe }, feeds: { orders, returns: orders } },
      { clock: nodeClock, log: quiet },
    );
    const address = apart.addresses.find(({ listeners }) => listeners.includes("subscribe"));
    const options = { browserPath: browser.path ?? "", width: 1200, height: 800, scheme: "light" } as const;
    await withPage(`http://localhost:${address?.listenPort ?? 0}/`, options, async (page) => {
      await page.until('document.querySelector("#state").textContent === "live"');
      const textOf = (id: string): Promise<unknown> => page.evaluate(`document.querySelector("#${id}").textContent`);
      expect(await textOf("publish")).toContain(`curl http://localhost:${publish.listenPort}/v1/feeds/orders/events`);
      expect(await textOf("shell")).toContain(`http://localhost:${publish.listenPort}/v1/mask`);
      expect(await textOf("shell")).toContain(`http://localhost:${address?.listenPort}/v1/feeds/orders/events`);
      expect(await page.evaluate('document.querySelector("#paste").hidden')).toBe(true);
      expect(await page.evaluate('document.querySelector("#elsewhere").hidden')).toBe(false);
      const offered = '[...document.querySelectorAll("datalist option")].map((option) => option.value)';
      expect(await page.evaluate(offered)).toEqual(["orders", "returns", "support"]);
      // Nothing was sent to where there is no such route.
      expect(page.complaints).toEqual([]);
    });
    await apart.stop();
  });

  it("says where a token goes, and invites nobody to publish where the feed is refused", async () => {
    const grants = [{ actions: ["subscribe" as const], feeds: ["demo"], views: ["default"] }];
    const apiKeys = [{ name: "reader", sha256: SHA256_OF_KEY, grants }];
    const guarded = await startServer(
      { ...configOf(), feeds: { "order-secret": DEMO, ...configOf().feeds }, auth: { issuers: [], apiKeys } },
      { clock: nodeClock, log: quiet },
    );
    const address = guarded.addresses.find(({ listeners }) => listeners.includes("subscribe"));
    const options = { browserPath: browser.path ?? "", width: 400, height: 800, scheme: "light" } as const;
    await withPage(`http://127.0.0.1:${address?.listenPort ?? 0}/`, options, async (page) => {
      await page.until('document.querySelector("#state").textContent === "refused"');
      expect(await page.evaluate('document.querySelector("#note").textContent')).toMatch(/field Token\.$/);
      // Whoever has shown no token is told no name.
      expect(await page.evaluate('document.documentElement.outerHTML.includes("order-secret")')).toBe(false);
      expect(await page.evaluate('document.querySelector("#empty").hidden')).toBe(true);
      await page.evaluate(
        `document.querySelector("#token").value = "${KEY}"; document.querySelector("#pick").requestSubmit()`,
      );
      await page.until('document.querySelector("#state").textContent === "live"');
      expect(await page.evaluate('document.querySelector("#empty").hidden')).toBe(false);
      expect(await page.evaluate('document.querySelector("#shell").textContent')).toContain("Bearer $TOKEN");
    });
    await guarded.stop();
  });

  it("says why a feed cannot be followed", async () => {
    await open(async (page) => {
      await page.until('!document.querySelector("#note").hidden');
      expect(await page.evaluate('document.querySelector("#note").textContent')).toMatch(/^FEED_LIST: /);
      expect(await page.evaluate('document.querySelector("#state").textContent')).toBe("refused");
    }, "#a,b,c,d,e,a");
  });
});
