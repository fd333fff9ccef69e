/**
 * From the paths that a policy writes to its field rules.
 *
 * Owns what is refused: a path that cannot be read, a rule that says what another one denies, and masking by path where
 * text without fields would pass.
 */
import { ConfigurationError } from "./errors.ts";
import { parseFieldPath, type PathStep } from "./field-path.ts";
import { type FieldOptions, type FieldRule, FieldRules, type Verdict } from "./field-rules.ts";
import { KEEP } from "./operators/index.ts";
import type { OperatorSpec } from "./operators/spec.ts";
import type { PolicySpec } from "./policy.ts";

/** A rule, and where it stands. */
interface WrittenRule extends FieldRule {
  readonly where: string;
  /** Keys to it, below the policy. */
  readonly at: readonly string[];
}

/** Paths of one policy. */
const RULES_LIMIT = 256;

/** What a path that hides does, or `look` where it hides nothing after all. */
type OperatorOf = (path: string, spec: OperatorSpec) => Verdict;

/** @throws ConfigurationError `BAD_CONFIG` with the path, or `KEY_MISSING`. */
export function compileFields(
  spec: PolicySpec,
  operatorOf: OperatorOf,
  doubt: FieldOptions["doubt"] = "hide",
): FieldRules {
  const { fields = {}, only = [], except = [], joinFields = [], fieldsIgnoreCase = false } = spec;
  const rules = [
    ...Object.entries(fields).map(([path, one]) =>
      ruleOf({ where: "fields", path, at: ["fields", path] }, one.operator === KEEP ? "keep" : operatorOf(path, one)),
    ),
    ...only.map((path, index) => ruleOf(listed("only", path, index), "look")),
    ...except.map((path, index) => ruleOf(listed("except", path, index), "keep")),
    ...joinFields.map((path, index) => ruleOf(listed("joinFields", path, index), `join:${path}`)),
  ];
  if (rules.length > RULES_LIMIT) refuse("fields", `there are ${rules.length} paths, over the limit of ${RULES_LIMIT}`);
  refuseConflicts(
    rules.filter(({ where }) => where !== "joinFields"),
    fieldsIgnoreCase,
  );
  refuseUnreached(rules);
  refuseOutsideOfOnly(rules, fieldsIgnoreCase);
  const compiled = new FieldRules(rules, {
    elsewhere: only.length > 0 ? "skip" : "look",
    isCaseIgnored: fieldsIgnoreCase,
    doubt,
  });
  if (compiled.hasOperators && (spec.onInvalid ?? "mask-as-text") === "mask-as-text")
    refuse("onInvalid", "what does not parse has no fields to hide; with `fields` that mask write drop or close");
  return compiled;
}

type RulePlace = Pick<WrittenRule, "where" | "path" | "at">;

function listed(where: string, path: string, index: number): RulePlace {
  return { where, path, at: [where, String(index)] };
}

function ruleOf(place: RulePlace, verdict: Verdict): WrittenRule {
  const { where, path, at } = place;
  const parsed = parseFieldPath(path);
  if (!parsed.ok) return refuse(where, `${path}: ${parsed.reason}`, at);
  if (verdict === "keep" && parsed.steps.every(isAnyDepth))
    return refuse(where, `${path}: keeps everything; a policy that masks nothing is none`, at);
  return { steps: parsed.steps, verdict, ...place };
}

/** Two rules for one path, however it is written, cannot both take effect. */
function refuseConflicts(rules: readonly WrittenRule[], isCaseIgnored: boolean): void {
  const known = new Map<string, WrittenRule>();
  for (const rule of rules) {
    const text = JSON.stringify(rule.steps);
    const key = isCaseIgnored ? text.toLowerCase() : text;
    const other = known.get(key) ?? rule;
    if (other.verdict !== rule.verdict)
      refuse(rule.where, `${rule.path}: ${other.where} says something else of this path; keep one`, rule.at);
    known.set(key, rule);
  }
}

/** What is dropped with all below it leaves nothing to hide there, unless some path shows a part of it. */
function refuseUnreached(rules: readonly WrittenRule[]): void {
  if (rules.some(({ verdict }) => typeof verdict === "string")) return;
  const stepsOf = (rule: WrittenRule): string => JSON.stringify(rule.steps).slice(0, -1);
  const dropping = rules.filter(({ verdict }) => typeof verdict === "object" && verdict.drops === "field");
  for (const rule of rules) {
    const above = dropping.find((one) => stepsOf(rule).startsWith(`${stepsOf(one)},`));
    if (above !== undefined)
      refuse(rule.where, `${rule.path}: ${above.path} goes with all below it; remove one`, rule.at);
  }
}

/** What no path of `only` leads to passes unread already: a path that keeps something there can never match. */
function refuseOutsideOfOnly(rules: readonly WrittenRule[], isCaseIgnored: boolean): void {
  const only = rules.filter(({ where }) => where === "only");
  if (only.length === 0) return;
  for (const rule of rules) {
    if (rule.verdict !== "keep" || only.some(({ steps }) => leadsTo(steps, rule.steps, isCaseIgnored))) continue;
    refuse(rule.where, `${rule.path}: can never match, no path of only leads there; remove it`, rule.at);
  }
}

/** True when some place at or below `above` is one that `below` names. O(steps of both). */
function leadsTo(above: readonly PathStep[], below: readonly PathStep[], isCaseIgnored: boolean): boolean {
  // By how many steps of `below` are left: whether the rest of `above` leads to them.
  let reached = Array.from({ length: below.length + 1 }, () => true);
  for (const step of above.toReversed()) {
    const next = reached;
    reached = [isAnyDepth(step) && next[0]];
    for (let left = 1; left <= below.length; left++) {
      const other = below[below.length - left];
      const isThrough = next[left - 1] && fits(step, other, isCaseIgnored);
      const isOver = isAnyDepth(step) && (next[left] || reached[left - 1]);
      reached.push(isThrough || isOver || (isAnyDepth(other) && (reached[left - 1] || next[left])));
    }
  }
  return reached[below.length];
}

/** True when one step may be both. */
function fits(one: PathStep, other: PathStep, isCaseIgnored: boolean): boolean {
  const kinds = [one.kind, other.kind];
  if (kinds.includes("any") || kinds.includes("anyDepth")) return true;
  if (one.kind === "name" && other.kind === "name")
    return isCaseIgnored ? one.name.toLowerCase() === other.name.toLowerCase() : one.name === other.name;
  if (kinds.includes("name")) return false;
  return one.kind !== "index" || other.kind !== "index" || one.index === other.index;
}

function isAnyDepth({ kind }: PathStep): boolean {
  return kind === "anyDepth";
}

function refuse(where: string, reason: string, at: readonly string[] = []): never {
  throw new ConfigurationError("BAD_CONFIG", `${where}: ${reason}`, at);
}
