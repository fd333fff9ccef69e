/**
 * The text of one named field, in formats whose fields are texts: a cell, a form field, a part.
 *
 * Owns one rule: a text that is one JSON object or array is masked as such, whatever it stands in; one that only looks
 * like it is text in which escapes are read, so that broken JSON hides nothing.
 */
import type { Edit } from "../edit.ts";
import { editJson, looksLikeJson } from "../json/editor.ts";
import { encodeJsonText } from "../json/escapes.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits, textEdits } from "../text-edits.ts";

/** Edits of the decoded text of a field of this name. */
export function namedTextEdits(policy: Policy, text: Uint8Array, name: string): readonly Edit[] {
  if (!looksLikeJson(text)) return textEdits(policy, text, name);
  const { edits, fault } = editJson(policy, text, { nesting: 1 });
  return fault === undefined ? edits : escapedTextEdits(policy, text, { encode: encodeJsonText, key: name });
}
