/**
 * Ten thousand subscribers of one process, and what they notice when some of them stop reading.
 *
 *   npm run stress:fanout [-- --subscribers 10000 --stalled 200 --seconds 30 --per-second 2 --wire sse|websocket --keep]
 *
 * Owns the figures and the verdict: 1 when a subscriber costs more than 50 KiB, when anybody who reads loses, repeats or
 * waits for those that do not, when memory goes on growing, or when anything raw comes out.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { describeMachine } from "../../bench/machine.ts";
import type { Machine } from "../../bench/result.ts";
import { UNLIMITED } from "../../src/server/config/unlimited.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";
import { FanoutClient, type Wire } from "./client.ts";

const KIB = 1_024;
const MIB = 1_048_576;
const COST_LIMIT_KIB = 50;
/** Of memory, from the first third of a stall to its end. */
const GROWTH_LIMIT = 1.15;
/** What others may wait longer while some stall: a share, and what a shared machine adds by itself. */
const DELAY_LIMIT = 2;
const DELAY_SLACK_MS = 250;
const ADDRESSES = 8;
const OPEN_AT_ONCE = 50;
const SETTLE_MS = 3_000;
const BULK_BYTES = 48_000;
/** More than the sockets of one connection take that nobody reads: 12 MB. */
const BULK_EVENTS = 250;
/** Those that do not read are there for most of a run, and ended before it is over. */
const WRITE_STALL_SHARE = 0.75;

export interface FanoutOptions {
  readonly subscribers: number;
  readonly stalled: number;
  readonly seconds: number;
  readonly perSecond: number;
}

export interface Phase {
  readonly sent: number;
  readonly publishMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Resident memory of the server, each second. */
  readonly memoryMib: readonly number[];
}

/** What `--keep` leaves, and the documentation shows. */
export const RESULTS = "test/fanout/results.json";

export interface FanoutResults {
  readonly machine: Machine;
  readonly options: FanoutOptions;
  readonly reports: readonly FanoutReport[];
}

export interface FanoutReport {
  readonly wire: Wire;
  readonly kibPerSubscriber: number;
  readonly before: Phase;
  readonly during: Phase;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly tooSlow: number;
  readonly faults: readonly string[];
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const inMib = (bytes: number): number => Math.round(bytes / MIB);

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: "string", default: "10000" },
      stalled: { type: "string", default: "200" },
      seconds: { type: "string", default: "30" },
      "per-second": { type: "string", default: "2" },
      wire: { type: "string" },
      keep: { type: "boolean", default: false },
    },
  });
  const options = {
    subscribers: Number(values.subscribers),
    stalled: Number(values.stalled),
    seconds: Number(values.seconds),
    perSecond: Number(values["per-second"]),
  };
  const wires = (["sse", "websocket"] as const).filter((wire) => values.wire === undefined || wire === values.wire);
  const reports: FanoutReport[] = [];
  for (const wire of wires) {
    const report = await measureFanout(wire, options);
    reports.push(report);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  if (values.keep) {
    const machine = describeMachine(join(process.cwd(), "bench"));
    await writeFile(RESULTS, `${JSON.stringify({ machine, options, reports } satisfies FanoutResults, null, 2)}\n`);
  }
  return reports.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

export async function measureFanout(wire: Wire, options: FanoutOptions): Promise<FanoutReport> {
  const limits = {
    connectionsLimit: UNLIMITED,
    socketsLimit: UNLIMITED,
    connectionsPerAddressLimit: UNLIMITED,
    connectsPerAddressPerSecond: UNLIMITED,
    connectionMaxAgeMs: UNLIMITED,
    writeStallMs: Math.round(options.seconds * 1_000 * WRITE_STALL_SHARE),
  };
  const server = await runServer({ config: { limits } });
  const room = new Room(server, wire);
  try {
    // By then what one subscriber needs once is there.
    await room.fill(Math.min(100, options.subscribers), 0);
    await room.run({ ...options, seconds: 2 });
    room.empty();
    await sleep(SETTLE_MS);
    const { nowBytes: emptyBytes } = await server.memory();
    await room.fill(options.subscribers - options.stalled, options.stalled);
    await sleep(SETTLE_MS);
    const { nowBytes: fullBytes } = await server.memory();
    const kibPerSubscriber = (fullBytes - emptyBytes) / KIB / options.subscribers;
    say(`${wire}: ${inMib(emptyBytes)} MiB before, ${inMib(fullBytes)} MiB with ${options.subscribers} subscribers`);
    const before = await room.run(options);
    say(`${wire}: p99 ${before.p99Ms} ms; now ${options.stalled} of them stop reading`);
    await room.stall();
    const during = await room.run(options);
    const tooSlow = Number(/disconnects_total\{reason="TOO_SLOW"\} (\d+)/.exec(await server.metrics())?.[1] ?? 0);
    const counts = { kibPerSubscriber: Math.round(kibPerSubscriber * 10) / 10, before, during, ...room.count() };
    return { wire, ...counts, tooSlow, faults: judge(options, { ...counts, tooSlow }) };
  } finally {
    room.empty();
    await server.stop();
  }
}

/** The subscribers, and whoever publishes for them. */
class Room {
  readonly #server: ServerProcess;
  readonly #wire: Wire;
  #readers: FanoutClient[] = [];
  #stalling: FanoutClient[] = [];
  #opened = 0;
  #number = 0;
  #delays: number[] = [];

  constructor(server: ServerProcess, wire: Wire) {
    this.#server = server;
    this.#wire = wire;
  }

  async fill(readers: number, stalling: number): Promise<void> {
    this.#readers = await this.#open(readers, "orders");
    this.#stalling = await this.#open(stalling, "orders,bulk");
  }

  async #open(count: number, feeds: string): Promise<FanoutClient[]> {
    const port = Number(new URL(this.#server.origin).port);
    const clients: FanoutClient[] = [];
    while (clients.length < count) {
      const some = Array.from({ length: Math.min(OPEN_AT_ONCE, count - clients.length) }, () => {
        const from = `127.0.0.${2 + (this.#opened++ % ADDRESSES)}`;
        const onEvent = (sentMs: number): void => void this.#delays.push(performance.now() - sentMs);
        const path = `/v1/feeds/${feeds}/events`;
        return new FanoutClient({ wire: this.#wire, port, path, from, secret: "ann.lee", producers: 1, onEvent });
      });
      await Promise.all(some.map((client) => client.open()));
      clients.push(...some);
      if (clients.length % 1_000 === 0) say(`${this.#wire}: ${clients.length} of ${count} subscribers`);
    }
    return clients;
  }

  /** From now on they read nothing, and what the system keeps for them is full. */
  async stall(): Promise<void> {
    for (const client of this.#stalling) client.stall();
    const body = JSON.stringify("x".repeat(BULK_BYTES));
    for (let at = 0; at < BULK_EVENTS; at++) await this.#publish("bulk", body);
  }

  empty(): void {
    for (const client of [...this.#readers, ...this.#stalling]) client.leave();
    [this.#readers, this.#stalling] = [[], []];
  }

  /** Publishes at a steady pace. */
  async run({ seconds, perSecond }: FanoutOptions): Promise<Phase> {
    this.#delays = [];
    const memoryMib: number[] = [];
    let publishMs = 0;
    const sent = seconds * perSecond;
    const startedMs = performance.now();
    for (let at = 0; at < sent; at++) {
      await sleep(Math.max(0, startedMs + (at * 1_000) / perSecond - performance.now()));
      const sentMs = Math.floor(performance.now());
      await this.#publish("orders", `{"n":${++this.#number},"at":"t${sentMs}","to":"ann.lee@example.com"}`);
      publishMs = Math.max(publishMs, performance.now() - sentMs);
      if (at % perSecond === 0) memoryMib.push(inMib((await this.#server.memory()).nowBytes));
    }
    await sleep(SETTLE_MS);
    const sorted = Float64Array.from(this.#delays).toSorted();
    const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    return { sent, publishMs: Math.round(publishMs), p50Ms: at(0.5), p99Ms: at(0.99), memoryMib };
  }

  /** Of those who read. */
  count(): { delivered: number; lost: number; duplicates: number; leaks: number; closes: number } {
    const sum = (of: (client: FanoutClient) => number): number =>
      this.#readers.reduce((total, client) => total + of(client), 0);
    return {
      delivered: sum(({ received }) => received),
      lost: sum(({ lost }) => lost),
      duplicates: sum(({ duplicates }) => duplicates),
      leaks: sum(({ leaks }) => leaks),
      closes: sum(({ closes }) => closes),
    };
  }

  async #publish(feed: string, body: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    const url = `${this.#server.origin}/v1/feeds/${feed}/events`;
    const { status } = await fetch(url, { method: "POST", headers, body });
    if (status !== 200) throw new Error(`a publication was answered ${status}`);
  }
}

interface Judged extends ReturnType<Room["count"]> {
  readonly kibPerSubscriber: number;
  readonly before: Phase;
  readonly during: Phase;
  readonly tooSlow: number;
}

function judge({ subscribers, stalled: stalling }: FanoutOptions, seen: Judged): string[] {
  const { before, during } = seen;
  const expected = (subscribers - stalling) * (before.sent + during.sent);
  const third = during.memoryMib[Math.floor(during.memoryMib.length / 3)] ?? 0;
  const last = during.memoryMib.at(-1) ?? 0;
  const rows: readonly (readonly [boolean, string])[] = [
    [seen.kibPerSubscriber > COST_LIMIT_KIB, `${seen.kibPerSubscriber} KiB per subscriber`],
    [seen.delivered !== expected, `${seen.delivered} of ${expected} events delivered`],
    [seen.lost > 0, `${seen.lost} lost`],
    [seen.duplicates > 0, `${seen.duplicates} repeated`],
    [seen.leaks > 0, `${seen.leaks} raw`],
    [seen.closes > 0, `${seen.closes} readers were ended`],
    [stalling > 0 && seen.tooSlow < stalling, `${seen.tooSlow} of ${stalling} were found too slow`],
    [last > third * GROWTH_LIMIT, `memory went from ${third} to ${last} MiB during the stall`],
    [during.p99Ms > before.p99Ms * DELAY_LIMIT + DELAY_SLACK_MS, `p99 went from ${before.p99Ms} to ${during.p99Ms} ms`],
  ];
  return rows.filter(([isFault]) => isFault).map(([, text]) => text);
}
