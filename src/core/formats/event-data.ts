/** The data of one event, which may be JSON or text: what a feed, a relay and the SSE format have in common. */
import { indexOfByte } from "../native-bytes.ts";
import { concat } from "../bytes.ts";
import { type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import { editJson, looksLikeJson } from "../json/editor.ts";
import { decodeEscapes, encodeJsonText } from "../json/escapes.ts";
import type { JoinedText } from "../joined-text.ts";
import type { RecordReader } from "../operators/operator.ts";
import type { Policy } from "../policy.ts";
import { whileRead } from "../record-readers.ts";
import { escapedTextEdits, textEdits } from "../text-edits.ts";
import { Utf8Repair } from "../utf8-repair.ts";
import { DecodedRecords } from "../json/decoded-record.ts";
import { JsonContext } from "../json/record-context.ts";
import { BlockScan, cleanDecoded } from "./block-scan.ts";
import { whenInvalid } from "./format-masker.ts";

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

export interface EventDataOptions {
  /** Where matches end in the data, when the automaton has run over it already. */
  readonly places?: readonly number[] | undefined;
  /** Takes the texts that go on in the next event; left out: each event stands alone. */
  readonly joined?: JoinedText[] | undefined;
}

/** The channel of data that is text. */
const MESSAGES = "messages";

/**
 * Edits of one event's data, or undefined when the policy drops it. Data that is one JSON value is masked as such;
 * all else is text, in which JSON escapes are read too, so that broken JSON hides nothing.
 * @throws StreamError `INVALID_INPUT` when data opens like JSON, is none, and the policy says `close`.
 */
export function eventDataEdits(
  policy: Policy,
  data: Uint8Array,
  { places, joined }: EventDataOptions = {},
): readonly Edit[] | undefined {
  const ends = places ?? matchEnds(policy, data);
  if (ends === "clean") return [];
  if (places?.length === 0 && isCleanUndone(policy, data)) return [];
  const texts: JoinedText[] | undefined = joined === undefined ? undefined : [];
  const read = (reader: RecordReader): void => reader.readJson(data);
  const options = { places: ends, joined: texts };
  const { edits, fault } = whileRead(policy.readers, read, () => editJson(policy, data, options));
  // What holds no document and no string goes on as text does: `4111` and ` 1111` are pieces of one number.
  const isText = !looksLikeJson(data) && (fault !== undefined || !data.includes(QUOTE));
  if (isText && policy.joins.messages && joined !== undefined) {
    joined.push(joinedMessage(policy, data));
    return [];
  }
  if (fault === undefined) {
    joined?.push(...(texts ?? []));
    return edits;
  }
  if (isText) return escapedTextEdits(policy, data, { encode: (replacement) => replacement });
  return whenInvalid(policy, fault) === "drop" ? undefined : escapedTextEdits(policy, data, { encode: encodeJsonText });
}

/** Data as valid UTF-8. @throws StreamError `INVALID_INPUT` when it is none and the policy says `close`. */
export function validEvent(policy: Policy, data: Uint8Array): Uint8Array {
  const repair = new Utf8Repair();
  const valid = concat([repair.push(data), repair.flush()]);
  if (repair.replaced > 0) whenInvalid(policy, "INVALID_UTF8");
  return valid;
}

/** Text with its JSON escapes read, as a part of the text of all messages. */
function joinedMessage(policy: Policy, data: Uint8Array): JoinedText {
  const map = new OffsetMap(0, 0);
  const { text } = decodeEscapes(data, { map, decodedOffset: 0, encodedOffset: 0 }, true);
  const own = textEdits(policy, text);
  return { channel: MESSAGES, text, own, toEdits: (edits) => encodeEdits(edits, map, (bytes) => bytes) };
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
  if (indexOfByte(data, BACKSLASH) < 0) return true;
  const records = new DecodedRecords(data.length);
  return records.add(data) && cleanDecoded(engine, records)[0];
}
