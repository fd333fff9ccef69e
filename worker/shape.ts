/** What a JSON value must look like, as data: an object of shapes, or a question to one value. */

export type Test = (value: unknown) => boolean;

/** Keys that may be there (none must) and what each holds. Any other key is wrong. */
export interface Shape {
  readonly [key: string]: Shape | Test;
}

const RECORD = Symbol("any key");

/** An object with keys of any name and one shape for every value. */
export function recordOf(value: Shape | Test): Shape {
  return { [RECORD]: value } as unknown as Shape;
}

export const isString: Test = (value) => typeof value === "string";
export const isBoolean: Test = (value) => typeof value === "boolean";
export const positiveInteger: Test = (value) => Number.isSafeInteger(value) && (value as number) > 0;

export function oneOf(words: readonly string[]): Test {
  return (value) => typeof value === "string" && words.includes(value);
}

export function arrayOf(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test);
}

/** The dotted path of the first key that does not fit; undefined when all do. */
export function checkShape(shape: Shape | Test, value: unknown, path = ""): string | undefined {
  if (typeof shape === "function") return shape(value) ? undefined : path;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return path === "" ? "MASKWIRE_CONFIG" : path;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const expected = shapeOf(shape, key);
    const wrong = expected === undefined ? at : checkShape(expected, inner, at);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function shapeOf(shape: Shape, key: string): Shape | Test | undefined {
  const any = (shape as { readonly [RECORD]?: Shape | Test })[RECORD];
  return any ?? (Object.hasOwn(shape, key) ? shape[key] : undefined);
}
