/** The way from nothing to a subscriber with a token, as docs/operations.md has it, ending in a real browser. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "../contract/client.ts";
import { Subscription } from "../contract/subscription.ts";
import { withPage } from "../support/browser.ts";
import { ensureCommand } from "../support/debian.ts";
import { REPOSITORY } from "../support/repository.ts";
import { runProgram, runServer, type ServerProcess } from "../support/run-server.ts";

const browser = ensureCommand("chromium", "chromium");
const EMAIL = "jane@example.com";

describe("the way in of docs/operations.md", () => {
  let folder = "";
  let configFile = "";
  let apiKey = "";
  let token = "";
  let server: ServerProcess;
  let url = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "maskwire-walk-"));
    configFile = join(folder, "maskwire.yaml");
    await writeFile(join(folder, "jwt.secret"), `${"s".repeat(44)}\n`);
    const key = await runProgram(["token", "key"]);
    apiKey = /^key +(\S+)$/m.exec(key.stdout)?.[1] ?? "";
    const sha256 = /^sha256 +(\S+)$/m.exec(key.stdout)?.[1] ?? "";
    const page = await readFile(join(REPOSITORY, "docs/operations.md"), "utf8");
    const [, yaml = "no such example"] = /```yaml config=walk\n([^]*?)```/.exec(page) ?? [];
    const own = yaml.replace("jwt.secret", join(folder, "jwt.secret")).replace(/sha256: \w+/, `sha256: ${sha256}`);
    // What ends the server at once is not the reader's concern.
    await writeFile(configFile, `${own}limits: { drainGraceMs: 0, drainWindowMs: 0 }\n`);
    const minted = await runProgram(["token", "mint", "-c", configFile, "-g", "subscribe:orders"]);
    token = minted.stdout.trim();
    server = await runServer({ configFile });
    url = `${server.origin}/v1/feeds/orders/events`;
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    expect(server.logged()).not.toContain(EMAIL);
    await rm(folder, { recursive: true, force: true });
  });

  const publish = (bearer: string) =>
    send(url, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      chunks: [`{"from":"${EMAIL}"}`],
    });

  test("lets the producer publish and the subscriber watch, and neither do the other's", async () => {
    const subscription = new Subscription(url, "text/event-stream", { authorization: `Bearer ${token}` });
    expect(await subscription.resume()).toBe("new");
    expect((await publish(apiKey)).status).toBe(200);
    expect((await publish(token)).text).toContain("GRANT_MISSING");
    expect((await send(url, { headers: { authorization: `Bearer ${apiKey}` } })).text).toContain("GRANT_MISSING");
    expect(await subscription.events(1)).toMatchObject([{ data: '{"from":"[EMAIL]"}' }]);
    subscription.call.vanish();
  });

  test("tells what a token is good for", async () => {
    const { code, stdout } = await runProgram(["token", "verify", "-c", configFile], token);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^until \S+\nsubscribe {2}orders {2}default\n$/)]);
  });

  test.skipIf(browser.path === null)(
    `makes an EventSource of a page read by its cookie ${browser.reason}`,
    async () => {
      const options = { browserPath: browser.path ?? "", width: 600, height: 400, scheme: "light" } as const;
      await withPage(`${server.origin}/`, options, async (page) => {
        await page.until('document.readyState === "complete"');
        const granted = `fetch("/v1/grant", { method: "POST", headers: { authorization: "Bearer ${token}" } }).then(({ status }) => status)`;
        expect(await page.evaluate(granted)).toBe(204);
        expect(await page.evaluate("document.cookie")).toBe("");
        await page.evaluate(
          'globalThis.got = []; globalThis.es = new EventSource("/v1/feeds/orders/events?from=oldest"); es.onmessage = ({ data }) => got.push(data); true',
        );
        await publish(apiKey);
        await page.until("got.length > 0");
        expect(await page.evaluate("got[0]")).toBe('{"from":"[EMAIL]"}');
      });
    },
  );
});
