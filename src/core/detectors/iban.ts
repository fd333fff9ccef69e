/** International bank account numbers, in any case, plain or in groups of four. */
import { type Detector, SCORES } from "../detector.ts";
import { IBAN_COUNTRIES, isIban, isIbanRemainder } from "../validators/iban.ts";

const SEPARATOR = "(?: {1,2}|[.+-])?";
const GROUP = `(?:${SEPARATOR}[A-Za-z0-9]{4})`;

/** `[Aa][DdEe…]|[Bb][AaEe…]|…`: naming the countries keeps hashes from looking like accounts. */
function countries(): string {
  const initials = [...new Set(IBAN_COUNTRIES.map((country) => country.charAt(0)))];
  return initials.map((initial) => inAnyCase([initial]) + inAnyCase(secondLetters(initial))).join("|");
}

function secondLetters(initial: string): string[] {
  return IBAN_COUNTRIES.filter((country) => country.startsWith(initial)).map((country) => country.charAt(1));
}

function inAnyCase(letters: readonly string[]): string {
  return `[${letters.map((letter) => letter + letter.toLowerCase()).join("")}]`;
}

export const iban: Detector = {
  entity: "IBAN",
  source: "ISO 13616-1:2020; lengths of the SWIFT registry; ISO/IEC 7064 MOD 97-10",
  pattern: String.raw`(?:${countries()})\d{2}${GROUP}{2}${GROUP}*(?:${SEPARATOR}[A-Za-z0-9]{1,3})?`,
  // 34 characters in groups of four, two spaces between them at most
  maxLength: 50,
  boundary: "alphanumeric",
  mayMatch: isIbanRemainder,
  validate(candidate) {
    if (isUneven(candidate.text)) return 0;
    return isIban(candidate.text.replaceAll(/[ .+-]/g, "")) ? SCORES.strong : 0;
  },
  hits: [
    "GB82WEST12345698765432",
    "gb82 west 1234 5698 7654 32",
    "DE89 3704 0044 0532 0130 00",
    "DE89-3704-0044-0532-0130-00",
    "DE89 3704-0044.0532 0130 00",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "LC14BOSL123456789012345678901234",
  ],
  misses: [
    "GB83WEST12345698765432",
    "GB82WEST1234569876543",
    "GB82WEST123456987654321",
    "XX82WEST12345698765432",
    "xGB82WEST12345698765432",
    "GB82 WEST",
    "be4185a62889bfab",
  ],
};

/** A UUID has hyphens too, but not after every fourth character. */
function isUneven(text: string): boolean {
  const groups = text.split(/[ .+-]+/);
  return (
    text.includes("-") && groups.some((group, i) => (i < groups.length - 1 ? group.length !== 4 : group.length > 4))
  );
}
