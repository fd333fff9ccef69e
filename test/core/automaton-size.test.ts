/** What `maskwire check` tells of the automata of a policy. */
import { expect, test } from "vitest";
import { compilePolicy } from "../../src/core/index.ts";
import { measureAutomaton } from "../../src/core/engine.ts";
import { STATE, STATE_LIMIT, UNKNOWN } from "../../src/core/pattern/dfa.ts";

/** The highest number that a row of the table leads to: states are numbered from 1 on, and each but a start is led to. */
function highestState({ table }: { readonly table: Uint16Array }): number {
  return table.reduce((highest, entry) => (entry === UNKNOWN ? highest : Math.max(highest, entry & STATE)), 0);
}

test.each([
  ["one letter", { entities: ["LETTER"], detectors: [{ entity: "LETTER", pattern: "q", hits: ["q"], misses: ["x"] }] }],
  ["cards", { entities: ["CREDIT_CARD"] }],
  ["all that is built in", {}],
])("counts the states of %s, and not the row that stands for none", (_name, spec) => {
  const { engine } = compilePolicy(spec);
  const { states } = measureAutomaton(engine);
  expect(states).toBe(engine.automata.reduce((sum, automaton) => sum + highestState(automaton), 0));
});

test("tells a bound for each automaton, and stays within it", () => {
  const { engine } = compilePolicy({});
  const { states, stateLimit, tableBytes, tableLimitBytes } = measureAutomaton(engine);
  expect(engine.automata.length).toBeGreaterThan(0);
  expect(stateLimit).toBe(engine.automata.length * (STATE_LIMIT - 1));
  expect(tableLimitBytes).toBe(engine.automata.length * 8 * 1024 ** 2);
  expect(states).toBeGreaterThan(100);
  expect(states).toBeLessThanOrEqual(stateLimit);
  expect(tableBytes).toBe(engine.automata.reduce((sum, { table }) => sum + table.byteLength, 0));
  expect(tableBytes).toBeLessThanOrEqual(tableLimitBytes);
});
