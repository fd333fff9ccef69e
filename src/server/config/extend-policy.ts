/**
 * Policies that build on others by `extends`.
 *
 * Owns the rule by which two merge: maps by key, lists joined, everything else replaced; the one that extends wins.
 * Never compiles.
 */
import { withPacks } from "../../core/detectors/index.ts";
import { ConfigurationError, DENIED, entitiesOf, PACK_NAMES, type PolicySpec } from "../../core/index.ts";

/** A policy as the configuration has it. */
export interface PolicyConfig extends PolicySpec {
  /** Name of the policy that this one builds on. */
  readonly extends?: string;
}

type Policies = Readonly<Record<string, PolicyConfig>>;

/** What is wrong with an `extends`. */
export type ExtendsFault = "unknown" | "cycle";

/** Undefined when the whole chain from this policy on exists and ends. */
export function findExtendsFault(policies: Policies, name: string): ExtendsFault | undefined {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined; at = policies[at].extends) {
    if (!Object.hasOwn(policies, at)) return "unknown";
    if (seen.has(at)) return "cycle";
    seen.add(at);
  }
  return undefined;
}

/** The policy with all that it builds on. @throws ConfigurationError `BAD_CONFIG` for an unknown name and a cycle. */
export function extendPolicy(policies: Policies, name: string): PolicySpec {
  const fault = findExtendsFault(policies, name);
  if (fault !== undefined) throw new ConfigurationError("BAD_CONFIG", `extends: ${FAULT_TEXTS[fault]}`);
  const chain: PolicyConfig[] = [];
  for (let at: string | undefined = name; at !== undefined; at = policies[at].extends) chain.unshift(policies[at]);
  return chain.reduce(merge, {});
}

/**
 * Where in the configuration something stands that is wrong with a policy: with itself, or with what it builds on. The place
 * of a detector begins with its entity.
 */
export function placeIn(policies: Policies, name: string, at: readonly string[]): readonly string[] {
  if (findExtendsFault(policies, name) !== undefined) return ["policies", name];
  const [key, second] = at;
  for (let owner: string | undefined = name; owner !== undefined; owner = policies[owner].extends) {
    const own: unknown = policies[owner][key as keyof PolicyConfig];
    if (key === "detectors" && Array.isArray(own)) {
      const index = own.findIndex((item) => nameOf(item) === second);
      if (index >= 0) return ["policies", owner, key, String(index), ...at.slice(2)];
    } else if (own !== undefined && key !== "detectors") {
      const isThere = second === undefined || !isMap(own) || Object.hasOwn(own, second);
      if (isThere) return ["policies", owner, ...at];
    }
  }
  // Nobody's own detector: the one that the list of what must go comes to.
  if (key === "detectors" && second === DENIED) return placeIn(policies, name, ["deny"]);
  return ["policies", name, ...at];
}

export const FAULT_TEXTS: Readonly<Record<ExtendsFault, string>> = {
  unknown: "no such policy",
  cycle: "goes round in a circle; remove one of its `extends`",
};

function merge(base: PolicySpec, own: PolicyConfig): PolicySpec {
  const inherited = withoutIdleRules(base, own);
  const merged: Record<string, unknown> = { ...inherited };
  for (const [key, value] of Object.entries(own)) {
    if (key !== "extends") merged[key] = mergeValue(merged[key], value);
  }
  return merged;
}

function mergeValue(base: unknown, own: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(own)) {
    const names = new Set(own.map(nameOf));
    return [...base.filter((item) => !names.has(nameOf(item))), ...own];
  }
  return isMap(base) && isMap(own) ? { ...base, ...own } : own;
}

/** A detector goes by its entity, everything else in a list by itself. */
function nameOf(item: unknown): unknown {
  return isMap(item) ? item["entity"] : item;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A base that looks for everything may have rules for entities that the other leaves out: there they are no mistake. */
function withoutIdleRules(base: PolicySpec, { entities, packs = [] }: PolicySpec): PolicySpec {
  if (base.entities !== undefined || entities === undefined) return base;
  const { operators, requireContext } = base;
  const used = ["default", DENIED, ...entities, ...entitiesOf([...(base.packs ?? []), ...packs])];
  const own = [...withPacks(PACK_NAMES), ...(base.detectors ?? [])].map((detector) => detector.entity);
  // Of what a remote detector finds the list of entities says nothing.
  const isRemote = (entity: string): boolean => (base.remoteDetectors ?? []).length > 0 && !own.includes(entity);
  const isUsed = ([entity]: readonly [string, unknown]): boolean => used.includes(entity) || isRemote(entity);
  return {
    ...base,
    ...(operators === undefined ? {} : { operators: Object.fromEntries(Object.entries(operators).filter(isUsed)) }),
    ...(requireContext === undefined
      ? {}
      : { requireContext: Object.fromEntries(Object.entries(requireContext).filter(isUsed)) }),
  };
}
