/**
 * Decodes an object strictly against its shape: unknown fields, wrong types, missing fields.
 *
 * Never quotes a value: it may be a secret.
 */
import type { Path } from "../object.ts";
import { isFields } from "../value.ts";
import { TYPES } from "./shapes.ts";

export interface Fault {
  readonly path: Path;
  readonly text: string;
}

interface FieldType {
  readonly type: string;
  readonly isRequired: boolean;
}

const parsed = new Map<string, ReadonlyMap<string, FieldType>>();

function fieldsOfType(text: string): ReadonlyMap<string, FieldType> {
  let fields = parsed.get(text);
  if (fields === undefined) {
    fields = new Map(
      text.split(" ").map((pair) => {
        const [name = "", type = ""] = pair.split(":");
        return [name, { type: type.replace("!", ""), isRequired: type.endsWith("!") }];
      }),
    );
    parsed.set(text, fields);
  }
  return fields;
}

const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|[numkMGTPE]i?)?$/;

const SCALARS: Readonly<Record<string, { readonly is: (value: unknown) => boolean; readonly name: string }>> = {
  string: { is: (value) => typeof value === "string", name: "text (write it in quotes)" },
  boolean: { is: (value) => typeof value === "boolean", name: "true or false, without quotes" },
  integer: { is: Number.isInteger, name: "a whole number" },
  intOrString: {
    is: (value) => Number.isInteger(value) || typeof value === "string",
    name: "a whole number or a name",
  },
  quantity: {
    is: (value) => typeof value === "number" || (typeof value === "string" && QUANTITY.test(value)),
    name: "a quantity such as 500m, 256Mi or 1Gi",
  },
};

/** `null` is as good as absent, as for the server. */
export function shapeFaults(fields: string, value: object, path: Path = []): Fault[] {
  const known = fieldsOfType(fields);
  const missing = [...known].flatMap(([name, { isRequired }]): Fault[] => {
    const given = (value as Readonly<Record<string, unknown>>)[name];
    return isRequired && (given === undefined || given === null) ? [{ path, text: `${name} is missing` }] : [];
  });
  const wrong = Object.entries(value).flatMap(([name, item]): Fault[] => {
    const field = known.get(name);
    if (field === undefined) return [{ path: [...path, name], text: `unknown field ${pathText([...path, name])}` }];
    return typeFaults(field.type, item, [...path, name]);
  });
  return [...missing, ...wrong];
}

function typeFaults(type: string, value: unknown, path: Path): Fault[] {
  if (value === null || value === undefined || type === "any") return [];
  const wrong = (name: string): Fault[] => [{ path, text: `${pathText(path)} must be ${name}` }];
  if (type.startsWith("[")) {
    if (!Array.isArray(value)) return wrong("a list");
    return value.flatMap((item, index) => typeFaults(type.slice(1, -1), item, [...path, index]));
  }
  if (type.startsWith("{")) {
    if (!isFields(value)) return wrong("a map");
    return Object.entries(value).flatMap(([key, item]) => typeFaults(type.slice(1, -1), item, [...path, key]));
  }
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar.is(value) ? [] : wrong(scalar.name);
  return isFields(value) ? shapeFaults(TYPES[type] ?? "", value, path) : wrong("a map");
}

export function pathText(path: Path): string {
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}
