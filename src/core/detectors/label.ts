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
const IDENTIFIER = new RegExp(`[ _.-]ids?${SIGN}`, "i");
const OTHER_NUMBER = new RegExp(`(?:^|[^a-z])(?:${OTHERS})${NUMBER}${SIGN}`, "i");

/** The label of an identifier, as `contact_id` and `cell id`: bare digits behind it are nothing else. */
export function namesIdentifier(label: string): boolean {
  return IDENTIFIER.test(label);
}

/** The label of something that is no telephone number, nor one of social security unless a word says so. */
export function namesOtherNumber(label: string): boolean {
  return OTHER_NUMBER.test(label);
}
