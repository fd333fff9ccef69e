/** United States social security numbers. Nine bare digits, and the areas of taxpayer numbers, need a word before them. */
import { type Detector, SCORES } from "../detector.ts";
import { isInsideNumber } from "../validators/neighbours.ts";

/**
 * Printed on a card in wallets and in advertisements, and void since: SSA, Misused SSNs; POMS RM 10201.080. Where a word says
 * what they are somebody means them, if only to see whether they are masked.
 */
const VOID = /^(?:078-05-1120|219-09-9999|987-65-432\d)$/;
const SHAPE = /^(\d{3})([-+.]| {0,2})(\d{2})\2(\d{4})$/;

export const usSsn: Detector = {
  entity: "US_SSN",
  source: "20 CFR 422.103; SSA, Social Security Number Randomization (2011)",
  pattern: String.raw`\d{3}(?: {1,2}|[.+-])\d{2}(?: {1,2}|[.+-])\d{4}`,
  contextPattern: String.raw`\d{9}`,
  boundary: "number",
  contextWords: ["ssn", "ssns", "social security", "socialsecurity", "taxpayer", "tin"],
  validate(candidate) {
    const [, area = "", separator = "", group = "", serial = ""] = SHAPE.exec(candidate.text) ?? [];
    if (area === "" || area === "000" || area === "666" || group === "00" || serial === "0000") return 0;
    if (!candidate.hasContext && VOID.test(`${area}-${group}-${serial}`)) return 0;
    // In running text a space and more digits beside it are a list of numbers.
    if (isInsideNumber(candidate, candidate.hasContext ? "-." : "-. ")) return 0;
    if (candidate.hasContext) return separator === "" ? SCORES.worded : SCORES.shaped;
    return separator === "" || area.startsWith("9") ? SCORES.bare : SCORES.shaped;
  },
  hits: [
    "536-90-4399",
    "ssn 219-09-9999",
    "078 05 1123",
    "078.05.1123",
    "078+05+1123",
    "123-45-6789",
    "899-12-0001",
    "ssn 912-70-1234",
  ],
  misses: [
    "912-34-5678",
    "000-12-3456",
    "666-12-3456",
    "078-00-1123",
    "078-05-0000",
    "078-05 1123",
    "078-05-1120",
    "536904399",
    "1-536-90-4399",
    "536-90-4399-1",
    "536-90-43991",
    "sku 401-990-762",
  ],
};
