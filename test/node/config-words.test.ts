/** What a mistake in maskwire.yaml is called: missing, mistyped, or of another kind. */
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";

const TEXT = "write a text (in quotes when it looks like a number)";
const ROWS: readonly (readonly [mistake: string, yaml: string, says: string])[] = [
  ["a singular", "policy: {}", "f:1:1: policy: unknown key; did you mean `policies`?"],
  ["a key that is not there", "history: { broker: disk }", `f:1:10: history.dataDir: is missing; ${TEXT}`],
  [
    "one without a value",
    "history: { broker: disk, dataDir: }",
    `f:1:35: history.dataDir: ${TEXT}; nothing is converted`,
  ],
  [
    "one of another kind",
    "history: { broker: disk, dataDir: 7 }",
    `f:1:35: history.dataDir: ${TEXT}; nothing is converted`,
  ],
  ["a choice that is not made", "history: {}", "f:1:10: history.broker: write one of: memory, disk, nats"],
];

describe("a mistake", () => {
  it.each(ROWS)("is called what it is: %s", (_, yaml, says) => {
    const read = readConfig(yaml, "f");
    expect(read.ok ? [] : read.problems.map(describeProblem)).toEqual([says]);
  });
});
