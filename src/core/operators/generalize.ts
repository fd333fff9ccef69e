/**
 * Less exact, still true: a date's month or year, an address's network, a ZIP code's region, a number's range.
 *
 * Gives away what it says. A value that is not of the form is redacted.
 */
import { isIpv4, parseIpv6 } from "../validators/ip-address.ts";
import { readDate } from "../validators/date.ts";
import { DEFAULT_STEP } from "../defaults.ts";
import { onForm, type OperatorKind } from "./operator.ts";
import { GENERALIZATIONS, type Generalization, type GeneralizeSpec } from "./spec.ts";

/** 45 CFR 164.514(b)(2)(i)(B): fewer than 20,000 people live in each of these, by the census of 2000. */
const SMALL_ZIP3 = "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split(" ");

interface Form {
  readonly form: string;
  readonly convert: (text: string, step: number) => string | undefined;
}

const FORMS: Readonly<Record<Generalization, Form>> = {
  month: {
    form: "a date such as 1980-05-31 or 31.05.1980",
    // Where day and month could be either the year is all that is sure, and `year` shows no more than `month`.
    convert: (text) => {
      const date = readDate(text);
      return date?.month === undefined ? date?.year : `${date.year}-${date.month}`;
    },
  },
  year: { form: "a date such as 1980-05-31, 31.05.1980 or 5/31/1980", convert: (text) => readDate(text)?.year },
  network: { form: "an IP address", convert: networkOf },
  zip3: { form: "a ZIP code such as 90210 or 90210-1234", convert: regionOf },
  range: { form: "a number", convert: rangeOf },
};

export const generalize: OperatorKind<GeneralizeSpec> = {
  name: "generalize",
  description: "Writes something less exact: month, year, network (/24, /48), first three digits of a ZIP code, range.",
  options: {
    to: { kind: "choice", choices: GENERALIZATIONS, isRequired: true, description: "How much is left of the value." },
    step: { kind: "integer", min: 2, max: 1_000_000_000, description: "Width of a range; default 10." },
  },
  compile({ to, step }, context) {
    if (step !== undefined && to !== "range") context.refuse("step: belongs to `to: range`; remove it");
    const { form, convert } = FORMS[to];
    return onForm(form, (text) => convert(text.trim(), step ?? DEFAULT_STEP));
  },
};

/** `192.0.2.17` → `192.0.2.0/24`, `2001:db8:1:2::3` → `2001:db8:1::/48`. */
function networkOf(text: string): string | undefined {
  const [address] = text.split("/");
  if (isIpv4(address)) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  const shape = parseIpv6(address.replace(/%.*$/, ""));
  if (shape === undefined) return undefined;
  const [head = ""] = address.split("::");
  const front = head === "" ? [] : head.split(":");
  // A `::` before the third group stands for zeros there, unless so much follows it that it reaches that far.
  const groups = [...front, "0", "0", "0"].slice(0, 3).map((group) => group.replace(/^0+(?=.)/, "").toLowerCase());
  const behind = shape.groups.length - front.length;
  return shape.isCompressed && front.length < 3 && behind > 4
    ? undefined
    : `${groups.join(":").replace(/(?::0)+$/, "")}::/48`;
}

function regionOf(text: string): string | undefined {
  const zip3 = /^(\d{3})\d\d(?:[- ]?\d{4})?$/.exec(text)?.[1];
  return zip3 === undefined ? undefined : `${SMALL_ZIP3.includes(zip3) ? "000" : zip3}**`;
}

function rangeOf(text: string, step: number): string | undefined {
  if (!/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return undefined;
  const value = Number(text);
  const quotient = Math.floor(value / step);
  // Just below a border the quotient is rounded up to it.
  const from = (quotient * step > value ? quotient - 1 : quotient) * step;
  const to = from + step - (Number.isInteger(value) ? 1 : 0);
  return Number.isSafeInteger(from) ? `${from} to ${to}` : undefined;
}
