/**
 * maskwire, which masks, against nchan, which does not: what it costs to deliver an event to many subscribers.
 *
 *   npm run bench:fanout [-- --subscribers 1000 --repeat 3 --wire sse|websocket --keep]
 *
 * Owns the order of the runs (both servers in turn, so that the machine's other work meets both) and the table. The
 * exit code is 1 when an event was lost, repeated or seen raw: whether a bar of speed is met is only said.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Wire } from "../../test/fanout/client.ts";
import { describeMachine } from "../machine.ts";
import { Audience, type Account } from "./audience.ts";
import { Producer, SECRET } from "./producer.ts";
import { COMPARISON, NAMES, renderComparison, type Comparison, type Phase, type Run } from "./table.ts";
import { missingForNchan, startTarget, TARGETS, type TargetName } from "./target.ts";

const WIRES = ["sse", "websocket"] as const;
const PRODUCERS = 4;
const WARM_UP_EVENTS = 90;
const PER_SECOND = 30;
const PACED_EVENTS = 150;
const RUSHED_EVENTS = 1_000;
/** Nobody gets anything for so long: the rest is lost. */
const SILENCE_MS = 3_000;
const LOOK_MS = 10;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: "string", default: "1000" },
      repeat: { type: "string", default: "3" },
      wire: { type: "string" },
      keep: { type: "boolean", default: false },
    },
  });
  const missing = process.platform === "linux" ? missingForNchan() : "the CPU time of processes is read from /proc\n";
  if (missing !== undefined) {
    process.stderr.write(missing);
    return 2;
  }
  const [subscribers, repeat] = [Number(values.subscribers), Number(values.repeat)];
  const wires = WIRES.filter((wire) => values.wire === undefined || values.wire === wire);
  const runs: Run[] = [];
  const total = repeat * wires.length * TARGETS.length;
  for (let round = 0; round < repeat; round++) {
    for (const wire of wires) {
      for (const target of TARGETS) {
        const run = await measure(target, wire, subscribers);
        runs.push(run);
        const { paced, rushed } = run;
        const figures = `${paced.cpuMicros.toFixed(2)} µs paced, ${Math.round(rushed.perSecond)} a second in closed loop`;
        say(`${runs.length}/${total} ${NAMES[wire]} ${target}: ${figures}`);
      }
    }
  }
  const comparison = { machine: describeMachine(join(process.cwd(), "bench")), subscribers, repeat, runs };
  if (values.keep) await writeFile(COMPARISON, `${JSON.stringify(comparison satisfies Comparison, null, 2)}\n`);
  process.stdout.write(renderComparison(comparison));
  // nchan shows what it was given.
  const isWrong = runs.some((run) => run.lost + run.duplicates > 0 || (run.target === "maskwire" && run.leaks > 0));
  return isWrong ? 1 : 0;
}

async function measure(name: TargetName, wire: Wire, subscribers: number): Promise<Run> {
  const target = await startTarget(name);
  const zeroMs = Date.now();
  const audience = new Audience();
  const producer = new Producer({ port: target.port, path: target.publishPath, producers: PRODUCERS, zeroMs });
  try {
    const { port, subscribePath: path } = target;
    await audience.open({ wire, port, path, subscribers, producers: PRODUCERS, secret: SECRET, zeroMs });
    let sent = 0;
    const run = async (events: number, publish: () => Promise<void>): Promise<Phase> => {
      const { received: before } = await audience.forget();
      const [startMs, startMicros] = [performance.now(), target.cpuMicros()];
      await publish();
      sent += events;
      const account = await settled(audience, sent * subscribers);
      const delivered = account.received - before;
      return {
        cpuMicros: (target.cpuMicros() - startMicros) / delivered,
        perSecond: (delivered * 1_000) / (performance.now() - startMs),
        p99Ms: account.p99Ms,
      };
    };
    await run(WARM_UP_EVENTS, () => producer.pace(WARM_UP_EVENTS, PER_SECOND));
    const paced = await run(PACED_EVENTS, () => producer.pace(PACED_EVENTS, PER_SECOND));
    const rushed = await run(RUSHED_EVENTS, () => producer.rush(RUSHED_EVENTS));
    const { received, duplicates, leaks } = await audience.count();
    return { wire, target: name, paced, rushed, lost: sent * subscribers - received + duplicates, duplicates, leaks };
  } finally {
    producer.stop();
    await audience.leave();
    await target.stop();
  }
}

/** Resolves when everybody has everything, or nothing comes any more. */
async function settled(audience: Audience, expected: number): Promise<Account> {
  let account = await audience.count();
  let newsMs = performance.now();
  while (account.received < expected && performance.now() - newsMs < SILENCE_MS) {
    await sleep(LOOK_MS);
    const next = await audience.count();
    if (next.received > account.received) newsMs = performance.now();
    account = next;
  }
  return account;
}
