/**
 * The text of one named field, in formats whose fields are texts: a cell, a form field, a part.
 *
 * Owns one rule: a text that is one JSON object or array is masked as such, whatever it stands in.
 */
import type { Edit } from "../edit.ts";
import { editJson, looksLikeJson } from "../json/editor.ts";
import type { Policy } from "../policy.ts";
import { textEdits } from "../text-edits.ts";

/** Edits of the decoded text of a field of this name. */
export function namedTextEdits(policy: Policy, text: Uint8Array, name: string): readonly Edit[] {
  if (looksLikeJson(text)) {
    const { edits, fault } = editJson(policy, text, { nesting: 1 });
    if (fault === undefined) return edits;
  }
  return textEdits(policy, text, name);
}
