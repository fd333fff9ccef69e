/** The built server with its history on disk: restarts, policies that change, a disk that takes nothing more. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post } from "../contract/client.ts";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { Subscription } from "../contract/subscription.ts";
import { findCommand } from "../support/debian.ts";
import { runProgram, runServer, type ServerProcess } from "../support/run-server.ts";

const KEY = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };
const FEED = "/v1/feeds/orders/events";
const RETRIES = 100;

let folder: string;
let runs = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-durable-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const newDataDir = (): string => join(folder, String(runs++));

function start(dataDir: string, config: object = {}): Promise<ServerProcess> {
  return runServer({ config, args: ["--data-dir", dataDir], environment: KEY });
}

const publish = (server: ServerProcess, text: string) =>
  post(`${server.origin}${FEED}`, "application/json", JSON.stringify(text));

/** What a subscriber sees who comes back with this position, or with none. */
async function read(
  server: ServerProcess,
  count: number,
  lastId?: string,
): Promise<{ resume: string; seen: string[]; ids: string[] }> {
  const headers = lastId === undefined ? {} : { "last-event-id": lastId };
  const subscription = new Subscription(`${server.origin}${FEED}?from=oldest`, "text/event-stream", headers);
  const resume = await subscription.resume();
  const events = await subscription.events(count);
  subscription.call.vanish();
  return { resume, seen: events.map(({ event, data }) => `${event} ${data}`), ids: events.map(({ id }) => id) };
}

async function bytesIn(dataDir: string): Promise<string> {
  const files = await readdir(dataDir);
  return (await Promise.all(files.map((file) => readFile(join(dataDir, file), "latin1")))).join("");
}

describe("a server with its history on disk", () => {
  test("goes on after a restart where it was, and has written nothing raw", async () => {
    const dataDir = newDataDir();
    const before = await start(dataDir);
    await publish(before, `from ${EMAIL}`);
    await publish(before, `card ${CARD}`);
    const first = await read(before, 2);
    expect(await before.stop()).toBe(0);
    const after = await start(dataDir);
    await publish(after, "three");
    expect(await read(after, 2, first.ids[0])).toMatchObject({
      resume: "complete",
      seen: ['message "card [CREDIT_CARD]"', 'message "three"'],
    });
    await after.stop();
    const files = await bytesIn(dataDir);
    expect(files).toContain("[EMAIL]");
    expectNothingRaw(files + before.logged() + after.logged());
  });

  test("shows nobody what another policy let through: those who come back find a gap in its place", async () => {
    const dataDir = newDataDir();
    const lax = await start(dataDir, { policies: { default: { entities: ["CREDIT_CARD"] } } });
    await publish(lax, "mail to bob@example.net");
    const [id] = (await read(lax, 1)).ids;
    await publish(lax, "again to bob@example.net");
    await lax.stop();
    const strict = await start(dataDir);
    await publish(strict, "then to bob@example.net");
    const { resume, seen } = await read(strict, 2, id);
    expect([resume, seen[0], seen[1]]).toEqual([
      "gap; lost=1",
      expect.stringMatching(/^maskwire\.gap .*"lost":1/),
      'message "then to [EMAIL]"',
    ]);
    await strict.stop();
  });

  test("is refused without the root key, with the place in the file", async () => {
    const { code, stderr } = await runProgram(["serve", "--port", "0", "--data-dir", newDataDir()]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("MASKWIRE_KEY_FILE")]);
  });

  test("is refused when another process has the folder", async () => {
    const dataDir = newDataDir();
    const server = await start(dataDir);
    const environment = { ...KEY, MASKWIRE_ADMIN_PORT: "0" };
    const { code, stderr } = await runProgram(["serve", "--port", "0", "--data-dir", dataDir], "", environment);
    expect([code, stderr]).toEqual([1, expect.stringContaining("another process has it")]);
    await server.stop();
  });

  test.skipIf(findCommand("prlimit") === null)(
    "refuses what a full disk does not take, delivers none of it, and goes on when there is room",
    async () => {
      const dataDir = newDataDir();
      const server = await start(dataDir);
      const limitFiles = (bytes: string): void => {
        const { status } = spawnSync("prlimit", ["--pid", String(server.child.pid), `--fsize=${bytes}:`]);
        expect(status).toBe(0);
      };
      await publish(server, "one");
      limitFiles("1");
      const refused = await publish(server, `two ${EMAIL}`);
      expect([refused.status, JSON.parse(refused.text)]).toEqual([
        503,
        expect.objectContaining({ error: expect.objectContaining({ code: "HISTORY_UNAVAILABLE" }), accepted: 0 }),
      ]);
      expect((await publish(server, `three ${EMAIL}`)).status).toBe(503);
      limitFiles("unlimited");
      let { status } = await publish(server, "four");
      for (let attempt = 0; status !== 200 && attempt < RETRIES; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        ({ status } = await publish(server, "four"));
      }
      expect(status).toBe(200);
      const seen = ['message "one"', 'message "four"'];
      expect((await read(server, 2)).seen).toEqual(seen);
      await server.stop();
      const again = await start(dataDir);
      expect((await read(again, 2)).seen).toEqual(seen);
      await again.stop();
      expect(server.logged()).toMatch(/history-failed[^]*history-recovered/);
      expectNothingRaw(server.logged() + refused.text + (await bytesIn(dataDir)));
    },
  );
});
