// main.ts
import process2 from "node:process";
import { parseArgs } from "node:util";

// ../support/run-server.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync as existsSync2 } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as join2 } from "node:path";
import { createInterface } from "node:readline";

// ../support/repository.ts
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
var REPOSITORY = findRepository(fileURLToPath(new URL(".", import.meta.url)));
function findRepository(folder) {
  return existsSync(join(folder, "package.json")) ? join(folder, "/") : findRepository(dirname(folder));
}

// ../support/run-server.ts
var PROGRAM = join2(REPOSITORY, "dist/node/main.js");
var QUICK_END = { drainGraceMs: 0, drainWindowMs: 0 };
function cleanEnvironment(extra = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MASKWIRE_") && name !== "NODE_OPTIONS");
  return { ...Object.fromEntries(own), ...extra };
}
function requireProgram() {
  if (!existsSync2(PROGRAM)) throw new Error("these tests run the built program; run `npm run build` first");
}
async function runServer(options = {}) {
  requireProgram();
  const folder = await mkdtemp(join2(tmpdir(), "maskwire-run-"));
  const configFile = options.configFile ?? join2(folder, "maskwire.yaml");
  if (options.configFile === void 0) await writeFile(configFile, writeConfig(options.config));
  const environment = cleanEnvironment({ MASKWIRE_PORT: "0", MASKWIRE_ADMIN_PORT: "0", ...options.environment });
  const child = spawn(process.execPath, [PROGRAM, "serve", "--config", configFile, ...(options.args ?? [])], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const logged = [];
  child.stdout.resume();
  const origin = await Promise.race([
    readOrigin(child, logged),
    exited.then(() => Promise.reject(new Error(`the server did not start: ${logged.join("")}`))),
  ]);
  return {
    child,
    origin,
    configFile,
    metrics: async () => {
      const port = /"listeners":"[^"]*admin[^"]*".*"listenPort":(\d+)/.exec(logged.join(""))?.[1];
      return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    },
    logged: () => logged.join(""),
    memory: () => readMemory(child.pid ?? 0),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}
function writeConfig(keys = {}) {
  const { limits = {}, ...config } = keys;
  return JSON.stringify({ ...config, limits: { ...QUICK_END, ...limits } });
}
function readOrigin(child, logged) {
  return new Promise((resolve) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      logged.push(`${line}
`);
      const record = line.startsWith("{") ? JSON.parse(line) : {};
      const isPublic = record["event"] === "listening" && String(record["listeners"]).includes("subscribe");
      if (isPublic) resolve(`http://${String(record["host"])}:${String(record["listenPort"])}`);
    });
  });
}
async function readMemory(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const read = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { nowBytes: read("VmRSS"), peakBytes: read("VmHWM") };
}

// client.ts
import { connect } from "node:net";
var KEY = "dGhlIHNhbXBsZSBub25jZQ==";
var PING = 9;
var PONG = Buffer.of(138, 128, 0, 0, 0, 0);
var EVENT = /"n":(\d+),"at":"t(\d+)"/g;
var FanoutClient = class {
  /** Events in all, and those that came out of turn. */
  received = 0;
  lost = 0;
  duplicates = 0;
  leaks = 0;
  closes = 0;
  #options;
  #socket;
  #lastNumber;
  #rest = Buffer.alloc(0);
  #hasHead = false;
  #isLeaving = false;
  constructor(options) {
    this.#options = options;
  }
  /** Resolves when the server has accepted. */
  async open() {
    const { wire, port, feeds, from } = this.#options;
    const socket = connect({ port, host: "127.0.0.1", localAddress: from, noDelay: true });
    this.#socket = socket;
    this.#hasHead = false;
    this.#rest = Buffer.alloc(0);
    const upgrade =
      wire === "sse"
        ? "Accept: text/event-stream\r\n"
        : `Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: ${KEY}\r
`;
    socket.write(`GET /v1/feeds/${feeds}/events HTTP/1.1\r
Host: 127.0.0.1:${port}\r
${upgrade}\r
`);
    await new Promise((resolve, reject) => {
      socket.on("data", (chunk) => this.#read(chunk, resolve));
      socket.on("error", reject);
      socket.on("close", () => {
        if (!this.#isLeaving) this.closes++;
        reject(new Error("refused"));
      });
    });
  }
  stall() {
    this.#socket?.pause();
  }
  leave() {
    this.#isLeaving = true;
    this.#socket?.destroy();
  }
  #read(chunk, onAccepted) {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#hasHead) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) return void (this.#rest = bytes);
      const status = bytes.toString("latin1", 9, 12);
      if (status !== "200" && status !== "101") return void this.#socket?.destroy();
      this.#hasHead = true;
      bytes = bytes.subarray(end + 4);
      onAccepted();
    }
    this.#rest = Buffer.from(this.#options.wire === "sse" ? this.#readEvents(bytes) : this.#readFrames(bytes));
  }
  /** What is left behind the last whole event. Chunks of HTTP end behind an event, too. */
  #readEvents(bytes) {
    const end = bytes.lastIndexOf("\n\n") + 2;
    if (end < 2) return bytes;
    this.#count(bytes.toString("latin1", 0, end));
    return bytes.subarray(end);
  }
  #readFrames(bytes) {
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1] & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + head > bytes.length) break;
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
      if (at + head + length > bytes.length) break;
      if ((bytes[at] & 15) === PING) this.#socket?.write(PONG);
      else this.#count(bytes.toString("latin1", at + head, at + head + length));
      at += head + length;
    }
    return bytes.subarray(at);
  }
  #count(text) {
    if (text.includes("ann.lee")) this.leaks++;
    for (const [, digits = "", sent = ""] of text.matchAll(EVENT)) {
      const number = Number(digits);
      if (this.#lastNumber !== void 0) {
        if (number <= this.#lastNumber) this.duplicates++;
        else this.lost += number - this.#lastNumber - 1;
      }
      this.#lastNumber = Math.max(number, this.#lastNumber ?? 0);
      this.received++;
      this.#options.onEvent(Number(sent));
    }
  }
};

// main.ts
var KIB = 1024;
var MIB = 1048576;
var COST_LIMIT_KIB = 50;
var GROWTH_LIMIT = 1.15;
var DELAY_LIMIT = 2;
var DELAY_SLACK_MS = 250;
var ADDRESSES = 8;
var OPEN_AT_ONCE = 50;
var SETTLE_MS = 3e3;
var BULK_BYTES = 48e3;
var BULK_EVENTS = 250;
var WRITE_STALL_SHARE = 0.75;
var UNLIMITED = 1e6;
var say = (text) =>
  void process2.stderr.write(`${text}
`);
var sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
var inMib = (bytes) => Math.round(bytes / MIB);
async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: "string", default: "10000" },
      stalled: { type: "string", default: "200" },
      seconds: { type: "string", default: "30" },
      "per-second": { type: "string", default: "2" },
      wire: { type: "string" },
    },
  });
  const options = {
    subscribers: Number(values.subscribers),
    stalled: Number(values.stalled),
    seconds: Number(values.seconds),
    perSecond: Number(values["per-second"]),
  };
  const wires = ["sse", "websocket"].filter((wire) => values.wire === void 0 || wire === values.wire);
  let faults = 0;
  for (const wire of wires) {
    const report = await measureFanout(wire, options);
    faults += report.faults.length;
    process2.stdout.write(`${JSON.stringify({ ...options, ...report })}
`);
  }
  return faults === 0 ? 0 : 1;
}
async function measureFanout(wire, options) {
  const limits = {
    connectionsLimit: UNLIMITED,
    socketsLimit: UNLIMITED,
    connectionsPerAddressLimit: UNLIMITED,
    connectsPerAddressPerSecond: UNLIMITED,
    connectionMaxAgeMs: 864e5,
    writeStallMs: Math.round(options.seconds * 1e3 * WRITE_STALL_SHARE),
  };
  const server = await runServer({ config: { limits } });
  const room = new Room(server, wire);
  try {
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
var Room = class {
  #server;
  #wire;
  #readers = [];
  #stalling = [];
  #opened = 0;
  #number = 0;
  #delays = [];
  constructor(server, wire) {
    this.#server = server;
    this.#wire = wire;
  }
  async fill(readers, stalling) {
    this.#readers = await this.#open(readers, "orders");
    this.#stalling = await this.#open(stalling, "orders,bulk");
  }
  async #open(count, feeds) {
    const port = Number(new URL(this.#server.origin).port);
    const clients = [];
    while (clients.length < count) {
      const some = Array.from({ length: Math.min(OPEN_AT_ONCE, count - clients.length) }, () => {
        const from = `127.0.0.${2 + (this.#opened++ % ADDRESSES)}`;
        const onEvent = (sentMs) => void this.#delays.push(performance.now() - sentMs);
        return new FanoutClient({ wire: this.#wire, port, feeds, from, onEvent });
      });
      await Promise.all(some.map((client) => client.open()));
      clients.push(...some);
      if (clients.length % 1e3 === 0) say(`${this.#wire}: ${clients.length} of ${count} subscribers`);
    }
    return clients;
  }
  /** From now on they read nothing, and what the system keeps for them is full. */
  async stall() {
    for (const client of this.#stalling) client.stall();
    const body = JSON.stringify("x".repeat(BULK_BYTES));
    for (let at = 0; at < BULK_EVENTS; at++) await this.#publish("bulk", body);
  }
  empty() {
    for (const client of [...this.#readers, ...this.#stalling]) client.leave();
    [this.#readers, this.#stalling] = [[], []];
  }
  /** Publishes at a steady pace. */
  async run({ seconds, perSecond }) {
    this.#delays = [];
    const memoryMib = [];
    let publishMs = 0;
    const sent = seconds * perSecond;
    const startedMs = performance.now();
    for (let at2 = 0; at2 < sent; at2++) {
      await sleep(Math.max(0, startedMs + (at2 * 1e3) / perSecond - performance.now()));
      const sentMs = Math.floor(performance.now());
      await this.#publish("orders", `{"n":${++this.#number},"at":"t${sentMs}","to":"ann.lee@example.com"}`);
      publishMs = Math.max(publishMs, performance.now() - sentMs);
      if (at2 % perSecond === 0) memoryMib.push(inMib((await this.#server.memory()).nowBytes));
    }
    await sleep(SETTLE_MS);
    const sorted = Float64Array.from(this.#delays).toSorted();
    const at = (share) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    return { sent, publishMs: Math.round(publishMs), p50Ms: at(0.5), p99Ms: at(0.99), memoryMib };
  }
  /** Of those who read. */
  count() {
    const sum = (of) => this.#readers.reduce((total, client) => total + of(client), 0);
    return {
      delivered: sum(({ received }) => received),
      lost: sum(({ lost }) => lost),
      duplicates: sum(({ duplicates }) => duplicates),
      leaks: sum(({ leaks }) => leaks),
      closes: sum(({ closes }) => closes),
    };
  }
  async #publish(feed, body) {
    const headers = { "content-type": "application/json" };
    const url = `${this.#server.origin}/v1/feeds/${feed}/events`;
    const { status } = await fetch(url, { method: "POST", headers, body });
    if (status !== 200) throw new Error(`a publication was answered ${status}`);
  }
};
function judge({ subscribers, stalled: stalling }, seen) {
  const { before, during } = seen;
  const expected = (subscribers - stalling) * (before.sent + during.sent);
  const third = during.memoryMib[Math.floor(during.memoryMib.length / 3)] ?? 0;
  const last = during.memoryMib.at(-1) ?? 0;
  const rows = [
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
export { main, measureFanout };
