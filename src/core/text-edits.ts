/**
 * Findings of a whole text as edits of it.
 *
 * Owns nothing: the one step from what is found to what is written, for every format.
 */
import { concat } from "./bytes.ts";
import { isMark, unmark } from "./drops.ts";
import { EMPTY } from "./bytes.ts";
import { type Edit, encodeEdits, OffsetMap } from "./edit.ts";
import { decodeEscapes } from "./json/escapes.ts";
import type { KeyedField } from "./keyed-values.ts";
import type { Policy } from "./policy.ts";
import { findRead, type ReadFinding } from "./readings/reading-finder.ts";

const BACKSLASH = 0x5c;

/** Edits of a plain text; `key` is the name of the field that holds it, as context only. */
export function textEdits(policy: Policy, text: Uint8Array, key = ""): Edit[] {
  return findRead(policy, text, key).map((found) => ({
    start: found.start,
    end: found.end,
    bytes: replacementOf(policy, found),
    entity: found.entity,
  }));
}

/** What takes the place of a finding, written as it is written there. */
export function replacementOf(policy: Policy, found: ReadFinding): Uint8Array {
  const bytes = policy.replace(found);
  if (found.encode === undefined) return bytes;
  return isMark(bytes[0]) ? concat([bytes.subarray(0, 1), found.encode(unmark(bytes))]) : found.encode(bytes);
}

/** Edits of the value of a field, whose name alone may tell that all of it is a finding. */
export function valueEdits(policy: Policy, value: Uint8Array, field: KeyedField): Edit[] {
  const whole = policy.keyedValues.editOf(value, field, (found) => policy.replace(found));
  return whole === undefined ? textEdits(policy, value, field.key) : [whole];
}

/** A value that a path keeps, whatever is found in it: counts that, when somebody wants to know. Edits nothing. */
export function keptEdits(policy: Policy, value: Uint8Array, field: KeyedField): readonly Edit[] {
  const { observer, keyedValues, name } = policy;
  if (observer.kept === undefined) return [];
  const told = keyedValues.editOf(value, field, () => EMPTY);
  for (const { entity } of told === undefined ? findRead(policy, unescaped(value), field.key) : [told])
    observer.kept(name, entity);
  return [];
}

/** What is kept is not walked: JSON in it is a text with escapes. */
function unescaped(value: Uint8Array): Uint8Array {
  const origin = { map: new OffsetMap(0, 0), decodedOffset: 0, encodedOffset: 0 };
  return value.includes(BACKSLASH) ? decodeEscapes(value, origin, true).text : value;
}

export interface EscapedText {
  /** Writes a replacement the way the text is written. */
  readonly encode: (replacement: Uint8Array) => Uint8Array;
  /** The name of the field that holds the text. */
  readonly key?: string;
}

/** Edits of a text that may hold JSON escapes. */
export function escapedTextEdits(policy: Policy, text: Uint8Array, { encode, key }: EscapedText): Edit[] {
  const map = new OffsetMap(0, 0);
  const decoded = decodeEscapes(text, { map, decodedOffset: 0, encodedOffset: 0 }, true).text;
  return encodeEdits(textEdits(policy, decoded, key), map, encode);
}
