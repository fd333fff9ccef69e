/** The adapter is safe where RE2's own package is not. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { PatternError } from "../../src/core/pattern/parse.ts";
import { compileRe2 } from "../../src/node/re2.ts";

describe("a whole text is a match or is not", () => {
  test.each([
    ["an emoji counts as one character", "😀.", "😀a", true],
    ["a text that only holds a match is none", "a", "xa", false],
    ["a text that goes on after a match is none", "a", "ab", false],
    ["an alternation is anchored as a whole", "a|b", "ab", false],
    ["a pattern that can match nothing returns", "a*", "", true],
    ["a slash stays a slash", "https?://x", "http://x", true],
    ["an escaped slash too", String.raw`a\/b`, "a/b", true],
    ["a slash in a class too", "[/]", "/", true],
    [String.raw`\cA is not rewritten: \c is an escape of no dialect here`, "c", "c", true],
    ["flags end with the pattern", "(?s)a", "a", true],
    ["a quotation without an end does not swallow the anchor", String.raw`\Qa+`, "a+", true],
    ["NUL is a character like any other", "a.b", "a\0b", true],
    ["half a surrogate pair reads as U+FFFD, and its neighbours stay", String.raw`a\x{FFFD}b`, "a\ud800b", true],
  ])("%s", (_, pattern, text, isMatch) => {
    const compiled = compileRe2(pattern);
    expect(compiled.matchesWhole(text)).toBe(isMatch);
    compiled.release();
  });

  test.each([
    [String.raw`\ba`, { before: " " }, true],
    [String.raw`\ba`, { before: "b" }, false],
    [String.raw`a\b`, { after: "-" }, true],
    [String.raw`a\b`, { after: "b" }, false],
    ["^a$", {}, true],
    ["^a$", { after: "\n" }, false],
    ["(?m)^a$", { before: "\n", after: "\n" }, true],
    ["a", { before: "😀", after: "😀" }, true],
  ])("%s between %j", (pattern, neighbours, isMatch) => {
    const compiled = compileRe2(pattern);
    expect(compiled.matchesWhole("a", neighbours)).toBe(isMatch);
    compiled.release();
  });

  test("a text too long for its heap is refused before it gets there", () => {
    const compiled = compileRe2("a*");
    expect(compiled.matchesWhole("a".repeat(65_536))).toBe(true);
    expect(() => compiled.matchesWhole("a".repeat(65_537))).toThrow(RangeError);
    compiled.release();
  });
});

describe("refusals", () => {
  test.each([
    ["(secret", "RE2 refuses the pattern: missing )"],
    ["(?=secret)", "RE2 refuses the pattern: invalid perl operator"],
    ["secret**", "RE2 refuses the pattern: bad repetition operator"],
    [String.raw`secret\y`, "RE2 refuses the pattern: invalid escape sequence"],
    ["(?<secret>a)", "RE2 refuses the pattern: invalid perl operator"],
  ])("%s gives the reason and quotes nothing", (pattern, message) => {
    expect(() => compileRe2(pattern)).toThrow(new PatternError(message));
  });

  test("a pattern that exhausts the heap is refused, and other patterns go on working", () => {
    const before = compileRe2("a[0-9]");
    expect(before.matchesWhole("a1")).toBe(true);
    expect(() => compileRe2(String.raw`\p{L}{1,1000}`)).toThrow("RE2 has no memory for the pattern");
    expect(before.matchesWhole("a1")).toBe(true);
    const after = compileRe2("b");
    expect(after.matchesWhole("b")).toBe(true);
    before.release();
    after.release();
  });
});

test("released objects give their memory back: twice as many patterns as the heap holds compile one after the other", () => {
  for (let i = 0; i < 160; i++) {
    const compiled = compileRe2(String.raw`[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}`);
    if (i % 20 === 0) expect(compiled.matchesWhole("a.b@example.com")).toBe(true);
    compiled.release();
  }
});

test("a released pattern can be asked again", () => {
  const compiled = compileRe2("a");
  compiled.release();
  expect(compiled.matchesWhole("a")).toBe(true);
  compiled.release();
});

test("it writes nothing when it runs out of memory", () => {
  const script = `
    import { compileRe2 } from ${JSON.stringify(new URL("../../dist/node/re2.js", import.meta.url).href)};
    try { compileRe2("\\\\p{L}{1,1000}"); } catch (error) { console.log(error.message); }
    console.warn("warned");`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  expect(stdout).toBe("RE2 has no memory for the pattern; use smaller counts\n");
  expect(stderr).toBe("warned\n");
});

test("loading it leaves the process's handlers alone", () => {
  const counts = (): number[] => ["uncaughtException", "unhandledRejection"].map((name) => process.listenerCount(name));
  const before = counts();
  createRequire(import.meta.url)("re2-wasm/build/wasm/re2.js");
  expect(counts()).toEqual(before);
});
