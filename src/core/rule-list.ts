/**
 * Choices of rules, each made once: the same rules are one array.
 *
 * Owns the arrays, so that a choice at every match end allocates nothing. Keeps a bounded number of them.
 */
import type { Rule } from "./rule.ts";

/** Choices kept of one beginning; text that finds more of them than this pays for new ones. */
export const KEPT_LIMIT = 1024;

/** Some rules; more are added one by one, always in order. */
export class RuleList {
  readonly rules: readonly Rule[];
  private readonly next = new Map<Rule, RuleList>();
  private readonly kept: { count: number };

  constructor(rules: readonly Rule[] = [], kept = { count: 0 }) {
    this.rules = rules;
    this.kept = kept;
  }

  with(rule: Rule): RuleList {
    let longer = this.next.get(rule);
    if (longer === undefined) {
      longer = new RuleList([...this.rules, rule], this.kept);
      if (this.kept.count < KEPT_LIMIT) {
        this.kept.count++;
        this.next.set(rule, longer);
      }
    }
    return longer;
  }
}
