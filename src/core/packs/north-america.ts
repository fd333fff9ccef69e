/** Packs of North America: numbers of the United States, Canada and Mexico beyond those that every policy looks for. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import {
  all,
  any,
  behind,
  date,
  form,
  luhn,
  part,
  placeIn,
  sum,
  TO_10,
  TO_11,
  uncounted,
  varied,
} from "../validators/checks.ts";

const MBI_LETTER = "[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]";
const MBI_ANY = "[0-9AC-HJKMNP-RT-Yac-hjkmnp-rt-y]";
const mbi = (separator: string): string =>
  `[1-9]${MBI_LETTER}${MBI_ANY}\\d${separator}${MBI_LETTER}${MBI_ANY}\\d${separator}${MBI_LETTER}{2}\\d{2}`;

export const US: readonly Scheme[] = [
  {
    entity: "US_NPI",
    source: "45 CFR 162.406; Luhn with the prefix 80840",
    pattern: grouped(10),
    needsContext: true,
    words: ["npi", "national provider"],
    isValid: all(form(String.raw`[12]\d{9}`), part(0, 9, varied), behind("80840", luhn)),
    hits: ["NPI 1234567893", "npi: 1245319599", "NPI 1234-567-893", "npi 1234 567 893"],
    misses: ["1234567893", "NPI 1234567892", "NPI 3234567893", "NPI 1111111112"],
  },
  {
    entity: "US_DEA",
    source: "21 CFR 1301; Drug Enforcement Administration registration numbers",
    pattern: "[A-HJ-MPRSTUXa-hj-mprstux][A-Za-z9][ -]?\\d{7}",
    needsContext: true,
    words: ["dea", "medical license", "medical licence"],
    isValid: all(
      form("[A-HJ-MPRSTUX][A-Z9]\\d{7}"),
      sum({ weights: [1, 2, 1, 2, 1, 2], from: 2, table: "0123456789" }),
    ),
    hits: ["DEA AB1234563", "dea number: BB1388568", "DEA FA1234563", "DEA: AB-1234563"],
    misses: ["AB1234563", "DEA AB1234564", "DEA NB1234563", "dea AB123456"],
  },
  {
    entity: "US_MBI",
    source: "CMS, Understanding the Medicare Beneficiary Identifier Format; no check digit",
    pattern: mbi("-"),
    bare: mbi("[ -]?"),
    words: ["mbi", "medicare", "beneficiary"],
    isValid: () => true,
    score: SCORES.shaped,
    hits: ["1EG4-TE5-MK73", "1eg4-te5-mk73", "mbi 1EG4TE5MK73", "MBI: 1EG4 TE5 MK73"],
    misses: ["1SG4-TE5-MK73", "1EG4-TE5-OK73", "1EG4TE5MK73", "AEG4-TE5-MK73"],
  },
  {
    entity: "US_EIN",
    source: "IRS, Publication 1635; prefixes of the campuses, no check digit",
    pattern: String.raw`\d{2}[ -]\d{7}`,
    bare: String.raw`\d{9}`,
    needsContext: true,
    words: ["ein", "fein", "employer identification", "federal tax", "employer id"],
    isValid: form("(?:0[1-6]|1[0-6]|2[0-7]|[35]\\d|4[0-8]|6[0-8]|7[1-7]|8[0-8]|9[0-589])\\d{7}"),
    score: SCORES.worded,
    hits: ["EIN 12-3456789", "employer identification number: 91-1144442", "ein 123456789", "employer ID: 12 3456789"],
    misses: ["12-3456789", "EIN 07-3456789", "EIN 12-345678", "ein 1-23456789"],
  },
  {
    entity: "US_PASSPORT",
    source: "22 CFR 51; ICAO 9303 number field; no check digit of its own",
    pattern: "(?:[A-Za-z]\\d{8}|\\d{9})",
    needsContext: true,
    words: ["passport", "passports", "travel document"],
    isValid: all(varied, uncounted),
    score: SCORES.worded,
    hits: [
      "passport A12803456",
      "Passport no. 912803456",
      "my travel passport is a12803456",
      "travel document 912803456",
    ],
    misses: [
      "A12803456",
      "912803456",
      "passport A1280345",
      "passport 111111111",
      "passport 123456789",
      "uk passport: A12803456",
    ],
  },
  {
    entity: "US_BANK_ACCOUNT",
    source: "account numbers of banks: 8 to 17 digits; no check digit",
    pattern: String.raw`\d{8,17}|\d{4}(?:[ -]\d{4}){2}(?:[ -]?\d{1,4}){0,2}`,
    needsContext: true,
    words: ["bank account", "bank number", "account number", "account no", "acct", "checking", "savings"],
    isValid: varied,
    score: SCORES.worded,
    hits: [
      "bank account 945456787654",
      "Account number: 12345678",
      "acct 0045678901",
      "account number: 4304-7126-0112",
    ],
    misses: ["945456787654", "account 945456787654", "bank account 1234567", "acct 00000000", "savings 2023 2024"],
  },
];

export const CA: readonly Scheme[] = [
  {
    entity: "CA_HEALTH",
    source: "Ontario health number (Luhn); British Columbia personal health number (mod 11)",
    pattern: grouped(10),
    needsContext: true,
    words: ["health card", "health number", "ohip", "phn", "msp", "care card", "carte santé", "carte sante"],
    isValid: all(
      varied,
      any(
        all(form(String.raw`[1-9]\d{9}`), luhn),
        all(form(String.raw`9\d{9}`), sum({ weights: [2, 4, 8, 5, 10, 9, 7, 3], from: 1, table: TO_11 })),
      ),
    ),
    hits: ["PHN 9698658215", "OHIP 9876 543 217", "health card: 9876-543-217", "carte santé: 9876-543-217"],
    misses: ["9698658215", "PHN 9698658216", "OHIP 5876 543 218", "PHN 0698658215"],
  },
  {
    entity: "CA_BN",
    source: "Canada Revenue Agency, business number and program account",
    pattern: "\\d{5} ?\\d{4} ?(?:RC|RM|RP|RT|RR|RZ|rc|rm|rp|rt|rr|rz) ?\\d{4}",
    bare: String.raw`\d{5} ?\d{4}`,
    words: ["business number", "gst", "hst", "cra", "numéro d entreprise"],
    isValid: all(form("\\d{9}(?:R[CMPTRZ]\\d{4})?"), varied, part(0, 9, luhn)),
    hits: ["123026635 RC 0001", "123026635RT0001", "GST 123026635", "business number: 12302 6635"],
    misses: ["123026635", "123026636 RC 0001", "GST 123026636", "123026635 RX 0001"],
  },
];

const CURP_LETTERS = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ";
const CURP_STATE =
  "(?:AS|BC|BS|CC|CH|CL|CM|CS|DF|DG|GR|GT|HG|JC|MC|MN|MS|NE|NL|NT|OC|PL|QR|QT|SL|SP|SR|TC|TL|TS|VZ|YN|ZS)";

export const MX: readonly Scheme[] = [
  {
    entity: "MX_CURP",
    source: "SEGOB, Instructivo Normativo para la Asignación de la CURP",
    pattern: "[A-Za-z]{4}\\d{6}[HMXhmx][A-Za-z]{5}[0-9A-Za-z]\\d",
    isValid: all(
      form(`[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX]${CURP_STATE}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\\d`),
      date("yymmdd", { at: 4 }),
      sum({
        weights: Array.from({ length: 17 }, (_, i) => 18 - i),
        table: TO_10,
        worth: placeIn(CURP_LETTERS),
      }),
    ),
    score: SCORES.strong,
    hits: ["BOXW310820HNERXN09", "boxw310820hnerxn09", "HEGG560427MVZRRL04"],
    misses: ["BOXW310820HNERXN08", "BOXW311320HNERXN09", "BOXW310820HXXRXN09", "BOXW310820HNERXN0"],
  },
  {
    entity: "MX_RFC",
    source: "SAT, Registro Federal de Contribuyentes; the check character varies",
    pattern: "(?:[A-Z&]{3,4}[ -]?|[A-Za-z&]{3,4}-?)\\d{6}[ -]?[0-9A-Za-z]{3}",
    needsContext: true,
    words: ["rfc", "contribuyente", "contribuyentes"],
    isValid: any(
      all(form("[A-Z&]{4}\\d{6}[0-9A-Z]{3}"), date("yymmdd", { at: 4 })),
      all(form("[A-Z&]{3}\\d{6}[0-9A-Z]{3}"), date("yymmdd", { at: 3 })),
    ),
    score: SCORES.worded,
    hits: ["RFC GODE561231GR8", "rfc: MAB930714801", "RFC del contribuyente COMG600703D22", "RFC: GODE-561231-GR8"],
    misses: ["GODE561231GR8", "RFC GODE561331GR8", "RFC 791", "RFC GODE561231"],
  },
  {
    entity: "MX_CLABE",
    source: "Banco de México, Clave Bancaria Estandarizada: weights 3 7 1",
    pattern: String.raw`\d{3}[ -]?\d{3}[ -]?\d{11}[ -]?\d|\d{4}(?:[ -]\d{4}){3}[ -]\d{2}`,
    needsContext: true,
    words: ["clabe", "cuenta", "interbancaria"],
    isValid: all(
      form(String.raw`\d{18}`),
      varied,
      sum({ weights: [3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7], table: TO_10 }),
    ),
    hits: [
      "CLABE 032180000118359719",
      "clabe: 002010077777777771",
      "cuenta 032180000118359719",
      "CLABE 032 180 00011835971 9",
      "CLABE: 0321 8000 0118 3597 19",
    ],
    misses: ["032180000118359719", "CLABE 032180000118359718", "CLABE 03218000011835971", "clabe 000000000000000000"],
  },
];
