/** What a JSON value must look like, as data: keys and what each holds, one shape for every value, or a question. */

export type Shape =
  | ((value: unknown) => boolean)
  /** These keys and no others; none of them must be there. */
  | { readonly keys: Readonly<Record<string, Shape>> }
  /** A list of these. */
  | { readonly list: Shape }
  /** Any keys that `named` allows, and this for each value. */
  | { readonly each: Shape; readonly named: RegExp };

export const isString = (value: unknown): boolean => typeof value === "string";
export const isBoolean = (value: unknown): boolean => typeof value === "boolean";
export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
export const isPositive = (value: unknown): boolean => isCount(value) && value !== 0;
export const isStringList = (value: unknown): boolean => Array.isArray(value) && value.every(isString);

export function isOneOf(words: readonly string[]): Shape {
  return (value) => typeof value === "string" && words.includes(value);
}

/** The dotted path of the first key that does not fit, starting at `path`; undefined when all do. */
export function findMisfit(shape: Shape, value: unknown, path: string): string | undefined {
  if (typeof shape === "function") return shape(value) ? undefined : path;
  if ("list" in shape) return findListMisfit(shape.list, value, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return path;
  for (const [key, inner] of Object.entries(value)) {
    const at = `${path}.${key}`;
    const expected = innerShape(shape, key);
    const misfit = expected === undefined ? at : findMisfit(expected, inner, at);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function findListMisfit(shape: Shape, value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return path;
  const misfits = value.map((one: unknown, index) => findMisfit(shape, one, `${path}.${index}`));
  return misfits.find((misfit) => misfit !== undefined);
}

function innerShape(
  shape: Exclude<Shape, { list: Shape } | ((value: unknown) => boolean)>,
  key: string,
): Shape | undefined {
  if ("each" in shape) return shape.named.test(key) ? shape.each : undefined;
  return Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
}
