/** Names of people: only where the pack is on, the same however the text is cut, and never held for long. */
import { array, assert, constantFrom, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { withPacks } from "../../src/core/detectors/index.ts";
import { compilePolicy, createMasker, findAll } from "../../src/core/index.ts";
import { GIVEN_NAMES } from "../../src/core/packs/given-names.ts";
import { person } from "../../src/core/packs/names.ts";
import { naiveFindings } from "../support/naive-matcher.ts";
import { tries } from "../support/seed.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const policy = compilePolicy({ packs: ["names"] });
const found = (text: string): string[] => {
  const bytes = encode(text);
  return findAll(policy, bytes).map(({ start, end, entity }) => {
    return `${entity} ${new TextDecoder().decode(bytes.subarray(start, end))}`;
  });
};

describe("PERSON", () => {
  it("is looked for by nobody who did not ask", () => {
    expect(findAll(compilePolicy({}), encode("Dear Mr. Okonkwo, Maria Lopez called"))).toEqual([]);
  });

  it.each([
    ["Mr. Okonkwo and Mrs Maria Lopez called", ["PERSON Okonkwo", "PERSON Maria Lopez"]],
    ["Please ask Maria Lopez Monday", ["PERSON Maria Lopez"]],
    ["Anna Schmidt's car", ["PERSON Anna Schmidt"]],
    ["met%20Anna%20Schmidt%20today", ["PERSON Anna%20Schmidt"]],
    ["Dr.\u00a0Müller", ["PERSON Müller"]],
    ["St. George Street and Pan Am", []],
  ])("finds in %j %j", (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it("reads what JSON escapes", () => {
    const masker = createMasker(policy, "json");
    const out = [masker.push(encode('{"text":"met Jos\\u00e9 Garc\\u00eda today"}')), masker.flush()];
    const read = out.map((part) => new TextDecoder().decode(part)).join("");
    expect(JSON.parse(read)).toEqual({ text: "met [PERSON] today" });
  });

  it("knows every name of its list once, as it folds them", () => {
    expect(new Set(GIVEN_NAMES).size).toBe(GIVEN_NAMES.length);
    for (const name of GIVEN_NAMES) expect(name).toMatch(/^[a-z]{2,}$/);
    for (const name of GIVEN_NAMES) expect(found(`${name[0].toUpperCase()}${name.slice(1)} Okonkwo`)).toHaveLength(1);
  });
});

const WORDS =
  "Anna José Frau Mr Dr. M. J. J Smith O'Neil Smith-Jones van de la The Street Monday is my name Dear Hello NASA x 7 %41nna".split(
    " ",
  );
const BETWEEN = [
  " ",
  " ",
  " ",
  " ",
  " ",
  " ",
  "",
  ". ",
  "'s ",
  "\n",
  "%20",
  "\u00a0",
  "\u200b",
  "-",
  "_",
  "\\n",
  '"',
  "  ",
];
const text = array(tuple(constantFrom(...WORDS), constantFrom(...BETWEEN)), { maxLength: 12 });

describe("a text of names and what looks like them", () => {
  it("gives what the definition says", () => {
    let total = 0;
    assert(
      property(text, (pieces) => {
        const joined = pieces.flat().join("");
        const names = naiveFindings(withPacks(["names"]), joined).filter(({ entity }) => entity === "PERSON");
        total += names.length;
        const bytes = findAll(policy, encode(joined)).filter(({ entity }) => entity === "PERSON");
        const at = (index: number): number => encode(joined.slice(0, index)).length;
        expect(bytes.map(({ start, end }) => [start, end])).toEqual(
          names.map(({ start, end }) => [at(start), at(end)]),
        );
      }),
      tries(300),
    );
    expect(total).toBeGreaterThan(30);
  });

  it("is never held longer than a name can be", () => {
    const long = "Anna van de la Maria O'Neil ".repeat(400) + "Aa ".repeat(4000) + "Aaaa".repeat(4000);
    // Without EMAIL, which may hold more: its local part is of any letters.
    const named = compilePolicy({ packs: ["names"], entities: ["IPV4"] });
    const masker = createMasker(named, "text");
    let held = 0;
    for (const byte of encode(long)) {
      masker.push(Uint8Array.of(byte));
      held = Math.max(held, masker.heldBytes);
    }
    expect(held).toBeGreaterThan(10);
    // A name that is found is replaced when nothing can overlap it any more.
    expect(held).toBeLessThanOrEqual(named.holdbackMaxBytes + (person.maxLength ?? 0));
    expect(named.holdbackMaxBytes).toBeLessThan(1000);
  });
});
