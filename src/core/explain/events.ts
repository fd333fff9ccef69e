/** Explains event streams: the data of each event, and what is left of its other lines. */
import { bomLength } from "../bytes.ts";
import { joinLines, type Line, splitLines, SseFormat } from "../formats/sse.ts";
import { isRead } from "../sse/extra-fields.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { explainJson } from "./json.ts";
import { placed, recordsOf } from "./placed.ts";
import { type Explanation, explainEdits, type Witnessing } from "./witness.ts";

const COLON = 0x3a;

interface Event {
  readonly input: Uint8Array;
  readonly start: number;
  readonly record: Uint8Array;
}

export function* explainEvents(watched: Witnessing, input: Uint8Array): Iterable<Explanation> {
  for (const { start, record, isWhole } of recordsOf(input, new SseFormat(watched.policy))) {
    // A client drops an event that the input cuts off.
    if (!isWhole) return;
    yield* explainEvent(watched, { input, start, record }).toSorted((a, b) => a.start - b.start);
  }
}

function explainEvent(watched: Witnessing, event: Event): Explanation[] {
  const { policy } = watched;
  const { start, record } = event;
  const lines = splitLines(record, start === 0 ? bomLength(record) : 0);
  const data = lines.filter(({ name }) => name === "data");
  const isLeft = ({ name, start: at }: Line): boolean =>
    name !== "data" && (policy.extraFields === "mask" || isRead(record, at) === true);
  return [
    ...(data.length === 0 ? [] : explainData(watched, event, data)),
    ...lines.filter(isLeft).flatMap((line) => explainLine(watched, event, line)),
  ];
}

function explainData({ policy, witness }: Witnessing, event: Event, data: readonly Line[]): Explanation[] {
  const { input, start, record } = event;
  const { text, map } = joinLines(record, data);
  const explained = explainJson(policy, text, { format: "ndjson", start: 0, witness });
  return placed(explained, { input, toInput: (offset) => start + map.toEncoded(offset), path: "data" });
}

function explainLine({ policy, witness }: Witnessing, { input, start, record }: Event, line: Line): Explanation[] {
  const from = line.name === "" ? line.start : line.valueStart;
  const text = record.subarray(from, line.end);
  witness.length = 0;
  const found = escapedTextEdits(policy, text, { encode: (replacement) => replacement });
  // An id in which something is found gives way as a whole.
  const edits = line.name === "id" && policy.hideId !== undefined ? found.slice(0, 1) : found;
  const path = line.name || (record[line.start] === COLON ? "comment" : "field");
  const toInput = (offset: number): number => start + from + offset;
  return placed(explainEdits(policy, text, { edits, witness }), { input, toInput, path });
}
