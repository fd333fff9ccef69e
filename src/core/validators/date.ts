/** Calendar dates as people and machines write them. Knows no calendar but the Gregorian one. */

export interface DateParts {
  readonly year: string;
  /** Undefined where day and month could be either. */
  readonly month: string | undefined;
  readonly day: string | undefined;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ].{0,40})?$/;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/** Undefined for what is no date. */
export function readDate(text: string): DateParts | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) return checked(iso[1], iso[2], iso[3]);
  const dotted = DOTTED.exec(text);
  if (dotted !== null) return checked(dotted[3], dotted[2], dotted[1]);
  const slashed = SLASHED.exec(text);
  if (slashed === null) return undefined;
  const [, one, other, year] = slashed;
  const [monthFirst, dayFirst] = [checked(year, one, other), checked(year, other, one)];
  if (monthFirst === undefined || dayFirst === undefined) return monthFirst ?? dayFirst;
  return one === other ? monthFirst : { year, month: undefined, day: undefined };
}

function checked(year: string, month: string, day: string): DateParts | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(Date.UTC(y, m - 1, d));
  const isReal = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return isReal ? { year, month: month.padStart(2, "0"), day: day.padStart(2, "0") } : undefined;
}
