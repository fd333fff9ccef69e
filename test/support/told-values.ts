/**
 * What a reader of whole JSON says is told by a name that stands elsewhere: beside the value in its object or around it.
 *
 * The naive oracle of `src/core/json/level.ts`: on values that `JSON.parse` has built, by recursion, without offsets.
 */

/** The roles of names of fields, as docs/policies.md has them. */
const NAMES = new Set(["name", "key", "id", "type", "field", "path", "loc", "attributename"]);
const VALUES = new Set(["value", "newvalue", "stringvalue", "old", "v"]);
const LOOSE_VALUES = new Set(["default", "text", "content"]);
const WRAPPERS = new Set(["s", "numberlong"]);
const LOOSE_WRAPPERS = new Set([""]);

/** Names that make what they name a secret; where a value is read as a label, a word of it is enough. */
const TELLING = /(?:^|[^a-z])(?:password|secret)$/i;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Told {
  /** The field's own name, or those that tell its value in place of it. */
  readonly names: readonly string[];
  readonly isLoose: boolean;
}

const letters = (key: string): string => key.toLowerCase().replace(/[^a-z]/g, "");

/** `seesAll`: names count behind their values, too. */
export function maskTold(document: Json, seesAll: boolean): Json {
  return maskValue(document, { names: [], isLoose: false }, seesAll);
}

function maskValue(value: Json, told: Told, seesAll: boolean): Json {
  if (typeof value === "string" || typeof value === "number") return maskScalar(value, told);
  if (value === null || typeof value === "boolean") return value;
  if (isArray(value)) return value.map((element) => maskElement(element, told, seesAll));
  return maskObject(value, { told, isElement: false }, seesAll);
}

function maskElement(element: Json, told: Told, seesAll: boolean): Json {
  if (isArray(element)) return maskInnerArray(element, told, seesAll);
  if (typeof element === "object" && element !== null) return maskObject(element, { told, isElement: true }, seesAll);
  return maskValue(element, told, seesAll);
}

/** In an array in an array the first of two may name the second. */
function maskInnerArray(array: readonly Json[], told: Told & { isHolder?: boolean }, seesAll: boolean): Json {
  const [name, second] = array;
  const isPair = typeof name === "string" && told.isHolder !== true && !told.names.some(tells) && array.length > 1;
  if (!isPair) return array.map((element) => maskElement(element, told, seesAll));
  const pair = { names: [...told.names, name], isLoose: true, isHolder: true };
  return array
    .map((element, at) => maskElement(element, at === 1 ? pair : told, seesAll))
    .with(1, maskElement(second, pair, seesAll));
}

interface Place {
  readonly told: Told;
  readonly isElement: boolean;
}

function maskObject(object: { readonly [key: string]: Json }, { told, isElement }: Place, seesAll: boolean): Json {
  const members = Object.entries(object);
  return Object.fromEntries(
    members.map(([key, value], at) => {
      const role = letters(key);
      const isValue = VALUES.has(role) || LOOSE_VALUES.has(role);
      const isWrapper = (isValue && role !== "default") || WRAPPERS.has(role) || LOOSE_WRAPPERS.has(role);
      const before = seesAll ? members : members.slice(0, at);
      const beside = isValue ? before.flatMap(([name, text]) => (NAMES.has(letters(name)) ? textsIn(text) : [])) : [];
      const around = isWrapper && !(isElement && beside.length > 0) ? told.names : [];
      const names = [...around, ...beside];
      const isLoose = LOOSE_VALUES.has(role) || LOOSE_WRAPPERS.has(role);
      const inner =
        names.length > 0
          ? { names, isLoose, isHolder: true }
          : { names: [key], isLoose, isHolder: isValue || isWrapper };
      return [key, maskValue(value, inner, seesAll)];
    }),
  );
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return isArray(value) ? value.flatMap(textsIn) : [];
}

function maskScalar(value: string | number, { names, isLoose }: Told): Json {
  const text = String(value);
  const isLabel = isLoose && (typeof value === "number" || (!/\d/.test(text) && text.split(/[^a-z_-]+/i).some(tells)));
  if (names.some(tells) && text !== "" && !isLabel) return "[PASSWORD_FIELD]";
  const isNumber = /^\d{9}$/.test(text);
  return isNumber && names.some((name) => /(?:^|[^a-z])ssn(?:$|[^a-z])/i.test(name)) ? "[US_SSN]" : value;
}

function tells(name: string): boolean {
  return TELLING.test(name.replace(/\s*:\s*$/, ""));
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
