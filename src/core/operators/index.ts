/**
 * The operators: what takes the place of a finding.
 *
 * Owns the table, and the one way from what a policy writes to what runs. Replacements are of letters, digits, `_ [ ] ( ) :`
 * and the separators of the value itself, so that they are legal in every format and are not detected again; fakes, what
 * is encrypted in its form, and what is generalized look like values because they are to.
 */
import { ConfigurationError } from "../errors.ts";
import type { FoundText } from "../finder.ts";
import type { TenantKeys } from "../key-ring.ts";
import { type CustomOperators, customTransform } from "./custom.ts";
import type { Dropped } from "../drops.ts";
import { encrypt } from "./encrypt.ts";
import { hash } from "./hash.ts";
import { OPTIONAL_KINDS } from "../optional.ts";
import { mask } from "./mask.ts";
import {
  type Operator,
  type OperatorContext,
  type OperatorKind,
  type PolicyFacts,
  type RecordReader,
  redacted,
  type Transform,
} from "./operator.ts";
import { findOptionFault } from "./options.ts";
import { redact } from "./redact.ts";
import type { CustomSpec, OperatorSpec } from "./spec.ts";

export type AnyOperatorKind = OperatorKind;

/** Each takes what a policy writes under its own name. */
const KINDS = [redact, mask, hash, encrypt, ...OPTIONAL_KINDS] as readonly unknown[] as readonly AnyOperatorKind[];

/** What stays, and is not compiled: nothing is replaced. */
export const KEEP = "keep";

/** What the library's caller brings; no configuration file knows it. */
const CUSTOM = "custom";

export const OPERATOR_KINDS: readonly AnyOperatorKind[] = KINDS;

export interface OperatorPlace {
  /** `operators` and `EMAIL`: where the policy says it. */
  readonly where: readonly string[];
  readonly entity: string;
  readonly keys: TenantKeys | undefined;
  /** Operators of the library's caller, by name. */
  readonly custom: CustomOperators;
  /** What the policy says beside its operators. */
  readonly policy: PolicyFacts;
  readonly readers: Map<string, RecordReader>;
  /** Texts that hold findings of this entity, and those findings; none for a field. */
  readonly examples: Iterable<string>;
  readonly isFinding: ((text: string) => boolean) | undefined;
}

/**
 * @throws ConfigurationError `BAD_CONFIG` for what cannot be done to such values, and `KEY_MISSING` for an operator that
 * needs a key when there is none.
 */
export function compileOperator(spec: OperatorSpec, place: OperatorPlace): Operator {
  if (spec.operator === CUSTOM) return compileCustom(spec, place);
  const kind = kindOf(spec, place);
  const refuse = refuserOf(spec, place);
  const transform = kind.compile(spec as never, contextOf(spec, place));
  checkForm(transform, place, refuse);
  return new CompiledOperator(kind.name, transform, redacted(place.entity));
}

function compileCustom(spec: CustomSpec, place: OperatorPlace): Operator {
  const { custom, entity } = place;
  if (!Object.hasOwn(custom, spec.name)) {
    const known = Object.keys(custom).join(", ") || "none";
    return refuserOf(spec, place)(`no operator of that name was given to compilePolicy; there are ${known}`);
  }
  return new CompiledOperator(CUSTOM, customTransform(custom[spec.name], entity), redacted(entity));
}

/** A class, so that a test can break what every operator goes through. */
export class CompiledOperator implements Operator {
  readonly name: string;
  readonly needsText: boolean;
  readonly drops: Dropped | undefined;
  private readonly transform: Transform;
  private readonly otherwise: Uint8Array;

  constructor(name: string, transform: Transform, otherwise: Uint8Array) {
    this.name = name;
    this.needsText = transform.needsText;
    this.drops = transform.drops;
    this.transform = transform;
    this.otherwise = otherwise;
  }

  replace(found: FoundText): Uint8Array {
    return this.transform.run(found) ?? this.otherwise;
  }
}

/**
 * The way back of an operator; undefined when it has none, or when its tokens say it themselves. What is not of its form
 * stays.
 */
export function compileReverse(spec: OperatorSpec, place: OperatorPlace): Operator | undefined {
  if (spec.operator === KEEP || spec.operator === CUSTOM) return undefined;
  const transform = kindOf(spec, place).revert?.(spec as never, contextOf(spec, place));
  if (transform === undefined) return undefined;
  const stay = ({ text }: FoundText): Uint8Array => text ?? redacted(place.entity);
  return { name: "restore", needsText: true, replace: (found) => transform.run(found) ?? stay(found) };
}

function kindOf(spec: OperatorSpec, place: OperatorPlace): AnyOperatorKind {
  const refuse = refuserOf(spec, place);
  const kind = OPERATOR_KINDS.find(({ name }) => name === spec.operator);
  const known = OPERATOR_KINDS.map(({ name }) => name).join(", ");
  if (kind === undefined) return refuse(`no such operator; there are ${known}, ${KEEP}`);
  const fault = findOptionFault(kind.options, spec as unknown as Record<string, unknown>);
  return fault === undefined ? kind : refuse(fault);
}

function refuserOf({ operator }: OperatorSpec, { where }: OperatorPlace): (reason: string) => never {
  return (reason) => {
    throw new ConfigurationError("BAD_CONFIG", `${where.join(".")}: ${operator}: ${reason}`, where);
  };
}

function contextOf(spec: OperatorSpec, place: OperatorPlace): OperatorContext {
  const { where, entity, keys, policy, readers, isFinding } = place;
  const { operator } = spec;
  return {
    entity,
    policy,
    readers,
    isFinding,
    refuse: refuserOf(spec, place),
    keys: () => {
      if (keys !== undefined) return keys;
      throw new ConfigurationError("KEY_MISSING", `${where.join(".")}: operator ${operator} needs a key`, where);
    },
  };
}

/** What cannot be done to any of an entity's examples would never be done. */
function checkForm(
  { partial }: Transform,
  { entity, examples }: OperatorPlace,
  refuse: (reason: string) => never,
): void {
  if (partial === undefined) return;
  let hasExample = false;
  for (const text of examples) {
    if (partial.convert(text) !== undefined) return;
    hasExample = true;
  }
  if (!hasExample) return;
  refuse(`needs ${partial.form}, which ${entity} is not; write redact, mask, hash, pseudonym or encrypt`);
}
