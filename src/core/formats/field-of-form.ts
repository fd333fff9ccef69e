/**
 * How the value of a field of a form is held, by its name: `name[first]` is the field `first` of an object.
 *
 * Owns how forms write fields of fields, in one body as in many parts.
 */
import type { HeldText } from "../json/editor.ts";
import { roleOfText, WRAPPED } from "../json/roles.ts";
import type { KeyedValues } from "../keyed-values.ts";
import type { Policy } from "../policy.ts";

const IN_BRACKETS = /([^[\]]+)\]?\[([^[\]]+)\]$/;

export function heldField({ fields, keyedValues }: Policy, name: string): HeldText {
  const key = tellingName(keyedValues, name);
  return { key, nesting: 0, mayTell: true, at: fields.field(fields.root, name) };
}

/** A name that tells what this one does where it stands: the name itself, when the one around it adds nothing. */
function tellingName(keyedValues: KeyedValues, name: string): string {
  const [, owner, field] = IN_BRACKETS.exec(name) ?? [];
  if (owner === undefined) return name;
  // A field that holds the value of the one around it has its name.
  if ((roleOfText(field) & WRAPPED) !== 0 && keyedValues.isNamed(owner)) return owner;
  return keyedValues.nameBelow(owner, field) ?? name;
}
