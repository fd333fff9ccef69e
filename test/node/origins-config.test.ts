/** `allowedOrigins`: any origin goes where nobody is asked for a token. */
import { expect, test } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";

const KEY = `auth: { apiKeys: [{ name: a, sha256: ${"a".repeat(64)}, grants: [{ actions: [subscribe], feeds: [">"] }] }] }`;

test.each([
  [
    "beside auth",
    `allowedOrigins: ["https://a.example", "*"]\n${KEY}`,
    "f:1:39: allowedOrigins.1: goes without `auth` only",
  ],
  ["twice", 'allowedOrigins: ["**"]', "f:1:18: allowedOrigins.0: write an origin"],
])("any origin is refused %s", (_, yaml, says) => {
  const read = readConfig(yaml, "f");
  expect(read.ok ? [] : read.problems.map(describeProblem)[0]).toContain(says);
});

test("any origin is taken without auth, and listed ones with it", () => {
  expect(readConfig('allowedOrigins: ["*", "https://a.example"]', "f").ok).toBe(true);
  expect(readConfig(`allowedOrigins: ["https://a.example"]\n${KEY}`, "f").ok).toBe(true);
});
