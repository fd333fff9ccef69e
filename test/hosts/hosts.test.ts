/** The built server on other hosts than Node: what docs/edge.md promises of them, and no more. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { own } from "../support/own.ts";
import { REPOSITORY } from "../support/repository.ts";

const run = promisify(execFile);
const MAIN = join(REPOSITORY, "dist/node/main.js");
const RAW = "ana.torres@example.com";
/** Their packages have no place in the lock file: they have no build for some of our machines. */
const HOSTS = [
  { name: "Deno", pinned: "deno@2.9.0", command: "@deno/linux-x64-glibc/deno", words: ["run", "-A"] },
  { name: "Bun", pinned: "bun@1.4.0", command: "@oven/bun-linux-x64/bin/bun", words: [] },
];

let folder: string;
let hasInstalled: boolean;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-hosts-"));
  const words = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix", folder];
  const pinned = HOSTS.map((host) => host.pinned);
  hasInstalled = await run("npm", [...words, ...pinned], { cwd: folder, timeout: 200_000 }).then(
    () => true,
    () => false,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A server of that host; its address, once it says so. */
async function start(command: string, words: readonly string[]): Promise<{ url: string; stop: () => void }> {
  const env = { ...process.env, MASKWIRE_PORT: "0", MASKWIRE_ADMIN_PORT: "0" };
  const child = own(spawn(command, [...words, MAIN, "serve"], { env, stdio: ["ignore", "pipe", "pipe"] }));
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const address = /serves (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", () => reject(new Error("the server has ended")));
  });
  return { url, stop: () => void child.kill("SIGKILL") };
}

describe.each(HOSTS)("$name", ({ command, words }) => {
  test("masks a body, and gives a published event to a subscriber masked", async (context) => {
    if (!hasInstalled) context.skip("the registry cannot be reached, or has no such package for this machine");
    const { url, stop } = await start(join(folder, "node_modules", command), words);
    try {
      const headers = { "content-type": "text/plain" };
      const masked = await fetch(`${url}/v1/mask`, { method: "POST", headers, body: `to ${RAW}\n` });
      expect(await masked.text()).toBe("to [EMAIL]\n");
      const feed = `${url}/v1/feeds/orders/events`;
      const body = JSON.stringify({ to: RAW });
      const json = { "content-type": "application/json" };
      expect((await fetch(feed, { method: "POST", headers: json, body })).status).toBe(200);
      const subscriber = await fetch(`${feed}?from=oldest`, { headers: { accept: "text/event-stream" } });
      let seen = "";
      const decoder = new TextDecoder();
      for await (const chunk of subscriber.body as ReadableStream<Uint8Array>) {
        seen += decoder.decode(chunk);
        if (seen.includes("data:")) break;
      }
      expect(seen).toContain('data: {"to":"[EMAIL]"}');
      expect(seen).not.toContain(RAW);
    } finally {
      stop();
    }
  });
});
