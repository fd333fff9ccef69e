/**
 * National identity numbers.
 *
 * Owns shapes, words and scores; the rules are in validators/national-ids.ts. A bare run of digits passes one of these
 * rules in ten or so: it counts beside a word only.
 */
import { type Detector, SCORES } from "../detector.ts";
import { isInsideNumber } from "../validators/neighbours.ts";
import * as ids from "../validators/national-ids.ts";

interface Scheme {
  readonly entity: string;
  readonly source: string;
  /** As written with separators, or of letters and digits; counts by itself unless `needsContext`. */
  readonly pattern: string;
  /** A bare run of digits: beside a word only. */
  readonly bare?: string;
  readonly needsContext?: boolean;
  readonly words: readonly string[];
  readonly isValid: (text: string) => boolean;
  /** What `pattern` is worth by itself. */
  readonly score?: number;
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

function detectorOf({ entity, source, pattern, bare, needsContext = false, words, ...rest }: Scheme): Detector {
  const { isValid, score = SCORES.ranged, hits, misses } = rest;
  const bareShape = bare === undefined ? undefined : new RegExp(`^(?:${bare})$`);
  return {
    entity,
    source,
    pattern,
    ...(bare === undefined ? {} : { contextPattern: bare }),
    needsContext,
    boundary: "number",
    contextWords: words,
    validate(candidate) {
      const text = candidate.text.replaceAll(/[^0-9A-Za-z]/g, "").toUpperCase();
      if (!isValid(text) || isInsideNumber(candidate, candidate.hasContext ? "-." : "-. ")) return 0;
      if (candidate.hasContext) return Math.max(score, SCORES.contextual);
      return needsContext || bareShape?.test(candidate.text) === true ? SCORES.weak : score;
    },
    hits,
    misses,
  };
}

const SCHEMES: readonly Scheme[] = [
  {
    entity: "US_ITIN",
    source: "IRS, Pub. 1915; Internal Revenue Manual 3.21.263",
    pattern: String.raw`9\d{2}[ -]\d{2}[ -]\d{4}`,
    bare: String.raw`9\d{8}`,
    words: ["itin", "taxpayer"],
    isValid: ids.isUsItin,
    score: SCORES.shaped,
    hits: ["912-70-1234", "988 88 1234", "itin 912701234"],
    misses: ["912-34-1234", "912-93-1234", "812-70-1234", "912701234"],
  },
  {
    entity: "CA_SIN",
    source: "Employment and Social Development Canada, Social Insurance Number",
    pattern: String.raw`\d{3}[ -]\d{3}[ -]\d{3}`,
    bare: String.raw`\d{9}`,
    needsContext: true,
    words: ["sin", "social insurance", "nas"],
    isValid: ids.isCaSin,
    hits: ["SIN 130 692 544", "social insurance number: 130-692-544", "sin=130692544"],
    misses: ["130 692 544", "SIN 130 692 545", "SIN 046 454 286", "order 130692544"],
  },
  {
    entity: "UK_NINO",
    source: "HMRC, National Insurance Manual NIM39110",
    pattern: "[A-Za-z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-Da-d]",
    words: ["nino", "national insurance", "ni number"],
    isValid: ids.isUkNino,
    score: SCORES.shaped,
    hits: ["AB 12 34 56 C", "AB123456C", "ce 12 34 56 d"],
    misses: ["BG123456C", "DA123456C", "AB123456E", "AB12345C", "ZZ123456A"],
  },
  {
    entity: "UK_NHS",
    source: "NHS Data Model and Dictionary, NHS NUMBER",
    pattern: String.raw`\d{3}[ -]\d{3}[ -]\d{4}`,
    bare: String.raw`\d{10}`,
    needsContext: true,
    words: ["nhs"],
    isValid: ids.isUkNhs,
    hits: ["NHS 943 476 5919", "nhs number: 943-476-5919", "nhs=9434765919"],
    misses: ["943 476 5919", "NHS 943 476 5918", "id 9434765919", "nhs 94347659190"],
  },
  {
    entity: "DE_TAX_ID",
    source: "Abgabenordnung, section 139b; ISO/IEC 7064 MOD 11,10",
    pattern: String.raw`\d{2} \d{3} \d{3} \d{3}`,
    bare: String.raw`\d{11}`,
    needsContext: true,
    words: ["steuer", "steuerid", "steuernummer", "idnr", "id nr", "identifikationsnummer", "tin", "tax id"],
    isValid: ids.isDeTaxId,
    hits: ["IdNr 86095742719", "Steuer-ID: 86 095 742 719", "tin 47036892816"],
    misses: ["86095742719", "IdNr 86095742718", "IdNr 06095742719", "IdNr 11111111111"],
  },
  {
    entity: "FR_NIR",
    source: "INSEE, numéro d'inscription au répertoire",
    pattern: String.raw`[1278] \d{2} \d{2} (?:\d{2}|2[AaBb]) \d{3} \d{3} \d{2}`,
    bare: String.raw`[1278]\d{4}(?:\d{2}|2[AaBb])\d{8}`,
    words: ["nir", "insee", "secu", "securite sociale", "sécurité sociale"],
    isValid: ids.isFrNir,
    score: SCORES.strong,
    hits: ["2 55 08 14 168 025 38", "1 84 12 76 451 089 46", "NIR 255081416802538"],
    misses: ["2 55 08 14 168 025 39", "255081416802538", "2 55 13 14 168 025 38", "3 55 08 14 168 025 38"],
  },
  {
    entity: "ES_DNI_NIE",
    source: "Real Decreto 1553/2005; Orden INT/2058/2008",
    pattern: "(?:\\d{8}|[XYZxyz]-?\\d{7})-?[A-Za-z]",
    bare: "\\d{7}-?[A-Za-z]",
    words: ["dni", "nie", "nif"],
    isValid: ids.isEsDniNie,
    score: SCORES.shaped,
    hits: ["12345678Z", "X1234567L", "12345678-Z", "x-1234567-l", "nif 1111111G"],
    misses: ["12345678A", "X1234567A", "1234567L", "W1234567L"],
  },
  {
    entity: "IT_CODICE_FISCALE",
    source: "Decreto ministeriale 23 dicembre 1976",
    pattern: "[A-Za-z]{6}\\d{2}[A-EHLMPRSTa-ehlmprst]\\d{2}[A-Za-z]\\d{3}[A-Za-z]",
    words: ["codice fiscale"],
    isValid: ids.isItCodiceFiscale,
    score: SCORES.strong,
    hits: ["RSSMRA85T10A562S", "rssmra85t10a562s", "VRDGPP13R10B293P"],
    misses: ["RSSMRA85T10A562A", "RSSMRA85T00A562S", "RSSMRA85F10A562S", "RSSMRA85T10A562"],
  },
  {
    entity: "NL_BSN",
    source: "Wet algemene bepalingen burgerservicenummer; elfproef",
    pattern: String.raw`\d{4}[. ]\d{2}[. ]\d{3}`,
    bare: String.raw`\d{9}`,
    needsContext: true,
    words: ["bsn", "sofi", "sofinummer", "burgerservicenummer"],
    isValid: ids.isNlBsn,
    hits: ["BSN 111222333", "burgerservicenummer: 1112.22.333", "sofi 123456782"],
    misses: ["111222333", "BSN 111222334", "BSN 000000000", "BSN 1112223330"],
  },
  {
    entity: "PL_PESEL",
    source: "Ustawa o ewidencji ludności, PESEL",
    pattern: String.raw`\d{11}`,
    needsContext: true,
    words: ["pesel"],
    isValid: ids.isPlPesel,
    hits: ["PESEL 44051401359", "pesel: 02070803628", "pesel=44051401359"],
    misses: ["44051401359", "PESEL 44051401358", "PESEL 44053201359", "pesel 4405140135"],
  },
  {
    entity: "BR_CPF",
    source: "Receita Federal, Cadastro de Pessoas Físicas",
    pattern: String.raw`\d{3}[.]\d{3}[.]\d{3}[-/]\d{2}`,
    bare: String.raw`\d{11}`,
    words: ["cpf"],
    isValid: ids.isBrCpf,
    hits: ["529.982.247-25", "111.444.777-35", "cpf 52998224725"],
    misses: ["529.982.247-24", "111.111.111-11", "52998224725", "529.982.247.25"],
  },
  {
    entity: "IN_AADHAAR",
    source: "UIDAI, Aadhaar number: Verhoeff",
    pattern: String.raw`[2-9]\d{3}[ -]\d{4}[ -]\d{4}`,
    bare: String.raw`[2-9]\d{11}`,
    words: ["aadhaar", "aadhar", "uidai"],
    isValid: ids.isInAadhaar,
    score: SCORES.shaped,
    hits: ["2341 2341 2346", "aadhaar: 234123412346", "3675-9834-6016"],
    misses: ["2341 2341 2345", "234123412346", "1341 2341 2346", "2222 2222 2222"],
  },
  {
    entity: "IN_PAN",
    source: "Income-tax Rules, 1962, rule 114",
    pattern: "[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]",
    words: ["pan", "permanent account"],
    isValid: ids.isInPan,
    score: SCORES.shaped,
    hits: ["ABCPE1234F", "AAAPZ1234C", "BNZAA2318J"],
    misses: ["ABCDE1234F", "ABCPE123F", "abcpe1234f", "ABCPE0000F"],
  },
  {
    entity: "AU_TFN",
    source: "Australian Taxation Office, tax file numbers",
    pattern: String.raw`\d{3}[ -]\d{3}[ -]\d{3}`,
    bare: String.raw`\d{9}`,
    needsContext: true,
    words: ["tfn", "tax file"],
    isValid: ids.isAuTfn,
    hits: ["TFN 123 456 782", "tax file number: 123-456-782", "tfn=123456782"],
    misses: ["123 456 782", "TFN 123 456 783", "TFN 000 000 000", "n 123456782"],
  },
  {
    entity: "AU_MEDICARE",
    source: "Services Australia, Medicare card number",
    pattern: String.raw`[2-6]\d{3}[ -]\d{5}[ -]\d(?:[ /-]\d)?`,
    bare: String.raw`[2-6]\d{9,10}`,
    needsContext: true,
    words: ["medicare"],
    isValid: ids.isAuMedicare,
    hits: ["Medicare 2123 45670 1", "medicare: 2123456701", "Medicare no 2123 45670 1/1"],
    misses: ["2123 45670 1", "Medicare 2123 45671 1", "Medicare 1123 45670 1", "medicare 212345"],
  },
];

export const nationalIds: readonly Detector[] = SCHEMES.map(detectorOf);
