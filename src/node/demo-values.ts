/**
 * Personal data and secrets that belong to nobody, for the demo.
 *
 * Owns values that are obviously made up and still valid: example domains, documentation address ranges,
 * published test cards and account numbers, drama telephone numbers, tokens with true checksums. Seeded: the same
 * seed gives the same values. Never a source of randomness for anything else.
 */
import { crc32 } from "node:zlib";

/** A seeded stream of numbers. */
export interface Draw {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  /** `count` characters out of `alphabet`. */
  text(alphabet: string, count: number): string;
}

/** The generator "mulberry32": 32 bits of state, good enough to look varied. */
export function createDraw(seed: number): Draw {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  return {
    below,
    pick: (list) => list[below(list.length)],
    text: (alphabet, count) => Array.from({ length: count }, () => alphabet[below(alphabet.length)]).join(""),
  };
}

export const DIGITS = "0123456789";
export const HEX = "0123456789abcdef";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE62 = DIGITS + UPPER + UPPER.toLowerCase();
const BASE64URL = `${UPPER}${UPPER.toLowerCase()}${DIGITS}-_`;
const BASE64 = `${UPPER}${UPPER.toLowerCase()}${DIGITS}+/`;

const GIVEN = ["Ana", "Li", "Noor", "Jonas", "Priya", "Tomasz", "Zoë", "Kwame", "Maya", "Henrik", "Lucía", "Omar"];
const FAMILY = [
  "Torres",
  "Wei",
  "Haddad",
  "Lindqvist",
  "Raman",
  "Nowak",
  "Müller",
  "Mensah",
  "O'Neil",
  "Berg",
  "Pérez",
];
const DOMAINS = ["example.com", "example.org", "example.net", "mail.example", "shop.example", "team.example.org"];

/** Published test numbers of the card schemes; all pass Luhn. */
const CARDS = [
  "4111111111111111",
  "4242424242424242",
  "4012888888881881",
  "5555555555554444",
  "5105105105105100",
  "2223003122003222",
  "378282246310005",
  "6011111111111117",
  "3566002020360505",
  "30569309025904",
];
/** The examples of the IBAN registry; all pass mod 97. */
const IBANS = [
  "DE89370400440532013000",
  "GB29NWBK60161331926819",
  "FR1420041010050500013M02606",
  "NL91ABNA0417164300",
  "ES9121000418450200051332",
  "IT60X0542811101000000123456",
  "BE68539007547034",
  "CH9300762011623852957",
  "PL61109010140000071219812874",
  "SE4550000000058398257466",
];
/** Nobody's: no area is 900 or more. */
const SOCIAL_SECURITY_NUMBERS = ["900-12-3456", "987-12-0001", "950-45-6789"];
const DOCUMENTATION_NETWORKS = ["192.0.2.", "198.51.100.", "203.0.113."];

export interface Person {
  readonly name: string;
  readonly email: string;
}

export function drawPerson(draw: Draw): Person {
  const given = draw.pick(GIVEN);
  const family = draw.pick(FAMILY);
  const local = `${given}.${family}`
    .normalize("NFD")
    .replace(/[^A-Za-z.]/g, "")
    .toLowerCase();
  return { name: `${given} ${family}`, email: `${local}@${draw.pick(DOMAINS)}` };
}

export function drawCard(draw: Draw): string {
  const card = draw.pick(CARDS);
  const separator = draw.pick(["", " ", "-"]);
  const groups = card.length === 16 ? /\d{4}/g : /^\d{4}|\d{6}|\d{4,5}$/g;
  return (card.match(groups) ?? [card]).join(separator);
}

export function drawIban(draw: Draw): string {
  const iban = draw.pick(IBANS);
  return draw.below(2) === 0 ? iban : (iban.match(/.{1,4}/g) ?? [iban]).join(" ");
}

export const drawSocialSecurityNumber = (draw: Draw): string => draw.pick(SOCIAL_SECURITY_NUMBERS);

/** Ranges set aside for film and print: 555-01xx (NANPA), 020 7946 0xxx (Ofcom), 030 23125 xxx (BNetzA). */
export function drawPhone(draw: Draw): string {
  const three = draw.text(DIGITS, 3);
  return draw.pick([
    `+1 202-555-01${three.slice(1)}`,
    `(415) 555-01${three.slice(1)}`,
    `+44 20 7946 0${three}`,
    `+49 30 23125 ${three}`,
  ]);
}

/** RFC 5737. */
export const drawIpv4 = (draw: Draw): string => `${draw.pick(DOCUMENTATION_NETWORKS)}${1 + draw.below(254)}`;
/** RFC 3849. */
export const drawIpv6 = (draw: Draw): string => `2001:db8:${draw.text(HEX.slice(1), 4)}::${draw.text(HEX.slice(1), 2)}`;
/** RFC 7042. */
export const drawMac = (draw: Draw): string => `00:00:5e:00:53:${draw.text(HEX, 2)}`;

export const drawAwsKey = (draw: Draw): string => `AKIA${draw.text(`${UPPER}234567`, 9)}EXAMPLE`;

/** 30 random characters and their CRC-32 in base 62, as GitHub publishes it. */
export function drawGithubToken(draw: Draw): string {
  const body = draw.text(BASE62, 30);
  let rest = crc32(body);
  let checksum = "";
  while (checksum.length < 6) {
    checksum = `${BASE62[rest % 62]}${checksum}`;
    rest = Math.floor(rest / 62);
  }
  return `ghp_${body}${checksum}`;
}

const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export function drawJwt(draw: Draw, person: Person): string {
  const header = encodePart({ alg: "HS256", typ: "JWT" });
  return `${header}.${encodePart({ sub: person.email, name: person.name })}.${draw.text(BASE64URL, 43)}`;
}

/** The frame of a PKCS #8 key around noise: it opens nothing. */
export function drawPrivateKey(draw: Draw): string {
  const lines = Array.from({ length: 6 }, () => draw.text(BASE64, 64));
  const kind = "PRIVATE KEY-----";
  return [`-----BEGIN ${kind}`, ...lines, `${draw.text(BASE64, 30)}==`, `-----END ${kind}`, ""].join("\n");
}
