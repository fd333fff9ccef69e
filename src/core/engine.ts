/**
 * The detectors of a policy, compiled: the automata that look for all of them and one for each.
 *
 * Owns which patterns share an automaton, and figures. Immutable but for the automata's own caches, so all streams share it.
 */
import { encodeUtf8 } from "./bytes.ts";
import { ContextWords, NO_WORDS } from "./context-words.ts";
import type { Detector } from "./detector.ts";
import { once } from "./once.ts";
import type { Hits } from "./hits.ts";
import { groupsOf } from "./pattern-groups.ts";
import { Dfa, type DfaState, ROW_BITS, STATE_LIMIT } from "./pattern/dfa.ts";
import { type CompiledPattern, type Program, readsByte } from "./pattern/program.ts";
import { compileRules, inOrder, loneOf, type Rule, type RuleOptions } from "./rule.ts";
import { RuleList } from "./rule-list.ts";
import { Scan } from "./scan.ts";
import type { Automata } from "./sieve.ts";
import { SieveUse } from "./sieve-use.ts";
import { Scratch } from "./window.ts";

export interface Engine extends Automata {
  readonly rules: readonly Rule[];
  /** The words of all rules together. */
  readonly words: ContextWords;
  /** The words without which some shape counts for nothing. */
  readonly neededWords: ContextWords;
  /** Together they look for every rule at every byte. */
  readonly automata: readonly Dfa[];
  /** Scratch: the run of `automata`; used by one stream at a time, never across calls. */
  readonly scan: Scan;
  /** A quicker look at many records, where there is one. */
  readonly sieve: SieveUse;
  /** Scratch: the joined view of a held rest and a chunk. */
  readonly scratch: Scratch;
  /** Which rules a state with matches stands for. */
  hitsAt(state: DfaState): Hits;
  /** Which rules a set of matching patterns stands for; known at once for the same array. */
  hitsOf(patterns: readonly number[]): Hits;
  /** True when a match of some rule may hold this byte of ASCII. O(program). */
  reads(byte: number): boolean;
  readonly threshold: number;
  /** True when another matcher judges: what the automaton says of clean text then counts for nothing. */
  readonly isBlind: boolean;
  /** True when the text of any finding is wanted. */
  readonly keepsText: boolean;
  readonly longestMatchBytes: number;
  readonly program: Program;
}

/** @throws ConfigurationError `BAD_PATTERN` with the entity and the reason. */
export function compileEngine(detectors: readonly Detector[], options: RuleOptions): Engine {
  const { program, rules, shapes, own, certain, needContext } = compileRules(detectors, options);
  const { onClear } = options;
  const automata = groupsOf([...certain, ...needContext]).map(
    (patterns) => new Dfa(program, { patterns, isUnanchored: true, onClear }),
  );
  const wordsOf = joinWords();
  const known = new WeakMap<readonly number[], Hits>();
  const hitsOf = (patterns: readonly number[]): Hits => {
    let hits = known.get(patterns);
    if (hits === undefined) known.set(patterns, (hits = findHits(patterns)));
    return hits;
  };
  const findHits = (patterns: readonly number[]): Hits => {
    const pick = (from: ReadonlyMap<number, Rule>): Rule[] =>
      inOrder(patterns.flatMap((index) => from.get(index) ?? []));
    const sure = pick(certain);
    const needsWord = pick(needContext).filter((rule) => !sure.includes(rule));
    const all = inOrder([...sure, ...needsWord]);
    return {
      rules: all,
      needContext: needsWord,
      words: wordsOf(needsWord),
      wordless: all.filter((rule) => !needsWord.includes(rule) || rule.contextWords().mayHoldOf(NO_WORDS)),
      lone: loneOf(all),
      none: new RuleList(),
    };
  };
  const words = once(() => wordsOf(rules));
  const neededWords = once(() => wordsOf(inOrder([...needContext.values()])));
  return {
    rules,
    get words() {
      return words();
    },
    get neededWords() {
      return neededWords();
    },
    automata,
    scan: new Scan(automata),
    sieve: new SieveUse(shapes, onClear),
    scratch: new Scratch(),
    hitsAt: (state) => (state.outcome ??= hitsOf(state.matches)) as Hits,
    hitsOf,
    reads: (byte) => readsByte(program, byte, own),
    threshold: options.threshold,
    isBlind: options.matcher !== undefined,
    keepsText: rules.some((rule) => rule.needsText),
    longestMatchBytes: Math.max(0, ...program.patterns.map(boundedBytes)),
    program,
  };
}

/** Tails are read on and never held. */
function boundedBytes({ longestBytes }: CompiledPattern): number {
  return longestBytes === Infinity ? 0 : longestBytes;
}

/** The words of several rules together; put together once for the same rules. */
function joinWords(): (rules: readonly Rule[]) => ContextWords {
  const known = new Map<string, ContextWords>();
  return (rules) => {
    const key = rules.map((rule) => rule.rank).join();
    let words = known.get(key);
    if (words === undefined) {
      words = new ContextWords(rules.flatMap((rule) => rule.contextWords().words));
      known.set(key, words);
    }
    return words;
  };
}

/** What the automata have grown to, all of a policy together. */
export interface AutomatonSize {
  readonly states: number;
  readonly stateLimit: number;
  readonly tableBytes: number;
  readonly tableLimitBytes: number;
}

/** The automaton's size after reading the examples of its detectors: states are built by what is read. O(examples). */
export function measureAutomaton({ rules, automata, scan }: Engine): AutomatonSize {
  for (const { detector } of rules)
    for (const example of [...detector.hits, ...detector.misses]) scan.run(encodeUtf8(` ${example}\n`), scan.begin());
  // The first row of each table is the number of none.
  const states = automata.reduce((sum, dfa) => sum + dfa.states.length - 1, 0);
  const tableBytes = automata.reduce((sum, { table }) => sum + table.byteLength, 0);
  // A table grows by doubling.
  const rowLimit = 2 ** Math.ceil(Math.log2(STATE_LIMIT));
  return {
    states,
    stateLimit: automata.length * (STATE_LIMIT - 1),
    tableBytes,
    tableLimitBytes: automata.length * rowLimit * (Uint16Array.BYTES_PER_ELEMENT << ROW_BITS),
  };
}
