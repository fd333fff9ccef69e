/**
 * How long it takes to be ready: a policy compiled in a fresh process, where no code is warm, and the first chunk.
 *
 * Owns the measurement in the child and the median over processes in the parent.
 */
import { createMasker } from "../../src/core/index.ts";
import { type Catalogue, policyOf } from "../catalogue.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { measure } from "../peers/peer.ts";
import { rounded, type Row } from "../result.ts";
import { median } from "../statistics.ts";
import { profile, type Share } from "../profile.ts";
import { OURS, shareRows } from "./throughput.ts";

const PROCESSES = 7;
const FIRST_CHUNK_BYTES = 65_536;

interface Times {
  readonly coldMs: number;
  readonly firstChunkMs: number;
  readonly warmMs: number;
}

export async function runCompile({ id, catalogue }: Definition, context: BenchContext): Promise<Row[]> {
  const times: Times[] = [];
  for (let i = 0; i < PROCESSES; i++) {
    times.push((await context.child("compile", catalogue)) as Times);
    context.progress((i + 1) / PROCESSES);
  }
  const row = (metric: string, pick: (one: Times) => number, what: string): Row => ({
    bench: id,
    subject: OURS,
    metric,
    value: rounded(median(times.map(pick))),
    unit: "CPU ms",
    note: `${what}; median of ${PROCESSES} processes`,
  });
  const shares = (await context.child("compile-profile", catalogue)) as Share[];
  return [
    row("cold", ({ coldMs }) => coldMs, "first policy of a process"),
    row("first chunk", ({ firstChunkMs }) => firstChunkMs, "first 64 KiB of a sparse log after that"),
    row("warm", ({ warmMs }) => warmMs, "the same policy once more"),
    ...shareRows(id, shares),
  ];
}

/** Runs in the child. */
export function measureCompile(catalogue: Catalogue): Times {
  const { text } = openCorpus("sparse", FIRST_CHUNK_BYTES);
  const cold = measure(() => policyOf(catalogue));
  const firstChunk = measure(() => createMasker(cold.result, "text").push(text));
  const warm = measure(() => policyOf(catalogue));
  const ms = (seconds: number): number => seconds * 1000;
  return { coldMs: ms(cold.cpuSeconds), firstChunkMs: ms(firstChunk.cpuSeconds), warmMs: ms(warm.cpuSeconds) };
}

/** Runs in a child of its own: where the time of the first policy goes. */
export function profileCompile(catalogue: Catalogue): Promise<Share[]> {
  return profile(() => {
    policyOf(catalogue);
  });
}
