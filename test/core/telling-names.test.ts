/** A quick look at the last letters of a name leaves out none that tells a value, however it is written. */
import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { compilePolicy, PACK_NAMES } from "../../src/core/index.ts";
import { OWNED, OWNS, TELLS } from "../../src/core/keyed-values.ts";

const { detectors, keyedValues } = compilePolicy({ packs: PACK_NAMES });
const keys = detectors.flatMap((detector) => detector.keys ?? []);

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const WRITINGS: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.join(" "),
  (words) => words.join("_"),
  (words) => words.join("-"),
  (words) => words.join("."),
  (words) => words.join(""),
  (words) => words.join("_").toUpperCase(),
  (words) => words.map(capital).join(""),
  (words) => `user_${words.join("_")}`,
  (words) => `${words.join("_")}_2`,
  (words) => `${words.join("")}12`,
  (words) => `user[${words.join("_")}]`,
];

function signsOf(name: string): number {
  const bytes = encodeUtf8(`"${name}"`);
  return keyedValues.signsOf(bytes, 1, bytes.length - 1);
}

describe.each(WRITINGS.map((write) => [write(["two", "words"]), write] as const))("written as %s", (_, write) => {
  test("a name that tells may tell", () => {
    let told = 0;
    for (const { names } of keys)
      for (const name of names.names) {
        const written = write(name.split(" "));
        if (!names.has(written)) continue;
        told++;
        expect(signsOf(written) & TELLS, written).not.toBe(0);
      }
    expect(told).toBeGreaterThan(100);
  });

  test("so may the names of objects, and those of their fields", () => {
    for (const { owned } of keys)
      for (const { owners, names } of owned?.rows ?? []) {
        for (const owner of owners) expect(signsOf(write(owner.split(" "))) & OWNS, owner).not.toBe(0);
        for (const name of names) expect(signsOf(write(name.split(" "))) & OWNED, name).not.toBe(0);
      }
  });
});

test("most names of a log tell nothing at the first look", () => {
  const names = [
    "quantity",
    "severity",
    "priority",
    "level",
    "message",
    "timestamp",
    "trace_id",
    "host",
    "status",
    "url",
  ];
  expect(names.filter((name) => signsOf(name) !== 0)).toEqual([]);
});
