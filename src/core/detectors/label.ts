/**
 * What is written before a number and says of which kind it is.
 *
 * Owns the words that make another number of it than its shape would. A word counts only where nothing but a sign, `number` or
 * the like stands between: a list of numbers has one label each.
 */

/** Numbers that people and companies have by law; documents; what banks and books count by. */
const OTHERS =
  "abn|acn|tfn|aadhaar|brn|rrn|frn|nhs|s\\.?i\\.?n|nas|nric|uen|tnin|pesel|nip|regon|bsn|nir|cpf|cnpj|npi|mbi|dea|ein|fein|utr|vat|" +
  "siren|siret|dni|nif|aba|rtn|isbn|imei|medicare|passport|licen[cs]e|plate|business registration|routing";
const NUMBER = "(?:[ _-]?(?:number|no|nr|num|id|code))?";
/** Quotes may be escaped. */
const SIGN = String.raw`\.?[\\"']{0,2}[ \t]{0,4}(?:[:=#]|is)?[ \t\\"']{0,4}$`;
/** What ends the names of counters, times and references: `phone_verified_at`, `callsTotal`. */
const MEASURES =
  "id|ids|sid|at|ts|time|date|count|total|ms|duration|bytes|size|hash|ref|attempts|sessions|version".split("|");
/** A blank is no part of a name, but before `id`, and where camelCase was. */
const MEASURE = new RegExp(`(?:[_.-](?:${MEASURES.join("|")})|[ _.-]ids?)${SIGN}`, "i");
const CAPITALS = MEASURES.map((word) => word[0].toUpperCase() + word.slice(1));
const CAMEL_MEASURE = new RegExp(`[a-z] ?(?:${CAPITALS.join("|")})[\\\\"']{0,2}[ \t]{0,4}[:=][ \t\\\\"']{0,4}$`);
const OTHER_NUMBER = new RegExp(`(?:^|[^a-z])(?:${OTHERS})${NUMBER}${SIGN}`, "i");

/** The label of what machines count by, as `contact_id`, `cell id` and `callDurationMs`: bare digits behind it are nothing else. */
export function namesMeasure(label: string): boolean {
  return MEASURE.test(label) || CAMEL_MEASURE.test(label);
}

/** The label of something that is no telephone number, nor one of social security unless a word says so. */
export function namesOtherNumber(label: string): boolean {
  return OTHER_NUMBER.test(label);
}
