/** United States social security numbers. Nine bare digits, and the areas of taxpayer numbers, need a word before them. */
import { type Detector, SCORES } from "../detector.ts";
import { isListed } from "../validators/neighbours.ts";
import { namesOtherNumber } from "./label.ts";

/**
 * Printed on a card in wallets and in advertisements, so that nobody has them: SSA, Misused SSNs; POMS RM 10201.080. And one digit
 * over and over.
 */
const VOID = /^(?:078-05-1120|219-09-9999|987-65-432\d|(\d)\1\1-\1\1-\1{4})$/;
const SHAPE = /^(\d{3})([-+.]| {0,2})(\d{2})\2(\d{4})(?:\.0)?$/;
/** Beside a word separators may differ. */
const WORDED_SHAPE = /^(\d{3})(\D*)(\d{2})\D*(\d{4})(?:\.0)?$/;

/** Other countries have a TIN, too; their codes stand at the start of a label. */
const OTHER_TIN = /(?:^|["'{(,;|][ \t]*)(?!us|my|id|no)[a-z]{2}[ _-]tin[^a-z]/i;

export const usSsn: Detector = {
  entity: "US_SSN",
  source: "20 CFR 422.103; SSA, Social Security Number Randomization (2011)",
  pattern: String.raw`\d{3}(?: {1,2}|[.+-])\d{2}(?: {1,2}|[.+-])\d{4}`,
  contextPattern: String.raw`\d{9}(?:\.0)?|\d{3}[ \t._+/-]{0,3}\d{2}[ \t._+/-]{0,3}\d{4}`,
  boundary: "number",
  contextWords: ["ssn", "ssns", "social security", "socialsecurity", "soc sec", "taxpayer", "tin"],
  validate(candidate) {
    const [, area = "", separator = "", group = "", serial = ""] =
      (candidate.hasContext ? WORDED_SHAPE : SHAPE).exec(candidate.text) ?? [];
    if (area === "" || area === "000" || area === "666" || group === "00" || serial === "0000") return 0;
    if (VOID.test(`${area}-${group}-${serial}`)) return 0;
    if (candidate.hasContext ? OTHER_TIN.test(candidate.label) : namesOtherNumber(candidate.label)) return 0;
    if (isListed(candidate)) return 0;
    if (candidate.hasContext) return separator === "" ? SCORES.worded : SCORES.shaped;
    return separator === "" || area.startsWith("9") ? SCORES.bare : SCORES.shaped;
  },
  hits: [
    "536-90-4399",
    "TIN: 536904399",
    "078 05 1123",
    "078.05.1123",
    "078+05+1123",
    "123-45-6789",
    "899-12-0001",
    "ssn 912-70-1234",
    "ssn: 078_05 1123",
    "SSN 078-051123",
    "Soc. Sec. No. 07805-1123",
    "ssn 078/05/1123",
    "ssn 536904399.0",
    "22 111-22-3333",
  ],
  misses: [
    "912-34-5678",
    "000-12-3456",
    "666-12-3456",
    "078-00-1123",
    "078-05-0000",
    "078-05 1123",
    "078_05_1123",
    "22 111 22 3333",
    "078-05-1120",
    "ssn 078051120",
    "ssn: 219-09-9999",
    "SSN 987-65-4329",
    "ssn 111-11-1111",
    "kr brn: 110-81-4127",
    "NHS no. 221 39 1837",
    "ph tin: 680466449",
    "536904399",
    "1-536-90-4399",
    "536-90-4399-1",
    "536-90-43991",
    "sku 401-990-762",
  ],
};
