/**
 * Labels that give a document to another country: `uk passport`, `Korean ID card`.
 *
 * Owns how countries are called. Documents have no check digits, and one country's look like another's.
 */

/** By pack, and of countries that have none. Codes that are words stand apart: they count at the start of a label only. */
const NAMES: Readonly<Record<string, string>> = {
  us: "american|u\\.s\\.",
  ca: "canadian",
  mx: "mx|mexican",
  uk: "uk|gb|british",
  ie: "irish",
  de: "german",
  at: "austrian",
  ch: "swiss",
  fr: "fr|french",
  es: "spanish",
  it: "italian",
  pt: "portuguese",
  nl: "nl|dutch",
  be: "belgian",
  pl: "pl|polish",
  se: "swedish",
  no: "norwegian",
  dk: "dk|danish",
  fi: "finnish",
  br: "br|brazilian",
  ar: "argentin(?:e|ian)",
  cl: "chilean",
  in: "indian",
  au: "australian",
  sg: "sg|singapore",
  kr: "kr|korean",
  jp: "jp|japanese",
  cn: "cn|chinese",
  hk: "hk|hong kong",
  tw: "tw|taiwan(?:ese)?",
  th: "thai",
  tr: "tr|turkish",
  il: "israeli",
  za: "south african",
  ng: "ng|nigerian",
  ph: "ph|philippine|filipino",
  pk: "pk|pakistani",
  vn: "vn|vietnamese",
  ru: "ru|russian",
  ua: "ua|ukrainian",
};

/** Where a label may begin; a text read backwards may be cut there. */
const START = String.raw`(?:^|["'{(,;|\n])[ \t]*`;
const CODES = Object.keys(NAMES);

/** Finds one of the words behind the name of any country but this one. */
export function elsewhereOf(country: string, words: readonly string[]): RegExp {
  const others = CODES.filter((code) => code !== country);
  const names = others.map((code) => NAMES[code]).join("|");
  const nouns = words.map((word) => word.replaceAll(" ", "[ _-]")).join("|");
  return new RegExp(
    `(?:(?:^|[^a-z])(?:${names})|${START}(?:${others.join("|")}))[ _-](?:[a-z']+[ _-])?(?:${nouns})(?![a-z])`,
    "i",
  );
}
