/**
 * What the options cost that look through more than stands there: the same corpus with each of them, in turns.
 *
 * Owns the rounds and the time that an option takes beside the default policy, and the bytes that wait. Times are of CPU, one thread.
 */
import {
  compilePolicy,
  createMasker,
  type Format,
  maskWhole,
  type Policy,
  type PolicySpec,
} from "../../src/core/index.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { measure } from "../peers/peer.ts";
import { rounded, type Row } from "../result.ts";
import { median } from "../statistics.ts";

const DEFAULT = "default";
const ROUNDS = 7;
const CHUNK_BYTES = 256;

/** What an option says of formats that it does not change would be noise. */
const OPTIONS: readonly { readonly name: string; readonly spec: PolicySpec; readonly formats: readonly Format[] }[] = [
  { name: DEFAULT, spec: {}, formats: ["text", "ndjson", "sse"] },
  { name: "crossLine", spec: { crossLine: true }, formats: ["text", "sse"] },
  { name: "decodeEntities", spec: { decodeEntities: true }, formats: ["text", "ndjson", "sse"] },
  { name: "decodeBase64", spec: { decodeBase64: true }, formats: ["text", "ndjson", "sse"] },
  { name: "decodeDepth 2", spec: { decodeDepth: 2 }, formats: ["text", "ndjson", "sse"] },
  { name: "decodeDepth 3", spec: { decodeDepth: 3 }, formats: ["text", "ndjson", "sse"] },
  {
    name: "all that decode, decodeDepth 2",
    spec: { crossLine: true, decodeEntities: true, decodeBase64: true, decodeDepth: 2 },
    formats: ["text", "ndjson", "sse"],
  },
  { name: "joinMessages", spec: { joinMessages: true }, formats: ["sse"] },
  { name: "joinFields", spec: { joinFields: ["**.msg"] }, formats: ["ndjson", "sse"] },
];

interface Runner {
  readonly name: string;
  readonly policy: Policy;
  readonly seconds: number[];
}

export async function runReadings(definition: Definition, context: BenchContext): Promise<Row[]> {
  const { id, corpus, corpusBytes, format } = definition;
  const { text, gold } = openCorpus(corpus, corpusBytes);
  const runners = OPTIONS.filter(({ formats }) => formats.includes(format)).map(({ name, spec }): Runner => {
    const policy = compilePolicy(spec);
    requireHidden(name, maskWhole(policy, format, text), gold);
    return { name, policy, seconds: [] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < runners.length; i++) {
      const { policy, seconds } = runners[(i + round) % runners.length];
      context.collect();
      seconds.push(measure(() => maskWhole(policy, format, text)).cpuSeconds);
    }
    context.progress((round + 1) / ROUNDS);
  }
  const base = runners.find(({ name }) => name === DEFAULT)?.seconds ?? [];
  return runners.flatMap(({ name, policy, seconds }) => [
    {
      bench: id,
      subject: name,
      metric: "time",
      value: rounded(median(seconds.map((one, round) => one / base[round]))),
      unit: `of the ${DEFAULT} policy's time`,
      note: `${ROUNDS} rounds, ${gold.length} findings`,
    },
    {
      bench: id,
      subject: name,
      metric: "held at most",
      value: mostHeld(policy, format, text),
      unit: "bytes",
      note: `of this corpus, in chunks of ${CHUNK_BYTES} bytes`,
    },
  ]);
}

/** Bytes that waited, at the worst of all ends of chunks. */
function mostHeld(policy: Policy, format: Format, text: Uint8Array): number {
  const masker = createMasker(policy, format);
  let most = 0;
  for (let at = 0; at < text.length; at += CHUNK_BYTES) {
    masker.push(text.subarray(at, at + CHUNK_BYTES));
    most = Math.max(most, masker.heldBytes);
  }
  return most;
}

/** @throws Error when a value is still there: nothing is timed before the answer is right. */
function requireHidden(name: string, output: Uint8Array, gold: readonly { readonly value: string }[]): void {
  const text = new TextDecoder().decode(output);
  const left = gold.filter(({ value }) => value.length > 8 && text.includes(value)).length;
  if (left > 0) throw new Error(`${name}: ${left} values left`);
}
