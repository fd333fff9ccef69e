/** The data of one event, which may be JSON or text: what a feed, a relay and the SSE format have in common. */
import type { Edit } from "../edit.ts";
import { isClean } from "../finder.ts";
import { editJson, looksLikeJson } from "../json/editor.ts";
import { encodeJsonText } from "../json/escapes.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { whenInvalid } from "./format-masker.ts";

const BACKSLASH = 0x5c;

/**
 * Edits of one event's data, or undefined when the policy drops it. Data that is one JSON value is masked as such;
 * all else is text, in which JSON escapes are read too, so that broken JSON hides nothing.
 * `places`: where matches end in the data, when the automaton has run over it already.
 * @throws StreamError `INVALID_INPUT` when data opens like JSON, is none, and the policy says `close`.
 */
export function eventDataEdits(
  policy: Policy,
  data: Uint8Array,
  places?: readonly number[],
): readonly Edit[] | undefined {
  const isUnescaped = data.indexOf(BACKSLASH) < 0;
  const isUnread = places === undefined && policy.passesClean && isUnescaped;
  if (isUnread && isClean(policy.engine, data, { start: 0, end: data.length })) return [];
  const { edits, fault } = editJson(policy, data, { places });
  if (fault === undefined) return edits;
  if (!looksLikeJson(data)) return escapedTextEdits(policy, data, { encode: (replacement) => replacement });
  return whenInvalid(policy, fault) === "drop" ? undefined : escapedTextEdits(policy, data, { encode: encodeJsonText });
}
