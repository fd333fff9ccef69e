/** `slowSubscribers` of feeds and relays: what is taken, and what is refused with its place and the words there are. */
import { describe, expect, test } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { SLOW_SUBSCRIBERS } from "../../src/server/config/config.ts";

const WORDS = "write one of: disconnect, drop-oldest, latest-only";

describe("slowSubscribers", () => {
  test.each([
    ["of a feed", "feeds:\n  a:\n    slowSubscribers: drop-newest", `f:3:22: feeds.a.slowSubscribers: ${WORDS}`],
    ["of every other feed", "feeds: { '*': { slowSubscribers: 1 } }", `f:1:34: feeds.*.slowSubscribers: ${WORDS}`],
    [
      "of a relay",
      "relays:\n  a: { url: 'https://x.example/', slowSubscribers: Latest-Only }",
      `f:2:52: relays.a.slowSubscribers: ${WORDS}`,
    ],
    ["of a limit", "limits: { slowSubscribers: drop-oldest }", "f:1:11: limits.slowSubscribers: unknown key"],
  ])("%s is refused where it is no word of these, or no key there", (_, yaml, says) => {
    const read = readConfig(yaml, "f");
    expect(read.ok ? [] : read.problems.map(describeProblem)).toEqual([expect.stringContaining(says)]);
  });

  test.each(SLOW_SUBSCRIBERS)("may say %s", (word) => {
    const yaml = `feeds: { a: { slowSubscribers: ${word} } }\nrelays: { b: { url: 'https://x.example/', slowSubscribers: ${word} } }`;
    const read = readConfig(yaml, "f");
    expect(read.ok && [read.value.feeds["a"]?.slowSubscribers, read.value.relays["b"]?.slowSubscribers]).toEqual([
      word,
      word,
    ]);
  });
});
