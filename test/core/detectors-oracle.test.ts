/** The engine finds what the naive definition finds, whatever values, disguises and neighbours stand side by side. */
import { array, assert, constantFrom, nat, oneof, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { BUILT_IN } from "../../src/core/detectors/index.ts";
import { compilePolicy, findAll } from "../../src/core/index.ts";
import { naiveFindings, type NaiveFinding } from "../support/naive-matcher.ts";
import { tries } from "../support/seed.ts";

const policy = compilePolicy({});

function engineFindings(text: string): NaiveFinding[] {
  const bytes = new TextEncoder().encode(text);
  const before = (end: number): number =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end)).length;
  return findAll(policy, bytes).map(({ start, end, entity, score }) => ({
    start: before(start),
    end: before(end),
    entity,
    score,
  }));
}

/** How a character may be disguised without changing what it means. */
const DISGUISES: readonly ((character: string) => string)[] = [
  (character) => `${character}\u200d`,
  (character) => `\u00ad${character}`,
  (character) => `${character}\u0301`,
  (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  (character) =>
    character >= "!" && character <= "~" ? String.fromCharCode(character.charCodeAt(0) + 0xfee0) : character,
  (character) =>
    character >= "0" && character <= "9" ? String.fromCharCode(character.charCodeAt(0) + 0x630) : character,
  (character) => (character === " " ? "\u00a0" : character === "-" ? "\u2013" : character),
];

const value = constantFrom(
  ...BUILT_IN.flatMap(({ hits, misses }) => [...hits, ...misses]).filter((text) => text.length < 90),
);
const disguised = tuple(value, array(tuple(nat(89), constantFrom(...DISGUISES)), { maxLength: 3 })).map(
  ([text, changes]) => {
    const characters = Array.from(text);
    for (const [at, disguise] of changes) {
      const index = at % characters.length;
      // An escape is for ASCII only, and one character wears one disguise.
      if (characters[index].length === 1 && characters[index] < "\x7f") characters[index] = disguise(characters[index]);
    }
    return characters.join("");
  },
);
const cut = tuple(value, nat(20), nat(20)).map(([text, from, less]) =>
  text.slice(from, Math.max(from, text.length - less)),
);
const words = constantFrom(
  ...BUILT_IN.flatMap(({ contextWords }) => contextWords ?? []),
  "version",
  "Übung",
  "x".repeat(30),
);
const glue = constantFrom(
  "",
  " ",
  "  ",
  "\n",
  ":\n",
  ":\r\n\t",
  ".",
  ",",
  "-",
  ":",
  "=",
  '": "',
  "_",
  "/",
  "@",
  "a",
  "7",
  "é",
  "谢",
  "😀",
  "\0",
  "\u200b",
  "\u001b[1;31m",
  "\u001b[m",
  "%00",
  "%3D",
  "%20",
  "%",
  "=>",
  "\uff1d",
  '\\"',
  '""',
  "'",
  "`",
  "<",
  ">",
  "\u00a0",
  "=     ",
);

/** The definition looks at every start and end with every detector. */
const SLOW_MS = 180_000;

test(
  "engine and definition agree on values in any company",
  () => {
    assert(
      property(array(oneof(value, disguised, cut, words, glue, glue), { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        expect(engineFindings(text)).toEqual(naiveFindings(BUILT_IN, text));
      }),
      tries(300, 20260115),
    );
  },
  SLOW_MS,
);

test("engine and definition agree on words at the edge of where they count", () => {
  const leads = ["7", "x7", "X", "7x", "", "\u0667"];
  const tails = ["7", "", "=7", "\u200b7"];
  for (const lead of leads)
    for (const tail of tails)
      for (let gap = 28; gap < 42; gap++) {
        const text = `${lead}ssn${tail} ${"-".repeat(gap)} 536904399`;
        expect(engineFindings(text), text).toEqual(naiveFindings(BUILT_IN, text));
      }
});

test("engine and definition agree on noise made of the characters that values are made of", () => {
  const noise = string({ unit: constantFrom(..."0123456789abcdefmXY:.-+ ()/@_%\n\t\0\u001b[;"), maxLength: 60 });
  assert(
    property(noise, (text) => {
      expect(engineFindings(text)).toEqual(naiveFindings(BUILT_IN, text));
    }),
    tries(500, 20260115),
  );
});

test("engine and definition agree on words in colours", () => {
  const befores = ["\u001b[36m", "\u001b[1;31m", "\u001b[m", "\u001b[36", "[36m", "\u001b[36mx", "7"];
  const behinds = ["\u001b[0m", "\u001b[0m=", "=\u001b[0m", ": \u001b[", "m", ""];
  for (const before of befores)
    for (const behind of behinds)
      for (const word of ["ssn", "social security", `social${before}security`, `ssn ${"- ".repeat(8)}`, "\u00e9 ssn"]) {
        const text = `x ${before}${word}${behind}536904399`;
        expect(engineFindings(text), JSON.stringify(text)).toEqual(naiveFindings(BUILT_IN, text));
      }
});

test("engine and definition agree on labels in the line before", () => {
  const labels = ["ssn", "a ssn", "x\nssn", "ssn\nx", "7ssn", "\uff53\uff53\uff4e", "-".repeat(38), ""];
  const colons = [":", " :", "\uff1a", "", ":x", "::", ":\u200b", "%3A", ":%20", "%3"];
  const spaces = [
    "\n",
    "\r\n",
    "\n  ",
    " \n\n\t",
    "\n\u00a0",
    "\nx ",
    " ",
    "\n".repeat(36),
    `${" ".repeat(33)}\n`,
    "\n%20",
    "%0A",
  ];
  for (const label of labels)
    for (const colon of colons)
      for (const space of spaces) {
        const text = `${label}${colon}${space}536904399`;
        expect(engineFindings(text), JSON.stringify(text)).toEqual(naiveFindings(BUILT_IN, text));
      }
});
