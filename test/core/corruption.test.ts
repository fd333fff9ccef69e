/**
 * What check digits promise, and whether ours keep it: of valid numbers that are corrupted, how many still pass.
 *
 * The promise is the scheme's own arithmetic, worked out in the row's `why`; the corruptions are drawn.
 */
import { describe, expect, it } from "vitest";
import { IBAN_COUNTRIES, isIban } from "../../src/core/validators/iban.ts";
import * as digits from "../../src/core/validators/check-digits.ts";
import { crc32 } from "../../src/core/validators/crc32.ts";
import { passesLuhn } from "../../src/core/validators/luhn.ts";
import { mod97 } from "../../src/core/validators/mod97.ts";
import * as ids from "../../src/core/validators/national-ids.ts";

interface Promise {
  readonly name: string;
  readonly isValid: (text: string) => boolean;
  /** 9 a digit, A a letter, # 0 or 1; other characters stand for themselves. */
  readonly shape: string;
  /** Shares that pass: of one wrong character, of two neighbours that changed places, of characters drawn anew. */
  readonly single: number;
  readonly swapped: number;
  readonly random: number;
  readonly why: string;
}

const isMod97 = (text: string): boolean => mod97(text) === 1;
const isIbanOfGermany = (text: string): boolean => isIban(`DE${text}`);
const isCrcOfText = (text: string): boolean => (crc32(text.slice(0, -1)) % 10).toString() === text.slice(-1);

const PROMISES: readonly Promise[] = [
  {
    name: "Luhn",
    isValid: passesLuhn,
    shape: "999999999999",
    single: 0,
    swapped: 2 / 90,
    random: 0.1,
    why: "doubling permutes the digits, so no single one is missed; only 09 and 90 weigh the same",
  },
  {
    name: "ISO 7064 mod 11,10",
    isValid: digits.passesMod11And10,
    shape: "999999999999",
    single: 0,
    swapped: 0.025,
    random: 0.1,
    why: "two digits in ninety change places unseen, on average over the state before them",
  },
  {
    name: "Verhoeff",
    isValid: digits.passesVerhoeff,
    shape: "999999999999",
    single: 0,
    swapped: 0,
    random: 0.1,
    why: "the permutation is chosen so that no two digits commute",
  },
  {
    name: "ISO 7064 mod 97",
    isValid: isMod97,
    shape: "999999999999",
    single: 0,
    swapped: 0,
    random: 1 / 97,
    why: "97 is a prime over 10, and 9 times a digit's difference is no multiple of it",
  },
  {
    name: "IBAN",
    isValid: isIbanOfGermany,
    shape: "99999999999999999999",
    single: 0,
    swapped: 0,
    random: 1 / 97,
    why: "as mod 97",
  },
  {
    name: "CRC-32 by ten",
    isValid: isCrcOfText,
    shape: "ABCabc9999999999",
    single: 0.1,
    swapped: 0.1,
    random: 0.1,
    why: "the primitive of tokens, cut to one digit: a wrong text has one chance in ten",
  },
  { name: "CA_SIN", isValid: ids.isCaSin, shape: "199999999", single: 0, swapped: 2 / 90, random: 0.1, why: "Luhn" },
  {
    name: "UK_NHS",
    isValid: ids.isUkNhs,
    shape: "9999999999",
    single: 0,
    swapped: 0,
    random: 1 / 11,
    why: "weights 10 to 2 by 11, a prime; rest 10 is no number",
  },
  {
    name: "DE_TAX_ID",
    isValid: ids.isDeTaxId,
    shape: "99999999999",
    single: 0,
    swapped: 0.025,
    random: 0.1,
    why: "mod 11,10",
  },
  {
    name: "FR_NIR",
    isValid: ids.isFrNir,
    shape: "285079999999999",
    single: 0,
    swapped: 0,
    random: 1 / 97,
    why: "mod 97",
  },
  {
    name: "ES_DNI",
    isValid: ids.isEsDniNie,
    shape: "99999999A",
    single: 1 / 23,
    swapped: 1 / 23,
    random: 1 / 23,
    why: "a letter by 23, a prime over 10; the letter itself may be the wrong one",
  },
  {
    name: "NL_BSN",
    isValid: ids.isNlBsn,
    shape: "999999999",
    single: 0,
    swapped: 0.02,
    random: 1 / 11,
    why: "weights 9 to 2 and -1 by 11; 2 and -1 differ by 3, which is no multiple of it",
  },
  {
    name: "PL_PESEL",
    isValid: ids.isPlPesel,
    shape: "99010199999",
    single: 0,
    swapped: 0.1,
    random: 0.1,
    why: "weights 1, 3, 7, 9 by 10: neighbours that differ by 5 change places unseen, ten pairs in ninety",
  },
  {
    name: "BR_CPF",
    isValid: ids.isBrCpf,
    shape: "99999999999",
    single: 0.003,
    swapped: 0.02,
    random: 0.0125,
    why: "two digits by 11, of which rests 0 and 1 share a digit: a wrong one may hide from both",
  },
  {
    name: "IN_AADHAAR",
    isValid: ids.isInAadhaar,
    shape: "299999999999",
    single: 0,
    swapped: 0,
    random: 0.1,
    why: "Verhoeff",
  },
  {
    name: "AU_TFN",
    isValid: ids.isAuTfn,
    shape: "999999999",
    single: 0,
    swapped: 0.02,
    random: 1 / 11,
    why: "weights by 11, a prime",
  },
  {
    name: "AU_MEDICARE",
    isValid: ids.isAuMedicare,
    shape: "2999999999",
    single: 0.12,
    swapped: 0.25,
    random: 0.12,
    why: "the tenth digit, the issue, is not checked; weights 1, 3, 7, 9 by 10",
  },
  {
    name: "IT_CODICE_FISCALE",
    isValid: ids.isItCodiceFiscale,
    shape: "RSSMRA85T10A999A",
    single: 0.06,
    swapped: 0.12,
    random: 1 / 26,
    why: "a letter by 26; odd places have a table of their own",
  },
];

let seed = 20_261_129;
function draw(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The letter at the end is drawn, those before it stand for themselves. */
function fill(shape: string): string {
  return Array.from(shape, (character, index) => {
    if (character === "9") return String(draw(10));
    return character === "A" && index === shape.length - 1 ? (LETTERS[draw(26)] ?? "") : character;
  }).join("");
}

function other(character: string): string {
  const kind = /\d/.test(character) ? "0123456789" : LETTERS;
  const at = kind.indexOf(character);
  return kind[(at + 1 + draw(kind.length - 1)) % kind.length] ?? "";
}

function isDrawn(shape: string, at: number): boolean {
  return shape[at] === "9" || (shape[at] === "A" && at === shape.length - 1);
}

function oneWrong(text: string, shape: string): string | undefined {
  const at = draw(text.length);
  return isDrawn(shape, at) ? text.slice(0, at) + other(text.charAt(at)) + text.slice(at + 1) : undefined;
}

function twoSwapped(text: string, shape: string): string | undefined {
  const at = draw(text.length - 1);
  const [one, two] = [text.charAt(at), text.charAt(at + 1)];
  const isSame = one === two || shape[at] !== "9" || shape[at + 1] !== "9";
  return isSame ? undefined : text.slice(0, at) + two + one + text.slice(at + 2);
}

const VALID = 4_000;
const TRIES = 400_000;

/** Five standard deviations of a share over so many draws. */
function margin(share: number, draws: number): number {
  return 5 * Math.sqrt(Math.max(share * (1 - share), 1 / draws) / draws);
}

describe.each(PROMISES)("$name", ({ isValid, shape, single, swapped, random }) => {
  const valid: string[] = [];
  let tries = 0;
  for (; valid.length < VALID && tries < TRIES; tries++) {
    const text = fill(shape);
    if (isValid(text)) valid.push(text);
  }

  it("passes of drawn characters the share that its arithmetic says, and no more", () => {
    expect(valid.length / tries).toBeLessThanOrEqual(random + margin(random, tries));
    // A check that refuses nearly everything would keep every other promise.
    expect(valid.length / tries).toBeGreaterThan(random / 40);
  });

  it.each([
    ["one wrong character", oneWrong, single],
    ["two that changed places", twoSwapped, swapped],
  ] as const)("passes %s as seldom as it promises", (_name, corrupt, share) => {
    const wrong = valid.flatMap((text) => corrupt(text, shape) ?? []);
    expect(wrong.length).toBeGreaterThan(100);
    const passing = wrong.filter(isValid).length / wrong.length;
    expect(passing).toBeLessThanOrEqual(share === 0 ? 0 : share + margin(share, wrong.length));
  });
});

it("mod 97 holds for every country of the table: no single wrong digit passes", () => {
  for (const country of IBAN_COUNTRIES) {
    const bodies = Array.from({ length: 40 }, (_, length) => length).filter((length) =>
      Array.from(
        { length: 97 },
        (_2, check) => `${country}${String(check + 2).padStart(2, "0")}${"1".repeat(length)}`,
      ).some(isIban),
    );
    expect(bodies.length, country).toBe(1);
    const right = Array.from(
      { length: 97 },
      (_, check) => `${country}${String(check + 2).padStart(2, "0")}${"1".repeat(bodies[0] ?? 0)}`,
    ).filter(isIban);
    expect(right, country).toHaveLength(1);
    for (let at = 4; at < (right[0] ?? "").length; at++)
      expect(isIban(`${(right[0] ?? "").slice(0, at)}7${(right[0] ?? "").slice(at + 1)}`), country).toBe(false);
  }
});
