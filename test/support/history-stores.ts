/**
 * Where the events of one test last, on disk or in NATS: what goes wrong there included.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskBroker } from "../../src/node/history/disk-broker.ts";
import { NatsBroker } from "../../src/node/history/nats-broker.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import type { ServerLimits } from "../../src/server/config/limits.ts";
import type { Broker } from "../../src/server/history/broker.ts";
import { damageDisk } from "./damage-disk.ts";
import { keysFrom } from "./keys.ts";
import type { NatsServer } from "./nats.ts";
import type { TestPorts } from "./ports.ts";

export interface HistoryStore {
  open(limits: ServerLimits, ports: TestPorts): Promise<Broker>;
  /** These events of the feed `orders` are not to be had any more. Not while it is open. */
  lose(sequences: readonly number[]): Promise<void>;
  /** Nothing can be read from now on, until `mend`. */
  cut(broker: Broker): Promise<void>;
  mend(): Promise<void>;
  remove(): Promise<void>;
}

const FEED = { policy: "default", views: {}, eventTypes: [] };
/** Of every store. */
export const FEEDS: ServerConfig["feeds"] = { orders: FEED, parcels: FEED };

const hmac = keysFrom(new Uint8Array(32).fill(7)).hmacOfEvents();
let stores = 0;

export async function diskStore(): Promise<HistoryStore> {
  const dataDir = await mkdtemp(join(tmpdir(), "maskwire-history-"));
  const config = { broker: "disk", dataDir, sync: "never" } as const;
  return {
    open: (limits, { clock, log }) => DiskBroker.open({ config, limits, clock, log, hmac }),
    lose: (sequences) => damageDisk(dataDir, sequences),
    cut: (broker) => broker.close(),
    mend: async () => {},
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** In streams of its own on that server, which `cut` kills. */
export function natsStore(server: NatsServer): HistoryStore {
  const prefix = `store${stores++}`;
  const history = { broker: "nats", servers: [server.url], prefix, replicas: 1 } as const;
  let isCut = false;
  const mend = async (): Promise<void> => {
    if (isCut) await server.start();
    isCut = false;
  };
  return {
    open: (limits, { clock, log }) => {
      const config = { ...DEFAULT_CONFIG, feeds: FEEDS, history, limits };
      return NatsBroker.open({ config: history, server: config, clock, log, hmac });
    },
    lose: (sequences) => server.deleteMessages(`${prefix}-orders`, sequences),
    cut: async () => {
      isCut = true;
      await server.kill();
    },
    mend,
    remove: mend,
  };
}
