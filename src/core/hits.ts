import type { ContextWords } from "./context-words.ts";
import type { Rule } from "./rule.ts";
import type { RuleList } from "./rule-list.ts";

/** Rules with a match, in order of rank. */
export interface Hits {
  readonly rules: readonly Rule[];
  /** Those of `rules` that matched only in a shape which needs a context word. */
  readonly needContext: readonly Rule[];
  /** The words of `needContext` together. */
  readonly words: ContextWords;
  /** Those of `rules` that may count where none of `words` stands. */
  readonly wordless: readonly Rule[];
  /** `loneOf` the rules. */
  readonly lone: Rule | undefined;
  /** No rules yet: where a choice of them begins. */
  readonly none: RuleList;
}
