// main.ts
import process2 from "node:process";

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

// document.ts
import { once as once2 } from "node:events";
import { request } from "node:http";
var CHUNK_ITEMS = 500;
var EMAIL = "jane.doe@example.com";
var MASKED = "[EMAIL]";
var ITEM = `{"at":"2026-11-23T10:00:00Z","n":1.10,"tags":["a",null,{}],"text":"order 4711 \\u00e9 shipped","from":"nobody"},
`;
var CHUNK = Buffer.from((ITEM.repeat(9) + ITEM.replace("nobody", EMAIL)).repeat(CHUNK_ITEMS / 10));
async function postDocument(origin, bytes) {
  const call = request(`${origin}/v1/mask`, { method: "POST", headers: { "content-type": "application/json" } });
  const answered = once2(call, "response");
  const received = receive(answered);
  received.catch(() => void 0);
  let sentBytes = 0;
  const send = async (chunk) => {
    sentBytes += chunk.length;
    if (!call.write(chunk)) await Promise.race([once2(call, "drain"), received]);
  };
  await send(Buffer.from('{"items":[\n'));
  const chunks = Math.ceil(bytes / CHUNK.length);
  for (let sent = 0; sent < chunks; sent++) await send(CHUNK);
  await send(Buffer.from("0]}\n"));
  call.end();
  const { receivedBytes, values } = await received;
  const expected = chunks * (CHUNK_ITEMS / 10);
  const saved = expected * (EMAIL.length - MASKED.length);
  if (values !== expected || receivedBytes !== sentBytes - saved)
    throw new Error(
      `${values} of ${expected} values came back masked, in ${receivedBytes} bytes of ${sentBytes - saved}`,
    );
  return { sentBytes, receivedBytes, values };
}
async function receive(answered) {
  const [response] = await answered;
  if (response.statusCode !== 200) throw new Error(`the server answered ${response.statusCode}`);
  let receivedBytes = 0;
  let values = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of response) {
    receivedBytes += chunk.length;
    const text = Buffer.concat([rest, chunk]);
    if (text.includes(EMAIL)) throw new Error("raw data came back");
    let from = 0;
    for (let at = text.indexOf(MASKED); at >= 0; at = text.indexOf(MASKED, from)) {
      values++;
      from = at + MASKED.length;
    }
    rest = Buffer.from(text.subarray(Math.max(from, text.length - EMAIL.length)));
  }
  return { receivedBytes, values };
}

// main.ts
var GIGABYTE = 1e9;
var DEFAULT_GIGABYTES = 2;
var WARM_UP_BYTES = 2e8;
var GROWTH_LIMIT_BYTES = 128e6;
var MEGABYTE = 1e6;
async function main([gigabytes = String(DEFAULT_GIGABYTES)]) {
  const bytes = Number(gigabytes) * GIGABYTE;
  if (!(bytes > 0)) {
    process2.stderr.write("usage: npm run stress:json [-- GIGABYTES]\n");
    return 2;
  }
  const server = await runServer();
  try {
    await postDocument(server.origin, WARM_UP_BYTES);
    const before = await server.memory();
    const startedMs = performance.now();
    const { sentBytes, receivedBytes, values } = await postDocument(server.origin, bytes);
    const seconds = (performance.now() - startedMs) / 1e3;
    const after = await server.memory();
    const inMegabytes = (count) => `${(count / MEGABYTE).toFixed(0)} MB`;
    process2.stdout.write(
      `sent ${inMegabytes(sentBytes)} as one document, ${inMegabytes(receivedBytes)} came back in ${seconds.toFixed(0)} s, ${values} values masked
peak resident memory ${inMegabytes(after.peakBytes)}; ${inMegabytes(before.peakBytes)} after the first ${inMegabytes(WARM_UP_BYTES)}
`,
    );
    return after.peakBytes - before.peakBytes < GROWTH_LIMIT_BYTES ? 0 : 1;
  } finally {
    await server.stop();
  }
}
export { main };
