/**
 * Server-Sent Events, masked in place: framing and line ends keep their bytes.
 *
 * Owns which bytes of an event are text. `data` lines are one payload; type, id, comments and unknown fields are
 * masked as text, because each could carry a value past the payload. An event that is cut off by the end of the
 * input is dropped, as a client would drop it.
 */
import { indexOfByte } from "../native-bytes.ts";
import { bomLength, concat, encodeUtf8 } from "../bytes.ts";
import { findDrop } from "../drops.ts";
import { type Edit, encodeEdits, OffsetMap } from "../edit.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Policy } from "../policy.ts";
import { escapedTextEdits } from "../text-edits.ts";
import { eventDataEdits, type EventDataOptions } from "./event-data.ts";
import type { Output } from "./format-masker.ts";
import type { RecordFormat } from "./record.ts";
import { endsOutside } from "./suspect-places.ts";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NEWLINE = Uint8Array.of(LF);
const DATA_LINE = encodeUtf8("\ndata: ");

/** A line without its end; `name` and the span of the value. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly valueStart: number;
}

export class SseFormat implements RecordFormat {
  private readonly policy: Policy;
  /** Bytes of the line that is being read. */
  private lineLength = 0;
  private isAfterCr = false;
  private isAtRecordStart = true;
  private isFirst = true;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** False until a byte order mark can no longer come. */
  get isPastFirst(): boolean {
    return !this.isFirst;
  }

  /** Goes on at the start of an event, after events that somebody else has framed. */
  restart(): void {
    this.lineLength = 0;
    this.isAfterCr = false;
    this.isAtRecordStart = true;
  }

  findEnd(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      const isSecondHalf = byte === LF && this.isAfterCr;
      this.isAfterCr = byte === CR;
      if (isSecondHalf) {
        // The LF of a CR LF whose CR ended the event already: a record of its own, so that no event waits for it.
        if (this.isAtRecordStart) return at + 1;
      } else if (byte === LF || byte === CR) {
        const isBlank = this.lineLength === 0;
        this.lineLength = 0;
        this.isAtRecordStart = isBlank;
        if (isBlank) return at + 1;
      } else {
        this.lineLength++;
        this.isAtRecordStart = false;
      }
    }
    return -1;
  }

  mask(record: Uint8Array, output: Output): void {
    const joined = output.openTexts();
    const edits = this.editsOf(record, { joined });
    if (edits !== undefined && !output.dropsEvent(record, edits)) output.writeEdited(record, edits, joined);
  }

  /** Edits of one event, or undefined when the policy drops it. The options speak of the event. */
  editsOf(record: Uint8Array, { places, joined }: EventDataOptions = {}): readonly Edit[] | undefined {
    const lines = splitLines(record, this.isFirst ? bomLength(record) : 0);
    this.isFirst = false;
    const payload = this.payloadEdits(record, lines, { places, joined });
    if (payload === undefined) return undefined;
    // Escapes hide what they stand for from whoever looks at the bytes.
    const isClean = places === undefined || record.includes(BACKSLASH) ? () => false : endsOutside(places);
    const others = lines.flatMap((line) => (line.name === "data" || isClean(line) ? [] : this.lineEdits(record, line)));
    return others.length === 0 ? payload : [...payload, ...others].toSorted((a, b) => a.start - b.start);
  }

  maskUnfinished(): void {
    this.policy.observer.truncated();
  }

  private payloadEdits(
    record: Uint8Array,
    lines: readonly Line[],
    { places, joined }: EventDataOptions,
  ): readonly Edit[] | undefined {
    const dataLines = lines.filter((line) => line.name === "data");
    if (dataLines.length === 0) return [];
    const { text, map } = joinLines(record, dataLines);
    // In a single line the bytes are the text.
    const offset = dataLines.length === 1 ? dataLines[0].valueStart : undefined;
    const inText = offset === undefined ? undefined : places?.map((place) => place - offset);
    const texts: JoinedText[] | undefined = joined === undefined ? undefined : [];
    const edits = eventDataEdits(this.policy, text, { places: inText, joined: texts });
    const inRecord = (some: readonly Edit[]): readonly Edit[] => encodeEdits(some, map, splitIntoDataLines);
    joined?.push(
      ...(texts ?? []).map((one) => ({ ...one, toEdits: (some: readonly Edit[]) => inRecord(one.toEdits(some)) })),
    );
    return edits === undefined ? undefined : inRecord(edits);
  }

  private lineEdits(record: Uint8Array, line: Line): Edit[] {
    // A name that is no known field is text like its value.
    const start = line.name === "event" || line.name === "id" ? line.valueStart : line.start;
    const text = record.subarray(start, line.end);
    const edits = escapedTextEdits(this.policy, text, { encode: (replacement) => replacement });
    if (edits.length === 0) return [];
    if (line.name === "id" && this.policy.hideId !== undefined && findDrop(edits, "event") === undefined) {
      const { entity } = edits[0];
      const bytes = this.policy.hideId.replace({ start, end: line.end, entity, score: 1, text });
      return [{ start, end: line.end, bytes, entity }];
    }
    return edits.map(({ start: from, end, bytes, entity }) => ({
      start: from + start,
      end: end + start,
      bytes: oneLine(bytes),
      entity,
    }));
  }
}

export function splitLines(record: Uint8Array, from: number): Line[] {
  const lines: Line[] = [];
  let cr = indexOfByte(record, CR, from);
  for (let start = from; start < record.length;) {
    if (cr >= 0 && cr < start) cr = indexOfByte(record, CR, start);
    const lf = indexOfByte(record, LF, start);
    const end = cr >= 0 && (lf < 0 || cr < lf) ? cr : lf;
    if (end < 0) break;
    if (end > start) lines.push(readLine(record, start, end));
    start = end + 1;
  }
  return lines;
}

function readLine(record: Uint8Array, start: number, end: number): Line {
  const colon = indexOfByte(record, COLON, start);
  if (colon < 0 || colon >= end) return { start, end, name: nameOf(record, start, end), valueStart: end };
  const afterColon = colon + 1;
  const valueStart = afterColon < end && record[afterColon] === SPACE ? afterColon + 1 : afterColon;
  return { start, end, name: nameOf(record, start, colon), valueStart };
}

const NAMES = ["data", "event", "id"];

/** A field name that matters here, or "". */
function nameOf(record: Uint8Array, start: number, end: number): string {
  return NAMES.find((name) => end - start === name.length && isAt(record, start, name)) ?? "";
}

function isAt(record: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (record[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** The values of the data lines joined by LF, as a client reads them, and where each stands in the record. */
export function joinLines(record: Uint8Array, lines: readonly Line[]): { text: Uint8Array; map: OffsetMap } {
  const [first, ...others] = lines as [Line, ...Line[]];
  const map = new OffsetMap(0, first.valueStart);
  const parts = [record.subarray(first.valueStart, first.end)];
  let length = first.end - first.valueStart;
  let previousEnd = first.end;
  for (const line of others) {
    map.add(length, previousEnd);
    map.add(length + 1, line.valueStart);
    parts.push(NEWLINE, record.subarray(line.valueStart, line.end));
    length += 1 + line.end - line.valueStart;
    previousEnd = line.end;
  }
  return { text: concat(parts), map };
}

/** A value that was turned back may hold line breaks, which would end the line that the token stood in. */
function oneLine(bytes: Uint8Array): Uint8Array {
  return bytes.includes(LF) || bytes.includes(CR)
    ? bytes.map((byte) => (byte === LF || byte === CR ? SPACE : byte))
    : bytes;
}

/** A replacement may keep the line breaks of its value; on the wire each needs a `data:` of its own. */
function splitIntoDataLines(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(LF) && !bytes.includes(CR)) return bytes;
  const parts: Uint8Array[] = [];
  let start = 0;
  bytes.forEach((byte, at) => {
    if (byte !== LF && byte !== CR) return;
    parts.push(bytes.subarray(start, at), DATA_LINE);
    start = at + 1;
  });
  return concat([...parts, bytes.subarray(start)]);
}
