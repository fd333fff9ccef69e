/** Packs of Germany, Austria and Switzerland. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import {
  all,
  date,
  form,
  mod11And10,
  part,
  REST_OF_10,
  REST_OF_11,
  sum,
  TO_10,
  TO_11,
  varied,
} from "../validators/checks.ts";

/** Letters as two digits: A 01, B 02. */
function withNumberedLetter(text: string): string {
  return text.replace(/[A-Z]/, (letter) => String(letter.charCodeAt(0) - 64).padStart(2, "0"));
}

const pensionDigits = sum({
  weights: [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1],
  table: REST_OF_10,
  sumsDigits: true,
});
const insuranceDigits = sum({ weights: [1, 2, 1, 2, 1, 2, 1, 2, 1, 2], table: REST_OF_10, sumsDigits: true });
const machineReadable = sum({ weights: [7, 3, 1, 7, 3, 1, 7, 3, 1], table: REST_OF_10 });

export const DE: readonly Scheme[] = [
  {
    entity: "DE_SOCIAL_SECURITY",
    source: "Versicherungsnummern-, Kontoführungs- und Versicherungsverlaufsverordnung, section 4",
    pattern: "\\d{2}[ -]?\\d{6}[ -]?[A-Za-z][ -]?\\d{3}",
    isValid: all(form("\\d{8}[A-Z]\\d{3}"), date("ddmmyy", { at: 2, dayPlus: [0, 50] }), (text) =>
      pensionDigits(withNumberedLetter(text)),
    ),
    hits: ["15070649C103", "65070803A019", "15 070649 C 103", "15-070649-C-103"],
    misses: ["15070649C100", "15070049C103", "150706491103", "15070649C1030"],
  },
  {
    entity: "DE_HEALTH_INSURANCE",
    source: "Sozialgesetzbuch V, section 290: Krankenversichertennummer",
    pattern: "[A-Za-z] ?\\d{3} ?\\d{3} ?\\d{3}",
    needsContext: true,
    words: [
      "krankenversichertennummer",
      "krankenversicherung",
      "versichertennummer",
      "kvnr",
      "egk",
      "e gk",
      "krankenkasse",
      "health insurance",
      "kv nummer",
      "gesundheitskarte",
      "versicherten nr",
      "versicherten nummer",
    ],
    isValid: all(form("[A-Z]\\d{9}"), (text) => insuranceDigits(withNumberedLetter(text))),
    hits: [
      "KVNR A123456780",
      "eGK-Nummer M123456785",
      "Krankenversichertennummer: a123456780",
      "Gesundheitskarte: A 123 456 780",
    ],
    misses: ["A123456780", "KVNR M123456789", "KVNR A1234567890", "kvnr 1123456780"],
  },
  {
    entity: "DE_ID_CARD",
    source: "Personalausweisverordnung: serial number, check digit by ICAO 9303 where it is written",
    pattern: "[CFGHJKLMNPRTV-Zcfghjklmnprtv-z][0-9CFGHJKLMNPRTV-Zcfghjklmnprtv-z]{7}\\d{1,2}",
    needsContext: true,
    words: [
      "personalausweis",
      "ausweis",
      "ausweisnummer",
      "id card",
      "identity card",
      "personalausweisnummer",
      "personalausweisnr",
      "perso",
      "npa",
    ],
    isValid: (text) => /\d{4}|\d[A-Z]\d|\d{2}[A-Z]/.test(text) && (text.length === 9 || machineReadable(text)),
    score: SCORES.worded,
    hits: [
      "Personalausweis T22000129",
      "Ausweis Nr. T220001293",
      "id card: l01x00t44",
      "Personalausweisnummer: T220001293",
    ],
    misses: ["T22000129", "Ausweis T220001294", "Ausweis T2200012", "Ausweis A22000129"],
  },
  {
    entity: "DE_PASSPORT",
    source: "Passverordnung: serial number, check digit by ICAO 9303 where it is written",
    pattern: "[CFGHJKcfghjk][0-9CFGHJKLMNPRTV-Zcfghjklmnprtv-z]{7}\\d{1,2}",
    needsContext: true,
    words: ["reisepass", "reisepassnummer", "pass", "passnummer", "passport", "reisepassnr"],
    isValid: (text) => /\d{3}|\d[A-Z]\d/.test(text) && (text.length === 9 || machineReadable(text)),
    score: SCORES.worded,
    hits: ["Reisepass C01X00T41", "Pass-Nr.: F12345671", "passport cz6311t03", "Reisepassnr. C01X00T41"],
    misses: ["C01X00T41", "Reisepass B01X00T41", "Pass C012345678", "Reisepass C01X00T4"],
  },
  {
    entity: "DE_VAT_ID",
    source: "Umsatzsteuergesetz, section 27a; ISO/IEC 7064 MOD 11,10",
    pattern: "(?:DE|de)[ -]?\\d{3} ?\\d{3} ?\\d{3}",
    isValid: all(form("DE[1-9]\\d{8}"), part(2, undefined, mod11And10)),
    hits: ["DE136695976", "de136695976", "DE 136695976", "DE 136 695 976"],
    misses: ["DE136695977", "DE1366959760", "DE036695976", "FR136695976"],
  },
  {
    entity: "DE_LANR",
    source: "Kassenärztliche Bundesvereinigung, Arztnummern-Richtlinie: weights 4 9",
    pattern: grouped(9),
    needsContext: true,
    words: ["lanr", "arztnummer", "arzt nr"],
    isValid: all(form(String.raw`\d{9}`), varied, sum({ weights: [4, 9, 4, 9, 4, 9], table: TO_10, at: 6 })),
    hits: ["LANR 123456601", "Arztnummer: 100000601", "lanr=555555501", "LANR 1234566/01"],
    misses: ["123456601", "LANR 123456901", "LANR 1234566010", "LANR 000000000"],
  },
  {
    entity: "DE_BSNR",
    source: "Kassenärztliche Bundesvereinigung, Betriebsstättennummer; no check digit",
    pattern: String.raw`\d{2} ?\d{7}|\d{7} \d{2}`,
    needsContext: true,
    words: [
      "bsnr",
      "betriebsstättennummer",
      "betriebsstaettennummer",
      "betriebsstätte",
      "betriebsstätten",
      "betriebsstaetten",
    ],
    isValid: varied,
    score: SCORES.worded,
    hits: ["BSNR 521234567", "Betriebsstättennummer: 711234567", "bsnr=051234567", "Betriebsstätten-Nr.: 52 1234567"],
    misses: ["521234567", "BSNR 02123456", "BSNR 02123456A", "bsnr 111111111"],
  },
];

export const AT: readonly Scheme[] = [
  {
    entity: "AT_SVNR",
    source: "ASVG, section 30c; weights 3 7 9 5 8 4 2 1 6, mod 11",
    pattern: grouped(10),
    needsContext: true,
    words: [
      "svnr",
      "sv nr",
      "sozialversicherung",
      "sozialversicherungsnummer",
      "versicherungsnummer",
      "vnr",
      "sv nummer",
      "vsnr",
      "e card",
    ],
    isValid: all(
      form(String.raw`[1-9]\d{9}`),
      sum({ weights: [3, 7, 9, 0, 5, 8, 4, 2, 1, 6], table: REST_OF_11, at: 3 }),
    ),
    hits: [
      "SVNR 1237 010180",
      "Sozialversicherungsnummer: 1237010180",
      "sv-nr 1237 010180",
      "SV-Nummer: 1237-01 01 80",
    ],
    misses: ["1237 010180", "SVNR 2237 010180", "SVNR 0237 010180", "SVNR 1237 01018"],
  },
  {
    entity: "AT_VAT_ID",
    source: "Umsatzsteuergesetz 1994, article 28",
    pattern: "(?:AT ?U|at ?u) ?\\d{8}",
    isValid: all(
      form("ATU\\d{8}"),
      sum({ weights: [1, 2, 1, 2, 1, 2, 1], from: 3, table: TO_10, plus: 4, sumsDigits: true }),
    ),
    hits: ["ATU13585627", "atu13585627", "ATU 13585627", "AT U13585627"],
    misses: ["ATU13585626", "ATU1358562", "AT13585627", "ATU135856270"],
  },
];

export const CH: readonly Scheme[] = [
  {
    entity: "CH_AHV",
    source: "AHV-Nummer since 2008: country 756 and EAN-13",
    pattern: String.raw`756[ .-]\d{4}[ .-]\d{4}[ .-]\d{2}`,
    bare: String.raw`756\d{10}`,
    words: ["ahv", "avs", "ahvn", "navs", "sozialversicherung", "sozialversicherungsnummer", "oasi"],
    isValid: all(form(String.raw`756\d{10}`), sum({ weights: [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3], table: TO_10 })),
    hits: ["756.9217.0769.85", "AHV 7569217076985", "756.1234.5678.97", "AVS 756 9217 0769 85", "756-9217-0769-85"],
    misses: ["756.9217.0769.84", "7569217076985", "757.9217.0769.85", "756.9217.0769.8"],
  },
  {
    entity: "CH_UID",
    source: "Bundesgesetz über die Unternehmens-Identifikationsnummer; weights 5 4 3 2 7 6 5 4",
    pattern: "(?:CHE|che)[ -]?\\d{3}[ .]?\\d{3}[ .]?\\d{3}",
    isValid: all(form("CHE\\d{9}"), sum({ weights: [5, 4, 3, 2, 7, 6, 5, 4], from: 3, table: TO_11 })),
    hits: ["CHE-100.155.212", "CHE100155212", "che-107.787.577", "CHE 100 155 212"],
    misses: ["CHE-100.155.213", "CHE-100.155.21", "CH-100.155.212", "CHE-107.787.578"],
  },
];
