/**
 * What makes a string an IBAN: the country's length and the check digits.
 *
 * Owns the table of lengths. Finding the string, and its spaces, are the detector's.
 */
import { mod97, mod97InBytes } from "./mod97.ts";

/** ISO 13616 registry (SWIFT, release 99), then the countries that use the form without being registered. */
const LENGTHS_BY_COUNTRY = lengthTable(
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 " +
    "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 " +
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 " +
    "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 " +
    "YE30 AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28",
);

function lengthTable(rows: string): ReadonlyMap<string, number> {
  return new Map(rows.split(" ").map((row) => [row.slice(0, 2), Number(row.slice(2))]));
}

/** Two upper-case letters each. */
export const IBAN_COUNTRIES: readonly string[] = [...LENGTHS_BY_COUNTRY.keys()];

/** Registered with digits only; naming those that hexadecimal digits can spell keeps hashes out. */
const DIGITS_ONLY = /^(?:AE|BA|BE|DE|EE)/;

/** True for an IBAN without separators, in any case. One random string of the right length in 97 passes. */
export function isIban(compact: string): boolean {
  const text = compact.toUpperCase();
  if (LENGTHS_BY_COUNTRY.get(text.slice(0, 2)) !== text.length) return false;
  if (DIGITS_ONLY.test(text) && /[A-Z]/.test(text.slice(2))) return false;
  return mod97(text.slice(4) + text.slice(0, 4)) === 1;
}

const PREFIX_LENGTH = 4;

/**
 * The check alone, on raw bytes with their separators; true as well where characters may hide in anything but plain
 * ASCII.
 */
export function isIbanRemainder(bytes: Uint8Array, start: number, end: number): boolean {
  const body = mod97InBytes(bytes, { start: start + PREFIX_LENGTH, end }, 0);
  const whole = body === undefined ? undefined : mod97InBytes(bytes, { start, end: start + PREFIX_LENGTH }, body);
  return whole === undefined || whole === 1;
}
