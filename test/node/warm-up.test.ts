/** What a start does before it listens: nothing of it is to be seen afterwards, and nothing of it may keep a server from serving. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { startServer, type RunningServer } from "../../src/node/server.ts";
import { runWarmUp } from "../../src/node/warm-up.ts";
import { createServer as createMaskwire } from "../../src/server/app.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { createWarmUp } from "../../src/server/warm-up.ts";
import type { LogWrite } from "../../src/server/telemetry/log.ts";
import { PRESIDIO, startAnalyzer } from "../support/analyzer.ts";
import { own } from "../support/own.ts";
import { createTestPorts } from "../support/ports.ts";
import { cleanEnvironment, PROGRAM, requireProgram, writeConfig } from "../support/run-server.ts";

const LISTENER = { host: "127.0.0.1", listenPort: 0, unsafeNoAuthentication: false };
/** No test waits for it. */
const LONG_MS = 3_600_000;
const EVENTS = 40;

const CONFIG: ServerConfig = {
  ...DEFAULT_CONFIG,
  listeners: { publish: LISTENER, subscribe: LISTENER, admin: LISTENER },
  policies: {
    default: {},
    loose: { operators: { default: { operator: "mask", keepLast: 4 } } },
    strict: { onInvalid: "close" },
  },
  feeds: {
    "*": { policy: "default", views: {}, eventTypes: [] },
    orders: { policy: "strict", views: { support: "loose" }, eventTypes: ["order.created"] },
  },
  // What a limit lets in is not lessened by what nobody sent.
  limits: {
    ...DEFAULT_SERVER_LIMITS,
    drainGraceMs: 0,
    drainWindowMs: 0,
    socketsLimit: 2,
    connectionsLimit: 1,
    feedsLimit: 1,
  },
};

interface Started {
  readonly running: RunningServer;
  readonly origin: string;
  readonly logged: readonly (readonly [event: string, fields: object])[];
}

async function start(changes: Partial<ServerConfig>): Promise<Started> {
  const logged: (readonly [string, object])[] = [];
  const write: LogWrite = (event, fields) => void logged.push([event, fields ?? {}]);
  const log = { info: write, warn: write, error: write };
  const running = await startServer(
    { ...CONFIG, ...changes },
    {
      clock: nodeClock,
      log,
      warmUpEvents: EVENTS,
      // The configuration takes no time in which a ping could go unanswered.
      pings: { pingMs: LONG_MS },
    },
  );
  return { running, origin: `http://127.0.0.1:${running.addresses[0]?.listenPort}`, logged };
}

async function metricsOf({ origin }: Started): Promise<string> {
  const text = await (await fetch(`${origin}/metrics`, { headers: { connection: "close" } })).text();
  return text.replace(/hash="\w+"/, "");
}

describe("a server that warms up", () => {
  const started: Started[] = [];

  afterEach(async () => {
    for (const { running } of started.splice(0)) await running.stop();
  });

  it("shows the same as one that does not", async () => {
    const [warm, cold] = [await start({ warmUpMs: LONG_MS }), await start({})];
    started.push(warm, cold);
    expect(await metricsOf(warm)).toBe(await metricsOf(cold));
    expect(warm.logged.map(([event]) => event)).toEqual(["warmed-up", ...cold.logged.map(([event]) => event)]);
    expect(warm.logged[0]).toMatchObject(["warmed-up", { events: EVENTS }]);
    // No feed is open, and the first event of each is its first.
    for (const { origin } of [warm, cold]) {
      const answer = await fetch(`${origin}/v1/feeds/orders/events`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: '{"to":"jane@example.com"}',
      });
      expect(await answer.json()).toMatchObject({ accepted: 1, firstId: expect.stringMatching(/\.1$/) });
    }
  });

  it("counts what real events do, by the same policies", async () => {
    const warm = await start({ warmUpMs: 1 });
    started.push(warm);
    warm.running.server.publish("orders", new TextEncoder().encode('"jane@example.com"'));
    const metrics = await metricsOf(warm);
    expect(metrics).toContain('maskwire_feed_masked_total{feed="orders",entity="EMAIL",operator="redact"} 1');
    expect(metrics).toContain('maskwire_masked_total{entity="EMAIL",operator="mask"} 1');
  });

  it("asks no remote detector", async () => {
    const analyzer = await startAnalyzer();
    try {
      const presidio = { ...PRESIDIO, unsafePlaintext: true, url: analyzer.url, entities: { PERSON: "PERSON" } };
      const policies = { ...CONFIG.policies, default: { remoteDetectors: ["presidio"] } };
      const warm = await start({ warmUpMs: LONG_MS, policies, remoteDetectors: { presidio } });
      started.push(warm);
      expect(warm.logged[0]).toMatchObject(["warmed-up", { events: EVENTS }]);
      expect(analyzer.asked).toHaveLength(0);
    } finally {
      await analyzer.close();
    }
  });
});

describe("a warm-up", () => {
  let http: Server;

  beforeEach(() => {
    http = createServer();
  });

  it.each([
    ["its time is over", { limitMs: 1 }],
    ["the process is to end", { limitMs: LONG_MS, stopping: Promise.resolve() }],
  ])("ends when %s, though nobody answers, and closes what it opened", async (_, options) => {
    http.on("request", () => undefined);
    expect(await runWarmUp({ open: () => ({ http, feeds: ["a"] }), ...options })).toBe(0);
    expect(http.listening).toBe(false);
  });

  it("takes a server that was never used for each part of its events, and closes them all", async () => {
    const opened: Server[] = [];
    const open = (): { http: Server; feeds: string[] } => {
      const one = createServer((_, outgoing) => outgoing.end());
      opened.push(one);
      return { http: one, feeds: ["a"] };
    };
    expect(await runWarmUp({ open, limitMs: LONG_MS, events: 10 })).toBe(10);
    expect(opened.map(({ listening }) => listening)).toEqual([false, false, false, false]);
  });

  it("fails when it cannot listen", async () => {
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    await expect(runWarmUp({ open: () => ({ http, feeds: ["a"] }), limitMs: LONG_MS })).rejects.toThrow();
    expect(http.listening).toBe(false);
  });

  it("has the feeds of the configuration, and one for all others", () => {
    const feedsOf = (feeds: ServerConfig["feeds"]): readonly string[] | undefined =>
      createMaskwire(createTestPorts(), { ...CONFIG, feeds }, { createWarmUp }).openWarmUp?.().feeds;
    expect(feedsOf(CONFIG.feeds)).toEqual(["warm-up", "orders"]);
    expect(feedsOf({ orders: CONFIG.feeds["orders"] })).toEqual(["orders"]);
    // A server of relays alone.
    expect(feedsOf({})).toEqual(["warm-up"]);
  });
});

const hasNamespaces = spawnSync("unshare", ["--net", "true"]).status === 0;

// A network without loopback, where nothing of it can work.
describe.skipIf(!hasNamespaces)("a server that cannot warm up", () => {
  it("serves all the same, and says so", async () => {
    requireProgram();
    const folder = await mkdtemp(join(tmpdir(), "maskwire-warm-"));
    const file = join(folder, "maskwire.yaml");
    const open = { host: "0.0.0.0", listenPort: 0, unsafeNoAuthentication: true };
    await writeFile(file, writeConfig({ warmUpMs: 1_000, listeners: { publish: open, subscribe: open, admin: open } }));
    const words = ["--net", process.execPath, PROGRAM, "serve", "--config", file];
    const child = own(spawn("unshare", words, { env: cleanEnvironment() }));
    const lines: string[] = [];
    const listens = new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => {
        lines.push(chunk.toString());
        if (lines.join("").includes('"event":"listening"')) resolve();
      });
    });
    const ended = once(child, "close");
    await Promise.race([listens, ended]);
    expect(lines.join("")).toMatch(/"event":"warm-up-failed"[^]*"event":"listening"/);
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
    await rm(folder, { recursive: true });
  });
});
