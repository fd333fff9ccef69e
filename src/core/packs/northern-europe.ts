/** Packs of the Netherlands, Belgium, Poland and the Nordic countries. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import {
  all,
  any,
  date,
  form,
  luhn,
  part,
  remainder,
  REST_OF_10,
  REST_OF_11,
  sum,
  TO_11,
  varied,
} from "../validators/checks.ts";

export const NL: readonly Scheme[] = [
  {
    entity: "NL_VAT",
    source: "Wet op de omzetbelasting: eleven-test of the number, or mod 97 of the whole since 2020",
    pattern: "(?:NL|nl) ?\\d{4}\\.?\\d{2}\\.?\\d{3}[ .]?[Bb]\\d{2}",
    isValid: all(
      form("NL\\d{9}B\\d{2}"),
      any(
        sum({ weights: [9, 8, 7, 6, 5, 4, 3, 2], from: 2, table: REST_OF_11, at: 10 }),
        // N, L and B are 23, 21 and 11.
        (text) => BigInt(`2321${text.slice(2, 11)}11${text.slice(12)}`) % 97n === 1n,
      ),
    ),
    hits: ["NL004495445B01", "NL 002455799 B11", "nl123456789b13", "NL 0044.95.445.B01"],
    misses: ["NL004495446B01", "NL123456789B90", "NL00449544B01", "NL004495445A01"],
  },
];

export const BE: readonly Scheme[] = [
  {
    entity: "BE_NRN",
    source: "Rijksregisternummer; 97 less the rest by 97, from 2000 on with a 2 in front",
    pattern: String.raw`\d{2}\.\d{2}\.\d{2}[.-]\d{3}[.-]\d{2}`,
    bare: grouped(11),
    words: [
      "rijksregister",
      "rijksregisternummer",
      "insz",
      "niss",
      "registre national",
      "national number",
      "nrn",
      "numéro national",
      "numero national",
      "national register",
      "rijksregisternr",
    ],
    isValid: all(
      // Month and day are zero where they are not known; months of foreigners plus 20 or 40.
      form(String.raw`\d{2}(?:[024]\d|[135][0-2])(?:[0-2]\d|3[01])\d{5}`),
      varied,
      any(
        remainder({ of: [0, 9], check: [9, undefined], modulus: 97, expected: (rest) => 97 - rest }),
        remainder({ of: [0, 9], check: [9, undefined], modulus: 97, expected: (rest) => 97 - rest, prefix: "2" }),
      ),
    ),
    score: SCORES.strong,
    hits: [
      "85.07.30-033.28",
      "rijksregisternummer 85073003328",
      "17.07.30-033.84",
      "85.07.30-033-28",
      "numéro national: 850730 033 28",
    ],
    misses: ["85.07.30-033.61", "85073003328", "85.07.99-033.28", "85.07.30-033.2"],
  },
  {
    entity: "BE_VAT",
    source: "Kruispuntbank van Ondernemingen: 97 less the rest by 97",
    pattern: "(?:BE|be) ?[01]\\d{3}[ .]?\\d{3}[ .]?\\d{3}",
    bare: String.raw`[01]\d{3}[ .]?\d{3}[ .]?\d{3}`,
    words: ["btw", "tva", "vat", "ondernemingsnummer", "kbo", "bce", "entreprise"],
    isValid: all(
      form("(?:BE)?[01]\\d{9}"),
      part(
        -10,
        undefined,
        remainder({ of: [0, 8], check: [8, undefined], modulus: 97, expected: (rest) => 97 - rest }),
      ),
    ),
    score: SCORES.strong,
    hits: ["BE0428759497", "BE 0428.759.497", "be0403019261", "BE 0428 759 497", "KBO 0428.759.497"],
    misses: ["BE0428759498", "BE431150351", "BE2428759497", "BE04287594970", "0428759497"],
  },
];

const regonDigits = sum({ weights: [8, 9, 2, 3, 4, 5, 6, 7], table: "01234567890" });
/** Of a place of business: five digits more. */
const localUnitDigits = sum({ weights: [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8], table: "01234567890" });

export const PL: readonly Scheme[] = [
  {
    entity: "PL_NIP",
    source: "Ustawa o zasadach ewidencji i identyfikacji podatników: NIP, mod 11",
    pattern: grouped(10),
    bare: "[Pp][Ll] ?\\d{10}",
    needsContext: true,
    words: ["nip", "vat"],
    isValid: (text) =>
      all(
        form(String.raw`\d{10}`),
        varied,
        sum({ weights: [6, 5, 7, 2, 3, 4, 5, 6, 7], table: REST_OF_11 }),
      )(text.replace("PL", "")),
    hits: ["NIP 856-734-62-15", "nip: 8567346215", "NIP PL8567346215", "NIP 856 73 46 215"],
    misses: ["8567346215", "NIP 856-734-62-14", "NIP 856734621", "nip 0000000000"],
  },
  {
    entity: "PL_REGON",
    source: "Główny Urząd Statystyczny, REGON: mod 11",
    pattern: String.raw`\d{3}[ -]?\d{3}[ -]?\d{3}(?:[ -]?\d{5})?`,
    needsContext: true,
    words: ["regon"],
    isValid: all(
      form(String.raw`\d{9}(?:\d{5})?`),
      varied,
      part(0, 9, regonDigits),
      (text) => text.length === 9 || localUnitDigits(text),
    ),
    hits: ["REGON 192598184", "regon: 123456785", "REGON=610188201", "REGON 192 598 184", "regon 12345678512347"],
    misses: ["192598184", "REGON 192598183", "REGON 19259818", "regon 000000000", "regon 12345678512348"],
  },
  {
    entity: "PL_ID_CARD",
    source: "Ustawa o dowodach osobistych: three letters and six digits, weights 7 3 1",
    pattern: "[A-Za-z]{3}[ -]?\\d{6}",
    needsContext: true,
    words: [
      "dowód",
      "dowod",
      "dowód osobisty",
      "dowod osobisty",
      "id card",
      "identity card",
      "dowodu",
      "dowodu osobistego",
    ],
    isValid: all(form("[A-Z]{3}\\d{6}"), sum({ weights: [7, 3, 1, 0, 7, 3, 1, 7, 3], table: REST_OF_10, at: 3 })),
    hits: ["dowód osobisty ABS123456", "id card: ABA300000", "dowod abs 123456", "nr dowodu: ABS-123456"],
    misses: ["ABS123456", "dowód ABS123457", "dowód ABS12345", "dowód osobisty AB1234567"],
  },
];

const SWEDISH = {
  words: ["personnummer", "personnr", "person nr", "pnr", "personal identity", "personal number", "samordningsnummer"],
};

export const SE: readonly Scheme[] = [
  {
    entity: "SE_PERSONNUMMER",
    source: "Folkbokföringslagen, section 18; Luhn over ten digits, days of coordination numbers plus 60",
    pattern: String.raw`(?:18|19|20)?\d{6}[-+]\d{4}`,
    bare: String.raw`(?:18|19|20)?\d{6} ?\d{4}`,
    words: SWEDISH.words,
    isValid: all(
      form(String.raw`(?:18|19|20)?\d{10}`),
      part(-10, undefined, luhn),
      part(-10, undefined, date("yymmdd", { dayPlus: [0, 60] })),
    ),
    hits: ["811228-9874", "19811228-9874", "personnummer 198112289874", "811228+9874", "personnr 811228 9874"],
    misses: ["811228-9875", "8112289874", "811328-9874", "811228-98744"],
  },
  {
    entity: "SE_ORGANISATIONSNUMMER",
    source: "Lag om identitetsbeteckning för juridiska personer: Luhn, third digit 2 or more",
    pattern: String.raw`(?:16)?[1-35-9]\d[2-9]\d{3}[ -]?\d{4}`,
    needsContext: true,
    words: [
      "organisationsnummer",
      "orgnr",
      "org nr",
      "organisation number",
      "vat",
      "momsnr",
      "org nummer",
      "company registration",
    ],
    isValid: all(form(String.raw`(?:16)?[1-35-9]\d[2-9]\d{7}`), part(-10, undefined, luhn)),
    hits: ["organisationsnummer 556703-7485", "orgnr: 2120000142", "org.nr 212000-0142", "Org. nummer: 556703 7485"],
    misses: ["556703-7485", "orgnr 556703-7486", "orgnr 5517037485", "orgnr 556703-748"],
  },
];

export const NO: readonly Scheme[] = [
  {
    entity: "NO_FNR",
    source: "Folkeregisterforskriften: fødselsnummer and d-nummer, two mod 11 digits",
    pattern: grouped(11),
    needsContext: true,
    words: [
      "fødselsnummer",
      "fodselsnummer",
      "personnummer",
      "fnr",
      "fødselsnr",
      "d nummer",
      "national identity",
      "personnr",
      "fodselsnr",
    ],
    isValid: all(
      form(String.raw`\d{11}`),
      date("ddmmyy", { dayPlus: [0, 40], monthPlus: [0, 40, 65, 80] }),
      sum({ weights: [3, 7, 6, 1, 8, 9, 4, 5, 2], table: TO_11, at: 9 }),
      sum({ weights: [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], table: TO_11 }),
    ),
    score: SCORES.strong,
    hits: ["fødselsnummer 15108695088", "fnr: 151086 95088", "personnummer 15108695088", "personnr. 15 10 86 95088"],
    misses: ["15108695088", "fnr 15108695077", "fnr 15138695088", "fnr 1510869508"],
  },
];

export const DK: readonly Scheme[] = [
  {
    entity: "DK_CPR",
    source: "CPR-kontoret, personnumre: date and serial; mod 11 holds for numbers before 2007 only",
    pattern: String.raw`\d{6}[ -]?\d{4}`,
    needsContext: true,
    words: ["cpr", "cpr nr", "personnummer", "cprnr", "cprnummer", "personal identification"],
    isValid: all(form(String.raw`\d{10}`), date("ddmmyy")),
    score: SCORES.worded,
    hits: ["CPR 211062-5629", "cpr-nr: 2110625629", "personnummer 010190-1234", "CPR-nummer 211062 5629"],
    misses: ["211062-5629", "CPR 211362-5629", "CPR 320162-5629", "cpr 211062-562"],
  },
];

const HETU_CENTURY = "[-+A-FU-Ya-fu-y]";
const HETU_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY";

export const FI: readonly Scheme[] = [
  {
    entity: "FI_HETU",
    source: "Digi- ja väestötietovirasto, henkilötunnus: mod 31",
    pattern: `\\d{6}${HETU_CENTURY}\\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]`,
    isValid: (text) => {
      const digits = text.slice(0, 6) + text.slice(-4, -1);
      return date("ddmmyy")(text) && HETU_LETTERS[Number(digits) % 31] === text.at(-1);
    },
    hits: ["131052-308T", "010594Y9032", "131052+308T", "020594x903p"],
    misses: ["131052-308S", "131352-308T", "131052/308T", "131052-308TX"],
  },
  {
    entity: "FI_BUSINESS_ID",
    source: "Patentti- ja rekisterihallitus, Y-tunnus: weights 7 9 10 5 8 4 2, mod 11",
    pattern: String.raw`\d{7}-?\d`,
    needsContext: true,
    words: ["y tunnus", "ytunnus", "business id", "fo nummer", "alv", "vat"],
    isValid: all(form(String.raw`\d{8}`), varied, sum({ weights: [7, 9, 10, 5, 8, 4, 2], table: TO_11 })),
    hits: ["Y-tunnus 2077474-0", "business id: 0737546-2", "y-tunnus 1572860-0", "Y-tunnus: 20774740"],
    misses: ["2077474-0", "Y-tunnus 2077474-1", "Y-tunnus 207747-0", "Y-tunnus 0000000-1"],
  },
];
