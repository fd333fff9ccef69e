/**
 * Validates objects against the strict JSON-schema subset of the Kubernetes API.
 *
 * Owns the keywords that the subset uses and refuses no other silently. Not a general validator.
 */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
}

export type Definitions = Readonly<Record<string, JsonSchema>>;

const DEFINITION_PREFIX = "#/definitions/";

const TYPE_TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  string: (value) => typeof value === "string",
};

/** Paths at which `value` breaks `schema`, each with the keyword that says so. */
export function schemaErrors(schema: JsonSchema, value: unknown, definitions: Definitions, path = ""): string[] {
  if (schema.$ref !== undefined) {
    const target = definitions[schema.$ref.slice(DEFINITION_PREFIX.length)];
    return target === undefined ? [`${path} $ref`] : schemaErrors(target, value, definitions, path);
  }
  if (schema.anyOf !== undefined) {
    const isAny = schema.anyOf.some((branch) => schemaErrors(branch, value, definitions, path).length === 0);
    return isAny ? [] : [`${path} anyOf`];
  }
  if (schema.type !== undefined && !isType(schema.type, value)) return [`${path} type`];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return [`${path} pattern`];
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return value.flatMap((item, index) => schemaErrors(items, item, definitions, `${path}/${index}`));
  }
  return isType("object", value) ? propertyErrors(schema, value as object, definitions, path) : [];
}

function isType(type: string, value: unknown): boolean {
  const test = TYPE_TESTS[type];
  if (test === undefined) throw new Error(`the schema has a type that this check does not know: ${type}`);
  return test(value);
}

function propertyErrors(schema: JsonSchema, value: object, definitions: Definitions, path: string): string[] {
  const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key));
  const errors = missing.map((key) => `${path}/${key} required`);
  for (const [key, item] of Object.entries(value)) {
    const property = schema.properties?.[key] ?? schema.additionalProperties ?? true;
    if (property === false) errors.push(`${path}/${key} additionalProperties`);
    else if (property !== true) errors.push(...schemaErrors(property, item, definitions, `${path}/${key}`));
  }
  return errors;
}
