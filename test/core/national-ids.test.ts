/** Identity numbers by their published examples. */
import { describe, expect, it } from "vitest";
import * as ids from "../../src/core/validators/national-ids.ts";

describe("published examples", () => {
  it.each([
    ["UK_NHS", ids.isUkNhs, ["9434765919", "4010232137"], ["9434765918", "4010232138", "943476591"]],
    [
      "FR_NIR",
      ids.isFrNir,
      ["255081416802538", "184127645108946", "195629912345641", "256019612345637"],
      ["255081416802539", "355081416802538", "255131416802521"],
    ],
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
