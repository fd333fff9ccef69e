/**
 * Which card numbers a brand issues: first digits and lengths.
 *
 * Owns the table. The check digit is luhn.ts.
 */

interface BrandRow {
  readonly brand: string;
  /** First and last prefix of the range, equally long. */
  readonly from: string;
  readonly to: string;
  readonly lengths: readonly number[];
  /** Too many other numbers share this range and length: the number needs a word like "card" before it. */
  readonly needsContext?: true;
}

const TO_19 = [16, 17, 18, 19];

/** ISO/IEC 7812 issuer ranges as the schemes publish them. Rows of longer prefixes stand first. */
const BRANDS: readonly BrandRow[] = [
  { brand: "dankort", from: "5019", to: "5019", lengths: [16] },
  { brand: "elo", from: "506699", to: "506778", lengths: [16] },
  { brand: "elo", from: "509000", to: "509999", lengths: [16] },
  { brand: "elo", from: "627780", to: "627780", lengths: [16] },
  { brand: "elo", from: "636297", to: "636368", lengths: [16] },
  { brand: "verve", from: "506099", to: "506198", lengths: [16, 18, 19] },
  { brand: "hipercard", from: "606282", to: "606282", lengths: [16, 19] },
  { brand: "hipercard", from: "637095", to: "637095", lengths: [16] },
  { brand: "hipercard", from: "637568", to: "637612", lengths: [16] },
  { brand: "interpayment", from: "636000", to: "636999", lengths: TO_19 },
  { brand: "instapayment", from: "637000", to: "639999", lengths: [16] },
  { brand: "maestro", from: "5018", to: "5018", lengths: TO_19 },
  { brand: "maestro", from: "5020", to: "5020", lengths: TO_19 },
  { brand: "maestro", from: "5038", to: "5038", lengths: TO_19 },
  { brand: "maestro", from: "5893", to: "5893", lengths: TO_19 },
  { brand: "maestro", from: "6304", to: "6304", lengths: TO_19 },
  { brand: "maestro", from: "6759", to: "6759", lengths: TO_19 },
  { brand: "maestro", from: "6761", to: "6763", lengths: TO_19 },
  { brand: "maestro", from: "50", to: "50", lengths: [12, 13, 14, 15, ...TO_19], needsContext: true },
  { brand: "maestro", from: "56", to: "58", lengths: [12, 13, 14, 15, ...TO_19], needsContext: true },
  { brand: "maestro", from: "63", to: "63", lengths: [12, 13, 14, 15, ...TO_19], needsContext: true },
  { brand: "maestro", from: "67", to: "67", lengths: [12, 13, 14, 15, ...TO_19], needsContext: true },
  { brand: "mastercard", from: "51", to: "55", lengths: [16] },
  { brand: "mastercard", from: "2221", to: "2720", lengths: [16] },
  { brand: "mir", from: "2200", to: "2204", lengths: TO_19 },
  { brand: "borica", from: "2205", to: "2205", lengths: [16] },
  { brand: "visa", from: "4", to: "4", lengths: [16, 19] },
  // 13 digits is also the length of a product's bar code, and 40 to 44 are prefixes of both.
  { brand: "visa", from: "4", to: "4", lengths: [13], needsContext: true },
  { brand: "amex", from: "34", to: "34", lengths: [15] },
  { brand: "amex", from: "37", to: "37", lengths: [15] },
  { brand: "diners", from: "300", to: "305", lengths: [14, 16] },
  { brand: "diners", from: "3095", to: "3095", lengths: [14, 16] },
  { brand: "diners", from: "36", to: "36", lengths: [14, 16] },
  { brand: "diners", from: "38", to: "39", lengths: [14, 16] },
  { brand: "jcb", from: "3528", to: "3589", lengths: TO_19 },
  { brand: "jcb", from: "1800", to: "1800", lengths: [15] },
  { brand: "jcb", from: "2131", to: "2131", lengths: [15] },
  { brand: "discover", from: "6011", to: "6011", lengths: TO_19 },
  { brand: "discover", from: "644", to: "659", lengths: TO_19 },
  { brand: "unionpay", from: "62", to: "62", lengths: TO_19 },
  { brand: "unionpay", from: "810", to: "817", lengths: TO_19 },
  { brand: "rupay", from: "60", to: "60", lengths: [16] },
  { brand: "rupay", from: "81", to: "82", lengths: [16] },
  { brand: "rupay", from: "508", to: "508", lengths: [16] },
  { brand: "rupay", from: "353", to: "353", lengths: [16] },
  { brand: "rupay", from: "356", to: "356", lengths: [16] },
  { brand: "lankapay", from: "357111", to: "357111", lengths: [16] },
  { brand: "troy", from: "9792", to: "9792", lengths: [16] },
  { brand: "uzcard", from: "8600", to: "8600", lengths: [16] },
  { brand: "humo", from: "9860", to: "9860", lengths: [16] },
  { brand: "uatp", from: "1", to: "1", lengths: [15], needsContext: true },
];

const byFirstDigit = new Map<string, readonly BrandRow[]>();

function rowsFrom(first: string): readonly BrandRow[] {
  const known =
    byFirstDigit.get(first) ?? BRANDS.filter(({ from, to }) => from.charAt(0) <= first && first <= to.charAt(0));
  byFirstDigit.set(first, known);
  return known;
}

/** `own` when the number alone shows a brand, `context` when it also needs a word, `none` when no brand issues it. */
export function brandEvidence(digits: string): "own" | "context" | "none" {
  const rows = rowsFrom(digits.charAt(0)).filter(
    (row) => row.lengths.includes(digits.length) && isInRange(digits, row),
  );
  if (rows.length === 0) return "none";
  return rows.some((row) => row.needsContext === undefined) ? "own" : "context";
}

function isInRange(digits: string, { from, to }: BrandRow): boolean {
  const prefix = digits.slice(0, from.length);
  return prefix >= from && prefix <= to;
}
