/**
 * Decides, for one place in the text, which rules have a finding that begins there.
 *
 * Owns the meaning of a finding: leftmost; the longest end that boundary and validator accept, then the next
 * shorter one; after a finding of a rule its next search begins where that finding ended. Pure: the answer
 * depends on the text alone, never on chunks or regions.
 */
import { canLookAhead, isBounded, type Surroundings, TextCandidate } from "./candidate.ts";
import type { Engine, Rule } from "./engine.ts";
import { isExcludedKey } from "./keys.ts";
import { SCORES } from "./detector.ts";
import { type Dfa, type DfaState, HAS_MATCH, IS_DEAD, KIND, type Kind, kindOf } from "./pattern/dfa.ts";
import { readCharacter } from "./folded-text.ts";
import { isIgnorable } from "./pattern/unicode.ts";

/** A finding of one rule before overlaps are joined. */
export interface RuleFinding {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** The answer when the bytes that decide have not arrived yet. */
export const BLOCKED = "blocked";

/** Findings of these rules that begin at `start`, or BLOCKED. */
export function findingsAt(
  engine: Engine,
  around: Surroundings,
  start: number,
  rules: readonly Rule[],
): RuleFinding[] | typeof BLOCKED {
  const out: RuleFinding[] = [];
  const at = start - around.offset;
  const first = around.bytes[at];
  for (const rule of rules) {
    if (rule.firstBytes[first] === 0) continue;
    if (isIgnorable(readCharacter(around.bytes, at, around.bytes.length).codePoint)) return out;
    const finding = longestAccepted(engine, around, start, rule);
    if (finding === BLOCKED) return BLOCKED;
    if (finding !== undefined) out.push(finding);
  }
  return out;
}

function longestAccepted(
  engine: Engine,
  around: Surroundings,
  start: number,
  rule: Rule,
): RuleFinding | undefined | typeof BLOCKED {
  const { detector } = rule;
  const words = detector.contextWords ?? [];
  const boundary = detector.boundary ?? "word";
  // The neighbour before is the same for every end: most starts inside a word are refused here, before the automaton runs.
  if (!isBoundedBefore(around, start, boundary)) return undefined;
  const ends = endsOf(rule, around, start);
  for (const end of ends.toReversed()) {
    if (!canLookAhead(around, end)) return BLOCKED;
    const candidate = new TextCandidate(around, { start, end }, words);
    if (!isBounded(candidate, boundary)) continue;
    if (rule.longestCharacters < end - start && [...candidate.text].length > rule.longestCharacters) continue;
    const score = detector.validate(candidate);
    if (score <= 0 || score < engine.threshold) continue;
    if (boundary === "number" && score < SCORES.strong && isExcludedKey(candidate.key)) continue;
    return { rule, start, end, score };
  }
  return undefined;
}

function isBoundedBefore(around: Surroundings, start: number, boundary: "word" | "number" | "none"): boolean {
  if (boundary === "none") return true;
  return isBounded(new TextCandidate(around, { start, end: around.offset + around.bytes.length }, []), boundary);
}

/** Offsets at which a match that begins at `start` may end, shortest first. */
function endsOf(rule: Rule, around: Surroundings, start: number): number[] {
  const { bytes, offset } = around;
  const dfa = rule.anchored;
  const from = start - offset;
  const limit = Math.min(bytes.length, from + rule.longestBytes);
  const ends: number[] = [];
  let state = dfa.start(kindBefore(bytes, from));
  for (let at = from; ; at++) {
    // A match shows one byte late, so the loop looks one byte past the limit.
    if (at === bytes.length) {
      if (around.isEnded && at <= limit && dfa.matchesAtEnd(state).length > 0) ends.push(offset + at);
      return ends;
    }
    state = dfa.step(state, bytes[at]);
    const flags = dfa.flags[state];
    if ((flags & HAS_MATCH) !== 0 && at > from && at <= limit) ends.push(offset + at);
    if ((flags & IS_DEAD) !== 0 || at >= limit) return ends;
  }
}

function kindBefore(bytes: Uint8Array, at: number): Kind {
  return at === 0 ? KIND.none : kindOf(bytes[at - 1]);
}

/** What follows a finding and belongs to it, read on as bytes come. */
export class Tail {
  readonly finding: RuleFinding;
  /** End of the finding as far as it is certain. */
  end: number;
  isOpen = true;
  private readonly dfa: Dfa;
  private state: DfaState;
  private position: number;

  constructor(finding: RuleFinding, dfa: Dfa, before: Kind) {
    this.finding = finding;
    this.end = finding.end;
    this.position = finding.end;
    this.dfa = dfa;
    this.state = dfa.states[dfa.start(before)];
  }

  /** Reads on to the end of the bytes at hand. O(bytes not read yet). */
  advance(around: Surroundings): void {
    const { dfa } = this;
    let state = dfa.intern(this.state);
    for (let at = this.position - around.offset; at < around.bytes.length; at++) {
      state = dfa.step(state, around.bytes[at]);
      const flags = dfa.flags[state];
      if ((flags & HAS_MATCH) !== 0) this.end = around.offset + at;
      if ((flags & IS_DEAD) !== 0) {
        this.isOpen = false;
        return;
      }
    }
    this.position = around.offset + around.bytes.length;
    this.state = dfa.states[state];
    if (!around.isEnded) return;
    if (dfa.matchesAtEnd(state).length > 0) this.end = this.position;
    this.isOpen = false;
  }
}
