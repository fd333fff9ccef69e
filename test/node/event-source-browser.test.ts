/** The EventSource of a real browser, on a page of another origin: it reads, is cut off, comes back, and misses nothing. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withPage, type Page } from "../support/browser.ts";
import { startCutProxy, type CutProxy } from "../support/cut-proxy.ts";
import { ensureCommand } from "../support/debian.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const browser = ensureCommand("chromium", "chromium");
const EMAIL = "jane.doe@example.com";
const EVENTS = 60;

describe.skipIf(browser.path === null)(`an EventSource in Chromium ${browser.reason}`, () => {
  let site: Server;
  let server: ServerProcess;
  let proxy: CutProxy;
  let pageOrigin = "";

  beforeAll(async () => {
    site = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>elsewhere</title>");
    });
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
    // Two names of one site: the browser takes them for two origins.
    pageOrigin = `http://localhost:${(site.address() as AddressInfo).port}`;
    server = await runServer({ config: { allowedOrigins: [pageOrigin], feeds: { "*": {} } } });
    proxy = await startCutProxy(server.origin);
  });
  afterAll(async () => {
    await proxy?.stop();
    expect(await server?.stop()).toBe(0);
    expect(server?.logged()).not.toContain(EMAIL);
    site.close();
  });

  const open = <T>(origin: string, use: (page: Page) => Promise<T>): Promise<T> =>
    withPage(origin, { browserPath: browser.path ?? "", width: 600, height: 400, scheme: "light" }, use);

  const listen = (feed: string): string => `
    globalThis.seen = [];
    globalThis.states = [];
    globalThis.source = new EventSource("${proxy.origin}/v1/feeds/${feed}/events?from=oldest");
    source.onmessage = ({ data, lastEventId }) => seen.push([lastEventId, data]);
    source.onopen = () => states.push("open");
    source.onerror = () => states.push(source.readyState === 2 ? "closed" : "connecting");
    true`;

  test("on a page of a listed origin gets every event once and masked, though its line is cut", async () => {
    await open(pageOrigin, async (page) => {
      await page.evaluate(listen("browser"));
      await page.until('states.includes("open")');
      for (let n = 1; n <= EVENTS; n += 1) {
        const response = await fetch(`${server.origin}/v1/feeds/browser/events`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ n, from: EMAIL }),
        });
        expect(await response.json()).toMatchObject({ accepted: 1 });
        if (n % 20 !== 10) continue;
        await page.until("seen.length > 0");
        proxy.cut();
      }
      await page.until(`seen.length >= ${EVENTS}`);
      const seen = (await page.evaluate("seen")) as [string, string][];
      const data = seen.map(([, text]) => JSON.parse(text) as { n: number; from: string });
      expect(data.map(({ n }) => n)).toEqual(Array.from({ length: EVENTS }, (_, index) => index + 1));
      expect(new Set(data.map(({ from }) => from))).toEqual(new Set(["[EMAIL]"]));
      expect(new Set(seen.map(([id]) => id)).size).toBe(EVENTS);
      const states = (await page.evaluate("states")) as string[];
      expect(states.filter((state) => state === "open").length).toBeGreaterThan(1);
      expect(states).not.toContain("closed");
    });
  });

  test("on a page of another origin gets nothing, and does not come back", async () => {
    await open(pageOrigin.replace("localhost", "127.0.0.1"), async (page) => {
      await page.evaluate(listen("browser"));
      await page.until('states.includes("closed")');
      expect(await page.evaluate("[seen, states]")).toEqual([[], ["closed"]]);
    });
  });
});
