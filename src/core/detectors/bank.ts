/** Numbers of banks and of cards as machines read them. */
import { type Detector, SCORES } from "../detector.ts";
import { all, form, sum, TO_10, varied } from "../validators/checks.ts";
import { passesLuhn } from "../validators/luhn.ts";
import { detectorOf } from "./identity-number.ts";

/** ISO 3166-1, and XK for Kosovo: each word is the first letter of countries, then the second letter of each. */
const COUNTRIES =
  "ADEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNORUVWXYZ DEJKMOZ ECEGHRST FIJKMOR GABDEFGHILMNPQRSTUWY " +
  "HKMNRTU IDELMNOQRST JEMOP KEGHIMNPRWYZ LABCIKRSTUVY MACDEFGHKLMNOPQRSTUVWXYZ NACEFGILOPRUZ OM PAEFGHKLMNRSTWY " +
  "QA REOSUW SABCDEGHIJKLMNORSTVXYZ TCDFGHJKLMNORTVWZ UAGMSYZ VACEGINU WFS XK YET ZAMW";

function isCountry([first, second]: string): boolean {
  return COUNTRIES.split(" ").some((word) => word.startsWith(first) && word.includes(second, 1));
}

export const usAba: Detector = detectorOf({
  entity: "US_ABA",
  source: "American Bankers Association, routing number policy: ranges of the Federal Reserve, weights 3 7 1",
  pattern: String.raw`\d{4}[ -]?\d{4}[ -]?\d`,
  needsContext: true,
  words: ["aba", "routing", "rtn", "routing number", "transit"],
  isValid: all(
    form(String.raw`(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}`),
    varied,
    sum({ weights: [3, 7, 1, 3, 7, 1, 3, 7], table: TO_10 }),
  ),
  hits: ["routing number 121000358", "ABA: 1210-4288-2", "rtn 021000021", "ABA 1210 0035 8"],
  misses: ["121000358", "routing number 121000359", "aba 421042111", "aba 000000000"],
});

export const swiftBic: Detector = detectorOf({
  entity: "SWIFT_BIC",
  source: "ISO 9362: four letters, country, two characters, branch",
  pattern: "[A-Z]{6}[0-9A-Z]{2}(?:[0-9A-Z]{3})?",
  needsContext: true,
  words: ["bic", "swift"],
  isValid: (text) => isCountry(text.slice(4, 6)),
  score: SCORES.worded,
  hits: ["BIC COBADEFF", "swift: DEUTDEFF500", "BIC/SWIFT BNPAFRPPXXX"],
  misses: ["COBADEFF", "BIC COBAXXFF", "swift PAYMENTS", "bic cobadeff", "BIC COBADEFF50"],
});

export const cardTrack: Detector = {
  entity: "CARD_TRACK",
  // A name that could hold any character would take quotes and line breaks from the quick ways of CSV and events.
  // The percent sign in front of track 1 tells nothing, and would be read as the opening of an escape.
  source: "ISO/IEC 7813: tracks 1 and 2 of a magnetic stripe",
  pattern: String.raw`[Bb]\d{12,19}\^[A-Za-z0-9 ./'-]{2,26}\^\d{4,32}\??|;\d{12,19}=\d{4,24}\??`,
  boundary: "none",
  isPlain: true,
  validate: ({ text }) => (passesLuhn(/\d{12,19}/.exec(text)?.[0] ?? "1") ? SCORES.strong : 0),
  hits: [
    "B4111111111111111^DOE/JANE^25121010000000000000?",
    ";4111111111111111=25121010000000000000?",
    ";4111111111111111=2512",
  ],
  misses: ["B4111111111111112^DOE/JANE^2512?", ";4111111111111112=2512", "a;123=4", "B411^DOE^2512"],
};
