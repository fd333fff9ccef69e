/**
 * What still holds of a configuration that has faults, so that everything else in it can be checked at once.
 *
 * Owns which part a fault spoils: one policy, feed, relay or remote detector, else a whole key of the file. Never a reason
 * to run such a configuration.
 */
import type { PolicyConfig } from "../../server/config/extend-policy.ts";
import type { ConfigProblem } from "./problem.ts";

type Path = readonly PropertyKey[];
type Plain = Readonly<Record<string, unknown>>;

/** Keys whose entries stand for themselves, and what an entry with a fault is for the others: undefined leaves it out. */
const ENTRIES: Readonly<Record<string, object | undefined>> = {
  policies: {},
  feeds: {},
  relays: undefined,
  remoteDetectors: undefined,
};

export interface Spoilt {
  /** `policies.support`, `limits`. */
  readonly paths: ReadonlySet<string>;
  /** False when a key beside those of entries is spoilt: then nothing can be said of the file as a whole. */
  readonly isWhole: boolean;
}

export const NOTHING_SPOILT: Spoilt = { paths: new Set(), isWhole: true };

/** The configuration as written, without the parts that these faults spoil. */
export function withoutFaults(
  plain: unknown,
  faults: readonly Path[],
): { readonly plain: unknown; readonly spoilt: Spoilt } {
  const rest = { ...(plain as Plain) };
  const paths = new Set<string>();
  let isWhole = true;
  for (const [first, second] of faults.map((path) => path.map(String))) {
    if (first === undefined) return { plain: {}, spoilt: { paths, isWhole: false } };
    if (paths.has(first)) continue;
    if (second !== undefined && Object.hasOwn(ENTRIES, first)) {
      const { [second]: _, ...others } = rest[first] as Plain;
      const instead = ENTRIES[first];
      rest[first] = instead === undefined ? others : { ...others, [second]: instead };
      paths.add(`${first}.${second}`);
    } else {
      delete rest[first];
      paths.add(first);
    }
    isWhole &&= second !== undefined && ENTRIES[first] !== undefined;
  }
  return { plain: rest, spoilt: { paths, isWhole } };
}

/** And the policies that build on a spoilt one, or ask a remote detector where one is, of which no more can be said. */
export function withHeirs({ paths, isWhole }: Spoilt, policies: Readonly<Record<string, PolicyConfig>>): Spoilt {
  const all = new Set(paths);
  const isRemoteSpoilt = [...paths].some((path) => isAt("remoteDetectors", path));
  for (const [name, { remoteDetectors = [] }] of Object.entries(policies))
    if (isRemoteSpoilt && remoteDetectors.length > 0) all.add(`policies.${name}`);
  for (let before = -1; before < all.size;) {
    before = all.size;
    for (const [name, { extends: base }] of Object.entries(policies))
      if (base !== undefined && all.has(`policies.${base}`)) all.add(`policies.${name}`);
  }
  return { paths: all, isWhole };
}

/** And whatever these problems speak of, so that nothing is said twice. */
export function spoiltBy(
  problems: readonly ConfigProblem[],
  { paths, isWhole }: Spoilt,
  policies: Readonly<Record<string, PolicyConfig>>,
): Spoilt {
  const named = Object.keys(policies)
    .map((name) => `policies.${name}`)
    .filter((one) => problems.some(({ path }) => isAt(one, path)));
  const isOfEntries = problems.every(({ path }) => Object.hasOwn(ENTRIES, path.split(".", 1)[0] ?? ""));
  return withHeirs({ paths: new Set([...paths, ...named]), isWhole: isWhole && isOfEntries }, policies);
}

/** Of these problems those that are no consequence of what is spoilt. */
export function notSpoilt({ paths }: Spoilt, problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.filter(({ path }) => ![...paths].some((one) => isAt(one, path)));
}

function isAt(one: string, path: string): boolean {
  return path === one || path.startsWith(`${one}.`);
}
