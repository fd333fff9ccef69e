/**
 * Where the time of a run goes, by module of the core.
 *
 * Owns the reading of V8's sampling profiler. Takes no figure that another measurement uses: the profiler slows what it
 * watches.
 */
import { readFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import { rounded } from "./result.ts";

/** CPU time spent in the code of one module, without what it calls elsewhere. */
export interface Share {
  /** Path below the core without ending: `csv/block`; or who else it was. */
  readonly module: string;
  /** 0 to 1 of all samples. */
  readonly share: number;
  /** Functions that took the most, first the largest. */
  readonly functions: readonly string[];
}

const SAMPLE_MICROSECONDS = 200;
const FUNCTIONS_NAMED = 3;
/** Smaller shares go together. */
const LEAST_SHARE = 0.02;
const OTHERS = "others";
/** The file that the whole core stands in, and what its source map calls the modules. */
const CORE = /\/chunks\/core\.js$/;
const OWN = /\/core\/(.+)\.[jt]s$/;

/** Runs `work` under the profiler; the largest share first. */
export async function profile(work: () => Promise<void> | void): Promise<Share[]> {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, params: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      session.post(method, params, (error: Error | null, result?: unknown) => {
        if (error === null) resolve(result as T);
        else reject(error);
      });
    });
  try {
    await post("Profiler.enable");
    await post("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
    await post("Profiler.start");
    await work();
    const { profile: taken } = await post<Profiler.StopReturnType>("Profiler.stop");
    return sharesOf(taken);
  } finally {
    session.disconnect();
  }
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Share[] {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const modules = new Map<string, Map<string, number>>();
  let total = 0;
  samples.forEach((id, i) => {
    const frame = byId.get(id) as Profiler.ProfileNode["callFrame"];
    const { functionName } = frame;
    if (functionName === "(idle)") return;
    const module = moduleOf(frame);
    const functions = modules.get(module) ?? new Map<string, number>();
    modules.set(module, functions.set(functionName, (functions.get(functionName) ?? 0) + timeDeltas[i]));
    total += timeDeltas[i];
  });
  const shares = [...modules].map(([module, functions]) => ({
    module,
    share: sum(functions.values()) / total,
    functions: [...functions].toSorted((a, b) => b[1] - a[1]).map(([name]) => name),
  }));
  return gather(shares);
}

function moduleOf({ functionName, url, lineNumber, columnNumber }: Profiler.ProfileNode["callFrame"]): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  if (!CORE.test(url)) return "platform";
  const entry = mapOf(url).findEntry(lineNumber, columnNumber);
  return OWN.exec("originalSource" in entry ? entry.originalSource : "")?.[1] ?? "platform";
}

const maps = new Map<string, SourceMap>();

function mapOf(url: string): SourceMap {
  let map = maps.get(url);
  if (map === undefined) {
    map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, "utf8")) as SourceMapPayload);
    maps.set(url, map);
  }
  return map;
}

function gather(shares: readonly Share[]): Share[] {
  const large = shares.filter(({ share }) => share >= LEAST_SHARE).toSorted((a, b) => b.share - a.share);
  const rest = 1 - sum(large.map(({ share }) => share));
  return [...large, { module: OTHERS, share: rest, functions: [] }].map(({ module, share, functions }) => ({
    module,
    share: rounded(share),
    functions: module === "platform" ? [] : functions.filter((name) => name !== "").slice(0, FUNCTIONS_NAMED),
  }));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
