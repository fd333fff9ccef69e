/**
 * Media types: which format they name, and what their parameters say of it.
 *
 * Owns the table of types and the refusals. A charset that is not UTF-8 is refused: read as UTF-8, its letters would
 * stand between the digits of a value. Parameters of no meaning here are ignored, and never written to an answer.
 */
import { StreamError } from "../errors.ts";
import { BOUNDARY } from "../multipart/delimiter.ts";
import type { Format } from "../policy.ts";
import { DELIMITERS, type FormatOptions, HEADERS } from "./format-options.ts";

export interface MediaType {
  readonly format: Format;
  readonly options: FormatOptions;
}

interface TypeRow {
  readonly format: Format;
  readonly options?: FormatOptions;
}

const TYPES: Readonly<Record<string, TypeRow>> = {
  "text/plain": { format: "text" },
  "application/json": { format: "json" },
  "application/x-ndjson": { format: "ndjson" },
  "application/ndjson": { format: "ndjson" },
  "application/jsonl": { format: "ndjson" },
  "application/json-seq": { format: "json-seq" },
  "text/event-stream": { format: "sse" },
  "text/csv": { format: "csv" },
  "text/tab-separated-values": { format: "csv", options: { delimiter: "tab" } },
  "application/x-www-form-urlencoded": { format: "form" },
  "multipart/form-data": { format: "multipart" },
};

/** What an answer in this format says of itself. */
const ANSWERS: Readonly<Record<Format, string>> = {
  text: "text/plain; charset=utf-8",
  json: "application/json",
  ndjson: "application/x-ndjson",
  "json-seq": "application/json-seq",
  sse: "text/event-stream",
  csv: "text/csv; charset=utf-8",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
};

const JSON_SUFFIX = "+json";
const SEQ_SUFFIX = "+json-seq";
/** US-ASCII is a part of UTF-8. */
const CHARSETS: readonly string[] = ["utf-8", "utf8", "us-ascii"];

const TYPE = /^[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*/iy;
const PARAMETER = /;[ \t]*(?:([!#$%&'*+.^_`|~0-9a-z-]+)=("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*)?/iy;

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

/** @throws StreamError `FORMAT_UNKNOWN`, `CHARSET_UNKNOWN` or `BAD_BOUNDARY`. */
export function readMediaType(text: string): MediaType {
  TYPE.lastIndex = 0;
  const type = TYPE.exec(text)?.[1]?.toLowerCase();
  const row = type === undefined ? undefined : rowOf(type);
  if (row === undefined) throw new StreamError("FORMAT_UNKNOWN");
  const parameters = readParameters(text, TYPE.lastIndex);
  const charset = parameters.get("charset")?.toLowerCase();
  if (charset !== undefined && !CHARSETS.includes(charset)) throw new StreamError("CHARSET_UNKNOWN");
  return { format: row.format, options: { ...readOptions(row.format, parameters), ...row.options } };
}

/** The content type of an answer in this format. */
export function writeMediaType({ format, options }: MediaType): string {
  const { header, delimiter } = options;
  const boundary =
    options.boundary === undefined || TOKEN.test(options.boundary) ? options.boundary : `"${options.boundary}"`;
  const parameters = Object.entries({ header, delimiter, boundary }).filter(([, value]) => value !== undefined);
  return [ANSWERS[format], ...parameters.map(([name, value]) => `${name}=${value}`)].join("; ");
}

function rowOf(type: string): TypeRow | undefined {
  if (Object.hasOwn(TYPES, type)) return TYPES[type];
  if (type.endsWith(SEQ_SUFFIX)) return TYPES["application/json-seq"];
  return type.endsWith(JSON_SUFFIX) ? TYPES["application/json"] : undefined;
}

/** Names in lower case. @throws StreamError `FORMAT_UNKNOWN` for what is no parameter, or comes twice. */
function readParameters(text: string, from: number): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (let at = from; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(text);
    if (match === null) throw new StreamError("FORMAT_UNKNOWN");
    const [, name, value = ""] = match;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) throw new StreamError("FORMAT_UNKNOWN");
    parameters.set(name.toLowerCase(), value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value);
  }
  return parameters;
}

/** @throws StreamError `FORMAT_UNKNOWN` for a value that means nothing, `BAD_BOUNDARY`. */
function readOptions(format: Format, parameters: ReadonlyMap<string, string>): FormatOptions {
  if (format === "multipart") return { boundary: readBoundary(parameters.get("boundary")) };
  if (format !== "csv") return {};
  const header = oneOf(HEADERS, parameters.get("header"));
  const delimiter = oneOf(DELIMITERS, parameters.get("delimiter"));
  return { ...(header === undefined ? {} : { header }), ...(delimiter === undefined ? {} : { delimiter }) };
}

function readBoundary(boundary = ""): string {
  if (!BOUNDARY.test(boundary)) throw new StreamError("BAD_BOUNDARY");
  return boundary;
}

function oneOf<Value extends string>(values: readonly Value[], text: string | undefined): Value | undefined {
  const value = values.find((one) => one === text?.toLowerCase());
  if (text !== undefined && value === undefined) throw new StreamError("FORMAT_UNKNOWN");
  return value;
}
