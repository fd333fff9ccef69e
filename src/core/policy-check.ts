/**
 * What a policy and its options may look like, for callers of the library: nobody's schema has read theirs, and a name that is
 * not known, or a threshold in per cent, would let values pass in silence.
 *
 * Owns names and types. What names say together is the compiler's. Left out at the edge, where a schema stands in front.
 */
import { ConfigurationError } from "./errors.ts";
import { type Limits, NUMBERS, ON_INVALID, type PolicyOptions, type PolicySpec } from "./policy.ts";
import { EXTRA_FIELDS } from "./sse/extra-fields.ts";

interface Kind {
  /** What to write in place of one that does not fit. */
  readonly write: string;
  readonly fits: (value: unknown) => boolean;
}

const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isListOf = (value: unknown, fits: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => fits(one));
const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  isRecord(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

const oneOf = (words: readonly string[]): Kind => ({
  write: `one of ${words.join(", ")}`,
  fits: (value) => words.includes(value as string),
});

const TEXT: Kind = { write: "a string", fits: (value) => typeof value === "string" };
const SWITCH: Kind = { write: "true or false", fits: (value) => typeof value === "boolean" };
const CALL: Kind = { write: "a function", fits: (value) => typeof value === "function" };
const SCORE: Kind = {
  write: "a number from 0 to 1",
  fits: (value) => typeof value === "number" && value >= 0 && value <= 1,
};
const COUNT: Kind = {
  write: "a whole number of 1 or more",
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
};
const LEVELS: Kind = {
  write: "a whole number of 0 or more",
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};
const TEXTS: Kind = { write: "a list of strings", fits: (value) => isListOf(value, TEXT.fits) };
const RECORD: Kind = { write: "an object", fits: isRecord };
const RECORDS: Kind = { write: "a list of objects", fits: (value) => isListOf(value, isRecord) };
const OPERATORS: Kind = {
  write: 'an object of operators, such as { EMAIL: { operator: "hash" } }',
  fits: (value) => isRecord(value) && Object.values(value as object).every(isRecord),
};
const FUNCTIONS: Kind = {
  write: "an object of functions",
  fits: (value) => isRecord(value) && Object.values(value as object).every((one) => typeof one === "function"),
};

const SPEC: Readonly<Record<keyof PolicySpec, Kind>> = {
  detectors: RECORDS,
  packs: TEXTS,
  entities: TEXTS,
  operators: OPERATORS,
  allow: RECORD,
  deny: RECORD,
  requireContext: RECORD,
  threshold: SCORE,
  onInvalid: oneOf(ON_INVALID),
  fields: OPERATORS,
  only: TEXTS,
  except: TEXTS,
  joinFields: TEXTS,
  joinMessages: SWITCH,
  fieldsIgnoreCase: SWITCH,
  numbers: oneOf(NUMBERS),
  extraFields: oneOf(EXTRA_FIELDS),
  tenant: TEXT,
  remoteDetectors: TEXTS,
  crossLine: SWITCH,
  decodeEntities: SWITCH,
  decodeBase64: SWITCH,
  decodeDepth: COUNT,
};

const OPTIONS: Readonly<Record<keyof PolicyOptions, Kind>> = {
  name: TEXT,
  operators: FUNCTIONS,
  // By its form: whoever bundles the library twice has two classes of that name.
  keys: { write: "what openKeys of maskwire/keys returns", fits: (value) => hasMethods(value, ["of"]) },
  limits: RECORD,
  observer: {
    write: "an object with the functions masked, invalid and truncated",
    fits: (value) => hasMethods(value, ["masked", "invalid", "truncated"]),
  },
  matcher: RECORD,
  detectors: RECORDS,
  phoneCheck: CALL,
  remote: RECORD,
};

const LIMITS: Readonly<Record<keyof Limits, Kind>> = {
  lineLimitBytes: COUNT,
  jsonDepthLimit: COUNT,
  nestedJsonDepth: LEVELS,
  joinLimitBytes: COUNT,
  joinLimitEvents: COUNT,
  holdbackLimitBytes: COUNT,
};

/** @throws ConfigurationError `BAD_CONFIG` with the first name that is not known, or whose value is of no use. */
export function checkPolicy(spec: unknown, options: unknown = {}): void {
  checkKeys("policy", spec, SPEC);
  checkKeys("options", options, OPTIONS);
  checkKeys("options.limits", (options as PolicyOptions).limits ?? {}, LIMITS);
}

function checkKeys(place: string, value: unknown, kinds: Readonly<Record<string, Kind>>): void {
  if (!isRecord(value)) refuse([], `${place}: write an object; {} stands for the defaults`);
  for (const [key, one] of Object.entries(value as object)) {
    if (!Object.hasOwn(kinds, key))
      refuse([key], `${place}: has no ${key}; there are ${Object.keys(kinds).join(", ")}`);
    if (one !== undefined && !kinds[key].fits(one)) refuse([key], `${place}: ${key}: write ${kinds[key].write}`);
  }
}

function refuse(at: readonly string[], reason: string): never {
  throw new ConfigurationError("BAD_CONFIG", reason, at);
}
