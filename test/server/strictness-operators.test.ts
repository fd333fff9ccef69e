/**
 * The order of operators, held to what they write: what a stricter one writes follows from what the looser one writes.
 *
 * Two values that the looser one shows alike look alike by the stricter one, or it would tell them apart by what the looser one
 * hides. That needs no word of how an operator works.
 */
import { type Arbitrary, array, constantFrom, integer, sample, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy, findAll, maskEvent, type OperatorSpec, type PolicySpec } from "../../src/core/index.ts";
import { withPacks } from "../../src/core/detectors/index.ts";
import { passesLuhn } from "../../src/core/validators/luhn.ts";
import { findShown, SHORTEST } from "../../src/server/masking/strictness.ts";
import { keysFrom } from "../support/keys.ts";
import { seedOr } from "../support/seed.ts";

const keys = keysFrom();
const VALUES = 400;
const SEED = seedOr(20_261_129);

interface Kind {
  /** A policy in which this operator meets the values. */
  readonly specOf: (operator: OperatorSpec) => PolicySpec;
  readonly entity: string | undefined;
  readonly operators: readonly OperatorSpec[];
  /** From few letters, so that many look alike once something is hidden. */
  readonly values: Arbitrary<string>;
}

const ofField = (operator: OperatorSpec): PolicySpec => ({ onInvalid: "drop", fields: { a: operator } });
const ofEntity =
  (entity: string) =>
  (operator: OperatorSpec): PolicySpec => ({ entities: [entity], operators: { [entity]: operator } });
const two = (number: number): string => String(number).padStart(2, "0");
const texts = (letters: string, minLength: number, maxLength: number): Arbitrary<string> =>
  array(constantFrom(...letters), { minLength, maxLength }).map((all) => all.join(""));

const mask = (options: object = {}): OperatorSpec => ({ operator: "mask", ...options });
const MASKS: readonly OperatorSpec[] = [
  ...[0, 1, 2, 3, 4, 5, 8].map((keepLast) => mask({ keepLast })),
  mask({ keepFirst: 2 }),
  mask({ keepFirst: 1, keepLast: 1 }),
  mask({ keepFirst: 2, keepLast: 2 }),
  mask({ keepLast: 0, keepSeparators: false }),
  mask({ keepLast: 4, keepSeparators: false, character: "#" }),
];
const COMMON: readonly OperatorSpec[] = [
  { operator: "redact" },
  { operator: "hash" },
  { operator: "hash", bits: 40 },
  { operator: "pseudonym" },
  { operator: "pseudonym", bits: 20, label: "SOMEONE" },
  { operator: "encrypt" },
];
const generalize = (to: "month" | "year" | "network" | "zip3" | "range", step?: number): OperatorSpec =>
  step === undefined ? { operator: "generalize", to } : { operator: "generalize", to, step };

const KINDS: Readonly<Record<string, Kind>> = {
  "card numbers": {
    specOf: ofEntity("CREDIT_CARD"),
    entity: "CREDIT_CARD",
    operators: [...COMMON, ...MASKS],
    values: tuple(texts("01", 12, 19), constantFrom(0, 4, 5), constantFrom(" ", "-")).map(([digits, at, sign]) =>
      at === 0 ? digits : digits.slice(0, at) + sign + digits.slice(at),
    ),
  },
  "texts of any length": {
    specOf: ofField,
    entity: undefined,
    operators: [...COMMON, ...MASKS],
    values: texts("ab.é", 1, 14),
  },
  dates: {
    specOf: ofField,
    entity: undefined,
    operators: [...COMMON, mask(), generalize("year"), generalize("month")],
    values: tuple(
      integer({ min: 1979, max: 1981 }),
      integer({ min: 1, max: 12 }),
      integer({ min: 1, max: 28 }),
      constantFrom("-", ".", "/", "?"),
    ).map(([year, month, day, form]) => {
      if (form === "-") return `${year}-${two(month)}-${two(day)}`;
      if (form === ".") return `${day}.${month}.${year}`;
      return form === "/" ? `${month}/${day}/${year}` : `in ${year}`;
    }),
  },
  addresses: {
    specOf: ofField,
    entity: undefined,
    operators: [...COMMON, mask(), generalize("network")],
    values: tuple(constantFrom("192.0.2", "192.0.3", "198.51.100"), integer({ min: 0, max: 20 })).map((parts) =>
      parts.join("."),
    ),
  },
  numbers: {
    specOf: ofField,
    entity: undefined,
    operators: [...COMMON, generalize("range"), ...[2, 4, 5, 20, 30, 100].map((step) => generalize("range", step))],
    // A ulp below a border is still below it.
    values: tuple(
      integer({ min: -60, max: 310 }),
      constantFrom("", ".5", ".25"),
      constantFrom("", "29.999999999999996", "299.99999999999994", "x"),
    ).map(([whole, part, odd]) => (odd === "" || odd === "x" ? `${whole}${part}${odd}` : odd)),
  },
};

describe.each(Object.entries(KINDS))("of %s", (_name, { specOf, entity, operators, values }) => {
  const drawn = sample(values, { numRuns: VALUES, seed: SEED });
  const written = new Map(
    operators.map((operator) => {
      const policy = compilePolicy(specOf(operator), { keys });
      const write = (value: string): string => {
        if (entity === undefined)
          return new TextDecoder().decode(
            maskEvent(policy, new TextEncoder().encode(JSON.stringify({ a: value }))) ?? undefined,
          );
        const text = new TextEncoder().encode(value);
        return new TextDecoder().decode(policy.replace({ start: 0, end: text.length, entity, score: 1, text }));
      };
      return [operator, drawn.map(write)] as const;
    }),
  );
  /** What tells two values apart in the one list and not in the other; undefined when nothing does. */
  const toldApart = (stricter: readonly string[], looser: readonly string[]): number | undefined => {
    const seen = new Map<string, string>();
    const at = looser.findIndex((loose, index) => {
      const strict = seen.get(loose) ?? stricter[index];
      seen.set(loose, strict);
      return strict !== stricter[index];
    });
    return at === -1 ? undefined : at;
  };
  const pairs = operators.flatMap((one) =>
    operators.filter((other) => other !== one).map((other) => [one, other] as const),
  );
  const isOrdered = ([one, other]: readonly [OperatorSpec, OperatorSpec]): boolean =>
    findShown(specOf(one), specOf(other), withPacks) === undefined;

  test(`no stricter operator tells apart what a looser one shows alike, seed ${SEED}`, () => {
    const ordered = pairs.filter(isOrdered);
    expect(ordered.length).toBeGreaterThan(operators.length);
    for (const [one, other] of ordered)
      expect([one, other, toldApart(written.get(one) ?? [], written.get(other) ?? [])]).toEqual([
        one,
        other,
        undefined,
      ]);
  });

  test("the values are such that an order that does not hold is seen", () => {
    const refused = pairs.filter((pair) => !isOrdered(pair));
    const seen = refused.filter(
      ([one, other]) => toldApart(written.get(one) ?? [], written.get(other) ?? []) !== undefined,
    );
    expect(seen.length).toBeGreaterThan(refused.length / 3);
  });
});

test.each(Object.entries(SHORTEST))("no %s is found that has fewer than %i letters and digits", (entity, shortest) => {
  const policy = compilePolicy({ entities: [entity] });
  const sure = withPacks([]).find((one) => one.entity === entity);
  const lengths = (sure?.hits ?? []).map((hit) => hit.replaceAll(/[^\p{L}\p{N}]/gu, "").length);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(shortest);
  const country = entity === "IBAN" ? "NO" : "";
  const shorter = texts("0123456789", 4, shortest - 1 - country.length).filter(
    (digits) => entity !== "CREDIT_CARD" || passesLuhn(digits),
  );
  const forms = [(digits: string) => digits, (digits: string) => digits.split("").join(" ")];
  for (const digits of sample(shorter, { numRuns: 2_000, seed: SEED }))
    for (const form of forms)
      expect(
        findAll(policy, new TextEncoder().encode(`card iban ssn: ${country}${form(digits)}.`)),
        form(digits),
      ).toEqual([]);
});
