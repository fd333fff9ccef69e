/**
 * Joins findings that overlap into one: the union of their spans, named after the winner.
 *
 * Owns the rule of precedence. Keeps no text.
 */
import type { Finding } from "./finding.ts";
import type { RuleFinding } from "./resolver.ts";

export class Cluster implements Finding {
  readonly start: number;
  end: number;
  private winner: RuleFinding;

  constructor(first: RuleFinding) {
    this.start = first.start;
    this.end = first.end;
    this.winner = first;
  }

  get entity(): string {
    return this.winner.rule.detector.entity;
  }

  get score(): number {
    return this.winner.score;
  }

  get needsText(): boolean {
    return this.winner.rule.needsText;
  }

  add(finding: RuleFinding): void {
    this.end = Math.max(this.end, finding.end);
    if (wins(finding, this.winner)) this.winner = finding;
  }
}

/** Precedence, then score, then length; an earlier finding keeps its place on a tie. */
function wins(challenger: RuleFinding, holder: RuleFinding): boolean {
  if (challenger.rule.rank !== holder.rule.rank) return challenger.rule.rank < holder.rule.rank;
  if (challenger.score !== holder.score) return challenger.score > holder.score;
  return challenger.end - challenger.start > holder.end - holder.start;
}
