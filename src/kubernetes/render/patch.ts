/**
 * JSON patches, as components have them, on objects in memory: a chart has no kustomize.
 *
 * Owns `add`, `replace` and `remove` (RFC 6902) on places that exist. Changes nothing that it is given.
 */
import type { Json, JsonObject } from "./yaml.ts";

export interface Operation extends JsonObject {
  readonly op: "add" | "replace" | "remove";
  /** Keys from the root; `-` is the place behind the last item of a list. */
  readonly path: string;
  readonly value?: Json;
}

export function applyPatch<Target extends JsonObject>(target: Target, patch: readonly Operation[]): Target {
  return patch.reduce<Json>((value, operation) => change(value, keysOf(operation.path), operation), target) as Target;
}

function change(value: Json, [key, ...rest]: readonly string[], operation: Operation): Json {
  if (key === undefined) return operation.value ?? null;
  if (isList(value)) return changeItem(value, [key, ...rest], operation);
  const parent = value as JsonObject;
  if (rest.length > 0) return { ...parent, [key]: change(parent[key] ?? {}, rest, operation) };
  if (operation.op !== "remove") return { ...parent, [key]: operation.value };
  return Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key));
}

function changeItem(list: readonly Json[], [key = "-", ...rest]: readonly string[], operation: Operation): Json {
  const index = key === "-" ? list.length : Number(key);
  const { op, value = null } = operation;
  const item = rest.length > 0 ? [change(list[index] ?? {}, rest, operation)] : op === "remove" ? [] : [value];
  const isInserted = rest.length === 0 && op === "add";
  return [...list.slice(0, index), ...item, ...list.slice(isInserted ? index : index + 1)];
}

function keysOf(path: string): string[] {
  const keys = path.split("/").slice(1);
  return keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
