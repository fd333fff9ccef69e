/** International bank account numbers, in any case, plain or in groups of four. */
import { type Detector, SCORES } from "../detector.ts";
import { isIban } from "../validators/iban.ts";
import { isInsideWord } from "../validators/neighbours.ts";

export const iban: Detector = {
  entity: "IBAN",
  source: "ISO 13616-1:2020; lengths of the SWIFT registry; ISO/IEC 7064 MOD 97-10",
  // 34 characters in groups of four, two spaces between them at most
  pattern: String.raw`[A-Za-z]{2}\d{2}(?:(?: {1,2}|[.+-])?[A-Za-z0-9]{4}){2,7}(?:(?: {1,2}|[.+-])?[A-Za-z0-9]{1,3})?`,
  boundary: "none",
  validate(candidate) {
    if (isInsideWord(candidate) || isUneven(candidate.text)) return 0;
    return isIban(candidate.text.replaceAll(/[ .+-]/g, "")) ? SCORES.strong : 0;
  },
  hits: [
    "GB82WEST12345698765432",
    "gb82 west 1234 5698 7654 32",
    "DE89 3704 0044 0532 0130 00",
    "DE89-3704-0044-0532-0130-00",
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
  ],
};

/** A UUID has hyphens too, but not after every fourth character. */
function isUneven(text: string): boolean {
  const groups = text.split("-");
  return (
    groups.length > 1 && groups.some((group, i) => (i < groups.length - 1 ? group.length !== 4 : group.length > 4))
  );
}
