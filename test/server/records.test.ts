import { describe, expect, test } from "vitest";
import { RECORD_READERS, type PublishFormat } from "../../src/server/feeds/records.ts";
import { bytes, cutsOf } from "../support/sse-oracle.ts";

const LIMIT_BYTES = 16;
const LONG = "x".repeat(LIMIT_BYTES);

const CASES: readonly (readonly [name: string, format: PublishFormat, input: string, records: readonly string[]])[] = [
  ["one JSON value", "json", ' {"a": 1}\r\n', ['message {"a": 1}']],
  ["nothing as JSON", "json", "", ["BAD_JSON"]],
  ["two JSON values", "json", "1 2", ["BAD_JSON"]],
  ["a half JSON value", "json", '{"a":', ["BAD_JSON"]],
  ["lines", "ndjson", "1\n 2 \n", ["message 1", "message 2"]],
  ["a last line without its end", "ndjson", "1\n2", ["message 1", "message 2"]],
  ["CRLF and empty lines", "ndjson", "\r\n1\r\n\n \n2\r\n", ["message 1", "message 2"]],
  ["a bad line between good ones", "ndjson", "1\n{\n2\n", ["message 1", "BAD_JSON", "message 2"]],
  ["a long line between good ones", "ndjson", `1\n"${LONG}"\n2\n`, ["message 1", "EVENT_TOO_LARGE", "message 2"]],
  ["a long last line", "ndjson", `1\n"${LONG}"`, ["message 1", "EVENT_TOO_LARGE"]],
  ["a line of exactly the limit", "ndjson", `"${LONG.slice(2)}"\n`, [`message "${LONG.slice(2)}"`]],
  ["events", "sse", "event: e\ndata: a\ndata: b\n\ndata\n\n", ["e a\nb", "message "]],
  ["a half event", "sse", "data: a\n\ndata: b\n", ["message a"]],
  ["a long event", "sse", `data: ${LONG}x\n\ndata: b\n\n`, ["EVENT_TOO_LARGE", "message b"]],
];

describe("a published body", () => {
  for (const [name, format, input, records] of CASES) {
    test(`reads ${name}, however it is cut`, () => {
      for (const chunks of cutsOf(bytes(input))) {
        const reader = RECORD_READERS[format](LIMIT_BYTES);
        const all = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
        const read = all.map((record) =>
          "refused" in record ? record.refused : `${record.event} ${Buffer.from(record.data).toString()}`,
        );
        expect(read).toEqual(records);
      }
    });
  }

  test("stops at a JSON event that is too large before it has it all", () => {
    const reader = RECORD_READERS.json(LIMIT_BYTES);
    reader.push(bytes(LONG));
    expect(() => reader.push(bytes("x"))).toThrow(expect.objectContaining({ code: "EVENT_TOO_LARGE" }));
  });
});
