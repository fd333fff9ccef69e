/**
 * The committed Unicode tables against RE2's, character by character.
 *
 * RE2 1.0.2 carries Unicode 13, the tables a later one: only what RE2 knows as assigned is compared, and what Unicode
 * has since moved to another category or script is listed.
 */
import { describe, expect, test } from "vitest";
import { foldCase } from "../../src/core/pattern/case-orbits.ts";
import { type CharSet, has } from "../../src/core/pattern/charset.ts";
import { unicodeClass } from "../../src/core/pattern/unicode-classes.ts";
import { CATEGORIES, SCRIPT_NAMES } from "../../src/core/pattern/unicode-properties.ts";
import { compileRe2, type Re2Pattern } from "../../src/node/re2.ts";

const categories = [...new Set(CATEGORIES.match(/[A-Z][a-z]/g))].filter((name) => name !== "Cn").toSorted();
const groups = [...new Set(categories.map((name) => name[0]))];

/** Long enough to be quick, short enough for the adapter. */
const BLOCK = 4_096;
/** The planes that hold characters; the rest is unassigned or for private use. */
const PLANES = [
  [0, 0x1ffff],
  [0x2f800, 0x2fa1f],
  [0xe0000, 0xe01ef],
] as const;

function allCodePoints(): number[] {
  return PLANES.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)).filter(
    (c) => c < 0xd800 || c > 0xdfff,
  );
}

/** Those that are in the class by one count and not by the other. */
function disagreements(codePoints: readonly number[], isOurs: (c: number) => boolean, name: string): number[] {
  const [members, others] = [codePoints.filter(isOurs), codePoints.filter((c) => !isOurs(c))];
  return [...unlike(members, compileRe2(`\\p{${name}}*`)), ...unlike(others, compileRe2(`\\P{${name}}*`))].toSorted(
    (a, b) => a - b,
  );
}

/** Code points that the pattern, a repeat of a class, does not take; halves a block until they are found. */
function unlike(codePoints: readonly number[], re2: Re2Pattern): number[] {
  const find = (block: readonly number[]): number[] => {
    if (block.length === 0 || re2.matchesWhole(String.fromCodePoint(...block))) return [];
    const middle = block.length >> 1;
    return middle === 0 ? [...block] : [...find(block.slice(0, middle)), ...find(block.slice(middle))];
  };
  const out: number[] = [];
  for (let at = 0; at < codePoints.length; at += BLOCK) out.push(...find(codePoints.slice(at, at + BLOCK)));
  re2.release();
  return out;
}

const unassigned = new Set(unlike(allCodePoints(), compileRe2("[\\pL\\pM\\pN\\pP\\pS\\pZ\\pC]*")));
const assigned = allCodePoints().filter((c) => !unassigned.has(c));

test("RE2 knows the characters of Unicode 13", () => {
  // 143,859 in all, less the ideographs of planes that are left out, and some for private use.
  expect(assigned.length).toBeGreaterThan(80_000);
});

/** What Unicode moved after version 13. */
const MOVED: Readonly<Record<string, readonly number[]>> = {
  Ll: [0x295],
  Lo: [0x295],
  Mc: [0x1734, 0x1171e],
  Mn: [0x1734, 0x1171e],
  Common: [0x16fe2, 0x16fe3],
  Han: [0x16fe2, 0x16fe3],
};

describe("every class has the same members", () => {
  test.each([...groups, ...categories, ...SCRIPT_NAMES.split(" "), "Any"])("\\p{%s}", (name) => {
    const set = unicodeClass(name);
    if (set === undefined) throw new Error("the class has no table");
    expect(disagreements(assigned, (c) => has(set, c), name)).toEqual(MOVED[name] ?? []);
  });
});

describe("without case", () => {
  const orbits = assigned.flatMap((c): number[][] => {
    const members = codePointsOf(foldCase([c, c])).filter((member) => !unassigned.has(member));
    return members.length > 1 && members[0] === c ? [members] : [];
  });
  const cased = orbits.flat();

  test("each character matches those of its orbit, and no other character with a case", () => {
    expect(orbits.length).toBeGreaterThan(1_300);
    const wrong = orbits.filter((orbit) => {
      const one = `\\x{${orbit[0].toString(16)}}`;
      const others = cased.filter((c) => !orbit.includes(c));
      return unlike(orbit, compileRe2(`(?i)${one}*`)).length + unlike(others, compileRe2(`(?i)[^${one}]*`)).length > 0;
    });
    expect(wrong).toEqual([]);
  });

  test("a character without a case matches none that has one", () => {
    const known = new Set(cased);
    const members = cased.map((c) => `\\x{${c.toString(16)}}`).join("");
    const uncased = assigned.filter((c) => !known.has(c));
    expect(unlike(uncased, compileRe2(`(?i)[^${members}]*`))).toEqual([]);
  });
});

function codePointsOf(set: CharSet): number[] {
  const out: number[] = [];
  for (let i = 0; i < set.length; i += 2) for (let c = set[i]; c <= set[i + 1]; c++) out.push(c);
  return out;
}
