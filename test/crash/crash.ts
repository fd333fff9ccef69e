/**
 * Kills what keeps the events in the middle of publishing, and looks whether anybody noticed.
 *
 * Owns the processes of one run. The promise: every acknowledged event reaches every subscriber exactly once, in order.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimPort } from "../support/claim-port.ts";
import { ensureCommand } from "../support/debian.ts";
import { startNatsCluster } from "../support/nats-cluster.ts";
import { startNats } from "../support/nats.ts";
import { own } from "../support/own.ts";
import { valueIn } from "../support/run-server.ts";
import { until } from "../support/until.ts";
import { CrashSubscriber } from "./subscriber.ts";
import { BODY_EVENTS, produce, type Produced } from "./producer.ts";

export interface CrashOptions {
  /** The built program. */
  readonly program: string;
  readonly events: number;
  readonly subscribers: number;
  readonly kills: number;
}

export interface CrashReport extends Produced {
  readonly kills: number;
  readonly connections: number;
  /** Pages of older events that were read, by the nodes that were there at the end. */
  readonly pages: number;
  /** Events that all subscribers together were given. */
  readonly delivered: number;
  /** What may not happen; empty when the promise held. */
  readonly faults: readonly string[];
}

const FEED_PATH = "/v1/feeds/orders/events";
const KEY = "0123456789abcdef0123456789abcdef";
const PRODUCERS = 4;
const DEAD_MS = 3_000;
/** So small in memory that whoever was away for a moment reads pages. */
const LIMITS = { drainGraceMs: 0, drainWindowMs: 0, historyMemoryBytes: 65_536 };

interface Node {
  readonly child: ChildProcess;
  /** How many pages of its history it has read. */
  pages(): Promise<number>;
}

/** Starts `maskwire serve` and resolves once it listens. */
async function startNode(program: string, configFile: string, listenPort: number): Promise<Node> {
  const environment = { PATH: process.env["PATH"], MASKWIRE_KEY: KEY, MASKWIRE_ADMIN_PORT: "0" };
  const args = [program, "serve", "--config", configFile, "--port", String(listenPort)];
  const child = own(spawn(process.execPath, args, { env: environment, stdio: ["ignore", "ignore", "pipe"] }));
  let text = "";
  const adminPort = (): string | undefined => /"listening".*admin.*"listenPort":(\d+)/.exec(text)?.[1];
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (/"listening".*subscribe/.test(text) && adminPort() !== undefined) resolve();
    });
    child.once("exit", () => reject(new Error(`the server did not start: ${text}`)));
  });
  const pages = async (): Promise<number> => {
    const metrics = await (await fetch(`http://127.0.0.1:${adminPort()}/metrics`)).text();
    return valueIn(metrics, 'history_pages_total{result="read"}');
  };
  return { child, pages };
}

async function kill({ child }: Node): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** The server with a durable history on disk is killed. */
export async function crashDisk(options: CrashOptions): Promise<CrashReport> {
  const folder = await mkdtemp(join(tmpdir(), "maskwire-crash-"));
  const configFile = join(folder, "maskwire.yaml");
  const history = { broker: "disk", dataDir: join(folder, "data") };
  await writeFile(configFile, JSON.stringify({ history, limits: LIMITS }));
  const listenPort = await claimPort();
  const origin = `http://127.0.0.1:${listenPort}`;
  let node = await startNode(options.program, configFile, listenPort);
  try {
    return await follow(options, {
      origins: [origin],
      nodes: () => [node],
      crash: async (onDead) => {
        await kill(node);
        onDead();
        node = await startNode(options.program, configFile, listenPort);
      },
    });
  } finally {
    await kill(node);
    await rm(folder, { recursive: true, force: true });
  }
}

function natsProgram(): string {
  const { path, reason } = ensureCommand("nats-server", "nats-server");
  if (path === null) throw new Error(reason);
  return path;
}

/** Two nodes on one NATS server, which is killed; subscribers move between the nodes. */
export async function crashNats(options: CrashOptions): Promise<CrashReport> {
  const nats = await startNats(natsProgram());
  return await crashShared(options, {
    history: { broker: "nats", servers: [nats.url] },
    crash: async (onDead) => {
      await nats.kill();
      onDead();
      await nats.start();
    },
    remove: () => nats.remove(),
  });
}

/** The same on a cluster of three: each time the one is killed that leads the stream. */
export async function crashNatsCluster(options: CrashOptions): Promise<CrashReport> {
  const cluster = await startNatsCluster(natsProgram());
  return await crashShared(options, {
    history: { broker: "nats", servers: cluster.urls, replicas: 3 },
    crash: async (onDead) => {
      const leader = await cluster.leaderOf("maskwire-orders");
      await leader.kill();
      onDead();
      // Long enough for another one to lead.
      await new Promise((resolve) => setTimeout(resolve, DEAD_MS));
      await leader.start();
    },
    remove: () => cluster.remove(),
  });
}

interface Shared {
  readonly history: object;
  readonly crash: Crash;
  readonly remove: () => Promise<void>;
}

async function crashShared(options: CrashOptions, { history, crash, remove }: Shared): Promise<CrashReport> {
  const folder = await mkdtemp(join(tmpdir(), "maskwire-crash-"));
  const configFile = join(folder, "maskwire.yaml");
  await writeFile(configFile, JSON.stringify({ history, feeds: { orders: {} }, limits: LIMITS }));
  const ports = [await claimPort(), await claimPort()];
  const nodes = await Promise.all(ports.map((port) => startNode(options.program, configFile, port)));
  try {
    return await follow(options, {
      origins: ports.map((port) => `http://127.0.0.1:${port}`),
      nodes: () => nodes,
      crash,
    });
  } finally {
    await Promise.all(nodes.map(kill));
    await remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kills, says so, and starts again. */
type Crash = (onDead: () => void) => Promise<void>;

interface Stage {
  /** Nodes; with several, subscribers move between them and producers send again elsewhere. */
  readonly origins: readonly string[];
  /** Those of now. */
  readonly nodes: () => readonly Node[];
  readonly crash: Crash;
}

async function follow(options: CrashOptions, { origins, nodes, crash }: Stage): Promise<CrashReport> {
  const { events, kills } = options;
  const isMoving = origins.length > 1;
  const subscribers: CrashSubscriber[] = [];
  const subscribe = (): void => {
    const at = subscribers.length;
    let turn = at;
    subscribers.push(
      new CrashSubscriber({
        origin: () => origins[turn++ % origins.length],
        path: FEED_PATH,
        leaveAfter: isMoving ? Math.ceil(events / 7) + at : 0,
      }),
    );
  };
  while (subscribers.length < options.subscribers - 1) subscribe();
  try {
    let killed = 0;
    let crashing = Promise.resolve();
    let dying = Promise.resolve();
    const produced = await produce({
      origin: (attempt) => origins[attempt % origins.length],
      path: FEED_PATH,
      events,
      atOnce: PRODUCERS,
      onProgress: (acknowledged) => {
        if (acknowledged < ((killed + 1) * events) / (kills + 1) || killed === kills) return;
        killed++;
        dying = new Promise((resolve, reject) => {
          crashing = crashing.then(() => crash(resolve));
          crashing.catch(reject);
        });
        dying.catch(() => undefined);
      },
      // Who is to die has to be found first: what is sent by then would have been all.
      onNext: () => dying,
    });
    await crashing;
    // One comes when all is over: most of it is in memory no more.
    subscribe();
    await until(
      () => subscribers.every(({ numbers }) => numbers.length >= events),
      () => subscribers.map(({ numbers, faults }) => [numbers.length, ...faults]).join("; "),
    );
    const pages = await Promise.all(nodes().map((node) => node.pages()));
    return {
      ...produced,
      kills: killed,
      pages: pages.reduce((sum, count) => sum + count, 0),
      connections: subscribers.reduce((sum, one) => sum + one.connections, 0),
      delivered: subscribers.reduce((sum, { numbers }) => sum + numbers.length, 0),
      faults: subscribers.flatMap((one, at) =>
        [...one.faults, ...judge(one.numbers, events)].map((text) => `${at}: ${text}`),
      ),
    };
  } finally {
    for (const subscriber of subscribers) subscriber.stop();
  }
}

/** Each number once; a later event of a body never before an earlier one. */
function judge(numbers: readonly number[], events: number): string[] {
  const places = new Map(numbers.map((number, place) => [number, place]));
  const faults: string[] = [];
  for (let number = 1; number < events; number++) {
    const isSameBody = number % BODY_EVENTS !== 0;
    if (isSameBody && (places.get(number) ?? 0) < (places.get(number - 1) ?? 0)) faults.push(`${number} out of order`);
  }
  if (numbers.length !== events) faults.push(`${numbers.length} of ${events} events`);
  if (places.size !== numbers.length) faults.push(`${numbers.length - places.size} repeated`);
  return faults;
}
