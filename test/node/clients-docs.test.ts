/** The programs of docs/clients.md, as they stand there, against a server and through a line that breaks. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { startServer, type RunningServer } from "../../src/node/server.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";
import { startCutProxy, type CutProxy } from "../support/cut-proxy.ts";
import { own } from "../support/own.ts";
import { REPOSITORY } from "../support/repository.ts";
import { until } from "../support/until.ts";

const PAGE = readFileSync(join(REPOSITORY, "docs/clients.md"), "utf8");
const ADDRESS = "http://127.0.0.1:8080";
/** At each side of the break. */
const EVENTS = 30;

/** The oldest that the page promises to work with. */
function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const LANGUAGES = [
  { name: "js", words: (text: string) => [process.execPath, "--input-type=module", "-e", text], isThere: true },
  { name: "python", words: (text: string) => ["python3", "-c", text], isThere: hasPython() },
] as const;

function program(mark: string, origin: string): string {
  const text = new RegExp(`^\`\`\`\\w+ run=${mark}\\n([^]*?)^\`\`\``, "m").exec(PAGE)?.[1];
  if (text === undefined) throw new Error(`the page has no block marked ${mark}`);
  // Python's connection takes host and port apart.
  return text.replaceAll(ADDRESS, origin).replace('"127.0.0.1", 8080', `"127.0.0.1", ${new URL(origin).port}`);
}

describe.each(LANGUAGES)("the client in $name", ({ name, words, isThere }) => {
  let running: RunningServer;
  let proxy: CutProxy;

  beforeAll(async () => {
    const { publish, subscribe, admin } = DEFAULT_CONFIG.listeners;
    const at0 = { listenPort: 0 };
    const limits = { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0 };
    const listeners = {
      publish: { ...publish, ...at0 },
      subscribe: { ...subscribe, ...at0 },
      admin: { ...admin, ...at0, host: "localhost" },
    };
    const quiet = { info: () => {}, warn: () => {}, error: () => {} };
    running = await startServer({ ...DEFAULT_CONFIG, limits, listeners }, { clock: nodeClock, log: quiet });
    const address = running.addresses.find(({ listeners: names }) => names.includes("subscribe"));
    proxy = await startCutProxy(`http://127.0.0.1:${address?.listenPort ?? 0}`);
  });
  afterAll(async () => {
    await proxy.stop();
    await running.stop();
  });

  it.skipIf(!isThere)("sends a batch once, however often it is sent", async () => {
    const [file = "", ...rest] = words(program(`publish-${name}`, proxy.origin));
    const results = [await promisify(execFile)(file, rest), await promisify(execFile)(file, rest)];
    const counts = results.map(({ stdout }) => stdout.replace(/^200 /, ""));
    expect(JSON.parse(counts[0])).toMatchObject({ accepted: 3, duplicates: 0 });
    expect(JSON.parse(counts[1])).toMatchObject({ accepted: 0, duplicates: 3 });
  });

  it.skipIf(!isThere)("goes on where it was when the line breaks, with nothing missed and nothing twice", async () => {
    const publish = (from: number): void => {
      for (let order = from; order < from + EVENTS; order++) {
        const data = JSON.stringify({ order, to: "ana@example.com" });
        running.server.publish(`line-${name}`, new TextEncoder().encode(data), "message");
      }
    };
    const text = program(`subscribe-${name}`, proxy.origin).replace("feeds/orders/", `feeds/line-${name}/`);
    const [file = "", ...rest] = words(text);
    const child = own(spawn(file, rest, { stdio: ["ignore", "pipe", "inherit"] }));
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const lines = (): string[] => said.split("\n").slice(0, -1);
    publish(1);
    await until(
      () => lines().length >= EVENTS,
      () => said,
    );
    proxy.cut();
    publish(1 + EVENTS);
    await until(
      () => lines().length >= 2 * EVENTS,
      () => said,
    );
    child.kill("SIGKILL");
    const orders = lines().map((line) => JSON.parse(line.replace(/^\S+ message /, "")) as unknown);
    expect(orders).toEqual(Array.from({ length: 2 * EVENTS }, (_, index) => ({ order: index + 1, to: "[EMAIL]" })));
    expect(proxy.count()).toBeGreaterThan(1);
  });

  it.skipIf(!isThere)("stops, and says why, where no second try would help", async () => {
    const text = program(`subscribe-${name}`, proxy.origin).replace("feeds/orders/", "feeds/no%20feed/");
    const [file = "", ...rest] = words(text);
    await expect(promisify(execFile)(file, rest)).rejects.toMatchObject({
      stderr: expect.stringMatching(/FEED_NAME|HTTP Error 400/) as string,
    });
  });
});
