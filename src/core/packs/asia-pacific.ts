/** Packs of India, Singapore, Korea, Japan, China, Hong Kong, Taiwan, Thailand and Australia. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import { all, any, date, form, placeIn, sum, TO_10, TO_11_OR_0, varied } from "../validators/checks.ts";

export const IN: readonly Scheme[] = [
  {
    entity: "IN_GSTIN",
    source: "Central Goods and Services Tax Rules, 2017, rule 10: state, PAN, entity, Z, mod 36",
    pattern: "\\d{2}[A-Za-z]{5}\\d{4}[A-Za-z][1-9A-Za-z][Zz][0-9A-Za-z]",
    words: ["gst", "gstin", "goods and services"],
    isValid: form("(?:0[1-9]|[12]\\d|3[0-7]|97|99)[A-Z]{5}(?!0000)\\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]"),
    isProven: hasGstinCheck,
    score: SCORES.strong,
    hits: ["27AAPFU0939F1ZV", "29aagcb7383j1z4", "GSTIN 27ABCDE1234F1Z5"],
    misses: ["27ABCDE1234F1Z5", "39AAPFU0939F1ZV", "27AAPFU0939F1YV", "27AAPFU0939F1ZVV"],
  },
  {
    entity: "IN_PASSPORT",
    source: "Passport Seva: letter and seven digits; no check digit of its own",
    pattern: "[A-PR-WYa-pr-wy] ?[1-9]\\d ?\\d{4}[1-9]",
    needsContext: true,
    words: ["passport"],
    isValid: () => true,
    score: SCORES.worded,
    hits: ["passport B3097651", "my passport number is T3569075", "passport: k12 34567", "passport: B 3097651"],
    misses: ["B3097651", "passport B0097650", "passport Q3097651", "passport B309765"],
  },
  {
    entity: "IN_VOTER",
    source: "Election Commission of India, EPIC: three letters and seven digits",
    pattern: "(?:[A-Z]{3} ?|[A-Za-z]{3})\\d{7}",
    needsContext: true,
    words: ["voter", "vote", "epic", "election", "elector"],
    isValid: form("[A-Z]{3}\\d{7}"),
    score: SCORES.worded,
    hits: ["voter KSD1287349", "EPIC no. uzb2345117", "You can vote with your CPJ4467918", "voter ID: KSD 1287349"],
    misses: ["KSD1287349", "voter A8923571WZ", "voter KSD128734", "voter KSDA1287349"],
  },
];

const BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Luhn in base 36, weights 1 and 2 from the left. */
function hasGstinCheck(text: string): boolean {
  let total = 0;
  for (let i = 0; i < 14; i++) {
    const product = BASE_36.indexOf(text[i]) * ((i % 2) + 1);
    total += Math.floor(product / 36) + (product % 36);
  }
  return BASE_36[(36 - (total % 36)) % 36] === text[14];
}

const nricSum = (plus: number, table: string) => sum({ weights: [2, 7, 6, 5, 4, 3, 2], from: 1, plus, table });

export const SG: readonly Scheme[] = [
  {
    entity: "SG_NRIC_FIN",
    source: "Immigration and Checkpoints Authority: NRIC and FIN, a letter for the rest by 11",
    pattern: "[STFGMstfgm]\\d{7}[A-Za-z]",
    bare: "[A-Za-z][ -]?\\d{7}[ -]?[A-Za-z]",
    words: ["nric", "fin"],
    isValid: form("[A-Z]\\d{7}[A-Z]"),
    isProven: any(
      all(form("S.*"), nricSum(0, "JZIHGFEDCBA")),
      all(form("T.*"), nricSum(4, "JZIHGFEDCBA")),
      all(form("F.*"), nricSum(0, "XWUTRQPNMLK")),
      all(form("G.*"), nricSum(4, "XWUTRQPNMLK")),
      all(form("M.*"), nricSum(3, "XWUTRQPNJLK")),
    ),
    hits: ["S9108268C", "T7572225C", "nric G1122144L", "NRIC: S 9108268 C", "FIN: A1234567Z"],
    misses: ["S9108268D", "A1234567Z", "S910826C", "nric PA12348L"],
  },
  {
    entity: "SG_UEN",
    source: "ACRA, unique entity number; its check letter is not public",
    pattern: "(?:\\d{8,9}[A-Za-z]|[TSRtsr]\\d{2}[A-Za-z]{2}\\d{4}[A-Za-z])",
    needsContext: true,
    words: ["uen", "entity number"],
    isValid: () => true,
    score: SCORES.worded,
    hits: ["UEN 53125226D", "uen: T16RF0037C", "entity number 201131415A"],
    misses: ["53125226D", "UEN 5312522D", "UEN U16RF0037C", "uen T16RF0037"],
  },
];

const koreanSum = (plus: number) => sum({ weights: [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5], plus, table: "10987654321" });

export const KR: readonly Scheme[] = [
  {
    entity: "KR_RRN",
    source: "Resident Registration Act; check digit until October 2020",
    pattern: String.raw`\d{6}-[0-49]\d{6}`,
    bare: String.raw`\d{6}\x20{0,2}[0-49]\d{6}`,
    words: ["rrn", "resident registration", "주민등록번호", "주민번호"],
    isValid: all(form(String.raw`\d{6}[1-49](?:[0-8]\d|9[0-6])\d{4}`), date("yymmdd")),
    isProven: koreanSum(0),
    hits: ["960121-1021413", "RRN 960121-1234567", "rrn: 9601211021413", "주민등록번호는 960121 1021413"],
    misses: ["960121-1234567", "RRN 001332-1234567", "RRN 960303-0021413", "9601211021413", "RRN 960121+1021413"],
  },
  {
    entity: "KR_FRN",
    source: "Immigration Act; foreign registration number, check digit until October 2020",
    pattern: String.raw`\d{6}-[5-8]\d{6}`,
    bare: String.raw`\d{6}\x20{0,2}[5-8]\d{6}`,
    words: ["frn", "foreign registration", "foreigner registration", "외국인등록번호", "alien registration"],
    isValid: all(form(String.raw`\d{6}[5-8]\d{6}`), date("yymmdd")),
    isProven: koreanSum(2),
    hits: [
      "FRN 911124-5678901",
      "frn: 9111245678906",
      "foreign registration 000505-7637892",
      "alien registration number: 911124 5678901",
    ],
    misses: ["FRN 001332-5234567", "9111245678906", "FRN 960303-0021413", "frn 911124-567890"],
  },
  {
    entity: "KR_BRN",
    source: "National Tax Service, business registration number: weights 1 3 7",
    pattern: grouped(10),
    needsContext: true,
    words: ["brn", "business registration", "사업자등록번호", "사업자번호", "사업자 등록번호"],
    isValid: (text) =>
      all(
        form(String.raw`(?:10[1-9]|1[1-9]\d|[2-9]\d\d)(?:0[1-9]|[1-9]\d)(?!0000)\d{5}`),
        varied,
        sum({
          weights: [1, 3, 7, 1, 3, 7, 1, 3, 5],
          plus: Math.floor((Number(text[8]) * 5) / 10),
          table: TO_10,
        }),
      )(text),
    hits: ["BRN 104-86-56659", "business registration: 1048656659", "brn 116-82-00276", "사업자번호: 104 86 56659"],
    misses: ["104-86-56659", "BRN 104-86-56658", "BRN 110-81-4127", "brn 0000000000"],
  },
  {
    entity: "KR_PASSPORT",
    source: "Passport Act: letter and eight digits, since 2021 with a letter in the fifth place",
    pattern: "[MSRODGmsrodg](?:\\d{8}|\\d{3}[A-Za-z]\\d{4})",
    needsContext: true,
    words: ["passport", "여권", "여권번호"],
    isValid: () => true,
    score: SCORES.worded,
    hits: ["passport M123A4567", "Korean passport: M12345678", "passport d789c1234"],
    misses: ["M123A4567", "passport M12A4567", "passport M123456789", "passport M123AB567"],
  },
  {
    entity: "KR_DRIVER_LICENSE",
    source: "Road Traffic Act: region, year, serial, check; the check is not public",
    pattern: "(?:1[1-9]|2[0-8])[\\x20-]\\d{2}[\\x20-]\\d{6}[\\x20-]\\d{2}",
    needsContext: true,
    words: ["license", "licence", "면허", "운전면허"],
    isValid: () => true,
    score: SCORES.worded,
    hits: [
      "driver license 11-22-123456-12",
      "licence: 13-22-123456-12",
      "driver's license 28-01-654321-10",
      "운전면허번호: 11 22 123456 12",
    ],
    misses: ["11-22-123456-12", "license 99-22-123456-12", "license 11-22-123456-1", "license 111-22-123456-12"],
  },
];

export const JP: readonly Scheme[] = [
  {
    entity: "JP_MY_NUMBER",
    source: "Ministry of Internal Affairs ordinance 85 of 2014: individual number, mod 11",
    pattern: grouped(12),
    needsContext: true,
    words: ["my number", "mynumber", "individual number", "マイナンバー", "個人番号"],
    isValid: all(
      form(String.raw`\d{12}`),
      varied,
      sum({ weights: [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], table: TO_11_OR_0 }),
    ),
    hits: [
      "My Number 1234 5678 9018",
      "my number: 123456789018",
      "マイナンバー: 1234-5678-9018",
      "マイナンバーは1234 5678 9018",
    ],
    misses: ["1234 5678 9018", "My Number 123456789017", "My Number 12345678901", "my number 000000000000"],
  },
  {
    entity: "JP_CORPORATE_NUMBER",
    source: "National Tax Agency, 法人番号: weights 1 and 2, mod 9, the check digit first",
    pattern: grouped(13),
    needsContext: true,
    words: ["corporate number", "法人番号"],
    isValid: all(
      form(String.raw`[1-9]\d{12}`),
      sum({ weights: [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], from: 1, table: "987654321", at: 0 }),
    ),
    hits: [
      "corporate number 5835678256246",
      "法人番号: 5835678256246",
      "Corporate Number: 7000012050002",
      "法人番号: 5-8356-7825-6246",
    ],
    misses: [
      "5835678256246",
      "corporate number 2835678256246",
      "corporate number 583567825624",
      "法人番号 0835678256246",
    ],
  },
];

export const CN: readonly Scheme[] = [
  {
    entity: "CN_RESIDENT_ID",
    source: "GB 11643-1999: region, date, ISO/IEC 7064 MOD 11-2",
    pattern: "[1-9]\\d{5}[ -]?\\d{4}[ -]?\\d{4}[ -]?\\d{3}[0-9Xx]",
    needsContext: true,
    words: ["resident id", "identity card", "id card", "身份证", "身份证号", "公民身份号码", "证件号码"],
    isValid: all(
      form("[1-9]\\d{16}[0-9X]"),
      date("yyyymmdd", { at: 6 }),
      sum({ weights: [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], table: "10X98765432" }),
    ),
    score: SCORES.strong,
    hits: [
      "resident id 11010519491231002X",
      "身份证: 440524188001010014",
      "ID card 11010519491231002x",
      "我的身份证号是110105 19491231 002X",
    ],
    misses: [
      "11010519491231002X",
      "id card 110105194912310029",
      "id card 11010519491331002X",
      "id card 1101051949123100",
    ],
  },
];

export const HK: readonly Scheme[] = [
  {
    entity: "HK_HKID",
    source: "Registration of Persons Regulations: letters, six digits, mod 11 in brackets",
    pattern: "[A-Za-z]{1,2}\\d{6}\\([0-9Aa]\\)",
    bare: "[A-Za-z]{1,2}\\d{6}[0-9Aa]",
    words: ["hkid", "hong kong id", "identity card", "身份證", "身份证"],
    // A blank in front of a single letter counts 36.
    isValid: (text) =>
      sum({
        weights: [9, 8, 7, 6, 5, 4, 3, 2],
        table: "0A987654321",
        worth: placeIn("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ "),
      })(text.padStart(9)),
    hits: ["A123456(3)", "HKID AB9876543", "c668668(9)", "香港身份證: A1234563"],
    misses: ["A123456(4)", "A1234563", "HKID A1234564", "A12345(3)"],
  },
];

const TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO";

export const TW: readonly Scheme[] = [
  {
    entity: "TW_ID",
    source: "Household Registration Act: letter as two digits, sex, mod 10",
    pattern: "[A-Za-z][1289]\\d{8}",
    needsContext: true,
    words: ["taiwan id", "national id", "身分證", "身分證字號", "identity card", "身份證字號", "統一編號"],
    isValid: (text) =>
      sum({ weights: [1, 9, 8, 7, 6, 5, 4, 3, 2, 1], table: TO_10 })(
        String(10 + TW_LETTERS.indexOf(text[0])) + text.slice(1),
      ),
    hits: ["Taiwan ID A123456789", "身分證: A123456789", "national id f131104093", "身份證字號: A123456789"],
    misses: ["A123456789", "taiwan id A123456788", "taiwan id A323456789", "taiwan id A12345678"],
  },
];

export const TH: readonly Scheme[] = [
  {
    entity: "TH_TNIN",
    source: "Bureau of Registration Administration: kind, province, mod 11",
    pattern: grouped(13),
    needsContext: true,
    words: ["tnin", "thai", "thai national", "thai id", "เลขประจำตัวประชาชน", "บัตรประชาชน", "เลขบัตร", "citizen id"],
    isValid: all(
      form(String.raw`[1-8](?:1[0-9]|2[0-7]|3[0-9]|4[0-9]|5[0-8]|6[0-7]|7[0-7]|8[0-6]|9[0-6])\d{10}`),
      varied,
      sum({ weights: [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2], table: "10987654321" }),
    ),
    hits: [
      "TNIN 2345678901234",
      "Thai ID: 1-2345-67890-12-1",
      "thai national id 4567890123459",
      "เลขประจำตัวประชาชน 2345678901234",
      "บัตรประชาชน: 1 2345 67890 12 1",
    ],
    misses: ["2345678901234", "TNIN 2345678901235", "TNIN 1034567890124", "TNIN 0345678901234"],
  },
];

export const AU: readonly Scheme[] = [
  {
    entity: "AU_ABN",
    source: "Australian Business Register, format of the ABN: mod 89",
    pattern: String.raw`\d{2} \d{3} \d{3} \d{3}`,
    bare: grouped(11),
    words: ["abn", "business number"],
    isValid: (text) => {
      const weights = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];
      const total = weights.reduce((sofar, weight, i) => sofar + weight * (Number(text[i]) - (i === 0 ? 1 : 0)), 0);
      return /^(?:1[1-9]|[2-9]\d)\d{9}$/.test(text) && total % 89 === 0;
    },
    score: SCORES.strong,
    hits: ["51 824 753 556", "ABN 51824753556", "83 914 571 673", "ABN 51-824-753-556"],
    misses: ["52 824 753 556", "51824753556", "ABN 51824753557", "51 824 753 5564"],
  },
  {
    entity: "AU_ACN",
    source: "Corporations Regulations 2001, schedule 2: ACN, weights 8 to 1, mod 10",
    pattern: grouped(9),
    needsContext: true,
    words: ["acn", "company number"],
    isValid: all(form(String.raw`\d{9}`), varied, sum({ weights: [8, 7, 6, 5, 4, 3, 2, 1], table: TO_10 })),
    hits: ["ACN 005 499 981", "acn: 000000180", "company number 004 085 616", "ACN: 005-499-981"],
    misses: ["005 499 981", "ACN 824 753 557", "ACN 00549998", "acn 000000000"],
  },
];
