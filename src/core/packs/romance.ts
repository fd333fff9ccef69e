/** Packs of France, Spain, Italy and Portugal. */
import { SCORES } from "../detector.ts";
import { grouped, type Scheme } from "../detectors/identity-number.ts";
import {
  all,
  any,
  type Check,
  form,
  luhn,
  part,
  remainder,
  sum,
  TO_10,
  TO_11_OR_0,
  varied,
} from "../validators/checks.ts";

export const FR: readonly Scheme[] = [
  {
    entity: "FR_SIREN",
    source: "INSEE, SIREN and SIRET: Luhn; the post office's SIRET add up to a multiple of five",
    pattern: String.raw`\d{3}[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{5})?`,
    needsContext: true,
    words: ["siren", "siret", "rcs"],
    isValid: all(
      form(String.raw`\d{9}(?:\d{5})?`),
      varied,
      any(
        luhn,
        all(form(String.raw`356000000\d{5}`), (text) => [...text].reduce((n, d) => n + Number(d), 0) % 5 === 0),
      ),
    ),
    hits: [
      "SIREN 552 008 443",
      "siret: 73282932000074",
      "SIREN 404833048",
      "SIRET 732829320 00074",
      "RCS Paris 552 008 443",
    ],
    misses: ["552 008 443", "SIREN 404833047", "SIRET 73282932000075", "siren 000000000"],
  },
  {
    entity: "FR_VAT",
    source: "Code général des impôts, article 286 ter: 12 + 3 × SIREN, mod 97",
    pattern: "(?:FR|fr) ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}",
    isValid: all(
      form("FR\\d{11}"),
      part(4, undefined, luhn),
      remainder({ of: [4, 13], check: [2, 4], modulus: 97, expected: (rest) => (12 + 3 * rest) % 97 }),
    ),
    score: SCORES.strong,
    hits: ["FR40303265045", "FR 83 404 833 048", "fr83404833048"],
    misses: ["FR41303265045", "FR83404833047", "FR8340483304", "FR834048330480"],
  },
  {
    entity: "FR_CNI",
    source: "carte nationale d'identité: twelve digits, since 2021 nine letters and digits; no check digit of its own",
    pattern: "(?:\\d{12}|[0-9A-Z]{9})",
    needsContext: true,
    words: ["cni", "carte nationale", "carte d identité", "carte d identite", "pièce d identité", "piece d identite"],
    isValid: all(varied, form(".*\\d.*\\d.*")),
    score: SCORES.worded,
    hits: ["CNI 880692310285", "carte d'identité: X4RTBPFW4", "cni 050375200012", "pièce d'identité: X4RTBPFW4"],
    misses: ["880692310285", "CNI 88069231028", "cni nationale", "CNI 111111111111"],
  },
];

const cifSum = (table: string): Check => sum({ weights: [2, 1, 2, 1, 2, 1, 2], from: 1, table, sumsDigits: true });

export const ES: readonly Scheme[] = [
  {
    entity: "ES_CIF",
    source: "Orden EHA/451/2008: number of legal entities",
    pattern: "[A-HJNP-SUVWa-hjnp-suvw][ -]?\\d{2}\\.?\\d{3}\\.?\\d{2}-?[0-9A-Ja-j]",
    needsContext: true,
    words: ["cif", "nif", "vat", "iva"],
    isValid: all(
      form("[A-HJNP-SUVW]\\d{7}[0-9A-J]"),
      any(all(form("[A-HJUV].*"), cifSum(TO_10)), all(form("[A-HJNP-SU-W].*"), cifSum("JIHGFEDCBA"))),
    ),
    hits: ["CIF J99216582", "cif: B-58378431", "NIF A58818501", "CIF: A-58.818.501"],
    misses: ["J99216582", "CIF J99216583", "CIF X99216582", "cif 99216582"],
  },
  {
    entity: "ES_NSS",
    source: "Seguridad Social, número de afiliación: mod 97",
    pattern: grouped(12),
    needsContext: true,
    words: ["nss", "naf", "seguridad social", "afiliación", "afiliacion", "nuss"],
    isValid: (text) => {
      const [province, number, check] = [text.slice(0, 2), text.slice(2, 10), text.slice(10)].map(Number);
      // Whether the zero of a number below ten million counts is told both ways.
      const isShort = number < 10_000_000;
      const wholes = [province * 100_000_000 + number, province * (isShort ? 10_000_000 : 100_000_000) + number];
      return varied(text) && wholes.some((whole) => whole % 97 === check);
    },
    score: SCORES.strong,
    hits: ["NSS 281234567840", "seguridad social: 28 12345678 40", "naf 28/12345678/40", "NUSS 28/1234567840"],
    misses: ["281234567840", "NSS 281234567841", "NSS 28123456784", "nss 000000000000"],
  },
  {
    entity: "ES_PASSPORT",
    source: "Real Decreto 896/2003: three letters and six digits; no check digit of its own",
    pattern: "(?:[A-Z]{3}[ -]?|[A-Za-z]{3}-?)\\d{6}",
    needsContext: true,
    words: ["pasaporte", "passport"],
    isValid: form("[A-Z]{3}\\d{6}"),
    score: SCORES.worded,
    hits: ["pasaporte XYZ987654", "passport AAA123456", "número de pasaporte: aaa123456", "pasaporte: XYZ 987654"],
    misses: ["XYZ987654", "pasaporte AAAA12345", "pasaporte XYZ98765", "pasaporte XY9876543"],
  },
];

export const IT: readonly Scheme[] = [
  {
    entity: "IT_VAT",
    source: "Decreto del Presidente della Repubblica 633/1972, article 35: partita IVA, Luhn",
    pattern: "(?:IT|it)[ -]?\\d{11}",
    bare: String.raw`\d(?:[ _.]?\d){10}`,
    words: ["partita iva", "piva", "p iva", "iva", "vat"],
    // The three digits before the last are the office: a province, the ministry, or abroad.
    isValid: all(form("(?:IT)?(?!0{7})\\d{7}(?:0(?!00)\\d\\d|100|12[01]|888|999)\\d"), part(-11, undefined, luhn)),
    hits: ["IT01333550323", "partita IVA 01333550323", "p.iva: 07643520567", "partita IVA: 01333550_323"],
    misses: ["01333550323", "IT01333550324", "partita IVA 00000000000", "IT0133355032"],
  },
  {
    entity: "IT_PASSPORT",
    source: "Ministero dell'Interno: two letters and seven digits; no check digit of its own",
    pattern: "[A-Za-z]{2} ?\\d{7}",
    needsContext: true,
    words: ["passaporto", "passport"],
    isValid: form("[A-Z]{2}\\d{7}"),
    score: SCORES.worded,
    hits: ["passaporto AA1234567", "passport: YA1234567", "numero passaporto aa1234567", "passaporto: AA 1234567"],
    misses: ["AA1234567", "passaporto AA123456", "passaporto A1234567", "passaporto AAA123456"],
  },
  {
    entity: "IT_ID_CARD",
    source: "carta d'identità: electronic (CA00000AA), paper; no check digit of its own",
    pattern: "(?:[A-Za-z]{2}\\d{5}[A-Za-z]{2}|\\d{7}[A-Za-z]{2}|[A-Za-z]{2} ?\\d{7})",
    needsContext: true,
    words: [
      "carta d identità",
      "carta d identita",
      "identity card",
      "id card",
      "carta identità",
      "carta di identità",
      "carta di identita",
      "cie",
      "documento d identità",
      "documento d identita",
      "documento di identità",
    ],
    isValid: () => true,
    score: SCORES.worded,
    hits: [
      "carta d'identità CA00000AA",
      "identity card: 1234567Aa",
      "id card AA1234567",
      "CIE: CA00000AA",
      "documento d’identità AA1234567",
    ],
    misses: ["CA00000AA", "carta d'identità CA0000AA", "identity card 1234567", "id card CA00000A1"],
  },
  {
    entity: "IT_DRIVER_LICENSE",
    source: "patente di guida: two letters, seven digits, letter, or U1 and eight; no check digit that is public",
    pattern: "(?:[A-Za-z]{2}\\d{7}[A-Za-z]|[Uu]1[0-9B-HJ-NPR-UW-Zb-hj-npr-uw-z]{7}[A-Za-z])",
    needsContext: true,
    words: [
      "patente",
      "driver license",
      "driver licence",
      "driving licence",
      "driving license",
      "driver s license",
      "driver s licence",
    ],
    isValid: form(".*\\d.*\\d.*\\d.*"),
    score: SCORES.worded,
    hits: [
      "patente AA0123456B",
      "driver license: U1K711J11M",
      "patente di guida u1k711j11m",
      "driver's license: AA0123456B",
    ],
    misses: ["AA0123456B", "patente AA012345B", "patente U1H00A000B", "patente U1K711J1M"],
  },
];

export const PT: readonly Scheme[] = [
  {
    entity: "PT_NIF",
    source: "Decreto-Lei 14/2013: número de identificação fiscal, mod 11",
    pattern: grouped(9),
    needsContext: true,
    words: ["nif", "contribuinte", "nipc", "vat", "iva", "número fiscal", "identificação fiscal"],
    isValid: all(
      form(String.raw`(?:[1-35-9]\d|45)\d{7}`),
      varied,
      sum({ weights: [9, 8, 7, 6, 5, 4, 3, 2], table: TO_11_OR_0 }),
    ),
    hits: ["NIF 501964843", "contribuinte: 501 964 843", "nif=123456789", "NIF: 501.964.843"],
    misses: ["501964843", "NIF 501964842", "NIF 401964843", "nif 50196484"],
  },
];
