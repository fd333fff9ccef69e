/**
 * How much is held back: bytes received and not yet released after each chunk.
 *
 * Owns the cuts, which are seeded. Times nothing.
 */
import { Buffer } from "node:buffer";
import { createMasker } from "../../src/core/index.ts";
import { checkAnswer } from "../answer.ts";
import { policyOf } from "../catalogue.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import { Random } from "../corpora/random.ts";
import type { Definition } from "../definition.ts";
import type { Row } from "../result.ts";
import { quantile } from "../statistics.ts";
import { answerOf, OURS } from "./throughput.ts";

const RANDOM_CHUNK_BYTES = 4096;
const SEED = 5;

export async function runHoldback(definition: Definition, context: BenchContext): Promise<Row[]> {
  const corpus = openCorpus(definition.corpus, definition.corpusBytes);
  const random = new Random(SEED);
  const masker = createMasker(policyOf(definition.catalogue), definition.format);
  const held: number[] = [];
  const output: Uint8Array[] = [];
  for (let at = 0; at < corpus.text.length;) {
    const length = definition.chunkBytes === 0 ? random.int(1, RANDOM_CHUNK_BYTES) : definition.chunkBytes;
    // A chunk of its own: a view would keep the whole corpus.
    output.push(masker.push(corpus.text.slice(at, at + length)));
    held.push(masker.heldBytes);
    at += length;
    if (held.length % 10_000 === 0) context.progress(at / corpus.text.length);
  }
  output.push(masker.flush());
  checkAnswer(OURS, answerOf(definition.catalogue), { corpus, run: { cpuSeconds: 0, output: Buffer.concat(output) } });
  const note = `${held.length} chunks`;
  const row = (metric: string, share: number): Row => ({
    bench: definition.id,
    subject: OURS,
    metric,
    value: quantile(held, share),
    unit: "bytes",
    note,
  });
  return [row("p50", 0.5), row("p99", 0.99), row("most", 1)];
}
