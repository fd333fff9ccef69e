/** `config_info` of the built server: one hash for one configuration, another for another, and never two at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { startTestServer } from "../support/server.ts";
import { REPOSITORY } from "../support/repository.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const running: ServerProcess[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) expect(await server.stop()).toBe(0);
});

/** Hash and version of each line. */
const infoIn = (text: string): string[][] =>
  [...text.matchAll(/^maskwire_config_info\{hash="([0-9a-f]{12})",version="(.*)"\} 1$/gm)].map((line) => line.slice(1));

async function start(config: object): Promise<string[][]> {
  const server = await runServer({ config });
  running.push(server);
  return infoIn(await server.metrics());
}

test("servers of one configuration say the same, however it is written, and of another something else", async () => {
  const [[hash, version], ...others] = await start({ limits: { heartbeatMs: 20_000, feedsLimit: 5 } });
  expect(others).toEqual([]);
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
  expect(version).toBe(manifest.version);
  expect(await start({ limits: { feedsLimit: 5, heartbeatMs: 20_000 } })).toEqual([[hash, version]]);
  expect(await start({ limits: { feedsLimit: 6, heartbeatMs: 20_000 } })).not.toEqual([[hash, version]]);
});

test("a reload takes the line of the old one away", async () => {
  const host = startTestServer();
  const info = async (): Promise<string[][]> => infoIn(await (await host.app.request("/metrics")).text());
  const before = await info();
  host.reload({ policies: { default: { onInvalid: "close" } } });
  const after = await info();
  expect([before.length, after.length]).toEqual([1, 1]);
  expect(after).not.toEqual(before);
  host.reload({});
  expect(await info()).toEqual(before);
});
