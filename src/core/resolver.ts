/**
 * Decides, for one place in the text, which rules have a finding that begins there.
 *
 * Owns the meaning of a finding: leftmost; the longest end that boundary and validator accept, then the next
 * shorter one; after a finding of a rule its next search begins where that finding ended. Pure: the answer
 * depends on the text alone, never on chunks or regions.
 */
import { canLookAhead, mayBeginAt, TextCandidate } from "./candidate.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Engine } from "./engine.ts";
import type { Rule } from "./rule.ts";
import { SCORES } from "./detector.ts";
import { type Dfa, type DfaState, HAS_MATCH, NO_THREAD, ROW_BITS, STATE, UNKNOWN } from "./pattern/dfa.ts";
import { isPlain, readCharacter } from "./folded-text.ts";
import { isIgnorable } from "./pattern/unicode.ts";

/** A finding of one rule before overlaps are joined. */
export interface RuleFinding {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
  readonly score: number;
  /** Reads what follows and belongs to it. */
  readonly tail: Dfa | undefined;
}

/** The answer when the bytes that decide have not arrived yet. */
export const BLOCKED = "blocked";

const NOTHING: readonly RuleFinding[] = [];

/** Looks at places of one text; remembers, by rank, the first place where a rule may find again. */
export class Resolver {
  readonly nextStart: number[];
  private readonly engine: Engine;
  /** By rule of the stretch: the first place that was not looked at yet, or that the rule may begin at. */
  private readonly seenTo: number[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
    this.nextStart = engine.rules.map(() => 0);
  }

  /** Before a stretch, or what is left of one, is gone through by `placeFrom`. */
  begin(rules: readonly Rule[]): void {
    for (let i = 0; i < rules.length; i++) this.seenTo[i] = 0;
  }

  /**
   * The first place from `from` on, and before `to`, where one of the rules of the stretch may have a finding; else `to`.
   * Asked in order; all together look at each place once a rule.
   */
  placeFrom(around: Surroundings, from: number, to: number, rules: readonly Rule[]): number {
    let first = to;
    for (let i = 0; i < rules.length; i++) {
      const next = Math.max(from, this.seenTo[i], this.nextStart[rules[i].rank]);
      if (next >= first) continue;
      first = placeOf(around, next, first, rules[i]);
      this.seenTo[i] = first;
    }
    return first;
  }

  /** Findings of these rules that begin at `start`, or BLOCKED. */
  at(around: Surroundings, start: number, rules: readonly Rule[]): readonly RuleFinding[] | typeof BLOCKED {
    const { bytes } = around;
    const at = start - around.offset;
    const first = bytes[at];
    let out: RuleFinding[] | undefined;
    for (const rule of rules) {
      if (this.nextStart[rule.rank] > start || rule.firstBytes()[first] === 0) continue;
      if (!mayBeginAt(bytes, at, rule)) continue;
      if (!isPlain(first) && isIgnorable(readCharacter(bytes, at, bytes.length).codePoint)) break;
      const finding = longestAccepted(this.engine, around, start, rule);
      if (finding === BLOCKED) return BLOCKED;
      if (finding !== undefined) (out ??= []).push(finding);
    }
    return out ?? NOTHING;
  }
}

function placeOf({ bytes, offset }: Surroundings, from: number, to: number, rule: Rule): number {
  const firstBytes = rule.firstBytes();
  const end = to - offset;
  let at = from - offset;
  while (at < end && !(firstBytes[bytes[at]] === 1 && mayBeginAt(bytes, at, rule))) at++;
  return at + offset;
}

function longestAccepted(
  engine: Engine,
  around: Surroundings,
  start: number,
  rule: Rule,
): RuleFinding | undefined | typeof BLOCKED {
  const { detector, boundary } = rule;
  const { ends } = rule;
  for (let i = ends.at(around, start) - 1; i >= 0; i--) {
    const end = ends.places[i];
    if (!canLookAhead(around, end)) return BLOCKED;
    if (detector.mayEnd?.(around.bytes, end - around.offset) === false) continue;
    if (detector.mayMatch?.(around.bytes, start - around.offset, end - around.offset) === false) continue;
    if (detector.isPlain === true && !isAsWritten(around.bytes, start - around.offset, end - around.offset)) continue;
    const candidate = new TextCandidate(around, rule, { start, end });
    if (!candidate.isBounded(boundary)) continue;
    if (rule.longestCharacters < end - start && [...candidate.text].length > rule.longestCharacters) continue;
    const score = detector.validate(candidate);
    if (score <= 0 || score < engine.threshold) continue;
    if (boundary === "number" && score < SCORES.strong && candidate.hasExcludedKey) continue;
    const tail = rule.tails.length > 1 ? rule.tails[detector.whichTail?.(candidate) ?? 0] : rule.tails.at(0);
    return { rule, start, end, score, tail: tail?.() };
  }
  return undefined;
}

/** True when no byte stands for another one: another matcher may have read it folded. */
function isAsWritten(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isPlain(bytes[at])) return false;
  return true;
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

  constructor(finding: RuleFinding, dfa: Dfa, around: Surroundings) {
    this.finding = finding;
    this.end = finding.end;
    this.position = finding.end;
    this.dfa = dfa;
    this.state = dfa.stateOf(dfa.startAt(around.bytes, finding.end - around.offset));
  }

  /** Reads on to the end of the bytes at hand. O(bytes not read yet). */
  advance(around: Surroundings): void {
    const { dfa } = this;
    const { bytes, offset } = around;
    let entry = dfa.entryOf(this.state);
    let { table } = dfa;
    for (let at = this.position - offset; at < bytes.length; at++) {
      const known = table[((entry & STATE) << ROW_BITS) | bytes[at]];
      if (known === UNKNOWN) {
        entry = dfa.step(entry, bytes[at]);
        ({ table } = dfa);
      } else entry = known;
      if ((entry & HAS_MATCH) !== 0) this.end = offset + at;
      if ((entry & NO_THREAD) !== 0) {
        this.isOpen = false;
        return;
      }
    }
    this.position = offset + bytes.length;
    this.state = dfa.stateOf(entry);
    if (!around.isEnded) return;
    if (dfa.matchesAtEnd(entry).length > 0) this.end = this.position;
    this.isOpen = false;
  }
}
