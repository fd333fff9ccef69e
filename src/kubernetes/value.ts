/**
 * Values as YAML and JSON give them, read without trust.
 *
 * Every reader takes anything and answers with an empty value of the right shape: what has the wrong shape is told by
 * the checks (`check/`), not here.
 */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value under a path of keys; `undefined` where it ends early. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof key === "number") current = listOf(current)[key];
    else current = isFields(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}
