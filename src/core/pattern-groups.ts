/** Which patterns of a policy share an automaton. */
import type { Group } from "./detector.ts";
import type { Rule } from "./rule.ts";

/**
 * From how many patterns on a group has an automaton of its own, which costs a run over every byte. The patterns of a few
 * countries fit the table beside all others, those of thirty double it; what counts characters behind an assignment
 * multiplies all that counts others.
 */
const GROUP_LEAST: Readonly<Record<Group, number>> = { packs: 8, secrets: 1 };
/** What a sieve has left of the packs fits beside all others. */
export const SIEVE_GROUP_LEAST: Readonly<Record<Group, number>> = { packs: Infinity, secrets: 1 };

/** The automata that look for the patterns of these rules, each by its patterns. */
export function groupsOf(
  patterns: readonly (readonly [index: number, rule: Rule])[],
  groupLeast = GROUP_LEAST,
): readonly (readonly number[])[] {
  const parted = Object.entries(groupLeast).flatMap(([name, least]) => {
    const group = patterns.filter(([, { detector }]) => detector.group === name);
    return group.length < least ? [] : [group];
  });
  const rest = patterns.filter((pattern) => !parted.some((group) => group.includes(pattern)));
  return [rest, ...parted].filter((group) => group.length > 0).map((group) => group.map(([index]) => index));
}
