/**
 * From a policy as it is written to the immutable form that every stream shares.
 *
 * Owns which detectors look, and which operator each entity gets; a rule that could never take effect is refused.
 * assemble-policy.ts puts them together.
 */
import type { Detector } from "./detector.ts";
import { withPacks } from "./detectors/index.ts";
import type { Engine } from "./engine.ts";
import { ConfigurationError } from "./errors.ts";
import { findIn } from "./finder.ts";
import { compileCustom } from "./custom-detector.ts";
import { compileFields } from "./compile-fields.ts";
import { FIELD } from "./finding.ts";
import { allowedBy, bend, DENIED } from "./lists.ts";
import type { TenantKeys } from "./key-ring.ts";
import { examplesOf, finderOf } from "./lone-detector.ts";
import { entitiesOf, PACK_NAMES, type PackName, unknownPacks, withPhoneCheck } from "./packs/index.ts";
import { compileOperator, KEEP, type OperatorPlace } from "./operators/index.ts";
import type { Operator } from "./operators/operator.ts";
import { exampleOf } from "./operators/redact.ts";
import type { OperatorSpec } from "./operators/spec.ts";
import { DEFAULT_TENANT, type Policy, type PolicyOptions, type PolicySpec } from "./policy.ts";
import { checkPolicy } from "./policy-check.ts";
import { remoteEntitiesOf, type RemoteRules } from "./remote-rules.ts";
import { assemblePolicy } from "./assemble-policy.ts";

/** Of an event's id: who resumes needs equal ids to be equal. */
const ID_ENTITY = "ID";
const DEFAULT_OPERATOR: OperatorSpec = { operator: "redact" };
/** Key of `operators` that stands for every entity without its own. */
const EVERY_ENTITY = "default";

/**
 * Compiles a policy; some milliseconds, most of them for the detectors' automaton.
 * @throws ConfigurationError `BAD_CONFIG`, `BAD_PATTERN` or `KEY_MISSING`, with the reason.
 */
export function compilePolicy(spec: PolicySpec, options: PolicyOptions = {}): Policy {
  checkPolicy(spec, options);
  const keys = options.keys?.of(spec.tenant ?? DEFAULT_TENANT);
  const given: Given = { keys, custom: options.operators ?? {}, policy: spec, readers: new Map() };
  const remote = remoteEntitiesOf(spec.remoteDetectors ?? [], options.remote ?? {});
  const kept = withoutKept(spec, detectorsOf(spec, options.detectors), remote);
  const detectors = withPhoneCheck(spec.packs ?? [], kept, options.phoneCheck);
  if (typeof detectors === "string")
    throw new ConfigurationError("BAD_CONFIG", `packs: phones ${detectors}`, ["packs"]);
  const operators = new Map([...remoteOperators(spec, remote, given), ...chooseOperators(spec, detectors, given)]);
  const fields = compileFields(spec, (path, one) => fieldOperatorOf(path, one, given));
  const policy = assemblePolicy(spec, options, {
    detectors,
    operators,
    remote: compileRemote(spec, remote),
    fields,
    hideId: keys === undefined ? undefined : hideIdBy(keys),
    readers: [...given.readers.values()],
  });
  checkTemplates(spec, policy.engine);
  return policy;
}

/** What a policy looks for: of `known`, else of the built-in detectors and its packs, and its own; as its lists bend them. */
export function detectorsOf(spec: PolicySpec, known = withPacks(choosePacks(spec))): readonly Detector[] {
  const taken = [...known.map(({ entity }) => entity), DENIED];
  return bend(chooseDetectors(spec, [...compileCustom(spec.detectors ?? [], taken), ...known]), spec);
}

function hideIdBy(keys: TenantKeys): Operator {
  const given: Given = { keys, custom: {}, policy: {}, readers: new Map() };
  return compileOperator(
    { operator: "hash" },
    { where: [], entity: ID_ENTITY, ...given, examples: [], isFinding: undefined },
  );
}

/** What looks like a finding would be masked again by whoever reads it next, and taken for a leak by everybody else. */
function checkTemplates({ operators = {}, fields = {} }: PolicySpec, engine: Engine): void {
  for (const [where, specs] of Object.entries({ operators, fields })) {
    for (const [name, one] of Object.entries(specs)) {
      if (one.operator !== "redact" || one.template === undefined) continue;
      const [found] = findIn(engine, exampleOf(one, name));
      if (found === undefined) continue;
      const reason = `${where}.${name}: redact: template: looks like ${found.entity} itself; write another text`;
      throw new ConfigurationError("BAD_CONFIG", reason, [where, name]);
    }
  }
}

/** What operators are made with beside their own options. */
type Given = Pick<OperatorPlace, "keys" | "custom" | "policy" | "readers">;

function fieldOperatorOf(path: string, spec: OperatorSpec, given: Given): Operator {
  return compileOperator(spec, {
    where: ["fields", path],
    entity: FIELD,
    ...given,
    examples: [],
    isFinding: undefined,
  });
}

function choosePacks({ packs = [] }: PolicySpec): readonly PackName[] {
  const [unknown] = unknownPacks(packs);
  if (unknown === undefined) return packs;
  throw new ConfigurationError("BAD_CONFIG", `packs: there is no pack ${unknown}; there are ${PACK_NAMES.join(", ")}`);
}

function chooseDetectors({ entities, packs = [] }: PolicySpec, all: readonly Detector[]): readonly Detector[] {
  if (entities === undefined) return all;
  for (const entity of entities) requireEntity(entity, all, "entities");
  const chosen = new Set([...entities, ...entitiesOf(packs)]);
  return all.filter(({ entity }) => chosen.has(entity));
}

export function specOf(
  { operators = {} }: PolicySpec,
  entity: string,
): { where: readonly string[]; spec: OperatorSpec } {
  const name = Object.hasOwn(operators, entity) ? entity : EVERY_ENTITY;
  return { where: ["operators", name], spec: operators[name] ?? DEFAULT_OPERATOR };
}

/** What is kept is not looked for; what other detectors find in it still goes. */
function withoutKept(spec: PolicySpec, detectors: readonly Detector[], remote: readonly string[]): readonly Detector[] {
  for (const entity of Object.keys(spec.operators ?? {}))
    if (entity !== EVERY_ENTITY && !remote.includes(entity)) requireEntity(entity, detectors, "operators");
  const left = detectors.filter(({ entity }) => specOf(spec, entity).spec.operator !== KEEP);
  if (left.length === 0) {
    const reason = "operators: keep everything that is looked for; a policy that masks nothing is none";
    throw new ConfigurationError("BAD_CONFIG", reason);
  }
  return left;
}

function chooseOperators(policy: PolicySpec, detectors: readonly Detector[], given: Given): Map<string, Operator> {
  return new Map(
    detectors.map((detector) => {
      const { entity } = detector;
      const { where, spec } = specOf(policy, entity);
      const examples = examplesOf(detector);
      return [entity, compileOperator(spec, { where, entity, ...given, examples, isFinding: finderOf(detector) })];
    }),
  );
}

/** Without a detector of ours: a value's form is known only to whoever finds it. */
function remoteOperators(
  policy: PolicySpec,
  entities: readonly string[],
  given: Given,
): (readonly [string, Operator])[] {
  return entities.flatMap((entity) => {
    const { where, spec } = specOf(policy, entity);
    if (spec.operator === KEEP) return [];
    return [[entity, compileOperator(spec, { where, entity, ...given, examples: [], isFinding: undefined })] as const];
  });
}

function compileRemote(spec: PolicySpec, entities: readonly string[]): RemoteRules {
  return {
    detectors: spec.remoteDetectors ?? [],
    entities: new Set(entities.filter((entity) => specOf(spec, entity).spec.operator !== KEEP)),
    isAllowed: entities.length === 0 ? () => false : allowedBy(spec),
  };
}

// A rule for an entity that nobody looks for would never take effect.
function requireEntity(entity: string, detectors: readonly Detector[], where: string): void {
  if (detectors.some((detector) => detector.entity === entity)) return;
  const known = [...new Set(detectors.map((detector) => detector.entity))].join(", ");
  throw new ConfigurationError("BAD_CONFIG", `${where}: no detector looks for ${entity}; there are ${known}`);
}
