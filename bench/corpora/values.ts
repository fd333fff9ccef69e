/**
 * Values that a masker must find, one maker for each built-in entity. All of them are made up.
 *
 * Owns their forms: only such as stand for themselves, so that every peer can be held to find them.
 */
import type { Random } from "./random.ts";

const FIRST = ["ana", "ben", "chloe", "dmitri", "eva", "farid", "grace", "hiro", "ines", "jonas", "kim", "lea"];
const LAST = ["moreau", "tanaka", "okafor", "nowak", "silva", "berg", "hughes", "rossi"];
const DOMAINS = ["northwind.io", "mailbox.dev", "acme-corp.co.uk", "posteo.example", "fabrikam.de", "sub.contoso.fr"];
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const UPPER_AND_DIGITS = `${UPPER}234567`;
const BASE62 = `${UPPER}abcdefghijklmnopqrstuvwxyz0123456789`;
/** `{"alg":"HS256","typ":"JWT"}` */
const JOSE_HEADER = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
const PEM_LINE = 64;

type Maker = (random: Random) => string;

const EMAILS: readonly Maker[] = [
  (random) => `${random.pick(FIRST)}.${random.pick(LAST)}@${random.pick(DOMAINS)}`,
  (random) => `${random.pick(FIRST)}+${random.hex(4)}@${random.pick(DOMAINS)}`,
  (random) => `${random.pick(LAST)}${random.int(1, 99)}@${random.pick(DOMAINS)}`,
];

const PHONES: readonly Maker[] = [
  (random) => `+1 (${random.pick([212, 415, 617, 303])}) ${random.int(200, 999)}-${random.digits(4)}`,
  (random) => `+1${random.pick([212, 415, 617])}${random.int(200, 999)}${random.digits(4)}`,
  (random) => `+44 7${random.digits(3)} ${random.digits(6)}`,
  (random) => `+49 30 ${random.digits(8)}`,
  (random) => `${random.pick([212, 415])}-${random.int(200, 999)}-${random.digits(4)}`,
  (random) => `+33 6 ${[1, 2, 3, 4].map(() => random.int(10, 99)).join(" ")}`,
];

const CARDS: readonly Maker[] = [
  (random) => withCheckDigit(`4${random.digits(14)}`),
  (random) => withCheckDigit(`5${random.int(1, 5)}${random.digits(13)}`),
  (random) => withCheckDigit(`37${random.digits(12)}`),
  (random) => withCheckDigit(`6011${random.digits(11)}`),
  (random) => inFours(withCheckDigit(`4${random.digits(14)}`), " "),
  (random) => inFours(withCheckDigit(`4${random.digits(14)}`), "-"),
];

const IBANS: readonly Maker[] = [
  (random) => toIban("DE", random.digits(18)),
  (random) => toIban("GB", `NWBK${random.digits(14)}`),
  (random) => toIban("NL", `ABNA${random.digits(10)}`),
  (random) => inFours(toIban("FR", random.digits(23)), " "),
];

/** A fair die is no log: addresses and mail are everyday, keys are rare. */
export const VALUES: Readonly<Record<string, { readonly weight: number; readonly make: Maker }>> = {
  EMAIL: { weight: 25, make: (random) => random.pick(EMAILS)(random) },
  IPV4: {
    weight: 18,
    make: (random) =>
      [random.pick([23, 81, 93, 142, 203]), random.int(0, 255), random.int(0, 255), random.int(1, 254)].join("."),
  },
  PHONE: { weight: 15, make: (random) => random.pick(PHONES)(random) },
  CREDIT_CARD: { weight: 11, make: (random) => random.pick(CARDS)(random) },
  IBAN: { weight: 6, make: (random) => random.pick(IBANS)(random) },
  MAC: { weight: 6, make: (random) => [1, 2, 3, 4, 5, 6].map(() => random.hex(2)).join(":") },
  US_SSN: {
    weight: 5,
    make: (random) => `${random.int(100, 665)}-${random.int(10, 99)}-${random.int(1000, 9999)}`,
  },
  IPV6: { weight: 5, make: (random) => `2001:db8:${random.hex(4)}:${random.hex(4)}::${random.hex(3)}` },
  JWT: { weight: 4, make: (random) => `${JOSE_HEADER}.${random.base64url(90)}.${random.base64url(43)}` },
  GITHUB_TOKEN: { weight: 2, make: (random) => `ghp_${random.text(36, BASE62)}` },
  CLOUD_KEY: { weight: 2, make: (random) => `AKIA${random.text(16, UPPER_AND_DIGITS)}` },
  PRIVATE_KEY: { weight: 1, make: makePrivateKey },
};

/** What every peer's pattern stands beside in the text: its entity and a value of it. */
export interface Value {
  readonly entity: string;
  readonly value: string;
}

const TOTAL_WEIGHT = Object.values(VALUES).reduce((sum, { weight }) => sum + weight, 0);

export function makeValue(random: Random): Value {
  let left = random.next() * TOTAL_WEIGHT;
  for (const [entity, { weight, make }] of Object.entries(VALUES)) {
    left -= weight;
    if (left < 0) return { entity, value: make(random) };
  }
  return { entity: "EMAIL", value: EMAILS[0](random) };
}

function makePrivateKey(random: Random): string {
  const lines = Array.from({ length: random.int(6, 24) }, () => random.text(PEM_LINE, BASE62));
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----"].join("\n");
}

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function withCheckDigit(body: string): string {
  const check = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((digit) => passesLuhn(`${body}${digit}`));
  return `${body}${check}`;
}

function toIban(country: string, account: string): string {
  let rest = 0;
  for (const character of `${account}${country}00`) {
    const value = Number.parseInt(character, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return `${country}${String(98 - rest).padStart(2, "0")}${account}`;
}

function inFours(text: string, separator: string): string {
  return (text.match(/.{1,4}/g) ?? []).join(separator);
}
