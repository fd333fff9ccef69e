/** `npm run crash -- [--broker disk|nats|nats-cluster] [--events 50000] [--subscribers 100] [--kills 3]`: the whole size, on the built program. */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { crashDisk, crashNats, crashNatsCluster, type CrashOptions, type CrashReport } from "./crash.ts";

const RUNS: Readonly<Record<string, (options: CrashOptions) => Promise<CrashReport>>> = {
  disk: crashDisk,
  nats: crashNats,
  "nats-cluster": crashNatsCluster,
};

export async function main(args: string[]): Promise<number> {
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
  if (run === undefined) throw new Error(`unknown broker; known: ${Object.keys(RUNS).join(", ")}`);
  const { faults, ...counts } = await run({
    program: join(process.cwd(), "dist/node/main.js"),
    events: Number(values.events),
    subscribers: Number(values.subscribers),
    kills: Number(values.kills),
  });
  process.stdout.write(`${JSON.stringify({ broker: values.broker, ...counts, faults: faults.length })}\n`);
  for (const fault of faults.slice(0, 20)) process.stdout.write(`${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}
