/**
 * What is measured, as data: bench/definitions/*.toml.
 *
 * Owns the shape and its check; a key that would take no effect is an error.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { type Catalogue, CATALOGUES } from "./catalogue.ts";

export const KINDS = [
  "throughput",
  "growth",
  "holdback",
  "streams",
  "compile",
  "operators",
  "drops",
  "readings",
  "views",
  "views-server",
] as const;
export type Kind = (typeof KINDS)[number];

/** What a figure has to reach; of many rows the worst one counts. */
export interface Bar {
  readonly metric: string;
  /** Rows of this subject only; every subject when left out. */
  readonly subject?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly stretch: number;
}

export interface Definition {
  /** What maskwire looks for, and what peers have patterns of: what every policy does, or all packs as well. */
  readonly catalogue: Catalogue;
  /** `group/name`. */
  readonly id: string;
  readonly group: string;
  /** What the figures answer, unit included. */
  readonly question: string;
  readonly kind: Kind;
  readonly corpus: string;
  readonly format: "text" | "ndjson" | "csv" | "sse" | "form";
  readonly corpusBytes: number;
  /** Length of a chunk; 0 stands for random lengths. */
  readonly chunkBytes: number;
  readonly peers: readonly string[];
  readonly bars: readonly Bar[];
}

/** What a file must say. */
type Named = Pick<Definition, "question" | "kind"> & Partial<Definition>;

const DEFAULTS = {
  catalogue: "default",
  corpus: "",
  format: "text",
  corpusBytes: 0,
  chunkBytes: 65_536,
  peers: [],
  bars: [],
} as const;
const KEYS = new Set(["name", "question", "kind", ...Object.keys(DEFAULTS)]);
const BAR_KEYS = new Set(["metric", "subject", "atLeast", "atMost", "stretch"]);

/** @throws Error that names the file and the key. */
export function loadDefinitions(benchFolder: string): Definition[] {
  const folder = join(benchFolder, "definitions");
  const files = readdirSync(folder).filter((file) => file.endsWith(".toml"));
  return files.toSorted().flatMap((file) => readDefinitions(readFileSync(join(folder, file), "utf8"), file));
}

export function readDefinitions(toml: string, file: string): Definition[] {
  const { group, bench } = parse(toml) as { group?: string; bench?: Record<string, unknown>[] };
  if (group === undefined || bench === undefined) throw new Error(`${file}: group or bench is missing`);
  return bench.map((row) => {
    const { name, ...rest } = row;
    requireKnown(Object.keys(row), KEYS, file);
    for (const key of ["name", "question", "kind"]) if (row[key] === undefined) throw new Error(`${file}: no ${key}`);
    const definition: Definition = {
      ...DEFAULTS,
      ...(rest as unknown as Named),
      group,
      id: `${group}/${String(name)}`,
    };
    if (!CATALOGUES.includes(definition.catalogue)) throw new Error(`${file}: no catalogue ${definition.catalogue}`);
    if (!KINDS.includes(definition.kind)) throw new Error(`${file}: no kind ${definition.kind}`);
    for (const bar of definition.bars) requireKnown(Object.keys(bar), BAR_KEYS, file);
    return definition;
  });
}

function requireKnown(keys: readonly string[], known: ReadonlySet<string>, file: string): void {
  const unknown = keys.find((key) => !known.has(key));
  if (unknown !== undefined) throw new Error(`${file}: unknown key ${unknown}`);
}
