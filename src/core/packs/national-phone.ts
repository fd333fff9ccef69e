/**
 * Telephone numbers that a label gives to a country: `tr phone`, `Philippine mobile`.
 *
 * Owns how countries are called and how long their numbers are there. Brings no detector: one that any pack is beside looks
 * closer at what stands behind such a label.
 */
import type { Detector } from "../detector.ts";
import { lengthsOf } from "../validators/calling-code.ts";
import { digitsOf, withoutExtension } from "../validators/phone-number.ts";

/** Calling codes by name; without the codes of countries that are words of a language, such as `in` and `it`. */
const COUNTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    20: "eg egyptian",
    27: "za",
    30: "gr greek",
    31: "nl dutch",
    33: "fr french",
    34: "spanish",
    36: "hu hungarian",
    39: "italian",
    40: "ro romanian",
    41: "swiss",
    44: "uk gb british",
    45: "dk danish",
    46: "swedish",
    47: "norwegian",
    48: "pl polish",
    49: "german",
    52: "mx mexican",
    55: "br brazilian",
    60: "malaysian",
    61: "australian",
    62: "indonesian",
    63: "ph philippine filipino",
    64: "nz",
    65: "sg singapore",
    66: "thai",
    81: "jp japanese",
    82: "kr korean",
    84: "vn vietnamese",
    86: "cn chinese",
    90: "tr turkish",
    91: "indian",
    92: "pk pakistani",
    234: "ng nigerian",
    254: "ke kenyan",
    351: "portuguese",
    353: "irish",
    358: "finnish",
    380: "ua ukrainian",
    420: "cz czech",
    852: "hk",
    971: "ae",
    972: "israeli",
  }).flatMap(([code, names]) => names.split(" ").map((name): [string, string] => [name, code])),
);

/** How numbers begin where a plan leaves some beginnings free; of ten digits in the Philippines those of mobiles alone. */
const BEGINNINGS: Readonly<Record<string, RegExp>> = {
  63: /^(?:[89]\d{9}|[2-8]\d{7,8})$/,
  90: /^(?:[2-5]|8(?:00|11|22|50|88)|9)/,
};

/** The detector of telephone numbers, which refuses what nobody could have in the country of its label. */
export function withCountries(detector: Detector): Detector {
  const words = (detector.contextWords ?? []).join("|");
  const names = [...COUNTRIES.keys()].join("|");
  // A number may have begun before the match.
  const label = new RegExp(
    String.raw`(?:^|[^a-z])(${names})[ _.-]{1,2}(?:${words})(?![a-z])[^\d\n]{0,20}[\d ()./+-]{0,20}$`,
    "i",
  );
  return {
    ...detector,
    validate(candidate) {
      const score = detector.validate(candidate);
      if (score === 0 || !candidate.hasContext) return score;
      const [, name = ""] = label.exec(candidate.label) ?? [];
      const code = COUNTRIES.get(name.toLowerCase());
      return code === undefined || mayBeOf(candidate.text, code) ? score : 0;
    },
  };
}

/** True for what may be dialled in the country, and for what names another one. */
function mayBeOf(text: string, code: string): boolean {
  const number = withoutExtension(text);
  const digits = digitsOf(number);
  if (!/^(?:\+|00)/.test(number))
    return [digits, digits.replace(/^0/, ""), behind(code, digits)].some((rest) => isNational(rest, code));
  const international = number.startsWith("+") ? digits : digits.slice(2);
  return !international.startsWith(code) || isNational(behind(code, international), code);
}

function behind(code: string, digits: string): string {
  return digits.startsWith(code) ? digits.slice(code.length) : digits;
}

function isNational(digits: string, code: string): boolean {
  const [least, most] = lengthsOf(code);
  return digits.length >= least && digits.length <= most && (BEGINNINGS[code]?.test(digits) ?? true);
}
