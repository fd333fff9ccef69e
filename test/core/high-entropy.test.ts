/** HIGH_ENTROPY has quick ways to say no: it finds what the naive definition finds all the same. */
import { array, assert, constantFrom, integer, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { compileEngine } from "../../src/core/engine.ts";
import { findIn, Finder } from "../../src/core/finder.ts";
import { packDetectors } from "../../src/core/packs/index.ts";
import { naiveFindings } from "../support/naive-matcher.ts";
import { tries } from "../support/seed.ts";

const detectors = packDetectors(["entropy"]);
const engine = compileEngine(detectors, { threshold: 0.6, needsText: () => false });

const RANDOM = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
const token = string({ unit: constantFrom(...RANDOM), minLength: 15, maxLength: 26 });
const hex = string({ unit: constantFrom(..."0123456789abcdef-"), minLength: 18, maxLength: 36 });
const sign = constantFrom("=", ": ", '":"', '\\":\\"', " = '", ":", "==", "=\t ");
const piece = constantFrom("name", "trace_id", "wallet address is", " ", "\n", "/", "_", ".", "+", "é", "test");
const text = array(
  constantFrom(token, hex, sign, piece).chain((part) => part),
  { maxLength: 9 },
).map((parts) => parts.join(""));

test("finds what the definition finds", () => {
  let found = 0;
  assert(
    property(tuple(text, token), ([before, value]) => {
      const input = `${before}\nkey=${value}`;
      const findings = findIn(engine, encodeUtf8(input));
      found += findings.length;
      const naive = naiveFindings(detectors, input).map(({ start, end }) => input.slice(start, end));
      const decoder = new TextDecoder();
      const bytes = encodeUtf8(input);
      expect(findings.map(({ start, end }) => decoder.decode(bytes.subarray(start, end)))).toEqual(naive);
    }),
    tries(150),
  );
  expect(found).toBeGreaterThan(10);
});

test("finds the same however the text is cut", () => {
  assert(
    property(text, array(integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), (input, lengths) => {
      const bytes = encodeUtf8(`key=${input}`);
      const finder = new Finder(engine);
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = lengths[turn % lengths.length];
        finder.push(bytes.slice(at, at + length));
        at += length;
      }
      finder.end();
      const places = finder.found.map(({ start, end }) => [start, end]);
      expect(places).toEqual(findIn(engine, bytes).map(({ start, end }) => [start, end]));
    }),
    tries(1000),
  );
});

test("finds a value in one piece behind a sign that came before", () => {
  const value = ["Zq8vT1mXw4Ls", "9Rb2Kd7H"].join("");
  for (const lead of ["r:", 'key="', 'key: \\"', "key=    ", "key%3D", "<key>"]) {
    const bytes = encodeUtf8(`${lead}${value} .`);
    for (let cut = 0; cut <= lead.length; cut++) {
      const finder = new Finder(engine);
      finder.push(bytes.slice(0, cut));
      finder.push(bytes.slice(cut));
      finder.end();
      const [found] = finder.found;
      expect([found.start, found.end], `${lead} cut at ${cut}`).toEqual([lead.length, lead.length + value.length]);
    }
  }
});

test("has matches of one length only, as it says", () => {
  for (const { detector, longestCharacters } of engine.rules) {
    expect(longestCharacters).toBe(detector.exactBytes);
    const whole = new RegExp(`^(?:${detector.pattern})$`);
    for (let length = 0; length <= 30; length++)
      expect(whole.test("a".repeat(length))).toBe(length === longestCharacters);
  }
});
