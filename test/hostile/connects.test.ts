/** More than ten thousand connections a second from one address, where the machine is quiet, beside those who behave. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { post, send } from "../contract/client.ts";
import { EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { Subscription } from "../contract/subscription.ts";
import { ensureCommand, missingCommand } from "../support/debian.ts";
import { REPOSITORY } from "../support/repository.ts";
import { runServer } from "../support/run-server.ts";

const CONNECTS = 30_000;
const AT_ONCE = 1_024;
const LONGEST_SECONDS = 4;
const ROUNDS = 3;

const compiler = ensureCommand("cc", "gcc");
const folder = mkdtempSync(join(tmpdir(), "maskwire-flood-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loopback is shared by whoever is on the machine, and goes by no limit of addresses. */
const address =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ??
  missingCommand("the machine has no address but loopback").path;

interface Flood {
  readonly connected: number;
  readonly failed: number;
  readonly cut: number;
  readonly perSecond: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** The rate that it reached is printed. */
async function flood(port: string): Promise<Flood> {
  const words = [address ?? "", port, CONNECTS, AT_ONCE, LONGEST_SECONDS].map(String);
  const child = spawn(join(folder, "flood"), words, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => void (text += chunk.toString()));
  expect(await once(child, "close")).toEqual([0, null]);
  process.stdout.write(text);
  return JSON.parse(text) as Flood;
}

function refusedIn(metrics: string): number {
  const lines = metrics.matchAll(/^maskwire_connections_refused_total\{limit="connect\w+PerAddress\w*"\} (\d+)$/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

test.skipIf(compiler.path === null || address === null)(
  "a flood of connections from one address is answered 429 or cut, and who comes from another one publishes and reads on",
  { timeout: 300_000 },
  async () => {
    const source = join(REPOSITORY, "test/hostile/connect-flood.c");
    expect(spawnSync(compiler.path ?? "", ["-O2", "-o", join(folder, "flood"), source]).status).toBe(0);
    const listener = { host: "0.0.0.0", unsafeNoAuthentication: true };
    const limits = { connectsPerAddressPerSecond: 100, connectionsPerAddressLimit: 200 };
    const server = await runServer({ config: { listeners: { publish: listener, subscribe: listener }, limits } });
    const { port } = new URL(server.origin);
    const feed = `http://127.0.0.1:${port}/v1/feeds/orders/events`;
    const subscriber = new Subscription(feed);
    await subscriber.resume();

    let published = 0;
    let told = 0;
    let turnedAway = 0;
    const residentBytes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = published;
      const state = { isOver: false };
      const flooding = flood(port).finally(() => (state.isOver = true));
      while (!state.isOver) {
        const answer = await post(feed, "application/json", `{"n":${++published},"to":"${EMAIL}"}`);
        expect(answer.status).toBe(200);
      }
      const { connected, cut, statuses } = await flooding;
      expect(Object.keys(statuses).filter((status) => status !== "404" && status !== "429")).toEqual([]);
      expect(connected).toBeGreaterThan(limits.connectionsPerAddressLimit);
      expect(published).toBeGreaterThan(before);
      told += statuses["429"] ?? 0;
      turnedAway += (statuses["429"] ?? 0) + cut;
      residentBytes.push((await server.memory()).nowBytes);
    }
    // Each connection was let in, or is counted by the limit that said no. On a machine that starves some are let in and then
    // cut because they waited too long for their turn.
    expect(turnedAway).toBeGreaterThan(0);
    const refused = refusedIn(await server.metrics());
    expect(refused).toBeGreaterThanOrEqual(told);
    expect(refused).toBeLessThanOrEqual(turnedAway);
    // The first round is for the collector to find its pace; ten thousand sockets that stay would be 200 MB.
    expect((residentBytes.at(-1) ?? Infinity) - (residentBytes[1] ?? 0)).toBeLessThan(64_000_000);

    const events = await subscriber.events(published);
    expect(events.map(({ data }) => data)).toEqual(
      Array.from({ length: published }, (_, index) => `{"n":${index + 1},"to":"[EMAIL]"}`),
    );
    // Whoever has the address is let in again, a little later.
    while ((await send(`http://${address}:${port}/hello`)).status !== 404)
      await new Promise((resolve) => setTimeout(resolve, 50));
    subscriber.call.vanish();
    expect(await server.stop()).toBe(0);
    expectNothingRaw(server.logged());
  },
);
