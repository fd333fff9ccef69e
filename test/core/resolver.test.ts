/** Places of a stretch that is never idle are looked at once a rule, however many of another rule lie in between. */
import { expect, test } from "vitest";
import type { Detector } from "../../src/core/detector.ts";
import { compileEngine } from "../../src/core/engine.ts";
import { findIn } from "../../src/core/finder.ts";

const BANG = 0x21;
let asked = 0;

const common = { source: "test", boundary: "none", misses: [] } as const;
const ONCE: Detector = {
  ...common,
  entity: "ONCE",
  pattern: "[0-9] [0-9]!",
  hits: ["1 1!"],
  validate: () => 1,
  mayBegin(bytes, at) {
    asked++;
    return bytes[at + 3] === BANG;
  },
};
const MANY: Detector = { ...common, entity: "MANY", pattern: "[0-9]", hits: ["1"], validate: () => 0 };
/** Leaves no place idle. */
const NEVER: Detector = { ...common, entity: "NEVER", pattern: "[0-9 !]{2,300}z", hits: ["11z"], validate: () => 0 };

test("a rule with one place among many of another", () => {
  const engine = compileEngine([ONCE, MANY, NEVER], { threshold: 0.6, needsText: () => false });
  const length = 4000;
  const text = new TextEncoder().encode(`1 1!${" 1".repeat((length - 4) / 2)}`);
  expect(findIn(engine, text).map(({ entity, start, end }) => [entity, start, end])).toEqual([["ONCE", 0, 4]]);
  expect(asked).toBeGreaterThan(length / 4);
  expect(asked).toBeLessThan(2 * length);
});
