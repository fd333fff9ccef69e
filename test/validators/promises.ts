/**
 * What the check digits of every detector promise, and which detectors have none.
 *
 * Owns the table. A detector of the catalogue that stands on neither list fails the test: whoever adds one says what its
 * validator is worth.
 */

export interface Promised {
  /** Of 100 valid numbers with one character wrong, how many may still pass. */
  readonly single: number;
  /** Of 100 in which two different neighbours changed places. */
  readonly swapped: number;
  /** The check, and why those that pass do. */
  readonly check: string;
}

const p = (single: number, swapped: number, check: string): Promised => ({ single, swapped, check });

const LUHN = "Luhn: 09 and 90 weigh the same";
const MOD_97 = "mod 97, a prime over 10: nothing of the kind passes";
const MOD_11 = "weights by 11, a prime: nothing passes";
const MOD_11_10 = "ISO 7064 mod 11,10: two pairs of digits in ninety change places unseen";
const ZERO_TWICE = "weights by 11, of which two rests share a digit";
const TENS = "weights by 10: pairs of digits that differ by 5 change places unseen";

/** By entity, or by the name of a validator that custom detectors may have. */
export const PROMISES: Readonly<Record<string, Promised>> = {
  luhn: p(0, 2.3, LUHN),
  mod11_10: p(0, 2.5, MOD_11_10),
  verhoeff: p(0, 0, "Verhoeff: no two digits commute"),
  damm: p(0, 0, "Damm: a quasigroup in which no two digits commute"),
  mod97: p(0, 0, MOD_97),
  IBAN: p(0, 0, MOD_97),
  CREDIT_CARD: p(0, 2.3, LUHN),
  CARD_TRACK: p(23, 21, "Luhn of the number; what stands behind it on the track has no check"),
  CRYPTO_ADDRESS: p(0, 0, "base58check (32 bits), bech32, bech32m; EIP-55 where letters are of both cases"),
  US_ABA: p(0, 11.2, `${TENS}; ranges of the first two digits`),
  CA_SIN: p(0, 2.3, LUHN),
  UK_NHS: p(0, 0, MOD_11),
  DE_TAX_ID: p(0, 2.5, MOD_11_10),
  FR_NIR: p(0, 0, MOD_97),
  ES_DNI_NIE: p(0, 0, "a letter by 23, a prime"),
  IT_CODICE_FISCALE: p(0, 0, "a letter by 26, odd places by a table of their own; shape and day"),
  NL_BSN: p(0, 0, MOD_11),
  PL_PESEL: p(0, 10, `${TENS}; a day`),
  BR_CPF: p(0.5, 0.5, "two digits by 11, of which two rests share one"),
  IN_AADHAAR: p(0, 0, "Verhoeff: no two digits commute"),
  AU_TFN: p(0, 0, MOD_11),
  AU_MEDICARE: p(10, 20, `${TENS}; the tenth digit, the issue, has no check`),
  US_NPI: p(0, 2.3, LUHN),
  US_DEA: p(
    24,
    11.2,
    "a sum by 10, odd places once and even twice: 5 more counts nothing there; two letters without a check",
  ),
  CA_HEALTH: p(2, 3.5, "Luhn of Ontario or weights by 11 of British Columbia"),
  CA_BN: p(0, 2.3, LUHN),
  MX_CURP: p(11, 0, "weights 18 to 2 by 10: 10 counts nothing, even ones hide 5 more; shape and day"),
  MX_CLABE: p(0, 11.2, TENS),
  UK_UTR: p(3.5, 3.7, ZERO_TWICE),
  UK_VAT: p(1.5, 0, "mod 97, with one of two constants"),
  IE_PPSN: p(0, 0, "a letter by 23, a prime"),
  DE_VAT_ID: p(0, 2.5, MOD_11_10),
  DE_SOCIAL_SECURITY: p(1, 3.5, "digits of products by 10: a letter counts as two digits; a day"),
  DE_HEALTH_INSURANCE: p(1, 3, "digits of products by 10: a letter counts as two digits"),
  DE_ID_CARD: p(0.5, 12, `${TENS}; letters ten apart weigh the same`),
  DE_PASSPORT: p(0.5, 12, `${TENS}; letters ten apart weigh the same`),
  DE_LANR: p(27, 43, "weights 4 and 9 by 10, where 5 more counts nothing; the field of the last two has no check"),
  AT_SVNR: p(0, 0, MOD_11),
  AT_VAT_ID: p(0, 12.5, "digits of products by 10, plus 4"),
  CH_AHV: p(0, 9, `${TENS} (EAN-13)`),
  CH_UID: p(0, 0, MOD_11),
  FR_SIREN: p(0, 2.3, LUHN),
  FR_VAT: p(0, 0, "mod 97 and Luhn"),
  ES_CIF: p(6.5, 2.5, "Luhn, as a digit or a letter; the kind in front has no check"),
  ES_NSS: p(0.7, 0.7, "mod 97, where the zero of a number below ten million counts or not"),
  IT_VAT: p(0, 2.3, `${LUHN}; numbers of offices`),
  PT_NIF: p(2, 2, ZERO_TWICE),
  NL_VAT: p(15.5, 12.5, "weights by 11, which leave the suffix out, or mod 97 of the whole"),
  BE_NRN: p(1.2, 1.2, "mod 97, in one of two centuries"),
  BE_VAT: p(0, 0, MOD_97),
  PL_NIP: p(0, 0, MOD_11),
  PL_REGON: p(2, 2, ZERO_TWICE),
  PL_ID_CARD: p(2, 13, `${TENS}; letters ten apart weigh the same`),
  SE_PERSONNUMMER: p(0, 2.3, `${LUHN}; a day`),
  SE_ORGANISATIONSNUMMER: p(0, 2.3, LUHN),
  NO_FNR: p(0, 0, "two digits by 11; a day"),
  FI_HETU: p(0, 0, "a character by 31, a prime; a day"),
  FI_BUSINESS_ID: p(0, 0, MOD_11),
  BR_CNPJ: p(0.5, 0.5, "two digits by 11, of which two rests share one"),
  AR_CUIT: p(1.5, 1.8, ZERO_TWICE),
  CL_RUT: p(0, 0, MOD_11),
  IN_GSTIN: p(0, 0, "Luhn by 36"),
  KR_RRN: p(1.5, 2, `${ZERO_TWICE}; a day. Behind a word numbers since 2020, without a check, count too`),
  KR_FRN: p(1.5, 2, `${ZERO_TWICE}; a day. Behind a word numbers since 2020, without a check, count too`),
  KR_BRN: p(0, 11.2, TENS),
  JP_MY_NUMBER: p(2, 2, ZERO_TWICE),
  JP_CORPORATE_NUMBER: p(2.5, 2.5, "weights 1 and 2 by 9: 0 and 9 are the same"),
  CN_RESIDENT_ID: p(0, 0, "ISO 7064 mod 11-2; a day"),
  HK_HKID: p(1.2, 0, "weights by 11; letters eleven apart weigh the same"),
  TW_ID: p(9, 13, "weights by 10, of which the even ones hide 5 more"),
  TH_TNIN: p(9.5, 2.5, "weights 13 to 2 by 11: the third counts nothing"),
  AU_ABN: p(0, 0, "weights by 89, a prime"),
  AU_ACN: p(11, 13, "weights 8 to 1 by 10, of which the even ones hide 5 more"),
  SG_NRIC_FIN: p(0, 0, "a letter by 11. Behind `nric` or `fin` the shape is enough"),
  TR_NATIONAL_ID: p(0, 11.2, "two digits by 10: a sum, which sees no places, and weights 7 and 9"),
  IL_ID: p(0, 2.3, LUHN),
  ZA_ID: p(0, 1.7, `${LUHN}; a day`),
};

const PUBLIC = "none that is public";
const NONE = "none of its own";

export const WITHOUT_CHECK_DIGITS: Readonly<Record<string, string>> = {
  PRIVATE_KEY: "markers",
  JWT: "the header decodes and names an algorithm",
  AUTH_HEADER: "the name of a header",
  URL_CREDENTIALS: "their place in a URL",
  VENDOR_TOKEN: "literal prefix, length and alphabet",
  GITHUB_TOKEN:
    "literal prefix and length; right CRC-32 digits only raise the score, since other issuers may change them",
  CLOUD_KEY: "literal prefix, length and alphabet",
  PASSWORD_FIELD: "the name of a field",
  CARD_CVV_EXPIRY: "the name of a field",
  KEYED_PII: "the name of a field",
  EMAIL: "shape",
  SWIFT_BIC: "shape and countries, beside a word",
  US_ITIN: "shape and ranges",
  UK_NINO: "shape and prefixes",
  IN_PAN: `${PUBLIC}: the shape, and without a word kinds of holder`,
  US_SSN: "shape and ranges",
  IPV6: "shape",
  IPV4: "shape",
  MAC: "shape",
  PHONE: "calling codes, lengths and groups",
  DATE_OF_BIRTH: "a day, beside a word",
  US_MBI: "letters and digits by place",
  US_EIN: "prefixes, beside a word",
  US_PASSPORT: `${NONE}: shape beside a word`,
  US_BANK_ACCOUNT: `${NONE}: length beside a word`,
  MX_RFC: "varies: shape and day beside a word",
  UK_PASSPORT: `${NONE}: shape beside a word`,
  UK_DRIVING_LICENCE: `${PUBLIC}: shape and day`,
  UK_POSTCODE: "letters by place, beside a word",
  UK_VEHICLE_REGISTRATION: "letters by place, beside a word",
  DE_BSNR: `${NONE}: length beside a word`,
  FR_CNI: `${NONE}: shape beside a word`,
  ES_PASSPORT: `${NONE}: shape beside a word`,
  IT_PASSPORT: `${NONE}: shape beside a word`,
  IT_ID_CARD: `${NONE}: shape beside a word`,
  IT_DRIVER_LICENSE: `${PUBLIC}: shape beside a word`,
  DK_CPR: "a day, beside a word: mod 11 holds for numbers before 2007 only",
  IN_PASSPORT: `${NONE}: shape beside a word`,
  IN_VOTER: `${PUBLIC}: shape beside a word`,
  SG_UEN: `${PUBLIC}: shape beside a word`,
  KR_PASSPORT: `${NONE}: shape beside a word`,
  KR_DRIVER_LICENSE: `${PUBLIC}: shape beside a word`,
  PERSON: "given names, titles and the words around them",
  URL: "a scheme or www",
  SERVICE_SECRET: "the issuer's name, length and alphabet",
  HIGH_ENTROPY: "entropy",
};
