/**
 * Input that is not what it says it is, by format: what is counted, and with it what the policy's `onInvalid` decides.
 *
 * Owns the table. Each input holds MARKS, which may leave in no case.
 */
import type { Format, FormatOptions } from "../../src/core/index.ts";

export interface BadInput {
  readonly name: string;
  readonly choice: { readonly format: Format } & FormatOptions;
  readonly input: Uint8Array;
  /** What is counted; undefined when the format takes it, odd as it is. */
  readonly reason: string | undefined;
  /** Stands in records of their own beside the bad one, which `drop` leaves alone. */
  readonly kept?: readonly string[];
}

/** In every input, in what is bad about it. */
export const MARKS = ["jane@acme", "4111111111111111"] as const;
const SECRET = "jane@acme.com 4111111111111111";

/** Default of `lineLimitBytes`. */
const LIMIT_BYTES = 1_048_576;
const DEEP = 10_000;

interface Fault {
  readonly name: string;
  readonly json: Uint8Array;
  readonly reason: string | undefined;
}

const latin = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** One value each, without line breaks. */
const VALUES: readonly Fault[] = [
  { name: "a truncated document", json: latin(`{"a":"${SECRET}","b":[1,`), reason: "BAD_JSON" },
  { name: "a document truncated in a string", json: latin(`{"a":"${SECRET}`), reason: "BAD_JSON" },
  { name: "trailing garbage", json: latin(`{"a":"${SECRET}"} ${SECRET}`), reason: "BAD_JSON" },
  { name: "duplicate keys", json: latin(`{"a":"${SECRET}","a":"${SECRET}"}`), reason: undefined },
  { name: "lone surrogates", json: latin(String.raw`{"a":"\ud800${SECRET}\udc00 \ud83d"}`), reason: undefined },
  { name: "invalid UTF-8 in a string", json: latin(`{"a":"\xff\xc3 ${SECRET} \xe2\x82"}`), reason: "INVALID_UTF8" },
  { name: "a number beyond all", json: latin(`{"a":1e999,"b":"${SECRET}"}`), reason: undefined },
  { name: "numbers that are none", json: latin(`{"a":01,"b":.5,"c":"${SECRET}"}`), reason: "BAD_JSON" },
  {
    name: "nesting 10,000 deep",
    json: latin(`${"[".repeat(DEEP)}"${SECRET}"${"]".repeat(DEEP)}`),
    reason: "JSON_TOO_DEEP",
  },
];

const LONG_KEYS: readonly Fault[] = [
  {
    name: "a key of a megabyte",
    json: latin(`{"${"k ".repeat(LIMIT_BYTES / 2 - 50)}${SECRET}":"${SECRET}"}`),
    reason: undefined,
  },
  {
    name: "a key longer than a line",
    json: latin(`{"${"k ".repeat(LIMIT_BYTES / 2)}${SECRET}":"${SECRET}"}`),
    reason: "LINE_TOO_LONG",
  },
];

interface Holder {
  readonly format: Format;
  readonly options?: FormatOptions;
  readonly before: string;
  readonly after: string;
  readonly kept?: readonly string[];
  /** How the value is written there; default: as it is. */
  readonly write?: (json: Uint8Array) => Uint8Array;
  /** Faults that are none of the format: what is no JSON is a text there. */
  readonly takes?: readonly string[];
}

/** Each byte beyond letters and digits as a form writes it. */
function escaped(json: Uint8Array): Uint8Array {
  const write = (byte: number): string =>
    /[a-z\d]/i.test(String.fromCharCode(byte)) && byte < 0x80
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).padStart(2, "0")}`;
  return latin([...json].map(write).join(""));
}

const NO_JSON = ["BAD_JSON", "JSON_TOO_DEEP"];

const HOLDERS: readonly Holder[] = [
  { format: "json", before: "", after: "" },
  { format: "ndjson", before: '{"first":1}\n', after: '\n{"last":2}\n', kept: ['{"first":1}', '{"last":2}'] },
  {
    format: "json-seq",
    before: '\u001e{"first":1}\n\u001e',
    after: '\n\u001e{"last":2}\n',
    kept: ['{"first":1}', '{"last":2}'],
  },
  { format: "sse", before: "data: first\n\ndata: ", after: "\n\ndata: last\n\n", kept: ["data: first", "data: last"] },
];

/** Formats whose texts may be JSON, of which each is as bad as it is alone. */
const TEXT_HOLDERS: readonly Holder[] = [
  {
    format: "csv",
    before: 'id,note\n1,first\n2,"',
    after: '"\n3,last\n',
    kept: ["1,first", "3,last"],
    write: (json) => latin(Buffer.from(json).toString("latin1").replaceAll('"', '""')),
    takes: NO_JSON,
  },
  {
    format: "form",
    before: "a=first&b=",
    after: "&c=last",
    kept: ["a=first", "c=last"],
    write: escaped,
    takes: [...NO_JSON, "INVALID_UTF8"],
  },
  {
    format: "multipart",
    options: { boundary: "b" },
    before: "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: application/json\r\n\r\n",
    after: "\r\n--b--\r\n",
  },
];

function hold(holder: Holder, fault: Fault): BadInput {
  const { format, options, before, after, kept, write = (json) => json, takes = [] } = holder;
  const input = Buffer.concat([latin(before), write(fault.json), latin(after)]);
  const reason = fault.reason !== undefined && takes.includes(fault.reason) ? undefined : fault.reason;
  const row = { name: `${format}: ${fault.name}`, choice: { format, ...options }, input, reason };
  return kept === undefined ? row : { ...row, kept };
}

const csv = (name: string, text: string, reason: string | undefined = "BAD_CSV"): BadInput => ({
  name: `csv: ${name}`,
  choice: { format: "csv" },
  input: latin(text),
  reason,
  ...(reason === undefined ? {} : { kept: ["1,first"] }),
});

const multipart = (name: string, text: string, reason: string): BadInput => ({
  name: `multipart: ${name}`,
  choice: { format: "multipart", boundary: "b" },
  input: latin(text),
  reason,
});

export const BAD_INPUTS: readonly BadInput[] = [
  ...[...HOLDERS, ...TEXT_HOLDERS].flatMap((holder) => VALUES.map((fault) => hold(holder, fault))),
  // Elsewhere a record of that length is too long as a whole.
  ...LONG_KEYS.map((fault) => hold(HOLDERS[0], fault)),
  ...HOLDERS.slice(1).map((holder) => hold(holder, LONG_KEYS[1])),
  {
    name: "sse: an event without end",
    choice: { format: "sse" },
    input: latin(`data: first\n\n${`data: ${SECRET}\n`.repeat(Math.ceil(LIMIT_BYTES / SECRET.length))}`),
    reason: "LINE_TOO_LONG",
    kept: ["data: first"],
  },
  {
    name: "sse: an event that the input cuts off",
    choice: { format: "sse" },
    input: latin(`data: first\n\ndata: ${SECRET}\n`),
    reason: "truncated",
    kept: ["data: first"],
  },
  csv("a record with too few fields", `id,note,n\n1,first,1\n${SECRET}\n`),
  csv("a record with too many fields", `id,note\n1,first\n2,x,"${SECRET}",y\n`),
  csv("a stray quote in a field", `id,note\n1,first\n2,x"${SECRET}\n`),
  csv("text behind a closing quote", `id,note\n1,first\n2,"x"${SECRET}\n`),
  csv("a quote that never closes", `id,note\n1,first\n2,"${SECRET}\n3,x\n`),
  csv("invalid UTF-8", `id,note\n1,first\n2,\xff ${SECRET}\n`, "INVALID_UTF8"),
  {
    name: "form: percent signs that open nothing, and no name",
    choice: { format: "form" },
    input: latin(`=${SECRET.replace(" ", "+")}&a=%zz%4+${SECRET.replace("@", "%40").replace(" ", "+")}&%&&=`),
    reason: undefined,
  },
  {
    name: "text: invalid UTF-8",
    choice: { format: "text" },
    input: latin(`\xff\xfe ${SECRET} \xf0\x9f`),
    reason: "INVALID_UTF8",
  },
  multipart("no closing boundary", `--b\r\nContent-Disposition: form-data; name=a\r\n\r\n${SECRET}`, "BAD_MULTIPART"),
  multipart(
    "the end in the headers of a part",
    `--b\r\nContent-Disposition: form-data; name="${SECRET}`,
    "BAD_MULTIPART",
  ),
  multipart(
    "a part that is no text",
    `--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: image/png\r\n\r\n${SECRET}\r\n--b--\r\n`,
    "PART_UNREADABLE",
  ),
];

const JSON_FORMATS: readonly Format[] = ["json", "ndjson", "json-seq", "sse"];
const ALL_WITH_JSON: readonly Format[] = [...JSON_FORMATS, "csv", "form", "multipart"];

/** What an input may be bad in: the rows above that show it, in each format that can hold it. */
export const BAD_IN: Readonly<Record<string, readonly (readonly [row: string, formats: readonly Format[]])[]>> = {
  "truncated documents": [
    ["a truncated document", ALL_WITH_JSON],
    ["a document truncated in a string", ALL_WITH_JSON],
    ["an event that the input cuts off", ["sse"]],
    ["no closing boundary", ["multipart"]],
    ["the end in the headers of a part", ["multipart"]],
  ],
  "trailing garbage": [["trailing garbage", ALL_WITH_JSON]],
  "duplicate keys": [["duplicate keys", ALL_WITH_JSON]],
  "lone surrogates in escapes": [["lone surrogates", ALL_WITH_JSON]],
  "invalid UTF-8 inside strings": [
    ["invalid UTF-8 in a string", ALL_WITH_JSON],
    ["invalid UTF-8", ["csv", "text"]],
  ],
  "numbers like 1e999": [
    ["a number beyond all", ALL_WITH_JSON],
    ["numbers that are none", ALL_WITH_JSON],
  ],
  "10,000-deep nesting": [["nesting 10,000 deep", ALL_WITH_JSON]],
  "keys of 1 MB": [
    ["a key of a megabyte", ["json"]],
    ["a key longer than a line", JSON_FORMATS],
  ],
  "CSV with ragged rows and stray quotes": [
    ["a record with too few fields", ["csv"]],
    ["a record with too many fields", ["csv"]],
    ["a stray quote in a field", ["csv"]],
    ["text behind a closing quote", ["csv"]],
    ["a quote that never closes", ["csv"]],
  ],
  "SSE without end": [["an event without end", ["sse"]]],
};
