/** The built server with its history on disk: restarts, policies that change, a disk that takes nothing more. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post } from "../contract/client.ts";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { Subscription } from "../contract/subscription.ts";
import { ensureCommand, findCommand } from "../support/debian.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { runProgram, runServer, type ServerProcess } from "../support/run-server.ts";
import { until } from "../support/until.ts";

const KEY = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };
const FEED = "/v1/feeds/orders/events";

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

/** Sends it again until the history takes it. */
async function untilTaken(server: ServerProcess, text: string): Promise<void> {
  await until(
    async () => (await publish(server, text)).status === 200,
    () => server.logged(),
  );
}

async function bytesIn(dataDir: string): Promise<string> {
  const files = await readdir(dataDir);
  return (await Promise.all(files.map((file) => readFile(join(dataDir, file), "latin1")))).join("");
}

/** Status of `/readyz`, and what it says of the history. */
async function readiness({ origin }: ServerProcess): Promise<readonly [number, unknown]> {
  const response = await fetch(`${origin}/readyz`);
  const { history } = (await response.json()) as { history?: unknown };
  return [response.status, history];
}

const nats = ensureCommand("nats-server", "nats-server");

describe.skipIf(nats.path === null)("two servers with their history in one NATS", () => {
  let broker: NatsServer;
  let nodes: ServerProcess[];
  beforeAll(async () => {
    broker = await startNats(nats.path ?? "");
    const config = { feeds: { orders: {} }, history: { broker: "nats", servers: [broker.url] } };
    nodes = await Promise.all([1, 2].map(() => runServer({ config, environment: KEY })));
  });
  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop();
    await broker?.remove();
  });

  test("hand a subscriber over without gap or repeat, and put nothing raw into NATS", async () => {
    const [left, right] = nodes as [ServerProcess, ServerProcess];
    await publish(left, `from ${EMAIL}`);
    await publish(right, `card ${CARD}`);
    const first = await read(left, 2);
    expect(first.seen).toEqual(['message "from [EMAIL]"', 'message "card [CREDIT_CARD]"']);
    // Faster than the other node is told of it: it still has to know the position.
    const ids = [first.ids[1] ?? ""];
    for (let at = 0; at < 20; at++) {
      const [here, there] = at % 2 === 0 ? [left, right] : [right, left];
      await publish(here, `n${at}`);
      const next = await read(there, 1, ids.at(-1));
      expect(next).toMatchObject({ resume: "complete", seen: [`message "n${at}"`] });
      ids.push(next.ids[0] ?? "");
    }
    expect(ids.map((id) => Number(id.split(".")[1]))).toEqual(Array.from({ length: 21 }, (_, at) => at + 2));
    const stored = await broker.stored();
    expect(stored).toContain("[EMAIL]");
    expectNothingRaw(stored + left.logged() + right.logged());
  });

  test("refuse events while NATS is gone, keep their subscribers, and go on when it is back", async () => {
    const [left] = nodes as [ServerProcess, ServerProcess];
    const live = new Subscription(`${left.origin}${FEED}`);
    await live.resume();
    await broker.kill();
    const refused = await publish(left, `lost ${EMAIL}`);
    expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("HISTORY_UNAVAILABLE")]);
    expect((await fetch(`${left.origin}${FEED}`)).status).toBe(503);
    expect(await readiness(left)).toEqual([503, { broker: "nats", state: "unavailable" }]);
    await broker.start();
    await untilTaken(left, "back");
    expect(await readiness(left)).toEqual([200, { broker: "nats", state: "available" }]);
    expect((await live.events(1)).map(({ data }) => data)).toEqual(['"back"']);
    live.call.vanish();
    await left.untilSaid(/history-failed[^]*history-recovered/);
    expectNothingRaw(left.logged() + refused.text);
  });
});

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
      expect(await readiness(server)).toEqual([503, { broker: "disk", state: "unavailable" }]);
      limitFiles("unlimited");
      await untilTaken(server, "four");
      expect(await readiness(server)).toEqual([200, { broker: "disk", state: "available" }]);
      const seen = ['message "one"', 'message "four"'];
      expect((await read(server, 2)).seen).toEqual(seen);
      await server.stop();
      const again = await start(dataDir);
      expect((await read(again, 2)).seen).toEqual(seen);
      await again.stop();
      await server.untilSaid(/history-failed[^]*history-recovered/);
      expectNothingRaw(server.logged() + refused.text + (await bytesIn(dataDir)));
    },
  );
});
