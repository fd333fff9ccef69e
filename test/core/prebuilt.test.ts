/** A pattern out of the table is what the compiler makes of it, wherever it stands among others. */
import { describe, expect, it } from "vitest";
import { withPacks } from "../../src/core/detectors/index.ts";
import { PACK_NAMES } from "../../src/core/packs/index.ts";
import type { PatternSource } from "../../src/core/pattern/pattern-source.ts";
import { Prebuilt } from "../../src/core/pattern/prebuilt.ts";
import { compileProgram, type Program } from "../../src/core/pattern/program.ts";
import { patternSources } from "../../src/core/rule.ts";
import { writeTable } from "../../src/node/prebuild.ts";

const ALL = withPacks(PACK_NAMES).flatMap(patternSources);
const OWN: readonly PatternSource[] = [
  { pattern: "[a-f]{3,9}\\d?", boundary: "word" },
  { pattern: "x.*", isTail: true },
  { pattern: "\\bid-\\d{4}" },
];

function tableOf(sources: readonly PatternSource[]): Prebuilt {
  return Prebuilt.read(writeTable(sources)) as Prebuilt;
}

/** All that there is to a program, its classes by what they read. */
function partsOf({ instructions, classes, patterns, ...rest }: Program): unknown {
  const columns = ["op", "out", "operand", "owner", "first", "rank"] as const;
  return {
    ...rest,
    columns: columns.map((name) => instructions[name].subarray(0, instructions.length)),
    classes: classes.map(({ ascii, form, isAscii, wideNodes, trie }) => ({ ascii, form, isAscii, wideNodes, trie })),
    patterns: patterns.map((pattern) => ({ ...pattern, classes: pattern.classes.map((one) => classes.indexOf(one)) })),
  };
}

describe("patterns that were compiled before", () => {
  const table = tableOf(ALL);
  it.each([
    ["all that are built in", ALL],
    ["the same from the last to the first", ALL.toReversed()],
    ["some of them between others", [OWN[0], ...ALL.slice(40, 60), OWN[1], ...ALL.slice(3, 9), OWN[2]]],
    ["one twice", [ALL[5], ALL[5]]],
  ])("make the same program: %s", (_, sources) => {
    expect(sources.some((source) => table.find(source) !== undefined)).toBe(true);
    const compiled = compileProgram(sources, { known: tableOf([]) });
    expect(partsOf(compileProgram(sources, { known: table }))).toEqual(partsOf(compiled));
  });

  it("are all in the table, those with assertions and tails as well", () => {
    const known = tableOf([...ALL, ...OWN]);
    expect([...ALL, ...OWN].filter((source) => known.find(source) === undefined)).toEqual([]);
    expect(partsOf(compileProgram(OWN, { known }))).toEqual(partsOf(compileProgram(OWN, { known: tableOf([]) })));
  });

  it("are no others: of another bound, as they stand, or as a tail", () => {
    const [pattern] = OWN;
    const known = tableOf([pattern]);
    expect(known.find({ ...pattern, boundary: "none" })).toBeDefined();
    const others = [{ maxLength: 5 }, { isPlain: true }, { isTail: true }, { pattern: `${pattern.pattern}x` }];
    for (const other of others) expect(known.find({ ...pattern, ...other })).toBeUndefined();
  });

  it("stand for folding text only", () => {
    const sources = [{ pattern: "\\d{4}" }];
    const known = tableOf(sources);
    const program = compileProgram(sources, { fold: "none", known });
    expect(partsOf(program)).toEqual(partsOf(compileProgram(sources, { fold: "none", known: tableOf([]) })));
    expect(program.isFolding).toBe(false);
  });

  it("count against the limits", () => {
    const source = { pattern: "[a-z]{1,1000}" };
    const known = tableOf([source]);
    const sources = Array.from({ length: 60 }, () => source);
    expect(() => compileProgram(sources, { known })).toThrow("the patterns together need");
    expect(() => compileProgram(sources, { known: tableOf([]) })).toThrow("the patterns together need");
  });
});
