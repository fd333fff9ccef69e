/**
 * What the records of feeds are filled with: values that have to go, and what only looks like some.
 *
 * Owns makers by name. Every value is made up; check digits are right where the entity has some.
 */
import { timestamp, uuid } from "../../bench/corpora/harmless.ts";
import type { Random } from "../../bench/corpora/random.ts";
import { passesLuhn, VALUES } from "../../bench/corpora/values.ts";
import * as ids from "../../src/core/validators/national-ids.ts";

/** `argument` is what stands behind the colon in a template. */
type Maker = (random: Random, argument: string) => string;

const GIVEN = ["Jane", "José", "Žofie", "Anne-Marie", "Li", "Olumide", "Søren"];
const FAMILY = ["Doe", "O'Brien", "van der Berg", "Nováková", "Nguyễn", "Li", "Chalmers", "D’Angelo", "MÜLLER"];
const STREETS = ["12 Long Acre", "Hauptstraße 5", "Calle Mayor 7", "4 rue des Lilas", "Elm Street"];
const CITIES = ["Lisbon", "Gdańsk", "Bad Homburg", "Toronto", "Reading"];
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const DIGITS = "0123456789";
const BASE62 = UPPER + LOWER + DIGITS;

const PERSONAL: Readonly<Record<string, (random: Random) => string>> = {
  given: (random) => random.pick(GIVEN),
  family: (random) => random.pick(FAMILY),
  full: (random) => `${random.pick(GIVEN)} ${random.pick(FAMILY)}`,
  street: (random) => random.pick(STREETS),
  city: (random) => random.pick(CITIES),
  zip: (random) => random.pick([`1${random.digits(4)}`, "K1A 0B1", "SW1A 1AA", "10-115"]),
};

const PHONES: Readonly<Record<string, (random: Random) => string>> = {
  e164: (random) => random.pick([`+1415${random.int(200, 999)}${random.digits(4)}`, `+4915${random.digits(9)}`]),
  us: (random) => `(415)${random.int(200, 999)}-${random.digits(4)}`,
  de: (random) => random.pick([`030 ${random.digits(8)}`, `0151 ${random.digits(8)}`, `0176/${random.digits(8)}`]),
  fr: (random) => `0${random.int(6, 7)} ${[1, 2, 3, 4].map(() => random.int(10, 99)).join(" ")}`,
  pl: (random) => `${random.int(500, 799)} ${random.digits(3)} ${random.digits(3)}`,
  msisdn: (random) => `4915${random.digits(9)}`,
  /** ISO 20022, PhoneNumber: the calling code, a hyphen, the rest. */
  iso20022: (random) => `+49-15${random.digits(9)}`,
};

function two(random: Random, most: number): string {
  return String(random.int(1, most)).padStart(2, "0");
}

const DATES: Readonly<Record<string, (random: Random) => string>> = {
  iso: (random) => `19${random.int(50, 99)}-${two(random, 12)}-${two(random, 28)}`,
  compact: (random) => `19${random.int(50, 99)}${two(random, 12)}${two(random, 28)}`,
  us: (random) => `${two(random, 12)}/${two(random, 28)}/19${random.int(50, 99)}`,
  eu: (random) => `${two(random, 28)}.${two(random, 12)}.19${random.int(50, 99)}`,
};

function valid(check: (text: string) => boolean, draw: (random: Random) => string): Maker {
  return (random) => {
    for (;;) {
      const text = draw(random);
      if (check(text)) return text;
    }
  };
}

/** By entity: what has to go. */
export const PLANTED: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(Object.entries(VALUES).map(([entity, { make }]) => [entity, make])),
  IBAN: (random, form) => {
    const iban = VALUES["IBAN"].make(random);
    return form === "plain" ? iban.replaceAll(" ", "") : iban;
  },
  PHONE: (random, form) => (form === "" ? VALUES["PHONE"].make(random) : PHONES[form](random)),
  KEYED_PII: (random, kind) => PERSONAL[kind](random),
  DATE_OF_BIRTH: (random, form) => DATES[form](random),
  PASSWORD_FIELD: (random) => `${random.text(4, LOWER)}${random.text(8, BASE62)}${random.int(1, 9)}`,
  URL_CREDENTIALS: (random) => random.text(20, BASE62),
  CARD_CVV_EXPIRY: (random) => random.digits(3),
  AUTH_HEADER: VALUES["JWT"].make,
  DE_TAX_ID: valid(ids.isDeTaxId, (random) => random.digits(11)),
  UK_NINO: valid(ids.isUkNino, (random) => random.text(2, UPPER) + random.text(6, DIGITS) + random.text(1, "ABCD")),
  NL_BSN: valid(ids.isNlBsn, (random) => random.digits(9)),
  BR_CPF: valid(ids.isBrCpf, (random) => random.digits(11)),
  PL_PESEL: valid(ids.isPlPesel, (random) => `${DATES["compact"](random).slice(2)}${random.digits(5)}`),
  ES_DNI_NIE: valid(ids.isEsDniNie, (random) => random.text(8, DIGITS) + random.text(1, UPPER)),
  FR_NIR: valid(
    ids.isFrNir,
    (random) => `${random.int(1, 2)}${random.digits(2)}${two(random, 12)}${random.digits(10)}`,
  ),
  IT_CODICE_FISCALE: valid(
    ids.isItCodiceFiscale,
    (random) =>
      `${random.text(6, UPPER)}${random.digits(2)}A${two(random, 28)}H${random.digits(3)}${random.text(1, UPPER)}`,
  ),
};

/** Digits that are no number of a card. */
function digits(random: Random, length: number): string {
  for (;;) {
    const text = random.digits(length);
    if (length < 12 || !passesLuhn(text)) return text;
  }
}

function checked13(random: Random, prefix: string): string {
  const body = prefix + random.digits(9);
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** What has to stay. */
export const HARMLESS: Readonly<Record<string, Maker>> = {
  uuid,
  time: timestamp,
  hex: (random, length) => random.hex(Number(length)),
  digits: (random, length) => digits(random, Number(length)),
  int: (random, range) => {
    const [least, most] = range.split("-").map(Number);
    return String(random.int(least, most));
  },
  base62: (random, length) => random.text(Number(length), BASE62),
  base64: (random, length) => random.text(Number(length), `${BASE62}+/`),
  upper: (random, length) => random.text(Number(length), UPPER + DIGITS),
  epoch: (random) => `17${random.digits(8)}`,
  epoch_ms: (random) => `17${digits(random, 11)}`,
  epoch_ns: (random) => `17${digits(random, 17)}`,
  version: (random) => `${random.int(0, 30)}.${random.int(0, 40)}.${random.int(0, 90)}`,
  traceparent: (random) => `00-${random.hex(32)}-${random.hex(16)}-01`,
  sku: (random) => `${random.text(3, UPPER)}-${random.digits(5)}`,
  amount: (random) => `${random.int(1, 99_999)}.${random.int(10, 99)}`,
  lat: (random) => `${random.int(-80, 80)}.${random.digits(6)}`,
  lon: (random) => `${random.int(-170, 170)}.${random.digits(6)}`,
  ean: (random) => checked13(random, "400"),
  isbn: (random) => checked13(random, "978"),
  // Only for what may do either.
  given: PERSONAL["given"],
  family: PERSONAL["family"],
  full: PERSONAL["full"],
  street: PERSONAL["street"],
  city: PERSONAL["city"],
  zip: PERSONAL["zip"],
  dob: (random, form) => DATES[form](random),
  /** An identifier of AWS, which CLOUD_KEY takes with the others. */
  role: (random) => `AROA${random.text(17, UPPER)}`,
  cookie: (random) => `sid=${random.text(24, BASE62)}; theme=${random.text(8, BASE62)}`,
  /** Of the form of an address of mail. */
  mailbox: (random) => `${uuid(random)}@calendar.example`,
};
