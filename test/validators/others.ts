/**
 * Validators that others wrote: what they say of a number is compared with what ours say.
 *
 * Owns how each is called. All are development dependencies; nothing that ships loads them.
 */
import { createRequire } from "node:module";
import { stdnum } from "stdnum";

const require = createRequire(import.meta.url);
const ibantools = require("ibantools") as Record<"isValidIBAN" | "isValidBIC", (text: string) => boolean> & {
  readonly countrySpecs: Record<string, { readonly chars: number | null; readonly bban_regexp?: string | null }>;
};
const cards = require("card-validator") as { number(text: string): { readonly isValid: boolean } };
const validator = require("validator") as Record<string, (text: string, ...options: unknown[]) => boolean>;
const checksums = require("stdnum/lib/cjs/util/checksum") as Record<string, (text: string) => boolean>;

export interface Other {
  readonly name: string;
  readonly isValid: (text: string) => boolean;
}

type Stdnum = Record<string, Record<string, { validate(text: string): { isValid: boolean } }>>;

/** stdnum, by country and number. */
export function std(path: string): Other {
  const [country, number] = path.split(".");
  const other = (stdnum as Stdnum)[country][number];
  return { name: `stdnum ${path}`, isValid: (text) => other.validate(text).isValid };
}

/** validator.js, by function and its argument. */
export function js(path: string, as: (text: string) => string = (text) => text): Other {
  const [name, argument] = path.split(" ");
  return { name: `validator ${path}`, isValid: (text) => validator[name](as(text), argument) };
}

export const IBANTOOLS: Other = { name: "ibantools isValidIBAN", isValid: (text) => ibantools.isValidIBAN(text) };
export const BIC: Other = { name: "ibantools isValidBIC", isValid: (text) => ibantools.isValidBIC(text) };
export const CARD: Other = { name: "card-validator number", isValid: (text) => cards.number(text).isValid };

/** stdnum's own arithmetic, which throws where the rest is wrong. */
export function sum(name: string): Other {
  return {
    name: `stdnum ${name}`,
    isValid: (text) => {
      try {
        return checksums[name](text);
      } catch {
        return false;
      }
    },
  };
}

export function either(...others: readonly Other[]): Other {
  return {
    name: others.map(({ name }) => name).join(" or "),
    isValid: (text) => others.some(({ isValid }) => isValid(text)),
  };
}

/** As draw.ts reads them, one for each country that ibantools knows the form of. */
export const IBAN_SHAPES = Object.entries(ibantools.countrySpecs)
  .flatMap(([country, { bban_regexp: form }]) =>
    form === null || form === undefined ? [] : [`${country}99${shapeOf(form)}`],
  )
  .join(" ");

/** ISO/IEC 7064 by arithmetic on whole numbers. */
export function withIbanCheck(text: string): string {
  const [country, body] = [text.slice(0, 2), text.slice(4)];
  const digits = Array.from(`${body}${country}00`, (character) => Number.parseInt(character, 36)).join("");
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, "0")}${body}`;
}

function shapeOf(form: string): string {
  const kinds: Readonly<Record<string, string>> = { "0-9": "9", "A-Z": "?" };
  return form
    .replaceAll(/[$^]/g, "")
    .replaceAll(/\[([^\]]+)\](?:\{(\d+)\})?/g, (_, kind: string, count = "1") =>
      (kinds[kind] ?? "*").repeat(Number(count)),
    );
}
