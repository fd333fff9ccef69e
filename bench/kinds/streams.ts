/**
 * What an open stream weighs: many of them at once, each after some text, in a fresh process.
 *
 * Owns the measurement in the child and the reading of it in the parent.
 */
import { compilePolicy, createMasker, type StreamMasker } from "../../src/core/index.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import { Random } from "../corpora/random.ts";
import type { Definition } from "../definition.ts";
import { rounded, type Row } from "../result.ts";
import { OURS } from "./throughput.ts";

const STREAMS = 10_000;
const CHUNKS_EACH = 4;
const CHUNK_BYTES = 1024;
const WARM_UP_STREAMS = 200;
const SEED = 6;

interface Weights {
  readonly bytesEach: number;
  readonly heldBytesEach: number;
}

export async function runStreams({ id }: Definition, context: BenchContext): Promise<Row[]> {
  const { bytesEach, heldBytesEach } = (await context.child("streams")) as Weights;
  const note = `${STREAMS} text streams open, ${CHUNKS_EACH} KiB of a dense log each`;
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
export function measureStreams(collect: () => void): Weights {
  const policy = compilePolicy({});
  const { text } = openCorpus("dense", 4_000_000);
  const random = new Random(SEED);
  const open = (): StreamMasker => {
    const masker = createMasker(policy, "text");
    for (let i = 0; i < CHUNKS_EACH; i++) {
      const at = random.int(0, text.length - CHUNK_BYTES);
      masker.push(text.slice(at, at + CHUNK_BYTES));
    }
    return masker;
  };
  // The automaton belongs to the policy, not to a stream.
  for (let i = 0; i < WARM_UP_STREAMS; i++) open();
  const maskers: StreamMasker[] = [];
  const before = usedBytes(collect);
  for (let i = 0; i < STREAMS; i++) maskers.push(open());
  const after = usedBytes(collect);
  const held = maskers.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  return { bytesEach: (after - before) / STREAMS, heldBytesEach: held / STREAMS };
}

function usedBytes(collect: () => void): number {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
