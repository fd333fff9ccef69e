/**
 * Where we judge otherwise than validator.js does by the values of its own tests, and why.
 *
 * Owns the table. A disagreement that no row explains fails the test, and so does a row that explains none any more.
 */

export interface Explanation {
  readonly entity: string;
  readonly we: "refuse" | "take";
  /** Which values this row is about. */
  readonly values: RegExp;
  readonly why: string;
}

export const EXPLANATIONS: readonly Explanation[] = [
  {
    entity: "EMAIL",
    we: "refuse",
    values: /^"|[^\p{L}\d._%+'@-]/u,
    why: "quoted local parts and display names are not part of an address; the address in them is found",
  },
  {
    entity: "EMAIL",
    we: "refuse",
    values: /端/,
    why: "no space to tell a word in such letters from the address: it is found from its first ASCII letter on",
  },
  {
    entity: "EMAIL",
    we: "refuse",
    values: /@[\d.]+$/,
    why: "an address in the place of a domain is found, as an address",
  },
  {
    entity: "EMAIL",
    we: "refuse",
    values: /^[^@]{65,}@/,
    why: "RFC 5321 has 64 characters before the at-sign: the last 64 are found",
  },
  {
    entity: "EMAIL",
    we: "take",
    values: /\.@|[\uFF00-\uFFEF]|[^\0-\x7f]/,
    why: "what people write for an address, or disguise, is masked, deliverable or not",
  },
  {
    entity: "EMAIL",
    we: "take",
    values: /^[\w.+-]+@[\w.-]+\.com$/,
    why: "refused there by an option that is not recorded: hosts, lengths and words that one caller does not want",
  },
  {
    entity: "MAC",
    we: "refuse",
    values: /^(?:[0-9A-F]{2}[: -]){7}[0-9A-F]{2}$|^(?:[0-9A-F]{4}\.){3}[0-9A-F]{4}$|^[0-9A-F]{16}$/i,
    why: "EUI-64: eight pairs are a hash as often as not",
  },
  {
    entity: "MAC",
    we: "refuse",
    values: /^(?:[0-9A-F]{2} ){5}[0-9A-F]{2}$/i,
    why: "pairs of hex by spaces are a dump of bytes",
  },
  { entity: "MAC", we: "refuse", values: /^[0-9A-F]{12}$/i, why: "twelve hex digits alone are an id" },
  { entity: "MAC", we: "refuse", values: /^FF(?::FF){5}$/i, why: "broadcast names nobody" },
  {
    entity: "PHONE",
    we: "take",
    values: /./,
    why: "refused there by the plan of one country; behind a word what any plan could give out is masked",
  },
  {
    entity: "PHONE",
    we: "refuse",
    values: /^\d{5,7}$|^\d\d(?: \d\d){2}$/,
    why: "seven digits alone and fewer are any number, also behind a word",
  },
  {
    entity: "PHONE",
    we: "refuse",
    values: /^(?:12345678\d?|23456789)$/,
    why: "digits that count upwards: what people type where a number is asked for",
  },
  {
    entity: "PHONE",
    we: "refuse",
    values: /^\d{13,17}$/,
    why: "thirteen digits without a plus are a time stamp or an order as often as not",
  },
  {
    entity: "PHONE",
    we: "refuse",
    values: /^10-1234-5678$/,
    why: "a mobile of Korea without its zero: no plan gives out the calling code 1 with nine digits behind it",
  },
  {
    entity: "JWT",
    we: "take",
    values: /^eyJ(?:[\w-]+\.){3}[\w-]+$/,
    why: "a token and one part more: the token in it is a secret all the same",
  },
  { entity: "IBAN", we: "take", values: /^IE/, why: "refused there by a list of countries; the number is right" },
  {
    entity: "CREDIT_CARD",
    we: "refuse",
    values: /^81/,
    why: "a range that no scheme has given to cards in circulation that we know",
  },
  {
    entity: "CREDIT_CARD",
    we: "take",
    values: /^[2-6][\d ]+$/,
    why: "refused there by the brand that was asked for; Luhn and range hold",
  },
  {
    entity: "AT_SVNR",
    we: "refuse",
    values: /\//,
    why: "the tax number of Austria, another one than the insurance number",
  },
  {
    entity: "DE_TAX_ID",
    we: "refuse",
    values: /\//,
    why: "slashes are for the other tax number, which differs by state",
  },
  { entity: "CA_SIN", we: "refuse", values: /^0/, why: "none begins with 0; examples do, so that nobody has them" },
  { entity: "CA_SIN", we: "take", values: / /, why: "spaces are how it is written" },
  {
    entity: "UK_UTR",
    we: "refuse",
    values: /^\d{10}$/,
    why: "its check digit is wrong; there the length alone counts",
  },
  { entity: "UK_UTR", we: "refuse", values: /^[A-Z]/, why: "that is a NINO, which has a detector of its own" },
  { entity: "AR_CUIT", we: "take", values: /-/, why: "hyphens are how it is written" },
  { entity: "ES_DNI_NIE", we: "refuse", values: /^\d{5}[A-Z]$/, why: "of eight digits the zeros in front are written" },
  {
    entity: "ES_DNI_NIE",
    we: "take",
    values: /-|^\d{7}[A-Z]$/,
    why: "written with a hyphen, or found without its leading zero",
  },
  {
    entity: "FR_NIR",
    we: "refuse",
    values: /^\d{13}$/,
    why: "the tax number of France, another one than the NIR of fifteen digits",
  },
  {
    entity: "BE_NRN",
    we: "take",
    values: / /,
    why: "behind its name digits may be grouped in any way, and days may be unknown",
  },
  { entity: "PL_PESEL", we: "refuse", values: /^\d{10}$/, why: "that is a NIP, which has a detector of its own" },
  {
    entity: "PL_PESEL",
    we: "refuse",
    values: /^\d{11}$/,
    why: "its first six digits are no day; there the check digit alone counts",
  },
  { entity: "BR_CPF", we: "refuse", values: /^[\dA-Z]{14}$/, why: "that is a CNPJ, which has a detector of its own" },
  {
    entity: "SE_PERSONNUMMER",
    we: "refuse",
    values: /^\d{12}$/,
    why: "there the check digit runs over the century too; the law checks the last ten digits",
  },
  { entity: "SE_PERSONNUMMER", we: "take", values: /\+/, why: "a plus is for those over a hundred; the check holds" },
  {
    entity: "AT_VAT_ID",
    we: "refuse",
    values: /^U/,
    why: "without AT it is no VAT number that anybody could tell from others",
  },
  { entity: "BE_VAT", we: "refuse", values: /^\d+$/, why: "its check digits are wrong; there the length alone counts" },
  { entity: "FR_VAT", we: "refuse", values: /^FR[A-Z]/, why: "the key of letters has no public check" },
  { entity: "FR_VAT", we: "take", values: / /, why: "spaces are how it is written" },
  {
    entity: "DE_VAT_ID",
    we: "refuse",
    values: /123456789/,
    why: "its check digit is wrong; there the length alone counts",
  },
  { entity: "IT_VAT", we: "refuse", values: /^IT/, why: "its check digit is wrong; there the length alone counts" },
  { entity: "NL_VAT", we: "refuse", values: /B10$/, why: "its check digits are wrong; there the length alone counts" },
  { entity: "PL_NIP", we: "refuse", values: /^PL/, why: "its check digit is wrong; there the length alone counts" },
  {
    entity: "PT_NIF",
    we: "refuse",
    values: /^PT/,
    why: "digits alone are looked for; PT before them is a word that raises the score",
  },
  { entity: "ES_CIF", we: "refuse", values: /^ES/, why: "its check digit is wrong; there the shape alone counts" },
  {
    entity: "CH_UID",
    we: "refuse",
    values: /(?:MWST|TVA)$/,
    why: "what stands behind the number is a word, and no part of it",
  },
  { entity: "CH_UID", we: "refuse", values: /^\d/, why: "without CHE it is nine digits" },
  { entity: "UK_VAT", we: "refuse", values: /^GB(?:GD|HA)/, why: "numbers of offices of the state" },
  { entity: "UK_VAT", we: "refuse", values: /^GB9/, why: "its check digits are wrong; there the length alone counts" },
  { entity: "HK_HKID", we: "refuse", values: /\[/, why: "square brackets are for another document; its own are round" },
  {
    entity: "CN_RESIDENT_ID",
    we: "refuse",
    values: /^\d{15}$/,
    why: "the first generation, without a check digit, is void since 2013",
  },
];
