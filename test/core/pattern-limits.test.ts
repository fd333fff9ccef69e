/** A pattern that would explode is refused by name and number before anything is built; what is allowed is what is counted. */
import { describe, expect, test } from "vitest";
import { compilePolicy, ConfigurationError, maskWhole, SCORES, type Detector } from "../../src/core/index.ts";
import { classesCost, PATTERN_LIMITS } from "../../src/core/pattern/limits.ts";
import { parsePattern } from "../../src/core/pattern/parse.ts";
import { compileProgram } from "../../src/core/pattern/program.ts";
import { SECRET_SHAPES } from "../support/secret-shapes.ts";

function detector(entity: string, pattern: string, maxLength?: number): Detector {
  return {
    entity,
    source: "test",
    pattern,
    ...(maxLength === undefined ? {} : { maxLength }),
    validate: () => SCORES.strong,
    hits: [],
    misses: [],
  };
}

/** The reason that a policy of these detectors is refused for. */
function refusalOf(detectors: readonly Detector[]): string {
  try {
    compilePolicy({}, { detectors });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.reason;
    throw error;
  }
  return "accepted";
}

/** One character in every third block of 64, so that no two share their bytes. */
const SCATTERED = Array.from({ length: 4_090 }, (_, i) => String.fromCodePoint(0x10_000 + i * 192)).join("");

describe("refusals name the detector and the number", () => {
  test.each([
    [
      "counts within counts",
      "(a{1,500}){1,500}",
      "repeats within repeats count up to 250000, over 1000; use smaller counts (at character 11)",
    ],
    [
      "a loop within a count",
      "(.*a){30}",
      "the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength",
    ],
    [
      "50 KB of alternation",
      Array.from({ length: 5_000 }, (_, i) => `word${i}`).join("|"),
      "the pattern has 43889 characters, over the limit of 8192",
    ],
    [
      "a large class, many times",
      String.raw`\p{L}{1,1000}`,
      "the pattern needs 487001 positions, over the limit of 200000",
    ],
    [
      "count after count",
      "(?:[a-f]{1,100}[g-z]{1,100}){1,10}".repeat(5),
      "the pattern needs 39947 instructions, over the limit of 20000",
    ],
    [
      "a class of scattered characters",
      `[${SCATTERED}]`,
      "a class of the pattern needs 4283 positions, over the limit of 4096",
    ],
    [
      "anything, at least once",
      ".+",
      "the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength",
    ],
    ["an open count", "a{2,}", "the pattern has no longest match; bound the repeat as in {1,64} or declare maxLength"],
    ["anything", ".*", "the pattern can match nothing; make a part of it required"],
    ["an optional character", "a?", "the pattern can match nothing; make a part of it required"],
    ["an empty alternative", "(?:a|)", "the pattern can match nothing; make a part of it required"],
    ["assertions alone", String.raw`^\b$`, "the pattern can match nothing; make a part of it required"],
    ["the empty pattern", "", "the pattern can match nothing; make a part of it required"],
    ["a class without members", String.raw`a[^\s\S]`, "the pattern can never match: one of its classes is empty"],
    [
      "a character in full width",
      "\uff21b",
      "a class of the pattern holds nothing but characters that vanish or are read as plain ones; write the plain ones",
    ],
    [
      "an invisible character",
      "a\u200b",
      "a class of the pattern holds nothing but characters that vanish or are read as plain ones; write the plain ones",
    ],
    ["a deep nest", "(?:".repeat(201) + "a" + ")".repeat(201), "groups are nested deeper than 200 (at character 601)"],
  ])("%s", (_, pattern, reason) => {
    expect(refusalOf([detector("FINE", "[ab]c"), detector("SECRET", pattern)])).toBe(`SECRET: ${reason}`);
  });

  test("a declared length over the limit", () => {
    expect(refusalOf([detector("SECRET", "a+", 20_000)])).toBe(
      "SECRET: the longest match has 20000 characters, over the limit of 16384",
    );
  });

  test("more patterns than a policy may have", () => {
    const many = Array.from({ length: PATTERN_LIMITS.patternsLimit + 1 }, (_, i) => detector(`SECRET_${i}`, "[ab]c"));
    expect(refusalOf(many)).toBe("all detectors together: there are 1001 patterns, over the limit of 1000");
  });

  test("patterns of which each is small enough, and all together are not", () => {
    const many = Array.from({ length: 60 }, (_, i) => detector(`SECRET_${i}`, "[ab]{1,900}c"));
    expect(refusalOf(many)).toBe(
      "all detectors together: the patterns together need 201824 instructions, over the limit of 200000",
    );
  });
});

describe("the count before is what is built after", () => {
  test.each([
    "abc",
    "a|b|cd",
    "(?:ab?){0,7}c",
    "(?:a+)+b",
    "(?:(?:a*b){2,}c){3}",
    "a{0}b",
    String.raw`\b(?:x{2}|y{1,3})$`,
    String.raw`\p{L}{1,5}[^a-z]`,
  ])("%s", (pattern) => {
    const tree = parsePattern(pattern);
    const program = compileProgram([{ pattern, maxLength: 100 }]);
    const count = tree.steps + 3 * tree.characters;
    // The entry and the match are added to it.
    expect(program.instructions.length).toBe(count + 2);
  });

  test("a nest of loops costs each level one step, not twice the level below", () => {
    let pattern = "a";
    for (let depth = 0; depth < 100; depth++) pattern = `(?:${pattern})+`;
    expect(compileProgram([{ pattern, maxLength: 100 }]).instructions.length).toBe(3 + 100 + 2);
  });

  test("counting reads each class of the pattern once, whatever the counts say", () => {
    let reads = 0;
    const costOf = (): number => ++reads && 3;
    expect(classesCost(parsePattern("(?:a{1,1000}b){1,1}c{900}"), costOf)).toBe(3 * 1_901);
    expect(reads).toBe(3);
  });
});

describe("secrets in the shapes of the large rule sets", () => {
  test("more than two hundred compile beside the built-in detectors, well within the limits", () => {
    const secrets = SECRET_SHAPES.map(({ name, pattern }) => detector(name, pattern));
    expect(secrets.length).toBeGreaterThanOrEqual(220);
    const builtIn = compilePolicy({}).detectors;
    const policy = compilePolicy({}, { detectors: [...builtIn, ...secrets] });
    expect(policy.detectors.length).toBe(builtIn.length + secrets.length);
    expect(policy.figures.instructions).toBeLessThan(PATTERN_LIMITS.policyInstructionsLimit);
  });

  test.each(SECRET_SHAPES.filter((_, i) => i % 11 === 0))("$name finds its sample", ({ name, pattern, sample }) => {
    const policy = compilePolicy({}, { detectors: [detector(name, pattern)] });
    const masked = new TextDecoder().decode(maskWhole(policy, "text", new TextEncoder().encode(`x: ${sample};\n`)));
    expect(masked).toBe(`x: [${name}];\n`);
  });
});
