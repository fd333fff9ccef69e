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
  readonly before: string;
  readonly after: string;
  readonly kept?: readonly string[];
}

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

function hold({ format, before, after, kept }: Holder, { name, json, reason }: Fault): BadInput {
  const input = Buffer.concat([latin(before), json, latin(after)]);
  return { name: `${format}: ${name}`, choice: { format }, input, reason, ...(kept === undefined ? {} : { kept }) };
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
  ...HOLDERS.flatMap((holder) => VALUES.map((fault) => hold(holder, fault))),
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
