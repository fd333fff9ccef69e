/**
 * A policy out of its parts: detectors, operators and rules for fields that are chosen already.
 *
 * Owns what follows from them together: how much of a text may wait, and what may pass unread.
 */
import { LOOK_AHEAD_BYTES } from "./candidate.ts";
import { DEFAULT_THRESHOLD } from "./defaults.ts";
import type { Detector } from "./detector.ts";
import type { Drops } from "./drops.ts";
import { compileEngine, type Engine } from "./engine.ts";
import type { FieldRules } from "./field-rules.ts";
import { FIELD } from "./finding.ts";
import { KeyedValues } from "./keyed-values.ts";
import { NO_OBSERVER } from "./observer.ts";
import type { Operator, RecordReader } from "./operators/operator.ts";
import { COUNTER } from "./operators/redact.ts";
import { DEFAULT_LIMITS, DEFAULT_ON_INVALID, type Policy, type PolicyOptions, type PolicySpec } from "./policy.ts";
import { compileReadings, heldWithin } from "./readings/index.ts";
import type { RemoteRules } from "./remote-rules.ts";
import { UTF8_HOLD_BYTES } from "./utf8-repair.ts";

const NO_REMOTE: RemoteRules = { detectors: [], entities: new Set(), isAllowed: () => false };
/** A place waits for the two characters behind a match, and for one byte that ends it. */
const LOOK_AHEAD_HOLD_BYTES = LOOK_AHEAD_BYTES + 1;

/** What a policy has come to, before it is put together. */
export interface PolicyParts {
  readonly detectors: readonly Detector[];
  /** One for each entity that a detector finds. */
  readonly operators: ReadonlyMap<string, Operator>;
  readonly fields: FieldRules;
  readonly hideId: Operator | undefined;
  readonly remote?: RemoteRules;
  readonly readers?: readonly RecordReader[];
}

/** @throws ConfigurationError `BAD_CONFIG` for what may hold too much of a text back, or as the engine does. */
export function assemblePolicy(spec: PolicySpec, options: PolicyOptions, parts: PolicyParts): Policy {
  const { detectors, operators, fields, hideId, remote = NO_REMOTE, readers = [] } = parts;
  const row = (entity: string): Operator => operators.get(entity) as Operator;
  const readings = compileReadings(spec);
  const engine = compileEngine(detectors, {
    threshold: spec.threshold ?? DEFAULT_THRESHOLD,
    needsText: (entity) => row(entity).needsText,
    matcher: options.matcher,
    onClear: options.observer?.cleared,
  });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const onInvalid = spec.onInvalid ?? DEFAULT_ON_INVALID;
  const longestBytes = engine.longestMatchBytes + LOOK_AHEAD_HOLD_BYTES;
  const heldBytes = heldWithin({ spec, readings }, longestBytes, limits.holdbackLimitBytes);
  const joins = { fields: (spec.joinFields ?? []).length > 0, messages: spec.joinMessages === true };
  const isCounting = hasCounter(spec);
  return {
    name: options.name ?? "default",
    detectors,
    onInvalid,
    limits,
    longestMatchBytes: engine.longestMatchBytes,
    holdbackMaxBytes: heldBytes + UTF8_HOLD_BYTES,
    figures: { instructions: engine.program.instructions.length, byteClasses: engine.program.byteClassCount },
    engine,
    keyedValues: new KeyedValues(engine),
    fields,
    numbers: spec.numbers ?? "string",
    extraFields: spec.extraFields ?? "mask",
    joins,
    drops: joinDrops(operators, fields),
    readers,
    readings,
    passesClean: passesClean({ onInvalid, engine, readings, joins, fields }),
    observer: options.observer ?? NO_OBSERVER,
    remote,
    hideId,
    replace: (found) => row(found.entity).replace(found),
    operatorOf: (entity) => (entity === FIELD ? "field" : row(entity).name),
    perStream() {
      return isCounting ? counting(this) : this;
    },
  };
}

type Clean = Pick<Policy, "onInvalid" | "engine" | "readings" | "joins" | "fields">;

function passesClean({ onInvalid, engine, readings, joins, fields }: Clean): boolean {
  if (onInvalid !== "mask-as-text" || fields.hasOperators) return false;
  return isJudgedByBytes(engine) && readings.length === 0 && !joins.fields && !joins.messages;
}

/** True when raw bytes in which no match ends hold none, wherever a string begins and ends. */
function isJudgedByBytes({ program, isBlind }: Engine): boolean {
  return !program.hasAssertions && !isBlind;
}

function joinDrops(operators: ReadonlyMap<string, Operator>, fields: FieldRules): Drops | undefined {
  const all = [...operators.values()].map(({ drops }) => drops);
  const field = fields.drops.field || all.includes("field");
  const event = fields.drops.event || all.includes("event");
  return field || event ? { field, event } : undefined;
}

function hasCounter({ operators = {} }: PolicySpec): boolean {
  return Object.values(operators).some((one) => one.operator === "redact" && one.template?.includes(COUNTER) === true);
}

/** Findings of each entity are numbered from 1. */
function counting(policy: Policy): Policy {
  const counts = new Map<string, number>();
  return {
    ...policy,
    replace: (found) => {
      const count = (counts.get(found.entity) ?? 0) + 1;
      counts.set(found.entity, count);
      return policy.replace({ ...found, count });
    },
  };
}
