/**
 * How an event, a gap, an end and a heartbeat look on each transport.
 *
 * Owns bytes only: no state, no clock, no socket. A frame holds nothing that differs between two subscribers of one
 * feed, so that the same array goes to all of them.
 */
import { concat } from "../../core/bytes.ts";
import { writeSse } from "../../core/sse/writer.ts";
import type { Entry } from "../history/entry.ts";
import { decodeText, encodeText } from "../text.ts";

export const TRANSPORTS = ["sse", "ndjson", "websocket"] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** Events that a subscriber can no longer get: after one position, up to the next that there is. */
export interface Gap {
  /** Null when the client's position could not be read. */
  readonly after: string | null;
  readonly next: string;
  /** Null when nobody knows. */
  readonly lost: number | null;
}

/** What a subscriber is told right before the connection ends. */
export interface End {
  readonly code: number;
  readonly reconnect: boolean;
  readonly afterMs: number;
}

export interface EventFrame {
  readonly entry: Entry;
  readonly id: string;
  /** Given when a stream carries several feeds. */
  readonly feed?: string | undefined;
}

export interface Transport {
  readonly name: TransportName;
  /** What goes out at once, so that headers and the first position arrive. */
  opening(id: string): Uint8Array | undefined;
  event(frame: EventFrame): Uint8Array;
  gap(gap: Gap, id: string): Uint8Array;
  end(end: End, id: string): Uint8Array;
  /** Undefined where the transport has a ping of its own. */
  heartbeat(id: string): Uint8Array | undefined;
}

/** What an `EventSource` waits before it reconnects, when the connection just breaks. */
const SSE_RETRY_MS = 2_000;
const SSE_COMMENT = encodeText(":\n");
const SSE_GAP = encodeText("maskwire.gap");
const SSE_END = encodeText("maskwire.end");
const LINE_END = encodeText("\n");
const CLOSING_BRACE = encodeText("}");

const sse: Transport = {
  name: "sse",
  opening: (id) => concat([SSE_COMMENT, writeSse({ id: encodeText(id), retryMs: SSE_RETRY_MS })]),
  event: ({ entry, id }) =>
    writeSse({
      id: encodeText(id),
      event: entry.isGap ? SSE_GAP : entry.event,
      data: entry.isGap ? json(gapOf(id)) : entry.data,
      trace: entry.trace === undefined ? undefined : encodeText(entry.trace),
    }),
  gap: (gap, id) => writeSse({ id: encodeText(id), event: SSE_GAP, data: json(gap) }),
  end: (end, id) => writeSse({ id: encodeText(id), event: SSE_END, data: json(end), retryMs: end.afterMs }),
  heartbeat: (id) => concat([SSE_COMMENT, writeSse({ id: encodeText(id) })]),
};

const ndjson: Transport = {
  name: "ndjson",
  opening: () => LINE_END,
  event: (frame) =>
    frame.entry.isGap ? jsonLine({ control: "gap", ...gapOf(frame.id) }) : concat([eventObject({}, frame), LINE_END]),
  gap: (gap) => jsonLine({ control: "gap", ...gap }),
  end: (end) => jsonLine({ control: "end", ...end }),
  heartbeat: () => LINE_END,
};

const websocket: Transport = {
  name: "websocket",
  opening: () => undefined,
  event: (frame) =>
    frame.entry.isGap ? json({ type: "gap", ...gapOf(frame.id) }) : eventObject({ type: "event" }, frame),
  gap: (gap) => json({ type: "gap", ...gap }),
  end: (end) => json({ type: "end", ...end }),
  heartbeat: () => undefined,
};

export const TRANSPORT: Readonly<Record<TransportName, Transport>> = { sse, ndjson, websocket };

/** Loss at the upstream, whose extent nobody knows: it stands in the history as an entry of its own. */
function gapOf(id: string): Gap {
  return { after: null, next: id, lost: null };
}

/** `{…,"id":…,"event":…,"data":…}` with the data's own bytes, so that no number changes its spelling. */
function eventObject(start: object, { entry, id, feed }: EventFrame): Uint8Array {
  const event = entry.event.length === 0 ? "message" : decodeText(entry.event);
  const trace = entry.trace === undefined ? {} : { traceparent: entry.trace };
  const head = JSON.stringify({ ...start, ...(feed === undefined ? {} : { feed }), id, event, ...trace });
  return concat([encodeText(`${head.slice(0, -1)},"data":`), valueOf(entry.data), CLOSING_BRACE]);
}

/** JSON as it is, anything else as a JSON string. */
function valueOf(data: Uint8Array): Uint8Array {
  const text = decodeText(data);
  if (!isJson(text)) return encodeText(JSON.stringify(text));
  // Inside a JSON string a line end is always escaped: a raw one is white space, and would cut the NDJSON line.
  return /[\r\n]/.test(text) ? encodeText(text.replace(/[\r\n]/g, " ")) : data;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function json(value: object): Uint8Array {
  return encodeText(JSON.stringify(value));
}

function jsonLine(value: object): Uint8Array {
  return encodeText(`${JSON.stringify(value)}\n`);
}
