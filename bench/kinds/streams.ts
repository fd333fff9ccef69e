/**
 * What an open stream weighs: many of them at once, each after some text, in a fresh process.
 *
 * Owns the measurement in the child and the reading of it in the parent.
 */
import { setTimeout } from "node:timers/promises";
import { createMasker, type StreamMasker } from "../../src/core/index.ts";
import { type Catalogue, policyOf } from "../catalogue.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import { Random } from "../corpora/random.ts";
import type { Definition } from "../definition.ts";
import { rounded, type Row } from "../result.ts";
import { OURS } from "./throughput.ts";

const STREAMS = 10_000;
const CHUNKS_EACH = 4;
const CHUNK_BYTES = 1024;
const CORPUS_BYTES = 4_000_000;
const SEED = 6;
const COLLECTIONS = 8;
const SETTLING_MS = 50;

interface Weights {
  readonly bytesEach: number;
  readonly heldBytesEach: number;
}

export async function runStreams({ id, catalogue }: Definition, context: BenchContext): Promise<Row[]> {
  const { bytesEach, heldBytesEach } = (await context.child("streams", catalogue)) as Weights;
  const note = `the second ${STREAMS} of ${2 * STREAMS} open text streams, ${CHUNKS_EACH} KiB of a sparse log each`;
  const row = (metric: string, value: number): Row => ({
    bench: id,
    subject: OURS,
    metric,
    value: rounded(value),
    unit: "bytes a stream",
    note,
  });
  return [row("memory", bytesEach - heldBytesEach), row("held", heldBytesEach)];
}

/** Runs in the child. */
export async function measureStreams(catalogue: Catalogue, collect: () => void): Promise<Weights> {
  const policy = policyOf(catalogue);
  const text = logText();
  const random = new Random(SEED);
  const open = (): StreamMasker => {
    const masker = createMasker(policy, "text");
    for (let i = 0; i < CHUNKS_EACH; i++) {
      const at = random.int(0, text.length - CHUNK_BYTES);
      masker.push(text.slice(at, at + CHUNK_BYTES));
    }
    return masker;
  };
  const maskers: StreamMasker[] = [];
  const openMany = (): void => {
    for (let i = 0; i < STREAMS; i++) maskers.push(open());
  };
  // What the first ones warm up or let go must not count, so the second ones are weighed.
  openMany();
  const before = await usedBytes(collect);
  openMany();
  const after = await usedBytes(collect);
  const held = maskers.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  return { bytesEach: (after - before) / STREAMS, heldBytesEach: held / maskers.length };
}

/**
 * A sparse log, which leaves the shared automaton as it is: one that grows, or is cleared, would be weighed with the streams.
 * A function of its own, so that no register keeps the rest of the corpus alive.
 */
function logText(): Uint8Array {
  return openCorpus("sparse", CORPUS_BYTES).text;
}

/** Memory of buffers is given back in the background, some time after they were collected. */
async function usedBytes(collect: () => void): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < COLLECTIONS; i++) {
    collect();
    await setTimeout(SETTLING_MS);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
}
