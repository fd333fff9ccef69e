// main.ts
import { parseArgs } from "node:util";
import { join as join2 } from "node:path";

// crash.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// subscriber.ts
import { get } from "node:http";
var AGAIN_MS = 50;
var CrashSubscriber = class {
  /** What each event said, in order of arrival. */
  numbers = [];
  faults = [];
  connections = 0;
  #options;
  #lastId;
  #lastSequence = 0;
  #epoch = "";
  #request;
  #isStopped = false;
  #sinceConnect = 0;
  constructor(options) {
    this.#options = options;
    this.#connect();
  }
  get lastSequence() {
    return this.#lastSequence;
  }
  stop() {
    this.#isStopped = true;
    this.#request?.destroy();
  }
  #connect() {
    if (this.#isStopped) return;
    const { origin, path } = this.#options;
    const headers = this.#lastId === void 0 ? {} : { "last-event-id": this.#lastId };
    let buffered = "";
    this.#sinceConnect = 0;
    let isOver = false;
    const again = () => {
      if (isOver) return;
      isOver = true;
      setTimeout(() => this.#connect(), AGAIN_MS * (1 + Math.random()));
    };
    const request = get(`${origin()}${path}?from=oldest`, { headers, agent: false }, (response) => {
      if (response.statusCode === 200) {
        this.connections++;
        const resume = String(response.headers["maskwire-resume"]);
        if (resume !== "complete" && this.#lastId !== void 0) this.faults.push(`resumed as ${resume}`);
      }
      response.setEncoding("utf8");
      response.on("data", (text) => {
        if (response.statusCode !== 200) return;
        buffered += text;
        const end = buffered.lastIndexOf("\n\n");
        if (end === -1) return;
        for (const block of buffered.slice(0, end).split("\n\n")) this.#read(block);
        buffered = buffered.slice(end + 2);
      });
      response.on("error", again).on("close", again);
    });
    request.on("error", again);
    this.#request = request;
  }
  #read(block) {
    let id;
    let data;
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) id = line.slice(4);
      else if (line.startsWith("data: ")) data = line.slice(6);
      else if (line.startsWith("event: maskwire.gap")) this.faults.push(`gap after ${this.#lastSequence}`);
      else if (line.startsWith("event: maskwire.end")) return;
    }
    if (id !== void 0) this.#lastId = id;
    if (id === void 0 || data === void 0) return;
    const [epoch, text] = id.split(".");
    const sequence = Number(text);
    if (this.#epoch !== "" && epoch !== this.#epoch) this.faults.push("another epoch");
    if (sequence !== this.#lastSequence + 1) this.faults.push(`${sequence} after ${this.#lastSequence}`);
    if (!data.includes("[EMAIL]")) this.faults.push("not masked");
    this.#epoch = epoch;
    this.#lastSequence = sequence;
    this.numbers.push(Number(/"n":(\d+)/.exec(data)?.[1]));
    this.#sinceConnect++;
    if (this.#options.leaveAfter > 0 && this.#sinceConnect >= this.#options.leaveAfter) this.#request?.destroy();
  }
};

// producer.ts
var BODY_EVENTS = 100;
var AGAIN_MS2 = 50;
async function produce({ origin, path, events, atOnce, onProgress }) {
  const bodies = Math.ceil(events / BODY_EVENTS);
  let [next, acknowledged, failedAttempts, duplicates] = [0, 0, 0, 0];
  const run = async () => {
    for (let body = next++; body < bodies; body = next++) {
      const first = body * BODY_EVENTS;
      const count = Math.min(BODY_EVENTS, events - first);
      for (let attempt = 0; ; attempt++) {
        const receipt = await send(`${origin(attempt)}${path}`, `body-${body}`, linesOf(first, count));
        if ((receipt?.accepted ?? 0) + (receipt?.duplicates ?? 0) === count) {
          duplicates += receipt?.duplicates ?? 0;
          break;
        }
        failedAttempts++;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS2));
      }
      acknowledged += count;
      onProgress(acknowledged);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return { acknowledged, failedAttempts, duplicates };
}
async function send(url, key, body) {
  try {
    const headers = { "content-type": "application/x-ndjson", "idempotency-key": key };
    const response = await fetch(url, { method: "POST", headers, body });
    return await response.json();
  } catch {
    return void 0;
  }
}
function linesOf(first, count) {
  return Array.from(
    { length: count },
    (_, at) => `{"n":${first + at},"to":"ann.lee@example.com"}
`,
  ).join("");
}

// crash.ts
var FEED_PATH = "/v1/feeds/orders/events";
var KEY = "0123456789abcdef0123456789abcdef";
var PRODUCERS = 4;
var PATIENCE_MS = 12e4;
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
async function startNode(program, configFile, listenPort) {
  const environment = { PATH: process.env["PATH"], MASKWIRE_KEY: KEY, MASKWIRE_ADMIN_PORT: "0" };
  const args = [program, "serve", "--config", configFile, "--port", String(listenPort)];
  const child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((resolve, reject) => {
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk.toString();
      if (/"listening".*subscribe/.test(text)) resolve();
    });
    child.once("exit", () => reject(new Error(`the server did not start: ${text}`)));
  });
  return child;
}
async function kill(child) {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
async function crashDisk(options) {
  const folder = await mkdtemp(join(tmpdir(), "maskwire-crash-"));
  const configFile = join(folder, "maskwire.yaml");
  const history = { broker: "disk", dataDir: join(folder, "data") };
  await writeFile(configFile, JSON.stringify({ history, limits: { drainGraceMs: 0, drainWindowMs: 0 } }));
  const listenPort = await freePort();
  const origin = `http://127.0.0.1:${listenPort}`;
  let node = await startNode(options.program, configFile, listenPort);
  try {
    return await follow(options, {
      origins: [origin],
      crash: async () => {
        await kill(node);
        node = await startNode(options.program, configFile, listenPort);
      },
    });
  } finally {
    await kill(node);
    await rm(folder, { recursive: true, force: true });
  }
}
async function follow(options, { origins, crash }) {
  const { events, kills } = options;
  const isMoving = origins.length > 1;
  const subscribers = Array.from({ length: options.subscribers }, (_, at) => {
    let turn = at;
    return new CrashSubscriber({
      origin: () => origins[turn++ % origins.length],
      path: FEED_PATH,
      leaveAfter: isMoving ? Math.ceil(events / 7) + at : 0,
    });
  });
  try {
    let killed = 0;
    let crashing = Promise.resolve();
    const produced = await produce({
      origin: (attempt) => origins[attempt % origins.length],
      path: FEED_PATH,
      events,
      atOnce: PRODUCERS,
      onProgress: (acknowledged) => {
        if (acknowledged < ((killed + 1) * events) / (kills + 1) || killed === kills) return;
        killed++;
        crashing = crashing.then(crash);
      },
    });
    await crashing;
    await until(() => subscribers.every(({ numbers }) => numbers.length >= events));
    return {
      ...produced,
      kills: killed,
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
function judge(numbers, events) {
  const places = new Map(numbers.map((number, place) => [number, place]));
  const faults = [];
  if (numbers.length !== events) faults.push(`${numbers.length} of ${events} events`);
  if (places.size !== numbers.length) faults.push(`${numbers.length - places.size} repeated`);
  return faults;
}
async function until(isDone) {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS && !isDone(); waitedMs += 100) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// main.ts
var RUNS = { disk: crashDisk };
async function main(args) {
  const { values } = parseArgs({
    args,
    options: {
      broker: { type: "string", default: "disk" },
      events: { type: "string", default: "50000" },
      subscribers: { type: "string", default: "100" },
      kills: { type: "string", default: "3" },
    },
  });
  const run = RUNS[values.broker];
  if (run === void 0) throw new Error(`unknown broker; known: ${Object.keys(RUNS).join(", ")}`);
  const { faults, ...counts } = await run({
    program: join2(process.cwd(), "dist/node/main.js"),
    events: Number(values.events),
    subscribers: Number(values.subscribers),
    kills: Number(values.kills),
  });
  process.stdout.write(`${JSON.stringify({ broker: values.broker, ...counts, faults: faults.length })}
`);
  for (const fault of faults.slice(0, 20))
    process.stdout.write(`${fault}
`);
  return faults.length === 0 ? 0 : 1;
}
export { main };
