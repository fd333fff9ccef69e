/**
 * Dates as they are written, moved by days and written the same way.
 *
 * Owns the forms: numbers between points, dashes or slashes in the orders there are, eight digits, English names of
 * months; a time behind a date stays. Knows the Gregorian calendar only.
 */
import type { DateOrder } from "./operators/spec.ts";

export const DATE_FORM = "a date such as 1985-03-14, 14.03.1985, 3/14/1985 or March 14, 1985";

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAY_MS = 86_400_000;

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A date that was read, and the way back to text. */
interface Written extends Day {
  write(day: Day): string;
}

interface Form {
  readonly pattern: RegExp;
  /** The readings of what matched, the likeliest first; the first that is a day of the calendar counts. */
  readonly read: (match: readonly string[], order: DateOrder | undefined) => readonly Written[];
}

const TIME = String.raw`((?:[T ]\d.{0,40})?)`;
const GAP = String.raw`(?: {1,2}|\+|-)`;
const NAME = "([A-Za-z]{3,9})";
const SUFFIX = "(st|nd|rd|th|ST|ND|RD|TH)?";

const FORMS: readonly Form[] = [
  {
    pattern: new RegExp(String.raw`^(\d{4})([./-])(\d{1,2})([./-])(\d{1,2})${TIME}$`),
    read: ([, year, one, month, other, day, time]) => {
      const pad = padLike(month, day);
      const write = (to: Day): string => `${to.year}${one}${pad(to.month)}${other}${pad(to.day)}${time}`;
      return [{ ...dayOf(year, month, day), write }];
    },
  },
  {
    // ISO 8601 and HL7: the time follows in digits.
    pattern: /^(\d{4})(\d\d)(\d\d)((?:T?\d{4}(?:\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d{4})?)?)$/,
    read: ([, year, month, day, time]) => {
      const write = (to: Day): string => `${to.year}${twoDigits(to.month)}${twoDigits(to.day)}${time}`;
      return [{ ...dayOf(year, month, day), write }];
    },
  },
  {
    pattern: new RegExp(String.raw`^(\d{1,2})([./-])(\d{1,2})([./-])(\d{4}|\d\d)${TIME}$`),
    read: ([, a, one, b, other, year, time], order) => {
      const pad = padLike(a, b);
      const join = (front: number, back: number, to: Day): string =>
        `${pad(front)}${one}${pad(back)}${other}${yearLike(year, to.year)}${time}`;
      const monthFirst = centuries(year).map((full) => ({
        ...dayOf(full, a, b),
        write: (to: Day) => join(to.month, to.day, to),
      }));
      const dayFirst = centuries(year).map((full) => ({
        ...dayOf(full, b, a),
        write: (to: Day) => join(to.day, to.month, to),
      }));
      const isDayFirst = order === undefined ? one === "." : order === "day-first";
      return isDayFirst ? [...dayFirst, ...monthFirst] : [...monthFirst, ...dayFirst];
    },
  },
  {
    pattern: new RegExp(String.raw`^(\d{1,2})${SUFFIX}(${GAP})${NAME}(,?${GAP})(\d{4})${TIME}$`),
    read: ([, day, suffix, gap, name, comma, year, time]) => {
      const write = (to: Day): string =>
        `${dayLike(day, suffix, to.day)}${gap}${nameLike(name, to.month)}${comma}${to.year}${time}`;
      return [{ ...dayOf(year, monthOf(name), day), write }];
    },
  },
  {
    pattern: new RegExp(String.raw`^${NAME}(${GAP})(\d{1,2})${SUFFIX}(,?${GAP})(\d{4})${TIME}$`),
    read: ([, name, gap, day, suffix, comma, year, time]) => {
      const write = (to: Day): string =>
        `${nameLike(name, to.month)}${gap}${dayLike(day, suffix, to.day)}${comma}${to.year}${time}`;
      return [{ ...dayOf(year, monthOf(name), day), write }];
    },
  },
];

/** The date so many days later, as it was written; undefined for what is no date, or would leave the years of four digits. */
export function moveDate(text: string, days: number, order?: DateOrder): string | undefined {
  const trimmed = text.trim();
  for (const { pattern, read } of FORMS) {
    const match = pattern.exec(trimmed);
    // A group that took no part is undefined.
    const written =
      match === null
        ? undefined
        : read(
            match.map((part) => part ?? ""),
            order,
          ).find(isReal);
    if (written === undefined) continue;
    const to = new Date(Date.UTC(written.year, written.month - 1, written.day) + days * DAY_MS);
    const year = to.getUTCFullYear();
    if (year < 1000 || year > 9999) return undefined;
    return written.write({ year, month: to.getUTCMonth() + 1, day: to.getUTCDate() });
  }
  return undefined;
}

function isReal({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function dayOf(year: string, month: string | number, day: string): Day {
  return { year: Number(year), month: Number(month), day: Number(day) };
}

/** Two digits are of the last century where it has that day, else of this one. */
function centuries(year: string): readonly string[] {
  return year.length === 4 ? [year] : [`19${year}`, `20${year}`];
}

function yearLike(written: string, year: number): string {
  return String(year).slice(-written.length);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/** Numbers of one digit have a zero in front unless one of these has none. */
function padLike(...written: readonly string[]): (number: number) => string {
  return written.every(({ length }) => length === 2) ? twoDigits : String;
}

function dayLike(written: string, suffix: string, day: number): string {
  const digits = written.startsWith("0") ? twoDigits(day) : String(day);
  if (suffix === "") return digits;
  const isTeen = day > 10 && day < 14;
  const ending = (isTeen ? undefined : ["th", "st", "nd", "rd"][day % 10]) ?? "th";
  return digits + (suffix === suffix.toUpperCase() ? ending.toUpperCase() : ending);
}

/** 0 for what names no month. */
function monthOf(name: string): number {
  const lower = name.toLowerCase();
  const isShort = name.length === 3 || lower === "sept";
  return MONTHS.findIndex((one) => one.toLowerCase() === lower || (isShort && one.toLowerCase().startsWith(lower))) + 1;
}

/** Whole or three letters, in capitals or small letters, as the name that stood there. */
function nameLike(written: string, month: number): string {
  const isWhole = MONTHS.some((one) => one.length === written.length && one.toLowerCase() === written.toLowerCase());
  const name = isWhole ? MONTHS[month - 1] : MONTHS[month - 1].slice(0, 3);
  if (written === written.toUpperCase()) return name.toUpperCase();
  return written === written.toLowerCase() ? name.toLowerCase() : name;
}
