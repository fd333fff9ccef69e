/** The corpora by name. Owns their seeds: change one and results of before and after no longer compare. */
import type { Corpus } from "./corpus.ts";
import { eventCorpus } from "./events.ts";
import { csvCorpus, formCorpus, sseCorpus } from "./frames.ts";
import { logCorpus } from "./log.ts";
import { proseCorpus } from "./prose.ts";

const SPARSE_SHARE = 0.01;

const MAKERS: Readonly<Record<string, (bytes: number) => Corpus>> = {
  sparse: (bytes) => logCorpus({ name: "sparse", bytes, seed: 1, valueShare: SPARSE_SHARE }),
  dense: (bytes) => logCorpus({ name: "dense", bytes, seed: 2, valueShare: 1 }),
  prose: (bytes) => proseCorpus(bytes, 3),
  csv: (bytes) => csvCorpus({ name: "csv", bytes, seed: 5, valueShare: SPARSE_SHARE }),
  "csv-dense": (bytes) => csvCorpus({ name: "csv-dense", bytes, seed: 6, valueShare: 1 }),
  sse: (bytes) => sseCorpus({ name: "sse", bytes, seed: 7, valueShare: SPARSE_SHARE }),
  "sse-dense": (bytes) => sseCorpus({ name: "sse-dense", bytes, seed: 8, valueShare: 1 }),
  form: (bytes) => formCorpus({ name: "form", bytes, seed: 9, valueShare: SPARSE_SHARE }),
  "form-dense": (bytes) => formCorpus({ name: "form-dense", bytes, seed: 10, valueShare: 1 }),
  "json-events": (bytes) => eventCorpus(bytes, 4),
};

export const CORPORA: readonly string[] = Object.keys(MAKERS);

/** @throws Error for a name that is no corpus. */
export function openCorpus(name: string, bytes: number): Corpus {
  const make = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
  if (make === undefined) throw new Error(`no corpus ${name}; there are ${CORPORA.join(", ")}`);
  return make(bytes);
}
