/** Payment card numbers: brand table and check digit; a word like "card" makes up for a missing brand. */
import { type Candidate, type Detector, SCORES } from "../detector.ts";
import { isPlain } from "../folded-text.ts";
import { brandEvidence } from "../validators/card-brand.ts";
import { passesLuhn, passesLuhnInBytes } from "../validators/luhn.ts";
import { isInsideNumber } from "../validators/neighbours.ts";

/**
 * As printed on cards: multiples of four, 4-6-5, 4-6-4, and 6-13 of long UnionPay numbers; separators may differ. Or every
 * digit by itself.
 */
const SEPARATOR = String.raw`(?:[ ._+-]{1,2}| [._+-] |[/\u00b7\u2022\t])`;
const PRINTED = new RegExp(
  `^(?:\\d{4}(?:${SEPARATOR}?\\d{4}){2,3}(?:${SEPARATOR}?\\d{1,4})?|` +
    `\\d{4}${SEPARATOR}\\d{6}${SEPARATOR}\\d{4,5}|\\d{6}${SEPARATOR}\\d{13}|\\d(?:[ ._+-]\\d){11,18})$`,
);
/** No `String.raw`: Bun writes what is not in ASCII there as escapes, and they stay. */
const FURTHER_DIGIT = "(?:[ \\t._+/·•-]{0,3}\\d)";
/** What a table puts behind a number that it takes for a measured one. */
const ZERO_FRACTION = /\.0$/;

export const creditCard: Detector = {
  entity: "CREDIT_CARD",
  source: "ISO/IEC 7812-1:2017; issuer ranges as the schemes publish them",
  // 19 digits and 18 separators of up to three characters. The first digit is that of an issuer, and 1 has 15 (UATP) or 16
  // digits: time stamps begin with 1.
  pattern: `[2-6]${FURTHER_DIGIT}{11,18}|1${FURTHER_DIGIT}{14,15}`,
  // Without upper counts and first digits: groups of digits would stand in thousands of combinations of counts.
  scan: { pattern: `\\d${FURTHER_DIGIT}{11,}`, maxLength: 73 },
  boundary: "number",
  contextWords: [
    "card",
    "cards",
    "cardnumber",
    "cardno",
    // Not by itself: digits part words, and hashes hold many a `cc`.
    "cc number",
    "cc no",
    "ccnumber",
    "ccnum",
    "pan",
    "credit",
    "debit",
    "creditcard",
    "debitcard",
    "visa",
    "mastercard",
    "amex",
    "maestro",
    "discover",
    "diners",
    "jcb",
    "unionpay",
    "payment",
  ],
  mayMatch: mayBeCard,
  validate(candidate) {
    const text = candidate.text.replace(ZERO_FRACTION, "");
    const digits = text.replaceAll(/\D/g, "");
    if (isInsideNumber(candidate, "-.") || !passesLuhn(digits) || isOneDigit(digits)) return 0;
    const brand = brandEvidence(digits);
    if (brand === "none" && EPOCH.test(digits)) return 0;
    const isPrinted = digits.length === text.length || PRINTED.test(text);
    if (brand === "own" && isPrinted && !isListed(candidate, text)) return SCORES.ranged;
    return candidate.hasContext && (brand !== "none" || isPrinted) ? SCORES.contextual : SCORES.weak;
  },
  hits: [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111  1111  1111  1111",
    "4111+1111+1111+1111",
    "4111-1111 1111.1111",
    "41111111 11111111",
    "4111_1111_1111_1111",
    "4111/1111/1111/1111",
    "4111·1111·1111·1111",
    "4111•1111•1111•1111",
    "3782/822463/10005",
    "4111111111111111.0",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "30569309025904",
    "3056 930902 5904",
    "3530111333300000",
    "6759649826438453",
    "2200000000000004",
    "5019717010103742",
  ],
  misses: [
    "4111 1111 1111 1112",
    "1748503543012",
    "1748503543012345678",
    "20260114093000",
    "0000 0000 0000 0000",
    "41111111111111111111111",
    "12-4111111111111111",
    "4111111111111111.00",
    "550e8400-e29b-41d4-a716-446655440000",
    "4006381333931",
    "41 11 11 11 11 11 11 11",
    "4111\t1111\t1111\t1111",
    "41/11/11/11/11/11/11/11",
    "4111/1111/1111/1112",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "a4111111111111111",
    '"span_id":"c7cc6557e138b504","order":"512174821011"',
  ],
};

const ONE = 0x31;
const POINT = 0x2e;

/** False where `pattern` cannot match either: the scanner's shape takes time stamps of 13 and 19 digits, many in logs. */
function mayBeCard(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === ONE && !hasLengthOfOnes(bytes, start, end)) return false;
  return bytes[end - 2] === POINT || passesLuhnInBytes(bytes, start, end);
}

/** True for columns of a table, and for single digits with more of them beside. */
function isListed(candidate: Candidate, text: string): boolean {
  if (text.includes("\t")) return /(?:^|\t)$/.test(candidate.before) || /^(?:[\t\r]|$)/.test(candidate.after);
  return /^\d\D\d\D/.test(text) && isInsideNumber(candidate, " _+");
}

function hasLengthOfOnes(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    // Digits may hide in it.
    if (!isPlain(byte)) return true;
    if (byte >= 0x30 && byte <= 0x39) digits++;
  }
  return digits === 15 || digits === 16;
}

/** Milli-, micro- or nanoseconds since 1970, 2014 to 2033. */
const EPOCH = /^1[4-9](?:\d{11}|\d{14}|\d{17})$/;

function isOneDigit(digits: string): boolean {
  return digits === digits.charAt(0).repeat(digits.length);
}
