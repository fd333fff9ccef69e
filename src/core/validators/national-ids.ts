/**
 * National identity numbers: what a string of letters and digits without separators must satisfy.
 *
 * Owns one rule for each scheme, from its public definition. Which of them stand for themselves and which need a word
 * beside them is the detectors' business.
 */
import { isDay, passesMod11And10, passesVerhoeff, weightedSum } from "./check-digits.ts";
import { passesLuhn } from "./luhn.ts";

/** Canada: 9 digits, Luhn; 0 and 8 are not given out. */
export function isCaSin(text: string): boolean {
  return /^[1-79]\d{8}$/.test(text) && passesLuhn(text);
}

/** United Kingdom, National Insurance: letters that HMRC uses. */
export function isUkNino(text: string): boolean {
  return /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(text) && !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(text);
}

/** United Kingdom, NHS: 10 digits, mod 11. */
export function isUkNhs(text: string): boolean {
  if (!/^(\d)(?!\1{9})\d{9}$/.test(text)) return false;
  const check = 11 - (weightedSum(text, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return check % 11 === Number(text[9]);
}

/** Germany, tax identification: 11 digits; of the first ten one comes twice or three times, and ISO 7064 MOD 11,10. */
export function isDeTaxId(text: string): boolean {
  if (!/^[1-9]\d{10}$/.test(text)) return false;
  const counts = [..."0123456789"].map((digit) => text.slice(0, 10).split(digit).length - 1);
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && repeated[0] <= 3 && !/(\d)\1\1/.test(text.slice(0, 10)) && passesMod11And10(text);
}

/**
 * France, NIR: sex, year, month, department (2A and 2B are Corsica), commune, order, and 97 less the rest by 97. Where the
 * month of birth is not known it is 20 to 42 or 50 to 99.
 */
export function isFrNir(text: string): boolean {
  if (!/^[1278]\d{2}(?:0[1-9]|1[0-2]|[235-9]\d|4[0-2])(?:\d{2}|2[AB])\d{8}$/.test(text)) return false;
  if (text.slice(5, 7) === "00") return false;
  const digits = text.replace("2A", "19").replace("2B", "18");
  return 97 - Number(BigInt(digits.slice(0, 13)) % 97n) === Number(digits.slice(13));
}

const ES_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spain, DNI and NIE: a letter for the rest by 23; X, Y and Z stand for 0, 1 and 2. Old DNI have seven digits. */
export function isEsDniNie(text: string): boolean {
  if (!/^(?:\d{7,8}|[XYZ]\d{7})[A-Z]$/.test(text)) return false;
  const digits = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return ES_LETTERS[Number(digits) % 23] === text.at(-1);
}

const IT_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Italy, codice fiscale: 16 characters, the last a letter over the sum of the others. */
export function isItCodiceFiscale(text: string): boolean {
  if (!/^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/.test(text)) return false;
  const valueOf = (character: string): number => Number.parseInt(character, 36) - (character > "9" ? 10 : 0);
  let sum = 0;
  for (let i = 0; i < 15; i++) sum += i % 2 === 0 ? IT_ODD[valueOf(text[i])] : valueOf(text[i]);
  const day = Number(text.slice(9, 11)) % 40;
  return day >= 1 && day <= 31 && sum % 26 === valueOf(text[15]);
}

/** Netherlands, BSN: 9 digits, the eleven-test. */
export function isNlBsn(text: string): boolean {
  return /^\d{9}$/.test(text) && text !== "000000000" && weightedSum(text, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
}

/** Poland, PESEL: 11 digits, a day whose month tells the century, weights 1 3 7 9. */
export function isPlPesel(text: string): boolean {
  if (!/^\d{11}$/.test(text)) return false;
  const month = Number(text.slice(2, 4));
  const century = [1900, 2000, 2100, 2200, 1800][Math.floor(month / 20)];
  const isBorn = isDay(century + Number(text.slice(0, 2)), month % 20, Number(text.slice(4, 6)));
  return isBorn && weightedSum(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** Brazil, CPF: 11 digits, not all equal, two mod 11 digits. */
export function isBrCpf(text: string): boolean {
  if (!/^\d{11}$/.test(text) || /^(\d)\1*$/.test(text)) return false;
  const checkAt = (length: number): number => {
    const weights = Array.from({ length }, (_, i) => length + 1 - i);
    return ((weightedSum(text, weights) * 10) % 11) % 10;
  };
  return checkAt(9) === Number(text[9]) && checkAt(10) === Number(text[10]);
}

/** India, Aadhaar: 12 digits, the first 2 to 9, Verhoeff. */
export function isInAadhaar(text: string): boolean {
  return /^[2-9]\d{11}$/.test(text) && !/^(\d)\1*$/.test(text) && passesVerhoeff(text);
}

/** India, PAN: five letters, of which the fourth says what the holder is, four digits, a letter. No check that is public. */
export function isInPan(text: string): boolean {
  return /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/.test(text) && !text.includes("0000");
}

/** Australia, tax file number: 9 digits, weighted mod 11. */
export function isAuTfn(text: string): boolean {
  return /^\d{9}$/.test(text) && text !== "000000000" && weightedSum(text, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
}

/** Australia, Medicare: 10 digits and perhaps an issue number; the ninth checks the first eight. */
export function isAuMedicare(text: string): boolean {
  return /^[2-6]\d{9,10}$/.test(text) && weightedSum(text, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(text[8]);
}

/** United States, taxpayer number: area 9xx, groups that the IRS gives out. */
export function isUsItin(text: string): boolean {
  return /^9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$/.test(text);
}
