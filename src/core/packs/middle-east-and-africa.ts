/** Packs of Turkey, Israel and South Africa. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import { all, date, form, luhn, REST_OF_10, sum, varied } from "../validators/checks.ts";

export const TR: readonly Scheme[] = [
  {
    entity: "TR_NATIONAL_ID",
    source: "Nüfus Hizmetleri Kanunu: T.C. kimlik numarası, two check digits",
    pattern: grouped(11),
    needsContext: true,
    words: ["tckn", "tc kimlik", "kimlik", "tc no", "turkish id", "turkish", "national id", "vatandaşlık"],
    isValid: all(
      form(String.raw`[1-9]\d{10}`),
      // Minus one is nine by ten.
      sum({ weights: [7, 9, 7, 9, 7, 9, 7, 9, 7], table: REST_OF_10, at: 9 }),
      sum({ weights: Array.from({ length: 10 }, () => 1), table: REST_OF_10 }),
    ),
    score: SCORES.strong,
    hits: [
      "TCKN 10000000146",
      "T.C. Kimlik No: 36493665440",
      "Turkish ID 94357219628",
      "T.C. Kimlik: 364 936 654 40",
      "vatandaşlık numarası: 36493665440",
    ],
    misses: ["10000000146", "TCKN 10000000145", "TCKN 00000000000", "TCKN 123456789012"],
  },
];

export const IL: readonly Scheme[] = [
  {
    entity: "IL_ID",
    source: "Population and Immigration Authority, teudat zehut: Luhn",
    pattern: grouped(9),
    needsContext: true,
    words: ["teudat zehut", "israeli id", "tz", "תעודת זהות", "מספר זהות", "ת ז"],
    isValid: all(form(String.raw`\d{9}`), varied, luhn),
    hits: ["teudat zehut 039337423", "Israeli ID: 03933742-3", "tz 123456782", "ת.ז. 0-3933742-3"],
    misses: ["039337423", "teudat zehut 039337422", "tz 03933742", "tz 000000000"],
  },
];

export const ZA: readonly Scheme[] = [
  {
    entity: "ZA_ID",
    source: "Identification Act 68 of 1997: date, serial, citizenship, Luhn",
    pattern: grouped(13),
    needsContext: true,
    words: [
      "south african",
      "sa id",
      "za id",
      "rsa id",
      "id number",
      "identity number",
      "id no",
      "id document",
      "identity document",
    ],
    isValid: all(form(String.raw`\d{10}[012][89]\d`), date("yymmdd"), luhn),
    hits: [
      "South African ID 8001015009087",
      "ID number: 920220 1234 088",
      "id number 9202201234088",
      "ID document: 920220-1234-08-8",
    ],
    misses: ["8001015009087", "ID number 8001015009086", "ID number 9902294321191", "id number 80010150090"],
  },
];
