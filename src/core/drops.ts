/**
 * Findings that take more with them than their own text: the field that holds them, or the event.
 *
 * Owns the marks by which an operator tells that to whoever knows fields and events. A mark is a byte that no valid UTF-8
 * holds, so no input can forge one. Where there is no such field or event the mark alone goes, and what stands behind it is
 * the redacted value.
 */
import { concat } from "./bytes.ts";
import type { Edit } from "./edit.ts";

export type Dropped = "field" | "event";

/** What the operators of a policy may drop. */
export type Drops = Readonly<Record<Dropped, boolean>>;

const MARKS: Readonly<Record<Dropped, number>> = { field: 0xff, event: 0xfe };
const LEAST_MARK = 0xfe;
export const EVENT_MARK = Uint8Array.of(MARKS.event);
/** Of an edit that is a part of another one, and is not counted. */
export const UNCOUNTED = "";

export function marked(dropped: Dropped, bytes: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(MARKS[dropped]), bytes]);
}

/** The first edit that drops its field, or its event. */
export function findDrop(edits: readonly Edit[], dropped: Dropped): Edit | undefined {
  return edits.find(({ bytes }) => bytes.includes(MARKS[dropped]));
}

export function isMark(byte: number): boolean {
  return byte >= LEAST_MARK;
}

/** The bytes without marks: what is written where nothing is dropped. */
export function unmark(bytes: Uint8Array): Uint8Array {
  return bytes.some(isMark) ? bytes.filter((byte) => !isMark(byte)) : bytes;
}

/** What of a field's edits takes the whole field; undefined when none does. An event that is to go still goes. */
export function dropOf(edits: readonly Edit[], instead: Uint8Array): Pick<Edit, "bytes" | "entity"> | undefined {
  const field = findDrop(edits, "field");
  if (field === undefined) return undefined;
  const event = findDrop(edits, "event");
  return event === undefined
    ? { bytes: instead, entity: field.entity }
    : { bytes: concat([instead, EVENT_MARK]), entity: event.entity };
}
