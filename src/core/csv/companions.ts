/**
 * Names of columns that tell their values in a table of people only: `Name` and `City` beside `Email` are of anybody.
 *
 * Owns the list and what makes a table one of people: two columns whose names tell it by themselves.
 */
import type { KeyedValues } from "../keyed-values.ts";

const COMPANION =
  /^(?:name|nom|nombre|nome|namn|navn|address|adress?e|adres|direcci[oó]n|city|town|ort|stadt?|ville|ciudad|cidade|citt[aà]|plaats|miasto|cap)$/i;

/** By column: a name that tells its values, or undefined. */
export function tellingNames(names: readonly string[], keyedValues: KeyedValues): readonly (string | undefined)[] {
  const [companion, ...more] = names.filter((name) => keyedValues.isPersonal(name));
  return names.map((name) => {
    if (keyedValues.isNamed(name)) return name;
    return more.length > 0 && COMPANION.test(name.trim()) ? companion : undefined;
  });
}
