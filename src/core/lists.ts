/**
 * What a policy knows better than the detectors: values that stay, values that go, words that are not needed.
 *
 * Owns the lists and how they bend detectors. What a name or a path decides is not asked of them.
 */
import { encodeUtf8 } from "./bytes.ts";
import { type Candidate, type Detector, SCORES } from "./detector.ts";
import { ConfigurationError } from "./errors.ts";
import { Dfa } from "./pattern/dfa.ts";
import { KIND } from "./pattern/neighbour.ts";
import { PatternError } from "./pattern/parse.ts";
import { compileProgram } from "./pattern/program.ts";

/** Values as they are, and RE2 patterns of whole values. */
export interface ListSpec {
  readonly values?: readonly string[];
  readonly patterns?: readonly string[];
}

export interface ListsSpec {
  /** Findings that stay as they are. */
  readonly allow?: ListSpec;
  /** Texts that are found whatever the detectors say, as `DENIED`. */
  readonly deny?: ListSpec;
  /** Entity to `false`: what needs a word before it is found without one. */
  readonly requireContext?: Readonly<Record<string, boolean>>;
}

/** What a text on the list of values to go is called. */
export const DENIED = "DENIED";

/** Values of each list, and characters of one of them. Those to deny become a pattern, those to allow are looked up. */
export const VALUES_LIMITS = { allow: 50_000, deny: 2_000 } as const;
export const CHARACTERS_LIMIT = 256;
/** Characters of one pattern that values are joined to: each is up to 60 places, of which it has 200,000. */
const JOINED_LIMIT = 2_048;

type ListName = keyof typeof VALUES_LIMITS;

/** @throws ConfigurationError `BAD_CONFIG` or `BAD_PATTERN`, with the list. */
export function bend(detectors: readonly Detector[], { allow, deny, requireContext = {} }: ListsSpec): Detector[] {
  for (const [entity, isRequired] of Object.entries(requireContext)) {
    const detector = detectors.find((one) => one.entity === entity);
    if (detector === undefined) refuse(["requireContext", entity], `no detector of this policy looks for ${entity}`);
    else if (!isRequired && !needsWord(detector))
      refuse(["requireContext", entity], `${entity} needs no word; remove the line`);
  }
  const isAllowed = allow === undefined ? undefined : matcherOf("allow", allow);
  const wordless = new Set(Object.keys(requireContext).filter((entity) => !requireContext[entity]));
  const bent = detectors
    .map((detector) => (wordless.has(detector.entity) ? withoutWords(detector) : detector))
    .map((detector) => (isAllowed === undefined ? detector : except(detector, isAllowed)));
  return deny === undefined ? bent : [...denied(deny), ...bent];
}

/** True for what the list of values that stay has. @throws ConfigurationError as `bend`. */
export function allowedBy({ allow }: ListsSpec): (text: string) => boolean {
  return allow === undefined ? () => false : matcherOf("allow", allow);
}

function needsWord({ needsContext = false, contextPattern, contextWords = [] }: Detector): boolean {
  return contextWords.length > 0 && (needsContext || contextPattern !== undefined);
}

/** Every shape counts, as if a word stood before it. */
function withoutWords(detector: Detector): Detector {
  const { contextPattern, contextScan: _, ...rest } = detector;
  const { pattern } = detector;
  return {
    ...rest,
    pattern: contextPattern === undefined ? pattern : `(?:${pattern})|(?:${contextPattern})`,
    needsContext: false,
    validate: (candidate) => detector.validate(inContext(candidate)),
  };
}

function inContext(candidate: Candidate): Candidate {
  return Object.create(candidate, { hasContext: { value: true } }) as Candidate;
}

/** What has a tail is longer than what a detector is asked about: there the list says nothing. */
function except(detector: Detector, isAllowed: (text: string) => boolean): Detector {
  if (detector.tail !== undefined) return detector;
  return {
    ...detector,
    validate: (candidate) => (isAllowed(candidate.text) ? 0 : detector.validate(candidate)),
  };
}

/** Of many values more than one: a pattern has a length. */
function denied({ values = [], patterns = [] }: ListSpec): Detector[] {
  check("deny", values);
  if (values.length + patterns.length === 0) refuse(["deny"], "write values or patterns");
  if (patterns.length > 0) compile("deny", patterns);
  return joined([...values.map(quoted), ...patterns.map((pattern) => `(?:${pattern})`)]).map((pattern) => ({
    entity: DENIED,
    source: "the configuration",
    pattern,
    maxLength: CHARACTERS_LIMIT,
    boundary: "alphanumeric",
    validate: () => SCORES.strong,
    hits: [],
    misses: [],
  }));
}

/** Alternatives as few patterns that are each short enough. */
function joined(alternatives: readonly string[]): string[] {
  const patterns: string[] = [];
  for (const one of alternatives) {
    const last = patterns.at(-1);
    if (last === undefined || last.length + 1 + one.length > JOINED_LIMIT) patterns.push(one);
    else patterns[patterns.length - 1] = `${last}|${one}`;
  }
  return patterns;
}

function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

function matcherOf(list: ListName, { values = [], patterns = [] }: ListSpec): (text: string) => boolean {
  check(list, values);
  const known = new Set(values);
  if (patterns.length === 0) return (text) => known.has(text);
  const dfa = compile(list, patterns);
  return (text) => known.has(text) || matchesWhole(dfa, text);
}

function compile(list: ListName, patterns: readonly string[]): Dfa {
  patterns.forEach((pattern, index) => {
    const fault = findPatternFault(pattern);
    if (fault !== undefined)
      throw new ConfigurationError("BAD_PATTERN", `${list}: ${fault}`, [list, "patterns", String(index)]);
  });
  try {
    const program = compileProgram(patterns.map((pattern) => ({ pattern, maxLength: CHARACTERS_LIMIT })));
    return new Dfa(program, { patterns: [...patterns.keys()], isUnanchored: false });
  } catch (error) {
    throw error instanceof PatternError
      ? new ConfigurationError("BAD_PATTERN", `${list}: ${error.message}`, [list])
      : error;
  }
}

/** Why a pattern cannot stand in a list; undefined when it can. */
export function findPatternFault(pattern: string): string | undefined {
  try {
    compileProgram([{ pattern, maxLength: CHARACTERS_LIMIT }]);
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.message;
  }
}

function matchesWhole(dfa: Dfa, text: string): boolean {
  let entry = dfa.start(KIND.none);
  for (const byte of encodeUtf8(text)) entry = dfa.step(entry, byte);
  return dfa.matchesAtEnd(entry).length > 0;
}

function check(list: ListName, values: readonly string[]): void {
  const limit = VALUES_LIMITS[list];
  if (values.length > limit) refuse([list], `there are ${values.length} values, over the limit of ${limit}`);
  const index = values.findIndex((value) => value === "" || value.length > CHARACTERS_LIMIT);
  if (index >= 0) refuse([list, "values", String(index)], `write 1 to ${CHARACTERS_LIMIT} characters`);
}

function refuse(at: readonly string[], reason: string): never {
  throw new ConfigurationError("BAD_CONFIG", `${at.join(".")}: ${reason}`, at);
}
