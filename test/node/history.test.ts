/** Every broker that Node has, held to one suite; and what each promises beyond it. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/node/config/read.ts";
import { DiskBroker } from "../../src/node/history/disk-broker.ts";
import { NatsBroker } from "../../src/node/history/nats-broker.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config/limits.ts";
import { MemoryBroker } from "../../src/server/history/memory-broker.ts";
import { append, describeBroker, eventOf, follow, MARK, type BrokerHost } from "../contract/history.ts";
import { damageDisk } from "../support/damage-disk.ts";
import { keysFrom } from "../support/keys.ts";
import { ensureCommand } from "../support/debian.ts";
import { REPOSITORY } from "../support/repository.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { createTestPorts, type TestPorts } from "../support/ports.ts";
import { until } from "../support/until.ts";

const hmac = keysFrom(new Uint8Array(32).fill(7)).hmacOfEvents();

interface NatsHost extends BrokerHost {
  open(): Promise<NatsBroker>;
}

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
    lose: (sequences) => damageDisk(dataDir, sequences),
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

describeBroker("the broker on disk, of which a part is in memory", {
  isLasting: true,
  isShared: false,
  isPaged: true,
  start: () => startDisk({ historyMemoryBytes: 10_000 }),
});

const nats = ensureCommand("nats-server", "nats-server");

describe.skipIf(nats.path === null)("with a NATS server", () => {
  let server: NatsServer;
  let hosts = 0;
  beforeAll(async () => {
    server = await startNats(nats.path ?? "");
  });
  afterAll(() => server.remove());

  function natsHost(changes: Partial<ServerConfig> = {}, limits: Partial<ServerLimits> = {}): NatsHost {
    const prefix = `t${hosts++}`;
    const feeds = { orders: { policy: "default", views: {}, eventTypes: [] } };
    const ports = createTestPorts();
    const { clock, log } = ports;
    const config = { broker: "nats", servers: [server.url], prefix, replicas: 1 } as const;
    const serverConfig = {
      ...DEFAULT_CONFIG,
      feeds,
      history: config,
      ...changes,
      limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
    };
    return {
      open: () => NatsBroker.open({ config, server: serverConfig, clock, log, hmac }),
      lose: (sequences) => server.deleteMessages(`${prefix}-orders`, sequences),
      remove: async () => {},
    };
  }

  describeBroker("the broker in NATS", { isLasting: true, isShared: true, start: async () => natsHost() });

  describeBroker("the broker in NATS, of which a part is in memory", {
    isLasting: true,
    isShared: true,
    isPaged: true,
    start: async () => natsHost({}, { historyMemoryBytes: 10_000 }),
  });

  test("is refused with feeds that requests would create", async () => {
    await expect(natsHost({ feeds: DEFAULT_CONFIG.feeds }).open()).rejects.toMatchObject({ code: "BAD_CONFIG" });
  });

  test.each([
    [1_047_552, true],
    [1_047_553, false],
  ])("events of %d bytes may be configured when the server takes a mebibyte: %s", async (eventLimitBytes, isTaken) => {
    const opening = natsHost({}, { eventLimitBytes }).open();
    if (isTaken) await (await opening).close();
    else await expect(opening).rejects.toMatchObject({ code: "BAD_CONFIG" });
  });

  test("events of a history without an age stay as long as NATS has room", async () => {
    const broker = await natsHost({}, { historyMaxAgeMs: Infinity }).open();
    const { feed, events } = await follow(broker, "orders");
    await append(feed, eventOf("1"));
    await feed.caughtUp();
    expect(events).toHaveLength(1);
    expect((await server.streams()).map(({ max_age }) => max_age)).toContain(0);
    await broker.close();
  });

  test("the epoch stands in the stream, where all servers tell it alike, and an older stream is given its own", async () => {
    const host = natsHost();
    const broker = await host.open();
    const { feed } = await follow(broker, "orders");
    const name = `t${hosts - 1}-orders`;
    const described = async (): Promise<string | undefined> =>
      (await server.streams()).find((stream) => stream.name === name)?.description;
    expect(await described()).toBe(`maskwire epoch ${feed.epoch}`);
    await server.describe(name, "made by hand");
    const [one, other] = await Promise.all([host.open(), host.open()]);
    const first = await follow(one, "orders");
    expect(await described()).toBe(`maskwire epoch ${first.feed.epoch}`);
    expect((await follow(other, "orders")).feed.epoch).toBe(first.feed.epoch);
    await Promise.all([broker, one, other].map((each) => each.close()));
  });

  test("an event that masking made longer than the server takes is refused whole", async () => {
    const broker = await natsHost().open();
    const { feed, events } = await follow(broker, "orders");
    expect(await feed.append(eventOf("x".repeat(1_048_576)))).toBe("EVENT_TOO_LARGE");
    await feed.caughtUp();
    expect(events).toEqual([]);
    await broker.close();
  });

  test("a stream that was created anew is another history, and readers begin anew", async () => {
    const host = natsHost();
    const [one, other] = await Promise.all([host.open(), host.open()]);
    const { feed } = await follow(one, "orders");
    await append(feed, eventOf("1"));
    await (await follow(other, "orders")).feed.caughtUp();
    await server.deleteStreams();
    await expect(feed.caughtUp()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
    const again = await follow(other, "orders");
    expect(again.feed.epoch).not.toBe(feed.epoch);
    await expect(feed.caughtUp()).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
    expect(feed.isLost).toBe(true);
    expect(await feed.append(eventOf("2"))).toBe("HISTORY_UNAVAILABLE");
    // Of the same name and with an event in the same place: it must not be given for the one that was there.
    await append(again.feed, eventOf("of another history"));
    await expect(feed.archive?.read(0, 1, MARK)).rejects.toMatchObject({ code: "HISTORY_UNAVAILABLE" });
    expect(await again.feed.archive?.read(0, 1, MARK)).toMatchObject([{ sequence: 1 }]);
    await Promise.all([one.close(), other.close()]);
  });
});

test.each(["durable", "nats", "ingest"])("the example `%s` of docs/operations.md is a configuration", async (name) => {
  const page = await readFile(join(REPOSITORY, "docs/operations.md"), "utf8");
  const [, yaml = "no such example"] = new RegExp(`\`\`\`yaml config=${name}\n([^]*?)\`\`\``).exec(page) ?? [];
  expect(readConfig(yaml, name)).toMatchObject({ ok: true });
});

test("a NATS server that is not there is an error of ours", async () => {
  const config = { broker: "nats", servers: ["nats://127.0.0.1:1"], prefix: "t", replicas: 1 } as const;
  const { clock, log } = createTestPorts();
  const feeds = { orders: { policy: "default", views: {}, eventTypes: [] } };
  const server = { ...DEFAULT_CONFIG, feeds };
  await expect(NatsBroker.open({ config, server, clock, log, hmac })).rejects.toMatchObject({ code: "NATS_UNUSABLE" });
});

/** Appends so many events of 800 bytes, which cost 1,000 each, and waits until the first of them is the one that it says. */
async function fill(host: DiskHost, count: number, firstKept: number): Promise<DiskBroker> {
  const broker = await host.open();
  const { feed } = await follow(broker, "orders");
  for (let at = 0; at < count; at++) await append(feed, eventOf("x".repeat(800)));
  feed.close();
  await host.ports.clock.advance(60_000);
  await keptOnce(broker, ({ events }) => events[0]?.sequence === firstKept);
  return broker;
}

type Followed = Awaited<ReturnType<typeof follow>>;

/** What a broker has of the feed, once it has forgotten what it had to: that goes on behind the clock. */
async function keptOnce(broker: DiskBroker, isSo: (kept: Followed) => boolean): Promise<Followed> {
  let kept = await follow(broker, "orders");
  await until(
    async () => {
      if (isSo(kept)) return true;
      kept.feed.close();
      kept = await follow(broker, "orders");
      return false;
    },
    () => kept.events[0]?.sequence,
  );
  return kept;
}

describe("the durable history", () => {
  test.each([
    [100, 1],
    [101, 2],
  ])("keeps of %d events those from %d on, when a hundred fit", async (count, firstKept) => {
    const host = await startDisk({ historyMaxBytes: 100_000 });
    await (await fill(host, count, firstKept)).close();
    // Opened again, it has looked once more at what is too much.
    const broker = await host.open();
    const { events } = await follow(broker, "orders");
    expect([events[0]?.sequence, events.at(-1)?.sequence]).toEqual([firstKept, count]);
    await broker.close();
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
    // One that is opened in the middle of it finds nothing, and does not know yet that it is gone.
    const again = await keptOnce(broker, ({ events, feed: { start } }) => events.length === 0 && start === 2);
    expect(again.feed.epoch).toBe(feed.epoch);
    await broker.close();
    const next = await host.open();
    expect((await next.open("orders")).epoch).not.toBe(feed.epoch);
    await next.close();
    await host.remove();
  });

  test("forgets what falls due while it forgets something else", async () => {
    const host = await startDisk({ historyMaxAgeMs: 60_000 });
    const broker = await host.open();
    const { feed } = await follow(broker, "orders");
    await append(feed, eventOf("1"));
    await host.ports.clock.advance(30_000);
    await append(feed, eventOf("2"));
    // The second look begins in the step in which the first one has begun: both are for a minute that has passed.
    const first = host.ports.clock.advance(30_000);
    const second = host.ports.clock.advance(60_000);
    await Promise.all([first, second]);
    await until(
      () => feed.archive?.start === 2,
      () => feed.archive?.start,
    );
    await broker.close();
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
