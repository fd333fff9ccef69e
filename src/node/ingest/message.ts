/**
 * What one message of a broker is as an event: its data, type and key, or why it is none.
 *
 * Owns the rules of docs/protocol.md 3.2 for messages. Keeps nothing of a message that is refused.
 */
import { readMediaType, toStreamError, type ErrorCode } from "../../core/index.ts";
import type { IngestConfig } from "../../server/config/ingest-config.ts";
import { readEncoding } from "../../server/http/content-encoding.ts";
import { jsonRecord, MESSAGE, type BodyRecord } from "../../server/feeds/records.ts";
import { decodeText, encodeText } from "../../server/text.ts";
import { readTraceparent } from "../../server/telemetry/traceparent.ts";

export interface RawMessage {
  readonly data: Uint8Array;
  /** All values of a header, whatever the case of its name. May throw when the headers are none. */
  readonly headers: (name: string) => readonly string[];
  /** Names the message in its stream for good; undefined where there is no stream. */
  readonly place: string | undefined;
}

export interface MessageRules {
  readonly text: IngestConfig["text"];
  readonly limitBytes: number;
}

/** Producers name an event so, and JetStream already knows what comes again by it. */
const ID_HEADER = "Nats-Msg-Id";
const TYPE_HEADER = "Maskwire-Event";

/** Never throws. */
export function readMessage(message: RawMessage, { text, limitBytes }: MessageRules): BodyRecord {
  const { data, place } = message;
  if (data.length > limitBytes) return { refused: "EVENT_TOO_LARGE" };
  let says: Headers;
  try {
    says = readHeaders(message);
  } catch {
    return { refused: "BAD_MESSAGE" };
  }
  const refused = refusalOf(says);
  if (refused !== undefined) return { refused };
  const record = jsonRecord(data);
  const isText = "refused" in record && text === "mask" && !says.isJson && data.length > 0;
  if ("refused" in record && !isText) return record;
  const key = says.id ?? place;
  const trace = readTraceparent(says.trace);
  return {
    // Bytes that are no UTF-8 become U+FFFD, as in every text.
    data: "refused" in record ? encodeText(decodeText(data)) : record.data,
    event: says.type ?? MESSAGE,
    ...(key === undefined ? {} : { key }),
    ...(trace === undefined ? {} : { trace }),
  };
}

interface Headers {
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly contentType: string | undefined;
  readonly encoding: string | undefined;
  readonly trace: string | undefined;
  readonly isJson: boolean;
}

/** @throws when they are none, or one comes twice. */
function readHeaders({ headers }: RawMessage): Headers {
  const read = (name: string): string | undefined => {
    const [value = "", ...others] = headers(name);
    if (others.length > 0) throw new Error("twice");
    return value.trim() === "" ? undefined : value.trim();
  };
  const contentType = read("Content-Type");
  return {
    id: read(ID_HEADER),
    type: read(TYPE_HEADER),
    contentType,
    encoding: read("Content-Encoding"),
    trace: read("traceparent"),
    isJson: contentType !== undefined && formatOf(contentType) === "json",
  };
}

/** What is not said to be JSON or text in UTF-8 would be masked as something that it is not. */
function refusalOf({ contentType, encoding }: Headers): ErrorCode | undefined {
  try {
    // The one encoding that is none.
    if (readEncoding(encoding) !== undefined) return "ENCODING_UNKNOWN";
    if (contentType === undefined) return undefined;
    const { format } = readMediaType(contentType);
    return format === "json" || format === "text" ? undefined : "FORMAT_UNKNOWN";
  } catch (thrown) {
    return toStreamError(thrown).code;
  }
}

function formatOf(contentType: string): string | undefined {
  try {
    return readMediaType(contentType).format;
  } catch {
    return undefined;
  }
}
