/**
 * Every disguise of every value in every dress: nothing is left to read, but for what is written down here.
 *
 * The values are the detectors' own examples, so a new detector is held to all of it.
 */
import { describe, expect, test } from "vitest";
import { compilePolicy, type Detector, findAll, type Policy } from "../../src/core/index.ts";
import { type Disguise, DISGUISES, OPTIONAL_DISGUISES, shareLeft } from "../support/disguises.ts";
import { type Dress, DRESSES } from "../support/dresses.ts";
import { maskCut } from "../support/every-cut.ts";
import { tries } from "../support/seed.ts";

/** What passes, by rule, with the reason; docs/policies.md says so, too. */
const EXCEPTIONS: readonly {
  readonly reason: string;
  readonly holds: (value: Value, disguise: Disguise, dress: string) => boolean;
}[] = [
  {
    reason: "machines write it, and nobody reads it otherwise",
    holds: ({ isPlain }, { name }) => isPlain && name !== "as it is",
  },
  {
    reason: "is encoded already, so that twice is too often",
    holds: ({ text }, { name }) => text.includes("%") && name !== "as it is",
  },
  {
    reason: "letters beyond ASCII are read behind percent signs in forms only",
    holds: ({ text }, { name }) => /[^ -~]/.test(text) && name.startsWith("percent"),
  },
  {
    reason: "no program takes such lines for a key",
    holds: ({ entity }, { name }) => entity === "PRIVATE_KEY" && / spaces?$|for space|break/.test(name),
  },
  {
    reason: "a word of sixteen letters before it reads as base64 itself",
    holds: ({ before }, { name }) => /[A-Za-z]{16}/.test(before) && name.startsWith("base64"),
  },
  {
    reason: "the key of an account is known by the name right before it",
    holds: ({ entity, before }, { name }) =>
      entity === "CLOUD_KEY" && before.endsWith("AccountKey=") && name === "base64 of a sentence",
  },
  {
    reason: "a word that tells a value is read behind a blank, not right behind what nobody sees",
    holds: ({ before }, _, dress) => dress.includes("joiners") && before !== "",
  },
  {
    reason: "an address goes on in letters behind what nobody sees",
    holds: ({ entity, text }, _, dress) => entity === "EMAIL" && /[^ -~]/.test(text) && /joiners|NULs/.test(dress),
  },
  {
    reason: "quotes would end the string",
    holds: ({ text, before }, _, dress) => dress.startsWith("a line") && (text + before).includes('"'),
  },
  {
    reason: "it ends with the line",
    holds: ({ text }, { name }, dress) =>
      dress.startsWith("a line") && (/[\r\n]/.test(text) || /break|CR LF/.test(name)),
  },
];

interface Value {
  readonly entity: string;
  readonly isPlain: boolean;
  readonly before: string;
  readonly text: string;
  readonly after: string;
}

/** What the judge of the evasions calls a leak. */
const LEAK_SHARE = 0.6;
const LEAK_LENGTH = 6;

/** How many values of each detector, of those it has, are tried in each disguise and each dress; other ones from one to the next. */
const ROUNDS = tries(1).numRuns;

const plain = compilePolicy({});
const policies = new Map<string, Policy>();

function policyOf({ option }: Disguise, { policy, limits = {} }: Dress): Policy {
  const key = JSON.stringify([option, policy, limits]);
  const known = policies.get(key) ?? compilePolicy({ ...option, ...policy }, { limits });
  policies.set(key, known);
  return known;
}

/** The part of an example that is masked, and what tells it. */
function valuesOf({ entity, hits, isPlain = false }: Detector): Value[] {
  return hits.flatMap((hit) => {
    const bytes = Buffer.from(hit);
    const found = findAll(plain, bytes).filter((one) => one.entity === entity);
    if (found.length !== 1) return [];
    const [{ start, end }] = found;
    const [before, text, after] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)].map(
      String,
    );
    // One character stands in every text.
    return text.length > 1 ? [{ entity, isPlain, before, text, after }] : [];
  });
}

function isLeak(value: string, seen: string): boolean {
  const { length } = value.replaceAll(/[^\p{L}\p{Nd}]/gu, "");
  const share = shareLeft(value, seen);
  return share * length >= Math.max(Math.min(length, LEAK_LENGTH), length * LEAK_SHARE);
}

const valuesBy = plain.detectors.map(valuesOf).filter((all) => all.length > 0);
const values = valuesBy.flat();
const all = [...DISGUISES, ...OPTIONAL_DISGUISES];
const dresses = Object.entries(DRESSES);

/** Turns through the values of each detector, and through the places to cut. */
function turnsOf(disguise: Disguise, dress: string): { readonly value: Value; readonly turn: number }[] {
  const first = all.indexOf(disguise) + dresses.findIndex(([name]) => name === dress);
  return valuesBy.flatMap((own, detector) =>
    Array.from({ length: Math.min(ROUNDS, own.length) }, (_, round) => ({
      value: own[(first + round) % own.length],
      turn: first + detector + round * 7,
    })),
  );
}

/** What of a value is left to read, cut in two at a place that goes with the turn. */
function leftOf(value: Value, disguise: Disguise, dress: string, turn: number): string[] {
  const { choice, wrap, read } = DRESSES[dress];
  const text = disguise.put(value.text);
  const isSame = text === value.text && disguise.name !== "as it is";
  const whole = isSame ? undefined : wrap(value.before + text + value.after);
  if (whole === undefined || EXCEPTIONS.some(({ holds }) => holds(value, disguise, dress))) return [];
  const bytes = new TextEncoder().encode(whole);
  const cut = (turn * 31) % (bytes.length + 1);
  const output = Buffer.from(maskCut(policyOf(disguise, DRESSES[dress]), choice, { bytes, cuts: [cut] })).toString();
  return isLeak(value.text, read(output)) ? [`${value.entity}: ${value.before}${text} cut at ${cut}`] : [];
}

describe.each(all.map((disguise) => [disguise.name, disguise] as const))("%s", (_, disguise) => {
  const places = dresses.map(([name]) => name).filter((name) => disguise.dresses?.includes(name) ?? true);
  test.each(places)("hides no value in %s", (dress) => {
    const left = turnsOf(disguise, dress).flatMap(({ value, turn }) => leftOf(value, disguise, dress, turn));
    expect(left).toEqual([]);
  });
});

test("every exception is one for something", () => {
  const isUsed = EXCEPTIONS.map(({ holds }) =>
    values.some((value) => all.some((disguise) => Object.keys(DRESSES).some((dress) => holds(value, disguise, dress)))),
  );
  expect(isUsed).toEqual(EXCEPTIONS.map(() => true));
});

test("the judge sees through every disguise", () => {
  const card = "4111-1111 1111-1111";
  for (const { put } of all) expect(shareLeft(card, `x ${put(card)} y`)).toBe(1);
});
