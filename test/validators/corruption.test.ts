/**
 * What check digits promise, and whether ours keep it: of valid numbers with a mistake, how many still pass.
 *
 * The promises are the arithmetic of the schemes; mistakes are drawn.
 */
import { describe, expect, it } from "vitest";
import { VALIDATOR_NAMES } from "../../src/core/custom-detector.ts";
import { IBAN_COUNTRIES, isIban } from "../../src/core/validators/iban.ts";
import { type Passing, passingOf } from "./judge.ts";
import { NUMBERS } from "./numbers.ts";
import { withIbanCheck } from "./others.ts";
import { renderValidators } from "./page.ts";
import { PRIMITIVES } from "./primitives.ts";
import { PROMISES, WITHOUT_CHECK_DIGITS } from "./promises.ts";
import { CATALOGUE } from "./takes.ts";

const CHECKED = [...PRIMITIVES, ...NUMBERS].filter(({ entity }) => entity in PROMISES);
const passing = new Map<string, Passing>(CHECKED.map((row) => [row.entity, passingOf(row)]));

/** Five standard deviations of a share of so many draws, in percent. */
function margin(share: number, draws: number): number {
  const part = share / 100;
  return 500 * Math.sqrt((part * (1 - part)) / draws);
}

describe("the list of validators", () => {
  it("is the catalogue: every detector says what its check digits promise, or that it has none", () => {
    const listed = [...Object.keys(PROMISES), ...Object.keys(WITHOUT_CHECK_DIGITS)];
    // Dates of birth have two detectors.
    const there = [...new Set([...VALIDATOR_NAMES, ...CATALOGUE.map(({ entity }) => entity)])];
    expect(listed.toSorted()).toEqual(there.toSorted());
  });

  it("holds a way to draw numbers for every promise", () => {
    expect(Object.keys(PROMISES).toSorted()).toEqual(CHECKED.map(({ entity }) => entity).toSorted());
  });

  it("stands in the documentation with what was measured", async () => {
    await expect(renderValidators(passing)).toMatchFileSnapshot("../../docs/validators.md");
  });
});

describe.each(CHECKED)("$entity", ({ entity }) => {
  const { single, swapped, singles, swaps, drawn } = passing.get(entity) as Passing;
  const promised = PROMISES[entity];

  it.each([
    ["one wrong character", single, singles, promised.single],
    ["two that changed places", swapped, swaps, promised.swapped],
  ])("passes %s as seldom as it promises", (_, share, draws, most) => {
    expect(draws).toBeGreaterThan(100);
    expect(share).toBeLessThanOrEqual(most + margin(most, draws));
    // A promise that nobody needs is none.
    expect(most - 1.5 - margin(most, draws)).toBeLessThan(share);
  });

  it("is no check that refuses nearly everything, which would keep every promise", () => {
    expect(drawn).toBeGreaterThan(0.05);
  });
});

it("IBAN: no single wrong digit passes in any country, and no other length", () => {
  for (const country of IBAN_COUNTRIES) {
    const right = Array.from({ length: 40 }, (_, length) => withIbanCheck(`${country}00${"1".repeat(length)}`)).filter(
      isIban,
    );
    expect(right, country).toHaveLength(1);
    const [iban = ""] = right;
    for (let at = 4; at < iban.length; at++)
      expect(isIban(`${iban.slice(0, at)}7${iban.slice(at + 1)}`), country).toBe(false);
  }
});
