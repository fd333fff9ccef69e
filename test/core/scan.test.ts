/** Several automata find what one would, wherever the text is cut. */
import { array, assert, constantFrom, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detector } from "../../src/core/detector.ts";
import { withPacks } from "../../src/core/detectors/index.ts";
import { compileEngine, type Engine } from "../../src/core/engine.ts";
import { Finder, isClean } from "../../src/core/finder.ts";
import { compilePolicy, PACK_NAMES } from "../../src/core/index.ts";
import { Scan } from "../../src/core/scan.ts";
import { tries } from "../support/seed.ts";

const DETECTORS = withPacks(PACK_NAMES);
const OPTIONS = { threshold: 0.6, needsText: () => false };
const together = compileEngine(
  DETECTORS.map((detector) => without("group", detector)),
  OPTIONS,
);
function without(name: keyof Detector, detector: Detector): Detector {
  return Object.fromEntries(Object.entries(detector).filter(([key]) => key !== name)) as unknown as Detector;
}

const parted = compileEngine(DETECTORS, OPTIONS);

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function findings(engine: Engine, bytes: Uint8Array, cut: number): unknown[] {
  const finder = new Finder(engine);
  finder.push(bytes.subarray(0, cut));
  finder.push(bytes.subarray(cut));
  finder.end();
  return finder.found.map(({ start, end, entity, score }) => ({ start, end, entity, score }));
}

/** Match ends of one run: where, which patterns, and the last idle place before. */
function matchEnds(scan: Scan, bytes: Uint8Array): unknown[] {
  scan.run(bytes, scan.begin());
  const byPlace = new Map<number, Set<number>>();
  const idle = new Map<number, number>();
  const { size, places, states } = scan.hits;
  for (let i = 0; i < size; i++) {
    const place = places[i];
    const patterns = byPlace.get(place) ?? new Set();
    for (const pattern of states[i].matches) patterns.add(pattern);
    byPlace.set(place, patterns);
    idle.set(place, scan.idleBefore(place));
  }
  return [...byPlace].map(([place, patterns]) => [place, [...patterns].toSorted((a, b) => a - b), idle.get(place)]);
}

const EXAMPLES = DETECTORS.flatMap(({ hits, misses }) => [...hits, ...misses]);
const text = array(constantFrom(...EXAMPLES, " ", "\n", "id=", ": ", "passport ", "é", "%"), {
  minLength: 1,
  maxLength: 12,
});

describe("automata of groups", () => {
  it("give the same array for the same matches at the end of a text, of which all is known then", () => {
    const { scan } = parted;
    const endOf = (input: string): readonly number[] => scan.matchesAtEnd(scan.run(encode(input), scan.begin()));
    const first = endOf("key=12345678901234567890");
    expect(first.length).toBeGreaterThan(1);
    expect(endOf("key=12345678901234567890")).toBe(first);
  });

  it.each([
    [[], 1],
    [["de"], 1],
    [["names", "web"], 1],
    [PACK_NAMES.filter((name) => !["secrets", "entropy"].includes(name)), 2],
    [["secrets"], 2],
    [PACK_NAMES, 3],
  ] as const)("of the packs %j are %i", (packs, count) => {
    expect(compilePolicy({ packs }).engine.automata).toHaveLength(count);
  });

  it("meet the match ends and idle places of one for all", () => {
    let ends = 0;
    assert(
      property(text, (parts) => {
        const bytes = encode(parts.join(" "));
        const expected = matchEnds(together.scan, bytes);
        ends += expected.length;
        expect(matchEnds(parted.scan, bytes)).toEqual(expected);
      }),
      tries(300),
    );
    expect(ends).toBeGreaterThan(1000);
  });

  it("find the same, at any cut", () => {
    let found = 0;
    assert(
      property(text, integer({ min: 0, max: 400 }), (parts, cut) => {
        const bytes = encode(parts.join(" "));
        const expected = findings(together, bytes, bytes.length);
        found += expected.length;
        expect(findings(parted, bytes, Math.min(cut, bytes.length))).toEqual(expected);
        expect(isClean(parted, bytes, { start: 0, end: bytes.length })).toBe(
          isClean(together, bytes, { start: 0, end: bytes.length }),
        );
      }),
      tries(300),
    );
    expect(found).toBeGreaterThan(300);
  });

  it("meet nothing where there is none", () => {
    const scan = new Scan([]);
    expect(matchEnds(scan, encode("4111 1111 1111 1111"))).toEqual([]);
    expect(scan.idleBefore(5)).toBe(4);
  });
});
