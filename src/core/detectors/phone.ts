/**
 * Telephone numbers: international, and national in the formats that tell them from other numbers.
 *
 * Local groups and bare digits count only after a word such as "phone" or "call".
 */
import { type Candidate, type Detector, type RawMatch, SCORES } from "../detector.ts";
import { isHexAfterPercent, isPlain } from "../folded-text.ts";
import { isInternational, isInternationalNumber } from "../validators/calling-code.ts";
import {
  areColumns,
  DIALLED,
  digitsOf,
  IS_NORTH_AMERICAN,
  NORTH_AMERICAN_GROUPS,
  numberOf,
  withoutExtension,
} from "../validators/phone-number.ts";
import { separated } from "./identity-number.ts";
import { namesMeasure, namesOtherNumber } from "./label.ts";

/** Ten digits as identity numbers are written, too. */
const IS_TEN_DIGITS = /^\d{3}[ -]?\d{3}[ -]?\d{4}$/;

const PLUS = 0x2b;
const HYPHEN = 0x2d;
const SPACE = 0x20;

/** Fewest and most digits of any number, ITU-T E.164. */
const DIGITS_LEAST = 7;
const DIGITS_MOST = 15;

const INTERNATIONAL = String.raw`\+\(?[1-9](?:[ +./()-]{0,3}\d){6,14}`;
const DIALLED_INTERNATIONAL = String.raw`00[1-9](?:[ +./()-]{0,3}\d){7,13}`;
const NORTH_AMERICAN = String.raw`(?:(?:1[ .-]?)?\([2-9]\d\d\)[ .-]?|(?:1[ .-])?[2-9]\d\d[ .-])\d{3}[ .-]\d{4}`;
/** Two groups, three of three digits or more, or four: never the 3-2-2 in which every date ends. */
const TRUNK_ZERO = String.raw`(?:0[ -]?\d{1,4}|\(0\d{1,4}\)|0[ -]?\(\d{1,4}\))[ +./-]{1,3}(?:\d{5,8}|\d{3,4}[ .-]\d{3,4}(?:[ .-]\d{2,4})?|\d{2,4}(?:[ .-]\d{2,4}){2,4})`;
const BRACKETED_AREA = String.raw`\(\d{2,5}\)[ -]?\d{2,5}(?:[ .-]\d{2,5}){1,3}`;
/** The groupings of national plans, 3-2-2 again left out. */
const LOCAL = [
  String.raw`\d{3,5}[ -]\d{4,5}`,
  String.raw`\d{2,3}[ .-]\d{3}[ .-]\d{2,4}(?:[ .-]\d{2,4})?`,
  String.raw`\d{3}[ .-]\d{2}[ .-]\d{3}`,
  String.raw`\d{3}(?:[ .-]\d{2}){3}`,
  String.raw`\d{2}(?:[ .-]\d{2}){3,4}`,
].join("|");
/** With the calling code and no plus, which the table then has to know. */
const CODE_LED = [
  String.raw`[1-9]\d{1,2}[ -]\d{6,8}`,
  String.raw`[1-9]\d{1,4}[ -]\d{2,4}[ -]\d{3,8}(?:[ -]\d{4})?`,
  String.raw`[1-9]\d{1,2}[ -]?\(\d{1,4}\)[ -]?\d{3,5}[ -]\d{3,4}`,
].join("|");
/** Thirteen with their calling code only, as exchanges write them; those that begin with 1 are times in milliseconds. */
const BARE = String.raw`(?:\d{8,12}|[2-9]\d{12})`;
const EXTENSION = String.raw`(?:,?[ ]?(?:[xX]|[eE][xX][tT]\.?) ?\d{1,6})?`;

const DATE = /^(?:(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d)(?!\d)/;

/** Also with an extension behind it. */
const BEGINS_NORTH_AMERICAN = new RegExp(String.raw`${NORTH_AMERICAN_GROUPS}(?!\d)`);

/** Seven digits behind a plus are another number, where one may have ended before; so is a plus behind a blank. */
const HOLDS_TWO = /^\+?(?:\D*\d){7,}(?:\+\d{7}|[ +]\+\d)/;

const IS_LOCAL = new RegExp(`^(?:${LOCAL}|${BARE})$`);
const IS_CODE_LED = new RegExp(`^(?:${CODE_LED})$`);

interface Shape {
  readonly form: RegExp;
  /** Digits are without extension; `number` has it stripped too. */
  readonly accepts: (digits: string, number: string) => boolean;
}

/** What a number may look like without a word before it. */
const TELLING: readonly Shape[] = [
  // One full stop between digits is a decimal fraction: `+1.2345678901`.
  { form: /^\+(?!\d+\.\d+$)/, accepts: (digits) => isInternationalNumber(digits) },
  { form: DIALLED, accepts: (digits) => isInternationalNumber(digits.slice(2)) },
  {
    form: IS_NORTH_AMERICAN,
    accepts: (digits) => isNorthAmerican(digits.slice(-10)),
  },
  // Points part numbers of ten digits in North America alone, whatever the exchange; versions have shorter parts.
  { form: /^[2-9]\d\d\.\d{3}\.\d{4}$/, accepts: () => true },
  {
    form: /^(?:\(?0[1-9]\d{0,3}\)?|0[ -]?\(?[1-9]\d{0,3}\)?)[ ./-]{1,3}\d{2,8}(?:([ .-])\d{2,4}(?:\1\d{2,4})*)?$/,
    accepts: isTrunkNumber,
  },
  {
    form: /^\((?!(?:19|20)\d\d\))[1-9]\d{1,4}\)[ -]?\d{2,5}(?:[ .-]\d{2,5})+$/,
    accepts: (digits) => isBetween(digits.length, 8, 11),
  },
];

export const phone: Detector = {
  entity: "PHONE",
  source: "ITU-T E.164 and E.123; North American Numbering Plan",
  pattern: separated(
    `(?:${[INTERNATIONAL, DIALLED_INTERNATIONAL, NORTH_AMERICAN, TRUNK_ZERO, BRACKETED_AREA].join("|")})${EXTENSION}`,
  ),
  contextPattern: separated(`(?:${[LOCAL, CODE_LED, BARE].join("|")})${EXTENSION}`),
  maxLength: 40,
  boundary: "number",
  contextWords: [
    "phone",
    "phones",
    "phonenumber",
    "telephone",
    "telefon",
    "tel",
    "mobile",
    "mobil",
    "cell",
    "cellphone",
    "msisdn",
    "call",
    "calls",
    "called",
    "calling",
    "callback",
    "dial",
    "sms",
    "fax",
    "whatsapp",
    "contact",
    "desk",
    "office",
    "hotline",
    "landline",
    "answering",
    "voicemail",
  ],
  validate(candidate) {
    if (candidate.raw !== undefined && isOrdinary(candidate.raw)) return SCORES.shaped;
    // Most numbers of a log end here: bare digits and groups that only a word could make a telephone number.
    const number = numberOf(candidate.text);
    const isPlainGroup = /^[1-9]/.test(number) && !BEGINS_NORTH_AMERICAN.test(number);
    if (isPlainGroup && !candidate.hasContext) return SCORES.bare;
    if (HOLDS_TWO.test(candidate.text)) return 0;
    const digits = digitsOf(number);
    if (!isBetween(digits.length, DIGITS_LEAST, DIGITS_MOST) || isInsideRun(candidate, number) || DATE.test(number))
      return 0;
    if (/^\d+$/.test(number) && (isCounting(digits) || isWrongTrunkOne(digits))) return 0;
    if (/^\d{13}$/.test(number) && !isInternationalNumber(digits)) return 0;
    if (/^\d+$/.test(number) && namesMeasure(candidate.label)) return 0;
    if (IS_CODE_LED.test(number) && !IS_LOCAL.test(number) && !isInternationalNumber(digits)) return 0;
    const isTelling = TELLING.some(({ form, accepts }) => form.test(number) && accepts(digits, number));
    if (candidate.hasContext) return isTelling ? SCORES.shaped : SCORES.worded;
    if (!isTelling || areColumns(withoutExtension(candidate.text))) return SCORES.bare;
    // Written as telephone numbers alone are, it is one under any label.
    const isOtherNumber = IS_TEN_DIGITS.test(number) && namesOtherNumber(candidate.label);
    return isOtherNumber ? SCORES.bare : SCORES.shaped;
  },
  hits: [
    "+14155552671",
    "+1 (415) 555-2671 x204",
    "+1-903-140-4508x769",
    "+44 7700 900123",
    "+1+(415)+555-2671+x204",
    "+33+6+12+34+56+78",
    "+447700 921 916",
    "+49 30 12345678",
    "+33 6 12 34 56 78",
    "+46 (0)8 928 571 38",
    "+1.415.555.2671",
    "001-518-640-0854",
    "(579)888-3058",
    "415-555-2671",
    "1(567)362-8910",
    "930.167.3943",

    "msisdn 4915112345678",
    "0176/12345678",
    "call me at 4155552671",
    "Mobile: 4155552671",
    "phone 852-91234567",
    "phone 40740 123 456",
    "mobile 55 (17) 6332-2155",
    "345-899-3560x4587",
    "1-800-356-9377",
    "07700 900 123",
    "(08) 8747 6301",
    "01.84.17.61.18",
    "083 564 9312",
    "0 (917) 123 4567",
    "0-532-123-45-67",
    "030/12345678",
    "(71) 4233-6306",
    "07700  900  123",
    "tel=07700+900+123",
    "+1+4155552671",
  ],
  misses: [
    "contact_id: 123456789",
    "call id 4155552671",
    "phone_verified_at=1748503543",
    '"callDurationMs":"12345678"',
    "sku 401-990-762",
    "range 123-4567",
    "nhs number: 943-476-5918",
    "CA SIN 731-530-1050",
    "01-23-45-67-89-AK",
    "phone 12345678901",
    "phone 1748503543012",
    "phone 215-91234567",
    "046 454 286",
    "order 123456789012",
    '{"ts":1748503543012}',
    "2026-01-14 09:30:00",
    "05-12-2022 04",
    "+999 123 4567",
    "+1.2345678901",
    "+0000",
    "112-555-2671",
    "112-555-2671.2001",
    "415-155-2671",
    "20260114093000",
    "10.0.19045.3803",
    "(2019) 123-456",
    "550e8400-e29b-41d4-a716-446655440000",
    "4155552671",
    "heap 512/1024 in 12.5ms",
    "02 01 01 00  00 00",
    "0  8964 18977",
  ],
};

/** True for most numbers in plain ASCII that begin with a plus sign, hold no other and no point, bracket or extension. */
function isOrdinary({ bytes, start, end }: RawMatch): boolean {
  if (bytes[start] !== PLUS || start === 0 || !isPlain(bytes[start - 1]) || bytes[start - 1] === PLUS) return false;
  if (isHexAfterPercent(bytes, start)) return false;
  let digits = 0;
  let leading = 0;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 0x30 && byte <= 0x39) {
      if (digits++ < 3) leading = leading * 10 + byte - 0x30;
    } else if (byte !== SPACE && byte !== HYPHEN) return false;
  }
  return isBetween(digits, DIGITS_LEAST, DIGITS_MOST) && isInternational(leading, digits);
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** Area and exchange begin with 2 to 9, and no area has 9 in the middle or ends in 11. */
function isNorthAmerican(digits: string): boolean {
  return /^[2-9](?:[02-8]\d|1[02-9])[2-9]\d{6}$/.test(digits);
}

/** Nine digits are told from other numbers by four groups only: three by three is how identity numbers are written. */
function isTrunkNumber(digits: string, number: string): boolean {
  // Mobiles of Germany have a digit more.
  const most = /^01[5-7]/.test(digits) ? 12 : 11;
  return isBetween(digits.length, number.split(/\D+/).filter((group) => group !== "").length > 3 ? 9 : 10, most);
}

/** `12345678901`: what people type where a number is asked for. */
function isCounting(digits: string): boolean {
  return "01234567890123456789".includes(digits);
}

/** Eleven digits from 1 are North American, or a mobile of China. */
function isWrongTrunkOne(digits: string): boolean {
  return /^1\d{10}$/.test(digits) && !isNorthAmerican(digits.slice(1)) && !/^1[3-9]/.test(digits);
}

/** A number that goes on beside it, or a piece of an id. A number with its `+` is one whatever stands there. */
function isInsideRun({ before, after }: Candidate, number: string): boolean {
  // A plus behind a number stands for the blank before the next one.
  if (before.endsWith("+")) return !(number.startsWith("+") && /^\d/.test(before));
  if (number.startsWith("+")) return false;
  // Of bytes in hex.
  if (/^-[A-Za-z]/.test(after) && /^\d\d(?:-\d\d)+$/.test(number)) return true;
  // Two of a person: nothing else that a slash parts is written like them.
  if (IS_NORTH_AMERICAN.test(number) && (before.endsWith("/") || after.startsWith("/"))) return false;
  return /(?:\d[./:-]|[A-Za-z][-_])$/.test(before) || /^(?:[./:-]\d|-[A-Za-z]*\d)/.test(after);
}
