/**
 * The order of strictness that a feed may name: no view shows what a later one hides.
 *
 * Owns the proof, on the policies as they are written and before an event is seen. Where it cannot be had the order is
 * refused, also where it may hold. Never compiles, never masks.
 */
import type { Detector } from "../../core/detector.ts";
import {
  DEFAULT_HASH_BITS,
  DEFAULT_PSEUDONYM_BITS,
  DEFAULT_STEP,
  DEFAULT_THRESHOLD,
  keepsFrom,
  keptBy,
} from "../../core/defaults.ts";
import type { OperatorSpec } from "../../core/operators/spec.ts";
import { entitiesOf, PACK_NAMES, type PackName } from "../../core/packs/index.ts";
import type { PolicySpec } from "../../core/policy.ts";

/** What stands in the place of a value tells this of it: facts, and how much of each. */
type Reveal = Readonly<Record<string, number>>;

/** What stays in the place of a value, and of the field and the event around it. */
const AROUND: Reveal = { "the rest of the field": 1, "the rest of the event": 1 };
const EVERYTHING = "everything";
/** Width of a range: the borders of the wider one have to be borders of the other. */
const RANGE = "range";

/**
 * Letters and digits of the shortest finding. From three times what `mask` keeps on, it keeps that; of a shorter value it
 * keeps nothing, so that of two masks neither shows less of values of every length. Entities that are not here may be short.
 */
export const SHORTEST: Readonly<Record<string, number>> = { CREDIT_CARD: 12, IBAN: 15, US_SSN: 9 };
const REDACT: OperatorSpec = { operator: "redact" };

type Row<Name extends OperatorSpec["operator"]> = (
  spec: Extract<OperatorSpec, { operator: Name }>,
  shortest: number,
) => Reveal;

/** An operator without a row reveals something of its own: it is comparable with itself only. */
const REVEALS: { readonly [Name in OperatorSpec["operator"]]?: Row<Name> } = {
  "drop-event": () => ({}),
  "drop-field": () => ({ "the rest of the event": 1 }),
  redact: () => AROUND,
  mask: (spec, shortest) => {
    const { keepFirst, keepLast } = keptBy(spec);
    const isKept = shortest >= keepsFrom(spec);
    const kept: Reveal = isKept
      ? { first: keepFirst, last: keepLast }
      : { [`first ${keepFirst}, last ${keepLast}`]: 1 };
    return { ...AROUND, length: 1, separators: spec.keepSeparators === false ? 0 : 1, ...kept };
  },
  hash: ({ bits = DEFAULT_HASH_BITS, alsoVersion }) => ({
    ...AROUND,
    equality: bits,
    ...(alsoVersion === undefined ? {} : { [`equality by key version ${alsoVersion}`]: bits }),
  }),
  // A shorter stand-in is the beginning of a longer one; a made-up value is something else.
  pseudonym: (spec) => ({
    ...AROUND,
    [spec.fake === undefined ? "stand-in" : `made-up ${spec.fake}`]: spec.bits ?? DEFAULT_PSEUDONYM_BITS,
  }),
  generalize: ({ to, step = DEFAULT_STEP }) => {
    if (to === "range") return { ...AROUND, [RANGE]: step };
    return { ...AROUND, [to]: 1, ...(to === "month" ? { year: 1 } : {}) };
  },
  keep: () => ({ [EVERYTHING]: 1 }),
};

/** `shortest`: letters and digits that the value has at least. */
function revealOf(spec: OperatorSpec, shortest = 0): Reveal {
  const row = REVEALS[spec.operator] as Row<OperatorSpec["operator"]> | undefined;
  return row === undefined ? { ...AROUND, [JSON.stringify(spec)]: 1 } : row(spec, shortest);
}

function isWithin(one: Reveal, other: Reveal): boolean {
  if (EVERYTHING in other) return true;
  return Object.entries(one).every(([fact, amount]) => {
    const most = other[fact] ?? 0;
    return fact === RANGE ? most > 0 && amount % most === 0 : amount <= most;
  });
}

/** A policy with what it means where it says nothing. */
interface Rules {
  readonly entities: readonly string[];
  readonly detectors: readonly string[];
  /** What decides which finding gives its name to others that overlap it. */
  readonly ranks: string;
  readonly threshold: number;
  readonly operators: Readonly<Record<string, OperatorSpec>>;
  /** Paths that are hidden, and how. */
  readonly hidden: Readonly<Record<string, OperatorSpec>>;
  readonly kept: readonly string[];
  readonly only: readonly string[];
  readonly isCaseIgnored: boolean;
  readonly mayMaskAsText: boolean;
  readonly numbers: string;
  readonly hasRemote: boolean;
  /** Everything of which nothing is known here, as text. */
  readonly others: string;
}

/** Every detector of ours, with those of the packs. Given, so that what needs this module alone does not carry them. */
export type WithPacks = (packs: readonly PackName[]) => readonly Detector[];

function rulesOf(spec: PolicySpec, withPacks: WithPacks): Rules {
  const { detectors = [], packs = [], operators = {}, fields = {}, except = [], only = [], ...rest } = spec;
  const {
    entities,
    threshold = DEFAULT_THRESHOLD,
    onInvalid = "mask-as-text",
    fieldsIgnoreCase,
    numbers,
    remoteDetectors = [],
    // Events of a feed have none, whatever was published.
    extraFields: _extraFields,
    ...known
  } = rest;
  // What a remote detector calls its findings is not known here: both have to do the same with them.
  const others =
    remoteDetectors.length === 0 ? known : { ...known, remoteDetectors, remote: remoteRules(spec, withPacks) };
  const isKept = ([, one]: readonly [string, OperatorSpec]): boolean => one.operator === "keep";
  const entries = Object.entries(fields);
  return {
    entities:
      entities === undefined
        ? [...detectors, ...withPacks(packs)].map(({ entity }) => entity)
        : [...entities, ...entitiesOf(packs)],
    detectors: detectors.map((detector) => JSON.stringify(detector)),
    ranks: JSON.stringify([detectors, packs, threshold]),
    threshold,
    operators,
    hidden: Object.fromEntries(entries.filter((entry) => !isKept(entry))),
    kept: [...entries.filter(isKept).map(([path]) => path), ...except],
    only,
    isCaseIgnored: fieldsIgnoreCase ?? false,
    mayMaskAsText: onInvalid === "mask-as-text",
    numbers: numbers ?? "string",
    hasRemote: remoteDetectors.length > 0,
    others: JSON.stringify(Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** All that may be said of what is not looked for here. */
function remoteRules({ operators = {} }: PolicySpec, withPacks: WithPacks): unknown {
  const own = new Set(withPacks(PACK_NAMES).map(({ entity }) => entity));
  const foreign = Object.entries(operators).filter(([entity]) => !own.has(entity));
  return foreign.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const operatorFor = ({ operators }: Rules, entity: string): OperatorSpec =>
  (Object.hasOwn(operators, entity) ? operators[entity] : operators["default"]) ?? REDACT;

const covers = (one: readonly string[], other: readonly string[]): boolean => other.every((item) => one.includes(item));
const isSame = (one: readonly string[], other: readonly string[]): boolean => covers(one, other) && covers(other, one);

const pathsOf = ({ hidden, kept, only }: Rules): readonly string[] => [...Object.keys(hidden), ...kept, ...only];

const operatorsOf = (rules: Rules): readonly OperatorSpec[] => [
  ...rules.entities.map((entity) => operatorFor(rules, entity)),
  ...Object.values(rules.hidden),
];

/** Shows nothing of any value, and of what stands around it no more than the other one does whatever it finds. */
function redactsAll(rules: Rules, other: Rules): boolean {
  return operatorsOf(rules).every((spec) => redactsBeside(spec, other));
}

function redactsBeside(spec: OperatorSpec, other: Rules): boolean {
  const shown = revealOf(spec);
  return isWithin(shown, AROUND) && operatorsOf(other).every((one) => isWithin(shown, revealOf(one)));
}

/** A remote detector may call something short by the name of something long. */
const shortestOf = ({ hasRemote }: Rules, entity: string): number => (hasRemote ? 0 : (SHORTEST[entity] ?? 0));

/** One way in which the stricter may show more; the text says what to change in it. */
interface Check {
  readonly fails: (stricter: Rules, looser: Rules) => boolean;
  readonly text: string;
}

const CHECKS: readonly Check[] = [
  {
    fails: (stricter, looser) =>
      !covers(stricter.entities, looser.entities) ||
      !covers(stricter.detectors, looser.detectors) ||
      stricter.threshold > looser.threshold,
    text: "looks for less: entities, detectors or threshold let something pass that the other one finds",
  },
  {
    // Findings that overlap take the operator of one of them, and with others found that may be another one.
    fails: (stricter, looser) =>
      !redactsAll(stricter, looser) && !(isSame(stricter.entities, looser.entities) && stricter.ranks === looser.ranks),
    text: "looks for more, and then has to redact everything, or drop it where the other one does: findings that overlap take the operator of one of them",
  },
  {
    fails: (stricter, looser) =>
      looser.entities.some((entity) => {
        const shortest = Math.min(shortestOf(stricter, entity), shortestOf(looser, entity));
        const [one, other] = [stricter, looser].map((rules) => revealOf(operatorFor(rules, entity), shortest));
        return !isWithin(one, other);
      }),
    text: "has an operator that may show what the other one hides; write redact, the same one, or a coarser one of its kind (docs/policies.md)",
  },
  {
    fails: (stricter, looser) =>
      Object.entries(looser.hidden).some(
        ([path, spec]) =>
          !Object.hasOwn(stricter.hidden, path) || !isWithin(revealOf(stricter.hidden[path]), revealOf(spec)),
      ),
    text: "hides fewer fields: name under fields every path that the other one hides",
  },
  {
    fails: (stricter, looser) =>
      Object.entries(stricter.hidden).some(
        ([path, spec]) => !Object.hasOwn(looser.hidden, path) && !redactsBeside(spec, looser),
      ),
    text: "hides a field that the other one looks into, and then has to redact it",
  },
  {
    fails: (stricter, looser) =>
      !covers(looser.kept, stricter.kept) ||
      ((stricter.only.length > 0 || stricter.kept.length > 0) && !isSame(stricter.only, looser.only)),
    text: "keeps fields that the other one looks into: fields, except and only",
  },
  {
    // JSON in a string that does not parse is hidden whole where a path, of whatever kind, may lead into it.
    fails: (stricter, looser) => Object.keys(looser.hidden).length > 0 && !covers(pathsOf(stricter), pathsOf(looser)),
    text: "names fewer paths: beside fields that are hidden, name also those that the other one keeps, hidden or kept",
  },
  {
    fails: (stricter, looser) =>
      stricter.isCaseIgnored !== looser.isCaseIgnored && pathsOf(stricter).length + pathsOf(looser).length > 0,
    text: "reads names of fields in another way: fieldsIgnoreCase",
  },
  {
    fails: (stricter, looser) => stricter.mayMaskAsText && !looser.mayMaskAsText,
    text: "shows what cannot be read as text, and the other one drops it: onInvalid",
  },
  {
    fails: (stricter, looser) =>
      stricter.numbers !== looser.numbers && !(stricter.numbers === "string" && redactsAll(stricter, looser)),
    text: "writes numbers in another way: numbers",
  },
  {
    fails: (stricter, looser) => stricter.others !== looser.others,
    text: "says something else under a key that cannot be compared (all but those of docs/policies.md); write it alike",
  },
];

/**
 * Why the first policy might show something that the second one hides; undefined when it cannot. Both with all that they
 * extend. The reason is constant text.
 */
export function findShown(stricter: PolicySpec, looser: PolicySpec, withPacks: WithPacks): string | undefined {
  const [one, other] = [rulesOf(stricter, withPacks), rulesOf(looser, withPacks)];
  return CHECKS.find(({ fails }) => fails(one, other))?.text;
}
