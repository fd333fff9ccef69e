/** The loop tells the same match ends whatever the table forgets on the way. */
import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { Dfa } from "../../src/core/pattern/dfa.ts";
import { KIND } from "../../src/core/pattern/neighbour.ts";
import { compileProgram } from "../../src/core/pattern/program.ts";
import { ScanLoop } from "../../src/core/scan-loop.ts";
import { tries } from "../support/seed.ts";

const program = compileProgram([{ pattern: "[a-c]{2,4}d" }, { pattern: "b{1,40}c" }, { pattern: "(?:a|bc){3}" }]);
const patterns = [0, 1, 2];

function matchEnds(bytes: Uint8Array, stateLimit: number): unknown[] {
  const dfa = new Dfa(program, { patterns, isUnanchored: true, stateLimit });
  const loop = new ScanLoop(dfa);
  loop.run(bytes, dfa.stateOf(dfa.start(KIND.none)));
  const { size, places, states } = loop.hits;
  return Array.from({ length: size }, (_, i) => [places[i], states[i].matches]);
}

function expectSame(parts: readonly string[], repeats: number): void {
  const bytes = new TextEncoder().encode(parts.join("").repeat(repeats));
  const expected = matchEnds(bytes, 10_000);
  for (const stateLimit of [3, 5, 9, 17]) expect(matchEnds(bytes, stateLimit)).toEqual(expected);
}

const parts = array(constantFrom("a", "b", "c", "d", "bc", "bcd", " ", "\n"), { minLength: 1, maxLength: 30 });

test("in one lane", () => {
  expect(matchEnds(new TextEncoder().encode("abd bbc aaa "), 10_000)).not.toEqual([]);
  assert(
    property(parts, (text) => expectSame(text, 3)),
    tries(200, 20261125),
  );
});

test("in many lanes", () => {
  assert(
    property(parts, (text) => expectSame([...text, "\n"], Math.ceil(6000 / text.join("").length))),
    tries(30, 20261125),
  );
});
