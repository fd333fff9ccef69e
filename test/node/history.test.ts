/** Every broker that Node has, held to one suite; and what each promises beyond it. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DiskBroker } from "../../src/node/history/disk-broker.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config.ts";
import { MemoryBroker } from "../../src/server/memory-broker.ts";
import { append, describeBroker, eventOf, follow, type BrokerHost } from "../contract/history.ts";
import { keysFrom } from "../support/keys.ts";
import { createTestPorts, type TestPorts } from "../support/ports.ts";

const hmac = keysFrom(new Uint8Array(32).fill(7)).hmacOfEvents();

interface DiskHost extends BrokerHost {
  readonly dataDir: string;
  readonly ports: TestPorts;
  open(): Promise<DiskBroker>;
}

async function startDisk(limits: Partial<ServerLimits> = {}): Promise<DiskHost> {
  const folder = await mkdtemp(join(tmpdir(), "maskwire-history-"));
  const dataDir = join(folder, "data");
  const ports = createTestPorts();
  const { clock, log } = ports;
  return {
    dataDir,
    ports,
    open: () =>
      DiskBroker.open({
        config: { broker: "disk", dataDir, sync: "always" },
        limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
        clock,
        log,
        hmac,
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

describeBroker("the broker in memory", {
  isLasting: false,
  isShared: false,
  start: async () => ({
    open: async () => new MemoryBroker({ limits: DEFAULT_SERVER_LIMITS, ports: createTestPorts() }),
    remove: async () => {},
  }),
});

describeBroker("the broker on disk", { isLasting: true, isShared: false, start: () => startDisk() });

/** Appends so many events of 800 bytes, which cost 1,000 each. */
async function fill(host: DiskHost, count: number): Promise<{ broker: DiskBroker; firstKept: number; last: number }> {
  const broker = await host.open();
  const { feed } = await follow(broker, "orders");
  for (let at = 0; at < count; at++) await append(feed, eventOf("x".repeat(800)));
  feed.close();
  await host.ports.clock.advance(60_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { events } = await follow(broker, "orders");
  return { broker, firstKept: events[0]?.sequence ?? 0, last: events.at(-1)?.sequence ?? 0 };
}

describe("the durable history", () => {
  test.each([
    [100, 1],
    [101, 2],
  ])("keeps of %d events those from %d on, when a hundred fit", async (count, firstKept) => {
    const host = await startDisk({ historyMaxBytes: 100_000 });
    const kept = await fill(host, count);
    expect(kept).toMatchObject({ firstKept, last: count });
    await kept.broker.close();
    await host.remove();
  });

  test("forgets what is too old, goes on counting, and forgets the feed at the next start", async () => {
    const host = await startDisk({ historyMaxAgeMs: 50_000 });
    const broker = await host.open();
    const { feed } = await follow(broker, "orders");
    await append(feed, eventOf("1"));
    await append(feed, eventOf("2"));
    feed.close();
    await host.ports.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const again = await follow(broker, "orders");
    expect([again.events, again.feed.start, again.feed.epoch]).toEqual([[], 2, feed.epoch]);
    await broker.close();
    const next = await host.open();
    expect((await next.open("orders")).epoch).not.toBe(feed.epoch);
    await next.close();
    await host.remove();
  });

  test("is refused to a second process, in words of ours", async () => {
    const host = await startDisk();
    const broker = await host.open();
    await expect(host.open()).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    await broker.close();
    await host.remove();
  });

  test("holds no key of a producer", async () => {
    const host = await startDisk();
    const broker = await host.open();
    const { feed } = await follow(broker, "orders");
    await append(feed, eventOf("1"), "ann.lee@example.com");
    await broker.close();
    const files = await readdir(host.dataDir);
    const bytes = await Promise.all(files.map((file) => readFile(join(host.dataDir, file), "latin1")));
    expect(bytes.join("")).toContain("orders");
    expect(bytes.join("")).not.toContain("ann.lee");
    await host.remove();
  });

  test.each([
    [1_048_576, "taken"],
    [1_048_577, "refused"],
  ])("with %d bytes waiting is %s when a mebibyte may wait", async (bytes, word) => {
    const host = await startDisk({ historyQueueBytes: 1_048_576 });
    const broker = await host.open();
    const { feed } = await follow(broker, "orders");
    // Each event costs 200 bytes more than its data.
    const first = feed.append(eventOf("x".repeat(500_000)));
    const outcome = await feed.append(eventOf("x".repeat(bytes - 500_400)));
    await first;
    expect(outcome).toEqual(word === "taken" ? { sequence: 2, isRepeat: false } : "HISTORY_UNAVAILABLE");
    await broker.close();
    await host.remove();
  });

  test("takes as many feeds as it may, and no more", async () => {
    const host = await startDisk({ feedsLimit: 2 });
    const broker = await host.open();
    for (const name of ["a", "b"]) await append((await follow(broker, name)).feed, eventOf("1"));
    await expect(broker.open("c")).rejects.toMatchObject({ code: "FEED_LIMIT" });
    await broker.close();
    await host.remove();
  });
});
