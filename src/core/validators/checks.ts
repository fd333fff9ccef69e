/**
 * The parts that checks of identity numbers are put together from.
 *
 * Owns the arithmetic as building blocks over strings of capitals and digits; which number is made of which blocks
 * stands in the tables that use them.
 */
import { isDay, passesMod11And10 } from "./check-digits.ts";
import { passesLuhn } from "./luhn.ts";

/** True for a string that could be such a number. */
export type Check = (text: string) => boolean;

export const all =
  (...checks: readonly Check[]): Check =>
  (text) =>
    checks.every((check) => check(text));

export const any =
  (...checks: readonly Check[]): Check =>
  (text) =>
    checks.some((check) => check(text));

/** The whole text is of this form. */
export function form(pattern: string): Check {
  const whole = new RegExp(`^(?:${pattern})$`);
  return (text) => whole.test(text);
}

/** Not one digit over and over: what people type to have a number. */
export const varied: Check = (text) => !/^(.)\1*$/.test(text);

/** Not digits in their order: what people type, too, where nothing checks the number. */
export const uncounted: Check = (text) => !"0123456789".includes(text);

/** A part of the text, from the end when negative, passes. */
export const part =
  (start: number, end: number | undefined, check: Check): Check =>
  (text) =>
    check(text.slice(start, end));

/** The text passes with other characters in front. */
export const behind =
  (prefix: string, check: Check): Check =>
  (text) =>
    check(prefix + text);

export const luhn: Check = passesLuhn;
export const mod11And10: Check = passesMod11And10;

/** Characters for the rests of a sum: the rest itself, what is missing to ten, or what is missing to eleven. */
export const REST_OF_10 = "0123456789";
export const TO_10 = "0987654321";
export const REST_OF_11 = "0123456789-";
/** Rest 1 would need a ten: there is no such number. */
export const TO_11 = "0-987654321";
/** Rests that would need two digits become 0. */
export const TO_11_OR_0 = "00987654321";

export interface CheckSum {
  readonly weights: readonly number[];
  /** Where the first weight stands; default the first character. */
  readonly from?: number;
  /** The check character for each rest; as many as the modulus, `-` where there is none. */
  readonly table: string;
  /** Where the check character stands; default the last. */
  readonly at?: number;
  /** A product counts as the sum of its digits. */
  readonly sumsDigits?: boolean;
  /** What is added to the sum. */
  readonly plus?: number;
  /** What a character is worth; default digits as they are, A 10, B 11 and so on. */
  readonly worth?: (character: string) => number;
}

/** A weighted sum over some characters tells another one. */
export function sum({ weights, from = 0, table, at = -1, plus = 0, ...rest }: CheckSum): Check {
  const { sumsDigits = false, worth = value } = rest;
  return (text) => {
    let total = plus;
    for (const [i, weight] of weights.entries()) {
      const product = weight * worth(text[from + i] ?? "0");
      total += sumsDigits ? Math.floor(product / 10) + (product % 10) : product;
    }
    return table[total % table.length] === text.at(at);
  };
}

/** Digits as they are, A 10, B 11: ICAO 9303, ISO 7064 and most others. */
export function value(character: string): number {
  return Number.parseInt(character, 36);
}

/** The value of a character in an alphabet of its own. */
export const placeIn =
  (alphabet: string): ((character: string) => number) =>
  (character) =>
    alphabet.indexOf(character);

export interface Remainder {
  /** Digits of the number, and of what it must leave; both as `slice` takes them. */
  readonly of: readonly [number, number];
  readonly check: readonly [number, number | undefined];
  readonly modulus: number;
  /** From the rest to the check number; default the rest itself. */
  readonly expected?: (rest: number) => number;
  readonly prefix?: string;
}

/** The rest of a number tells others; of 15 digits at most. */
export function remainder({ of, check, modulus, expected = (rest) => rest, prefix = "" }: Remainder): Check {
  return (text) => expected(Number(prefix + text.slice(...of)) % modulus) === Number(text.slice(...check));
}

/** How digits of a date stand. */
export type DateForm = "yymmdd" | "ddmmyy" | "yyyymmdd" | "ddmmyyyy";

export interface DateRule {
  readonly at?: number;
  /** Numbers that some issue instead add this to the day or the month. */
  readonly dayPlus?: readonly number[];
  readonly monthPlus?: readonly number[];
}

/** Digits are a day of the calendar; of two digits the year is taken in either century. */
export function date(order: DateForm, { at = 0, dayPlus = [0], monthPlus = [0] }: DateRule = {}): Check {
  const read = (text: string, letter: string): number => {
    const start = at + order.indexOf(letter);
    return Number(text.slice(start, start + order.split(letter).length - 1));
  };
  const centuries = order.includes("yyyy") ? [0] : [1900, 2000];
  return (text) => {
    const [year, month, day] = [read(text, "y"), read(text, "m"), read(text, "d")];
    return centuries.some((century) =>
      dayPlus.some((more) => monthPlus.some((plus) => isDay(century + year, month - plus, day - more))),
    );
  };
}
