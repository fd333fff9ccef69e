/** Identity numbers against an implementation of others, and against what their check digits promise. */
import { stdnum } from "stdnum";
import { describe, expect, it } from "vitest";
import * as ids from "../../src/core/validators/national-ids.ts";
import { withOneDigitWrong } from "../support/wrong-digit.ts";

interface Row {
  readonly name: string;
  readonly isValid: (text: string) => boolean;
  readonly oracle: (text: string) => boolean;
  /** A string of the right letters and digits. */
  readonly shape: string;
  /** Share of single wrong digits that the check lets through, at most. */
  readonly undetected: number;
  /** The other one looks at the check digit alone, and takes what the law's rule for repeated digits refuses. */
  readonly isStricter?: boolean;
}

const valid =
  (country: string, number: string) =>
  (text: string): boolean =>
    (stdnum as Record<string, Record<string, { validate(text: string): { isValid: boolean } }>>)[country][
      number
    ].validate(text).isValid;

/** 9 a digit, A a letter; other characters stand for themselves. */
const ROWS: readonly Row[] = [
  { name: "CA_SIN", isValid: ids.isCaSin, oracle: valid("CA", "sin"), shape: "199999999", undetected: 0.02 },
  {
    name: "DE_TAX_ID",
    isValid: ids.isDeTaxId,
    oracle: valid("DE", "idnr"),
    shape: "99999999999",
    undetected: 0.02,
    isStricter: true,
  },
  { name: "ES_DNI", isValid: ids.isEsDniNie, oracle: valid("ES", "dni"), shape: "99999999Z", undetected: 0.1 },
  { name: "NL_BSN", isValid: ids.isNlBsn, oracle: valid("NL", "bsn"), shape: "999999999", undetected: 0.02 },
  { name: "PL_PESEL", isValid: ids.isPlPesel, oracle: valid("PL", "pesel"), shape: "99010199999", undetected: 0.02 },
  { name: "BR_CPF", isValid: ids.isBrCpf, oracle: valid("BR", "cpf"), shape: "99999999999", undetected: 0.02 },
  {
    name: "IN_AADHAAR",
    isValid: ids.isInAadhaar,
    oracle: valid("IN", "aadhaar"),
    shape: "299999999999",
    undetected: 0.02,
  },
  { name: "AU_TFN", isValid: ids.isAuTfn, oracle: valid("AU", "tfn"), shape: "999999999", undetected: 0.02 },
];

let seed = 20_261_125;
function draw(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

function fill(shape: string): string {
  return Array.from(shape, (character) => (character === "9" ? String(draw(10)) : character)).join("");
}

const TRIES = 20_000;

describe.each(ROWS)("$name", ({ isValid, oracle, shape, undetected, isStricter = false }) => {
  const drawn = Array.from({ length: TRIES }, () => fill(shape));

  it("is what others take for one", () => {
    const differing = drawn.filter((text) =>
      isStricter ? isValid(text) && !oracle(text) : isValid(text) !== oracle(text),
    );
    expect(differing).toEqual([]);
    expect(drawn.filter(isValid).length).toBeGreaterThan(TRIES / 1000);
  });

  it("is none any more with one digit wrong, as often as its check promises", () => {
    const right = drawn.filter(isValid);
    const wrong = withOneDigitWrong(right, draw);
    expect(wrong.length).toBeGreaterThan(10);
    expect(wrong.filter(isValid).length / wrong.length).toBeLessThanOrEqual(undetected);
  });
});

describe("published examples", () => {
  it.each([
    ["UK_NHS", ids.isUkNhs, ["9434765919", "4010232137"], ["9434765918", "4010232138", "943476591"]],
    ["FR_NIR", ids.isFrNir, ["255081416802538", "184127645108946"], ["255081416802539", "355081416802538"]],
    ["IT_CODICE_FISCALE", ids.isItCodiceFiscale, ["RSSMRA85T10A562S"], ["RSSMRA85T10A562T", "RSSMRA85T41A562S"]],
    ["UK_NINO", ids.isUkNino, ["AB123456C"], ["BG123456C", "DA123456C", "AO123456C", "AB123456E"]],
    ["IN_PAN", ids.isInPan, ["ABCPE1234F"], ["ABCDE1234F", "ABCPE0000F"]],
    ["AU_MEDICARE", ids.isAuMedicare, ["2123456701", "21234567011"], ["2123456711", "1123456701"]],
    ["US_ITIN", ids.isUsItin, ["912701234"], ["912491234", "912931234", "812701234"]],
    ["ES_NIE", ids.isEsDniNie, ["X1234567L", "12345678Z"], ["X1234567A", "12345678A"]],
  ] as const)("%s", (_, isValid, right, wrong) => {
    expect(right.map(isValid)).toEqual(right.map(() => true));
    expect(wrong.map(isValid)).toEqual(wrong.map(() => false));
  });
});
