/**
 * Lines that a sieve lets pass: the careful way, record by record, says the same of each.
 *
 * The oracle is the same policy told to look at every record.
 */
import { array, assert, constantFrom, integer, oneof, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, maskWhole, PACK_NAMES, type Policy, type PolicySpec } from "../../src/core/index.ts";
import { type Detector, SCORES } from "../../src/core/detector.ts";
import { compileEngine } from "../../src/core/engine.ts";
import { Sieve } from "../../src/core/sieve.ts";
import { tries } from "../support/seed.ts";
import { sifting } from "../support/sifting.ts";

const DEFAULT = sifting(compilePolicy({}));
const FULL = sifting(compilePolicy({ packs: [...PACK_NAMES] }));
/** A word of letters beyond Latin, one of two parts, and a match that may begin right behind a letter. */
const OWN = sifting(
  compilePolicy({
    detectors: [
      {
        entity: "MEMBER",
        pattern: "\\d{6}",
        contextWords: ["\u4f1a\u5458", "numero socio"],
        needsContext: true,
        hits: ["123456"],
      },
      {
        entity: "GLUED",
        pattern: "\\d{5}",
        boundary: "none",
        contextWords: ["los"],
        needsContext: true,
        hits: ["12345"],
      },
    ],
  }),
);

function mask(policy: Policy, input: string): string {
  return new TextDecoder().decode(maskWhole(policy, "ndjson", new TextEncoder().encode(input)));
}

function expectCareful(policy: Policy, input: string): void {
  expect(mask(policy, input), input).toBe(mask({ ...policy, passesClean: false }, input));
}

/** Ways to write a word that still is that word, or is none any more. */
const WRITINGS: readonly ((word: string) => string)[] = [
  (word) => word,
  (word) => word.toUpperCase(),
  (word) => word.replaceAll(" ", "_"),
  (word) => word.replaceAll(" ", " - \u00b7 "),
  (word) => word.replaceAll(/ (.)/gu, (_, letter: string) => letter.toUpperCase()),
  (word) => `my${word.charAt(0).toUpperCase()}${word.slice(1)}Of`,
  (word) => [...word].join("\u200b"),
  (word) => [...word].join("\u00ad"),
  (word) =>
    [...word].map((one) => (one >= "!" && one <= "~" ? String.fromCharCode(one.charCodeAt(0) + 0xfee0) : one)).join(""),
  (word) => `%${word.charCodeAt(0).toString(16)}${word.slice(1)}`,
  (word) => `x${word}`,
  (word) => `${word}x`,
  (word) => `7${word}7`,
  (word) => `7${word}`,
  (word) => word.slice(1),
  (word) => `\u001b[1;36m${word}=\u001b[0m`,
];

describe.each([
  ["the default", DEFAULT],
  ["every pack", FULL],
  ["own detectors", OWN],
])("with %s", (_name, policy) => {
  const needy = policy.engine.rules.filter(
    ({ detector }) => detector.needsContext === true || detector.contextPattern !== undefined,
  );
  const words = [...new Set(needy.flatMap(({ detector }) => detector.contextWords ?? []))];

  test("every word, however it is written, is seen before what needs it", () => {
    const values = ["536904399", "467 3395", "31779860108", "4117412636", "1980-02-03", "123456", "12345"];
    // Every pair of many words would take minutes.
    const few = words.length > 100 ? 2 : values.length;
    const lines = words.flatMap((word) =>
      WRITINGS.flatMap((write, i) =>
        Array.from({ length: few }, (_, at) => values[(i + at) % values.length]).flatMap((value) => [
          JSON.stringify({ note: `${write(word)} ${value}` }),
          JSON.stringify({ note: `${write(word)}${value}` }),
          JSON.stringify({ [write(word)]: value }),
        ]),
      ),
    );
    for (let from = 0; from < lines.length; from += 200)
      expectCareful(policy, `${lines.slice(from, from + 200).join("\n")}\n`);
  });

  test("every example is found beside others that are none", () => {
    const lines = policy.engine.rules.flatMap(({ detector }) =>
      [...detector.hits, ...detector.misses].map((example) => JSON.stringify({ note: example, bytes: 8423048258 })),
    );
    expectCareful(policy, `${lines.join("\n")}\n`);
    const found = mask(policy, `${lines.join("\n")}\n`)
      .split("\n")
      .filter((line) => line.includes("[")).length;
    expect(found).toBeGreaterThan(policy.engine.rules.length);
  });

  test("random lines", () => {
    const word = tuple(constantFrom(...words), constantFrom(...WRITINGS)).map(([one, write]) => write(one));
    const value = constantFrom(
      ...needy.flatMap(({ detector }) => [...detector.hits, ...detector.misses]),
      "536904399",
      "4111111111111111",
    );
    const between = oneof(
      constantFrom("", " ", ": ", "7", "\n", "\\", '"', "\u00e9", "x", "_"),
      integer({ min: 0, max: 45 }).map((length) => "- ".repeat(length / 2)),
    );
    const text = array(oneof(word, value, between, between), { maxLength: 6 }).map((parts) => parts.join(""));
    const line = tuple(oneof(word, constantFrom("id", "n")), text).map(([name, one]) =>
      JSON.stringify({ [name]: one }),
    );
    assert(
      property(array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        expectCareful(policy, `${lines.join("\n")}\n`);
      }),
      tries(300),
    );
  });
});

describe("a sieve", () => {
  const CLEAN = new TextEncoder().encode(
    `${JSON.stringify({ level: "info", bytes: 8423048258, sku: "669-189-185" })}\n`.repeat(2000),
  );
  const WORDED = new TextEncoder().encode(`${JSON.stringify({ level: "info", call: 8423048258 })}\n`.repeat(2000));

  const sieveOf = (spec: PolicySpec): Sieve | undefined => {
    const { sieve } = sifting(compilePolicy(spec)).engine;
    return sieve.of(1);
  };

  test("lets numbers pass that need a word, and stops the word", () => {
    const sieve = sieveOf({}) as Sieve;
    expect(sieve.run(CLEAN).after(0)).toBe(Infinity);
    expect(sieve.run(WORDED).after(0)).toBe(WORDED.indexOf(0x63) + "call".length);
  });

  test("is none where nothing needs a word", () => {
    expect(sieveOf({ entities: ["EMAIL"] })).toBeUndefined();
    expect(sieveOf({ threshold: 0.1 })).toBeUndefined();
    expect(sieveOf({ entities: ["US_SSN"] })).toBeInstanceOf(Sieve);
  });

  test.each(["none", "number"] as const)(
    "sees a word between digits where a match may begin with the second, boundary %s",
    (boundary) => {
      const detector: Detector = {
        entity: "GLUED",
        source: "made for this test",
        pattern: "\\d{5}",
        boundary,
        needsContext: true,
        contextWords: ["los"],
        validate: ({ hasContext }) => (hasContext ? SCORES.worded : 0),
        hits: [],
        misses: [],
      };
      const { sieve } = compileEngine([detector], { threshold: SCORES.worded, needsText: () => false });
      sieve.always();
      const after = sieve.of(1)?.run(new TextEncoder().encode("7los12345 ")).after(0);
      expect(after).toBe(boundary === "none" ? 4 : Infinity);
    },
  );

  test("is not built for a little", () => {
    const { sieve } = compilePolicy({}).engine;
    expect(sieve.of(4 * 1024 * 1024 - 1)).toBeUndefined();
    expect(sieve.of(1)).toBeInstanceOf(Sieve);
  });

  test("rests for some blocks after one of which it let through much", () => {
    const { sieve } = compilePolicy({}).engine;
    sieve.of(4 * 1024 * 1024);
    sieve.note(30_000, 65_536);
    const blocks = Array.from({ length: 20 }, () => sieve.of(65_536) !== undefined);
    expect(blocks.indexOf(true)).toBe(15);
    sieve.note(20_000, 65_536);
    expect(sieve.of(65_536)).toBeInstanceOf(Sieve);
    // Short ones say nothing.
    sieve.note(100, 100);
    expect(sieve.of(65_536)).toBeInstanceOf(Sieve);
  });
});
