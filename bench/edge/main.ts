/**
 * The worker in workerd: how soon it answers, and how fast it masks beside the runtime's own pass-through.
 *
 *   npm run bench:edge [-- MEGABYTES]
 *
 * Owns the runs, in pairs one after the other, and the verdict: 1 when a promise of docs/edge.md does not hold. The answers
 * are looked at before they are timed.
 */
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import process from "node:process";
import { OBJECTS, startWorkerd, type RunningWorker } from "../../test/support/workerd.ts";

const MEGABYTE = 1_000_000;
const DEFAULT_MEGABYTES = 16;
const PAIRS = 7;
const STARTS = 10;
const FIRST_REQUEST_LIMIT_MS = 50;
const RATIO_LEAST = 0.8;
const WRITE_BYTES = 65_536;
/** Of one tick in /proc, on every Linux that there is. */
const TICK_MS = 10;

const OPEN = { unsafeNoAuthentication: true };
const VARIABLES = { MASKWIRE_CONFIG: JSON.stringify({ listeners: { publish: OPEN, subscribe: OPEN } }) };
const startProduct = (): Promise<RunningWorker> =>
  startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, variables: VARIABLES });

interface Pass {
  readonly seconds: number;
  readonly received: Buffer;
}

/** Log lines, one of eight with something to mask. */
function linesOf(bytes: number): Buffer {
  const lines: string[] = [];
  for (let n = 0, length = 0; length < bytes; n++) {
    const who = n % 8 === 0 ? `user=ann.lee${n}@example.com` : `user=u${n}`;
    const line = `2026-11-29T08:00:00.${String(n % 1000).padStart(3, "0")}Z INFO GET /orders/${n} status=200 ${who} took=${n % 90}ms\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(""));
}

async function pass(url: string, body: Buffer): Promise<Pass> {
  const startedMs = performance.now();
  const parts: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const call = request(
      url,
      { method: "POST", headers: { "content-type": "text/plain" }, agent: false },
      (response) => {
        response.on("data", (part: Buffer) => parts.push(part)).on("end", resolve);
      },
    );
    call.on("error", reject);
    let at = 0;
    const write = (): void => {
      while (at < body.length) {
        const isRoom = call.write(body.subarray(at, at + WRITE_BYTES));
        at += WRITE_BYTES;
        if (!isRoom) return void call.once("drain", write);
      }
      call.end();
    };
    write();
  });
  return { seconds: (performance.now() - startedMs) / 1000, received: Buffer.concat(parts) };
}

/** Of all threads of the process so far. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** From "it listens" to the end of the first masked answer, each in a process of its own. */
async function measureStarts(): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    const worker = await startProduct();
    try {
      const { seconds, received } = await pass(`${worker.origin}/v1/mask`, Buffer.from("ann.lee@example.com"));
      if (received.toString() !== "[EMAIL]") throw new Error("not masked");
      times.push(seconds * 1000);
    } finally {
      await worker.stop();
    }
  }
  return median(times);
}

export async function main([megabytes = String(DEFAULT_MEGABYTES)]: readonly string[]): Promise<number> {
  const bytes = Number(megabytes) * MEGABYTE;
  if (!(bytes > 0)) {
    process.stderr.write("usage: npm run bench:edge [-- MEGABYTES]\n");
    return 2;
  }
  const firstMs = await measureStarts();
  process.stdout.write(`first request after listen, median of ${STARTS}: ${firstMs.toFixed(1)} ms\n`);
  const body = linesOf(bytes);
  const product = await startProduct();
  const identity = await startWorkerd({ entry: "bench/edge/identity-worker.ts" });
  try {
    const masked = await pass(`${product.origin}/v1/mask`, body);
    const same = await pass(identity.origin, body);
    const text = masked.received.toString();
    if (!same.received.equals(body) || text.includes("@example.com") || !text.includes("[EMAIL]"))
      throw new Error("wrong bytes");
    const rates: { masked: number; identity: number }[] = [];
    const before = await cpuMs(product.pid);
    for (let pair = 0; pair < PAIRS; pair++) {
      const one = await pass(`${product.origin}/v1/mask`, body);
      const two = await pass(identity.origin, body);
      rates.push({ masked: bytes / MEGABYTE / one.seconds, identity: bytes / MEGABYTE / two.seconds });
    }
    const cpu = (await cpuMs(product.pid)) - before;
    const ratio = median(rates.map((rate) => rate.masked / rate.identity));
    process.stdout.write(
      `/v1/mask ${median(rates.map((rate) => rate.masked)).toFixed(0)} MB/s, identity ${median(rates.map((rate) => rate.identity)).toFixed(0)} MB/s, ` +
        `ratio ${ratio.toFixed(2)} (median of ${PAIRS} pairs)\n` +
        `CPU ${(cpu / ((PAIRS * bytes) / MEGABYTE)).toFixed(1)} ms a MB, of all threads of workerd\n`,
    );
    return ratio >= RATIO_LEAST && firstMs <= FIRST_REQUEST_LIMIT_MS ? 0 : 1;
  } finally {
    await product.stop();
    await identity.stop();
  }
}
