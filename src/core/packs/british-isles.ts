/** Packs of the United Kingdom and Ireland. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import { all, form, sum, uncounted, varied } from "../validators/checks.ts";

/** `UK_POSTCODE`: which letters stand where, as Royal Mail publishes them. */
const OUTWARD = "(?:[A-PR-UWYZ](?:\\d{1,2}|\\d[A-HJKPSTUW]|[A-HK-Y]\\d{1,2}|[A-HK-Y]\\d[ABEHMNPRVWXY])|GIR)";
/** Half-years of new plates: 02 to 29 from March, 51 to 79 from September. */
const AGE = "(?:0[2-9]|[12]\\d|5[1-9]|[67]\\d)";

export const UK: readonly Scheme[] = [
  {
    entity: "UK_UTR",
    source: "HMRC, unique taxpayer reference: weighted mod 11, the check digit first",
    pattern: grouped(10),
    needsContext: true,
    words: ["utr", "unique taxpayer", "self assessment", "tax reference"],
    isValid: all(
      form(String.raw`\d{10}`),
      varied,
      sum({ weights: [6, 7, 8, 9, 10, 5, 4, 3, 2], from: 1, table: "21987654321", at: 0 }),
    ),
    hits: ["UTR 1955839661", "unique taxpayer reference: 19558 39661", "utr=2955839665", "tax reference: 195 583 9661"],
    misses: ["1955839661", "UTR 1955839662", "UTR 195583966", "utr 0000000000"],
  },
  {
    entity: "UK_PASSPORT",
    source: "HM Passport Office: nine digits, or two letters and seven digits; no check digit of its own",
    pattern: "(?:[A-Za-z]{2}\\d{7}|\\d{9})",
    needsContext: true,
    words: ["passport", "passports"],
    isValid: all(form("[A-Z]{2}\\d{7}|\\d{9}"), varied, uncounted),
    score: SCORES.worded,
    hits: ["passport XY9876543", "My passport number is CD7654321", "uk passport: ab1234567", "passport no. 925665416"],
    misses: [
      "XY9876543",
      "passport AB123456",
      "passport 1234567AB",
      "passport XY98765432",
      "passport 111111111",
      "passport 123456789",
    ],
  },
  {
    entity: "UK_DRIVING_LICENCE",
    source: "DVLA, driver number: name, date of birth, initials; its check letters are not public",
    pattern: "[A-Za-z][A-Za-z9]{4}\\d{6}[A-Za-z9]{2}[0-9A-Za-z][A-Za-z]{2}",
    words: ["driving licence", "driver number", "licence", "driving license"],
    isValid: form(
      "(?=.{5})[A-Z]{1,5}9{0,4}\\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\\d|3[01])\\d[A-Z9]{2}[0-9A-Z][A-Z]{2}",
    ),
    score: SCORES.shaped,
    hits: ["MORGA607054SM9IJ", "morga607054sm9ij", "FO999512018AA1AB", "SMITH862310AB1CD"],
    misses: ["MORGA613054SM9IJ", "MORGA607324SM9IJ", "MORGA607054SM9I", "MO9GA607054SM9IJ"],
  },
  {
    entity: "UK_POSTCODE",
    source: "Royal Mail, Postcode Address File: letters by place; no check digit",
    pattern: "[A-Za-z]{1,2}\\d[0-9A-Za-z]? ?\\d[A-Za-z]{2}",
    needsContext: true,
    words: ["postcode", "post code", "address", "postal"],
    isValid: form(`${OUTWARD}\\d[ABD-HJLNP-UW-Z]{2}`),
    score: SCORES.worded,
    hits: ["postcode SW1A 1AA", "address: 10 High St, M1 1AE", "post code ec1a1bb"],
    misses: ["SW1A 1AA", "post code QA1 1AA", "address M1 1AI", "address 1AA SW1A"],
  },
  {
    entity: "UK_VEHICLE_REGISTRATION",
    source: "DVLA, INF104: plates since 2001, 1983 and 1963; no check digit",
    pattern: "(?:[A-Za-z]{2}\\d{2} ?[A-Za-z]{3}|[A-Za-z]\\d{1,3} ?[A-Za-z]{3}|[A-Za-z]{3} ?\\d{1,3}[A-Za-z])",
    needsContext: true,
    words: ["registration", "vehicle", "vehicles", "plate", "plates", "vrn", "vrm", "reg"],
    isValid: form(
      `[A-HJ-PR-Y]{2}${AGE}[A-HJ-PR-Z]{3}|[A-HJ-NPR-TV-Y]\\d{1,3}[A-HJ-PR-Y]{3}|[A-HJ-PR-Y]{3}\\d{1,3}[A-HJ-NPR-TV-Y]`,
    ),
    score: SCORES.worded,
    hits: ["registration BD62XYZ", "vehicle AB51 ABC", "plate K1 ABC", "vrn abc 123d", "car reg: AB51 ABC"],
    misses: ["BD62XYZ", "plate IB51 ABC", "plate AB49 ABC", "plate I123 BCD", "plate ABC 123Z"],
  },
  {
    entity: "UK_VAT",
    source: "HMRC, VAT registration numbers: weighted mod 97, since 2009 less 55",
    pattern: "(?:GB|gb) ?\\d{3} ?\\d{4} ?\\d{2}(?: ?\\d{3})?",
    bare: String.raw`\d{3} ?\d{4} ?\d{2}`,
    words: ["vat"],
    isValid: (text) => {
      const digits = text.replace("GB", "");
      let total = Number(digits.slice(7, 9));
      for (let i = 0; i < 7; i++) total += (8 - i) * Number(digits[i]);
      return (
        /^\d{9}(?:\d{3})?$/.test(digits) &&
        varied(digits) &&
        (total % 97 === 0 || (digits >= "1" && [42, 55].includes(total % 97)))
      );
    },
    score: SCORES.strong,
    hits: ["GB 980 7806 84", "GB980780684", "VAT 980 7806 84"],
    misses: ["980780684", "GB 980 7806 85", "VAT 802311781", "GB 000 0000 00"],
  },
];

export const IE: readonly Scheme[] = [
  {
    entity: "IE_PPSN",
    source: "Department of Social Protection, personal public service number: mod 23",
    pattern: "\\d{7}[ -]?[A-Wa-w] ?[A-IWa-iw]?",
    needsContext: true,
    words: ["pps", "ppsn", "pps no", "personal public service", "rsi"],
    isValid: (text) =>
      sum({
        weights: text.length > 8 ? [8, 7, 6, 5, 4, 3, 2, 0, 9] : [8, 7, 6, 5, 4, 3, 2],
        table: "WABCDEFGHIJKLMNOPQRSTUV",
        at: 7,
        // A to I count 1 to 9; the W of a wife nothing.
        worth: (character) => ("0123456789".includes(character) ? Number(character) : "WABCDEFGHI".indexOf(character)),
      })(text),
    hits: ["PPSN 6433435F", "PPS No 6433435FW", "ppsn: 6433435OA", "RSI number: 6433435 FW"],
    misses: ["6433435F", "PPSN 6433435E", "PPSN 6433435OB", "pps 643343F"],
  },
];
