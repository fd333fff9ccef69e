/** The data of one event, which may be JSON or text: what a feed, a relay and the SSE format have in common. */
import type { Edit } from "../edit.ts";
import { editJson, looksLikeJson } from "../json/editor.ts";
import { encodeJsonText } from "../json/escapes.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { DecodedRecords } from "../json/decoded-record.ts";
import { JsonContext } from "../json/record-context.ts";
import { BlockScan, cleanDecoded } from "./block-scan.ts";
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
  const ends = places ?? matchEnds(policy, data);
  if (ends === "clean") return [];
  if (places?.length === 0 && isCleanUndone(policy, data)) return [];
  const { edits, fault } = editJson(policy, data, { places: ends });
  if (fault === undefined) return edits;
  if (!looksLikeJson(data)) return escapedTextEdits(policy, data, { encode: (replacement) => replacement });
  return whenInvalid(policy, fault) === "drop" ? undefined : escapedTextEdits(policy, data, { encode: encodeJsonText });
}

/** Where matches end; undefined when the policy wants to see what holds none, too. */
function matchEnds(policy: Policy, data: Uint8Array): readonly number[] | "clean" | undefined {
  if (!policy.passesClean) return undefined;
  const { engine } = policy;
  const scan = new BlockScan(engine, data);
  const isClean = !scan.hasMatch({ start: 0, end: data.length }, new JsonContext(data));
  return isClean && isCleanUndone(policy, data) ? "clean" : scan.placesIn(0, data.length);
}

/** True when undoing the escapes of data shows nothing that was not there. */
function isCleanUndone({ engine }: Policy, data: Uint8Array): boolean {
  if (data.indexOf(BACKSLASH) < 0) return true;
  const records = new DecodedRecords(data.length);
  return records.add(data) && cleanDecoded(engine, records)[0];
}
