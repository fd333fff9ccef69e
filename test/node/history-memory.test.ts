/**
 * The built server with a log far longer than what of it may be in memory: subscribers who resume anywhere are given
 * everything once, in order, while events come, and memory stays where it is.
 *
 * The whole size, some minutes; with the other variable 200,000 events of it:
 *   MASKWIRE_LOG_MB=200 MASKWIRE_EVENT_BYTES=1000 npx vitest run --project node test/node/history-memory.test.ts
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request, type ClientRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { post } from "../contract/client.ts";
import { ensureCommand } from "../support/debian.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { runServer, valueIn, type ServerProcess } from "../support/run-server.ts";

const MEGABYTE = 1_000_000;
const LOG_BYTES = Number(process.env["MASKWIRE_LOG_MB"] ?? 40) * MEGABYTE;
const SUBSCRIBERS = LOG_BYTES >= 200 * MEGABYTE ? 50 : 10;
const MEMORY_BYTES = 2 * MEGABYTE;
const EVENT_BYTES = Number(process.env["MASKWIRE_EVENT_BYTES"] ?? 4_000);
const EVENTS = Math.ceil(LOG_BYTES / EVENT_BYTES);
const BODY_EVENTS = 100;
/** That come while the subscribers read. */
const LATE_EVENTS = 500;
/** What may be added to memory, of the log's length: to keep it, in however few of its copies, would take more. */
const GROWTH_SHARE = 0.75;
const ROUNDS = 6;
const LIMIT_MS = 600_000;
const FEED = "/v1/feeds/orders/events";

function isGrowing(peaks: readonly number[]): boolean {
  const [before, now] = peaks.slice(-2);
  return now - before >= LOG_BYTES * GROWTH_SHARE;
}

/** One who reads as fast as it comes, and keeps no more than the count. */
class Reader {
  seen = 0;
  /** Resolves when the server has answered: the place is fixed then. */
  readonly started: Promise<void>;
  readonly faults: string[] = [];
  readonly #call: ClientRequest;

  constructor(url: string, first: number) {
    let next = first;
    let rest = "";
    this.#call = request(url, { agent: false }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("event: maskwire.")) this.faults.push(line);
          const [, number] = /^data: "(\d+)/.exec(line) ?? [];
          if (number === undefined) continue;
          if (Number(number) !== next) this.faults.push(`${number} in the place of ${next}`);
          next = Number(number) + 1;
          this.seen = Number(number);
        }
      });
    });
    this.#call.on("error", () => undefined);
    this.started = once(this.#call, "response").then(() => undefined);
    this.#call.end();
  }

  stop(): void {
    this.#call.destroy();
  }
}

/** A server that has so much of each view in memory. */
type Start = (historyMemoryBytes: number) => Promise<ServerProcess>;

const LIMITS = { historyMaxBytes: 4 * LOG_BYTES, publishEventsPerSecond: MEGABYTE, connectionMaxAgeMs: 3_600_000 };
const KEY = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };

async function publish(server: ServerProcess, from: number, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, at) => `"${String(from + at).padEnd(EVENT_BYTES - 202, " .")}"`);
  expect((await post(`${server.origin}${FEED}`, "application/x-ndjson", lines.join("\n"))).status).toBe(200);
}

async function publishLog(server: ServerProcess): Promise<void> {
  for (let at = 1; at <= EVENTS; at += BODY_EVENTS) await publish(server, at, Math.min(BODY_EVENTS, EVENTS + 1 - at));
}

/** Resumes anywhere before `end` as often as it says, reads to `last`, and gives the peak of memory meanwhile. */
async function readAll(
  server: ServerProcess,
  { end, last = end }: { readonly end: number; readonly last?: number },
  onStart: () => Promise<void> = async () => {},
): Promise<number> {
  let drawn = 1;
  const readers = Array.from({ length: SUBSCRIBERS }, () => {
    drawn = (drawn * 48_271) % 2_147_483_647;
    const first = 1 + (drawn % end);
    return new Reader(`${server.origin}${FEED}?from=-${end + 1 - first}`, first);
  });
  try {
    await Promise.all(readers.map(({ started }) => started));
    await onStart();
    let peakBytes = 0;
    while (readers.some(({ seen, faults }) => seen < last && faults.length === 0)) {
      peakBytes = Math.max(peakBytes, (await server.memory()).nowBytes);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(readers.flatMap(({ faults }) => faults)).toEqual([]);
    return peakBytes;
  } finally {
    for (const reader of readers) reader.stop();
  }
}

/** Memory before anybody has used the feed, and what is added by the first one who wants what comes. */
async function open(server: ServerProcess): Promise<{ startBytes: number; openedBytes: number }> {
  const { nowBytes: startBytes } = await server.memory();
  const reader = new Reader(`${server.origin}${FEED}?from=now`, EVENTS + 1);
  await reader.started;
  reader.stop();
  return { startBytes, openedBytes: (await server.memory()).nowBytes - startBytes };
}

/** Has all read of the log that is there, until memory stays where it is. */
async function expectFlat(server: ServerProcess, startBytes: number): Promise<void> {
  // By the end of the first round the collector has found its pace.
  const peaks = [await readAll(server, { end: EVENTS })];
  const last = EVENTS + LATE_EVENTS;
  peaks.push(
    await readAll(server, { end: EVENTS, last }, async () => {
      for (let at = EVENTS + 1; at <= last; at += 10) await publish(server, at, 10);
    }),
  );
  // Later, where the machine is busy. What is kept of the log would be added in each round.
  while (peaks.length < ROUNDS && isGrowing(peaks)) peaks.push(await readAll(server, { end: last }));
  // So that the figures of a long run can be read.
  process.stdout.write(`${JSON.stringify({ LOG_BYTES, EVENTS, SUBSCRIBERS, startBytes, peaks })}\n`);
  expect(isGrowing(peaks)).toBe(false);
  const metrics = await server.metrics();
  expect(valueIn(metrics, 'history_memory_bytes{feed="orders"}')).toBeLessThanOrEqual(MEMORY_BYTES);
  expect(valueIn(metrics, 'history_pages_total{result="read"}')).toBeGreaterThan(SUBSCRIBERS);
  expect(valueIn(metrics, 'history_pages_total{result="failed"}')).toBe(0);
  expect(valueIn(metrics, "history_damages_total")).toBe(0);
}

const FLAT = "longer than memory may be is read by many from anywhere, once and in order, and memory stays where it is";

describe.skipIf(process.platform !== "linux")("a log on disk", () => {
  let folder: string;
  let server: ServerProcess;
  const start: Start = (historyMemoryBytes) =>
    runServer({
      config: { feeds: { orders: {} }, limits: { ...LIMITS, historyMemoryBytes } },
      args: ["--data-dir", join(folder, "data")],
      environment: KEY,
    });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "maskwire-log-"));
    server = await start(MEMORY_BYTES);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    FLAT,
    async () => {
      await publishLog(server);
      await expectFlat(server, 0);
    },
    LIMIT_MS,
  );
});

const nats = ensureCommand("nats-server", "nats-server");

describe.skipIf(process.platform !== "linux" || nats.path === null)("a log in NATS", () => {
  let broker: NatsServer;
  const nodes: ServerProcess[] = [];
  const start: Start = async (historyMemoryBytes) => {
    const history = { broker: "nats", servers: [broker.url] };
    const config = { feeds: { orders: {} }, history, limits: { ...LIMITS, historyMemoryBytes } };
    const node = await runServer({ config, environment: KEY });
    nodes.push(node);
    return node;
  };
  beforeAll(async () => {
    broker = await startNats(nats.path ?? "");
    await publishLog(await start(MEMORY_BYTES));
  }, LIMIT_MS);
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    await broker?.remove();
  });

  test(
    "does not come into memory with its feed, but where it may",
    async () => {
      const [bounded, whole] = [await open(await start(MEMORY_BYTES)), await open(await start(4 * LOG_BYTES))];
      process.stdout.write(`${JSON.stringify({ LOG_BYTES, EVENTS, MEMORY_BYTES, bounded, whole })}\n`);
      expect(whole.openedBytes - bounded.openedBytes).toBeGreaterThan(LOG_BYTES * GROWTH_SHARE);
    },
    LIMIT_MS,
  );

  test(
    FLAT,
    async () => {
      const node = await start(MEMORY_BYTES);
      const { startBytes } = await open(node);
      await expectFlat(node, startBytes);
    },
    LIMIT_MS,
  );
});
