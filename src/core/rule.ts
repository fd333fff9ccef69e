/**
 * A detector ready to run, and the one program that all of a policy's patterns share.
 *
 * Owns which patterns a detector brings and what each is for. Immutable but for the automata's own caches.
 */
import { ContextWords } from "./context-words.ts";
import { type Detector, SCORES } from "./detector.ts";
import { ConfigurationError } from "./errors.ts";
import { MatchEnds } from "./match-ends.ts";
import type { Ends, Matcher } from "./matcher.ts";
import { type Boundary, TOUCHING } from "./pattern/boundary.ts";
import { Dfa } from "./pattern/dfa.ts";
import { once } from "./once.ts";
import { PatternError } from "./pattern/parse.ts";
import type { PatternSource } from "./pattern/pattern-source.ts";
import { compileProgram, firstBytes, type Program } from "./pattern/program.ts";

/** One detector ready to run; `rank` is its place in the precedence order, 0 wins. */
export interface Rule {
  readonly detector: Detector;
  readonly rank: number;
  readonly boundary: Boundary;
  /** Kinds of ASCII neighbours that forbid a match. */
  readonly touching: number;
  /** Bytes that a match can begin with; built when they are first asked for. */
  readonly firstBytes: () => Uint8Array;
  readonly longestCharacters: number;
  readonly longestBytes: number;
  /** Scratch: where matches end; used by one stream at a time, never across calls. */
  readonly ends: Ends;
  /** Built when they are first asked for. */
  readonly tails: readonly (() => Dfa)[];
  /** Built when they are first asked for; a getter would make each rule an object of its own kind, slower to read. */
  readonly contextWords: () => ContextWords;
  readonly needsText: boolean;
  /** False when the detector has no quick no to the end of a match. */
  readonly isPicky: boolean;
}

export interface RuleOptions {
  readonly threshold: number;
  /** Judges instead of the automaton. */
  readonly matcher?: Matcher | undefined;
  /** Told of each clearing of an automaton's table. */
  readonly onClear?: (() => void) | undefined;
  /** Whether the text of an entity's findings is wanted. */
  needsText(entity: string): boolean;
}

/** What the scanner meets a rule by. */
export interface Shape {
  readonly rule: Rule;
  readonly source: PatternSource;
  /** It counts for nothing where no context word of the rule stands. */
  readonly needsContext: boolean;
}

/** The rules of a policy, and by which of the program's patterns the scanner meets each. */
export interface CompiledRules {
  readonly program: Program;
  readonly rules: readonly Rule[];
  readonly shapes: readonly Shape[];
  /** The patterns of matches, without tails and what only the scanner looks for. */
  readonly own: ReadonlySet<number>;
  /** Patterns that count wherever they match. */
  readonly certain: ReadonlyMap<number, Rule>;
  /** Patterns that count only beside a context word. */
  readonly needContext: ReadonlyMap<number, Rule>;
}

/** @throws ConfigurationError `BAD_PATTERN` with the entity and the reason. */
export function compileRules(detectors: readonly Detector[], options: RuleOptions): CompiledRules {
  const sources = detectors.map(sourcesOf);
  const program = compileTogether(detectors, sources.flatMap(inProgramOrder));
  const certain = new Map<number, Rule>();
  const needContext = new Map<number, Rule>();
  const shapes: Shape[] = [];
  const ownPatternIndices = new Set<number>();
  let next = 0;
  const take = (patterns: readonly unknown[]): number[] => patterns.map(() => next++);
  const rules = detectors.map((detector, rank) => {
    const { own, scanned, tails } = sources[rank];
    const [ownIndices, scannedIndices, tailIndices] = [own, scanned, tails].map(take);
    for (const index of ownIndices) ownPatternIndices.add(index);
    const rule = buildRule(program, { detector, rank, ownIndices, tailIndices }, options);
    const meet = (index: number, source: PatternSource, isWorded: boolean): void => {
      // A low threshold lets even bare shapes pass: then nothing needs a word.
      const needsContext = isWorded && options.threshold > SCORES.weak;
      (needsContext ? needContext : certain).set(index, rule);
      shapes.push({ rule, source, needsContext });
    };
    const met = (place: number): [index: number, source: PatternSource] => {
      const at = scanned.findIndex(({ scans }) => scans === place);
      return at === -1 ? [ownIndices[place], own[place]] : [scannedIndices[at], scanned[at].source];
    };
    meet(...met(0), detector.needsContext === true);
    if (own.length > 1) meet(...met(1), true);
    return rule;
  });
  return { program, rules, shapes, own: ownPatternIndices, certain, needContext };
}

interface RuleParts {
  readonly detector: Detector;
  readonly rank: number;
  readonly ownIndices: readonly number[];
  readonly tailIndices: readonly number[];
}

function buildRule(
  program: Program,
  { detector, rank, ownIndices, tailIndices }: RuleParts,
  options: RuleOptions,
): Rule {
  const patterns = ownIndices.map((index) => program.patterns[index]);
  const longestBytes = Math.max(...patterns.map((pattern) => pattern.longestBytes));
  const longestCharacters = Math.max(...patterns.map((pattern) => pattern.longestCharacters));
  const { onClear } = options;
  const anchored = (patterns: readonly number[]): (() => Dfa) =>
    once(() => new Dfa(program, { patterns, isUnanchored: false, onClear }));
  return {
    detector,
    rank,
    boundary: patterns[0].boundary,
    touching: TOUCHING[patterns[0].boundary],
    firstBytes: once(() => unionOf(ownIndices.map((index) => firstBytes(program, index)))),
    longestCharacters,
    longestBytes,
    ends:
      options.matcher?.endsOf({ patterns: ownPatterns(detector), longestCharacters, longestBytes }) ??
      new MatchEnds(anchored(ownIndices), longestBytes),
    tails: tailIndices.map((index) => anchored([index])),
    contextWords: once(() => new ContextWords(detector.contextWords ?? [])),
    needsText: options.needsText(detector.entity),
    isPicky: detector.mayEnd !== undefined || detector.mayMatch !== undefined,
  };
}

/** What a detector brings to the program. */
interface Sources {
  readonly own: readonly PatternSource[];
  /** In place of which of `own`. */
  readonly scanned: readonly { readonly scans: number; readonly source: PatternSource }[];
  readonly tails: readonly PatternSource[];
}

/** Every pattern that the detector brings to a program. */
export function patternSources(detector: Detector): readonly PatternSource[] {
  return inProgramOrder(sourcesOf(detector));
}

function sourcesOf(detector: Detector): Sources {
  const { scan, contextScan, maxLength, boundary = "word", isPlain = false } = detector;
  const bound = { boundary, isPlain, ...(maxLength === undefined ? {} : { maxLength }) };
  return {
    own: ownPatterns(detector).map((pattern) => ({ pattern, ...bound })),
    scanned: [scan, contextScan].flatMap((one, scans) =>
      one === undefined ? [] : [{ scans, source: { boundary, isPlain, ...one } }],
    ),
    tails: tailsOf(detector).map((pattern) => ({ pattern, isTail: true, isPlain })),
  };
}

function inProgramOrder({ own, scanned, tails }: Sources): PatternSource[] {
  return [...own, ...scanned.map(({ source }) => source), ...tails];
}

function ownPatterns({ pattern, contextPattern }: Detector): string[] {
  return contextPattern === undefined ? [pattern] : [pattern, contextPattern];
}

/** The patterns of which one reads on behind a match. */
export function tailsOf({ tail = [] }: Detector): readonly string[] {
  return typeof tail === "string" ? [tail] : tail;
}

/** The only one of these rules, where all its matches are equally long and so can be refused without a look for where they begin. */
export function loneOf(rules: readonly Rule[]): Rule | undefined {
  return rules.length === 1 && rules[0].detector.exactBytes !== undefined ? rules[0] : undefined;
}

/** Each rule once, in order of rank. */
export function inOrder(rules: readonly Rule[]): Rule[] {
  return [...new Set(rules)].toSorted((a, b) => a.rank - b.rank);
}

function unionOf(sets: readonly Uint8Array[]): Uint8Array {
  return sets[0].map((_, byte) => Math.max(...sets.map((set) => set[byte])));
}

function compileTogether(detectors: readonly Detector[], sources: readonly PatternSource[]): Program {
  try {
    return compileProgram(sources);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    for (const detector of detectors) checkAlone(detector);
    throw new ConfigurationError("BAD_PATTERN", `all detectors together: ${error.message}`);
  }
}

function checkAlone(detector: Detector): void {
  try {
    compileProgram(patternSources(detector));
  } catch (error) {
    throw error instanceof PatternError
      ? new ConfigurationError("BAD_PATTERN", `${detector.entity}: ${error.message}`, [
          "detectors",
          detector.entity,
          "pattern",
        ])
      : error;
  }
}
