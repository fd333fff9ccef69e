/**
 * The pack `phones`: a number that says its country is asked of a library, too, before it counts as PHONE.
 *
 * Owns which numbers are asked, and how they are written then. Brings no detector and knows no library: the check is given.
 */
import type { Detector } from "../detector.ts";
import { DIALLED, digitsOf, IS_NORTH_AMERICAN, numberOf } from "../validators/phone-number.ts";

/**
 * True for a number that somebody may have been given: `+`, calling code and the rest, digits alone. Must give the same
 * answer for the same number at all times, and costs time at every one that is found.
 */
export type PhoneCheck = (number: string) => boolean;

export const PHONES = "phones";

/** The detectors, or why the pack cannot do what its name says. */
export function withPhoneCheck(
  packs: readonly string[],
  detectors: readonly Detector[],
  check: PhoneCheck | undefined,
): readonly Detector[] | string {
  if (!packs.includes(PHONES)) return detectors;
  if (check === undefined)
    return "needs libphonenumber-js: `npm install libphonenumber-js` beside maskwire; in the library `phoneCheck`";
  if (detectors.every(({ entity }) => entity !== "PHONE")) return "never takes effect: nothing looks for PHONE";
  return detectors.map((detector) => (detector.entity === "PHONE" ? checked(detector, check) : detector));
}

function checked(detector: Detector, check: PhoneCheck): Detector {
  return {
    ...detector,
    validate(candidate) {
      const score = detector.validate(candidate);
      if (score === 0) return 0;
      // Of a number that nobody has the rest is none either: `888-3058` of `(599) 888-3058`.
      const [opening = ""] = OPENING.exec(candidate.preceding) ?? [];
      // Not spread: what stands beside is looked up when it is asked for.
      const { hasContext, before, after, preceding, label } = candidate;
      const whole = { text: opening + candidate.text, hasContext, before, after, preceding, label };
      const texts = opening !== "" && detector.validate(whole) > 0 ? [whole.text, candidate.text] : [candidate.text];
      return texts.every((text) => isHad(text, check)) ? score : 0;
    },
  };
}

/** What of a number may stand before a match that begins in it. */
const OPENING = /(?:\+|00|\(|\b\d)[\d ()./+-]{0,20}$/;

function isHad(text: string, check: PhoneCheck): boolean {
  const number = callableOf(text);
  return number === undefined || check(number);
}

/** A number that says its country, as E.164 has it; what dials on is left out. */
function callableOf(text: string): string | undefined {
  const number = numberOf(text);
  const digits = digitsOf(number);
  if (number.startsWith("+")) return `+${digits}`;
  if (DIALLED.test(number)) return `+${digits.slice(2)}`;
  return IS_NORTH_AMERICAN.test(number) ? `+1${digits.slice(-10)}` : undefined;
}
