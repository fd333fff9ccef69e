/**
 * One JSON document of any size through `POST /v1/mask` of a server of its own: how much memory that takes.
 *
 *   npm run stress:json [-- GIGABYTES]
 *
 * Owns the report and the verdict: 1 when memory grows with the document, or anything raw comes back. The suite runs a
 * smaller one (test/node/memory.test.ts).
 */
import process from "node:process";
import { runServer } from "../support/run-server.ts";
import { postDocument } from "./document.ts";

const GIGABYTE = 1_000_000_000;
const DEFAULT_GIGABYTES = 2;
/** By then the collector has found its pace. */
const WARM_UP_BYTES = 200_000_000;
/** What the peak may grow by after that. */
const GROWTH_LIMIT_BYTES = 128_000_000;
const MEGABYTE = 1_000_000;

export async function main([gigabytes = String(DEFAULT_GIGABYTES)]: readonly string[]): Promise<number> {
  const bytes = Number(gigabytes) * GIGABYTE;
  if (!(bytes > 0)) {
    process.stderr.write("usage: npm run stress:json [-- GIGABYTES]\n");
    return 2;
  }
  const server = await runServer();
  try {
    await postDocument(server.origin, WARM_UP_BYTES);
    const before = await server.memory();
    const startedMs = performance.now();
    const { sentBytes, receivedBytes, values } = await postDocument(server.origin, bytes);
    const seconds = (performance.now() - startedMs) / 1000;
    const after = await server.memory();
    const inMegabytes = (count: number): string => `${(count / MEGABYTE).toFixed(0)} MB`;
    process.stdout.write(
      `sent ${inMegabytes(sentBytes)} as one document, ${inMegabytes(receivedBytes)} came back in ${seconds.toFixed(0)} s, ` +
        `${values} values masked\n` +
        `peak resident memory ${inMegabytes(after.peakBytes)}; ${inMegabytes(before.peakBytes)} after the first ` +
        `${inMegabytes(WARM_UP_BYTES)}\n`,
    );
    return after.peakBytes - before.peakBytes < GROWTH_LIMIT_BYTES ? 0 : 1;
  } finally {
    await server.stop();
  }
}
