/** Dates of birth: any common date beside a word that says what it is. */
import { type Detector, SCORES } from "../detector.ts";
import { isDay } from "../validators/check-digits.ts";

const MONTHS = "january february march april may june july august september october november december".split(" ");
/** By name: any word would keep every text waiting for a number behind it. */
const MONTH = `(?:${MONTHS.map((name) => (name.length === 3 ? anyCase(name) : `${anyCase(name.slice(0, 3))}(?:${anyCase(name.slice(3))})?`)).join("|")}|${anyCase("sept")})`;
/** Forms write a plus sign for it. */
const SPACE = String.raw`(?: {1,2}|\+)`;
const FIRST_YEAR = 1900;
/** Nobody who is alive was born later; there is no clock to say so more exactly. */
const LAST_YEAR = 2099;

export const dateOfBirth: Detector = {
  entity: "DATE_OF_BIRTH",
  source: "ISO 8601 and the common orders of day, month and year",
  pattern: String.raw`\d{1,2}(?:[./-]\d{1,2}[./-](?:\d{4}|\d{2})|(?:st|nd|rd|th)?${SPACE}${MONTH},?${SPACE}\d{4})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|${MONTH}${SPACE}\d{1,2}(?:st|nd|rd|th)?,?${SPACE}\d{4}`,
  needsContext: true,
  boundary: "number",
  contextWords: [
    "dob",
    "birth",
    "born",
    "birthdate",
    "birthday",
    "geb",
    "geboren",
    "geburtsdatum",
    "naissance",
    "née",
    "né",
    "nacimiento",
    "nascita",
    "nascimento",
    "geboortedatum",
    "urodzenia",
    "födelsedatum",
    "fødselsdato",
  ],
  validate: ({ text, hasContext }) => {
    if (!isDate(text)) return 0;
    return hasContext ? SCORES.worded : SCORES.bare;
  },
  hits: [
    "DOB 3/14/1985",
    "born on 14 March 1985",
    "date of birth: 1985-03-14",
    "geb. 14.03.1985",
    "born March 14th, 1985",
    "born=14+March+1985",
    "born March  14,  1985",
  ],
  misses: ["3/14/1985", "born 31/31/1985", "DOB 1885-03-14", "born on 14 Marsh 1985", "version 1.2.3 born"],
};

/** The word in capitals, small letters, or both. */
function anyCase(word: string): string {
  return Array.from(word, (letter) => `[${letter}${letter.toUpperCase()}]`).join("");
}

/** A day of the calendar in one of the orders; two digits of a year are of either century. */
function isDate(text: string): boolean {
  const name = /[A-Za-z]{3,9}(?=,?[ +]{1,2}\d)/.exec(text)?.[0].toLowerCase();
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  if (name !== undefined && !/^(?:st|nd|rd|th)$/.test(name)) {
    const month = MONTHS.findIndex((one) => one.startsWith(name)) + 1;
    const [day = 0, year = 0] = numbers;
    return isBirthday(year, month, day);
  }
  const [a = 0, b = 0, c = 0] = numbers;
  if (/^\d{4}/.test(text)) return isBirthday(a, b, c);
  const year = /\d{4}$/.test(text) ? c : FIRST_YEAR + c;
  return isBirthday(year, b, a) || isBirthday(year, a, b);
}

function isBirthday(year: number, month: number, day: number): boolean {
  return year >= FIRST_YEAR && year <= LAST_YEAR && isDay(year, month, day);
}
