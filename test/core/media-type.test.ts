/** Which format a media type names, and which are refused. */
import { describe, expect, test } from "vitest";
import { readMediaType, StreamError, writeMediaType } from "../../src/core/index.ts";

function codeOf(text: string): string {
  try {
    readMediaType(text);
    return "";
  } catch (thrown) {
    return thrown instanceof StreamError ? thrown.code : "foreign";
  }
}

describe("media types", () => {
  test.each([
    ["text/plain", "text"],
    ["TEXT/Plain;charset=UTF-8", "text"],
    ['text/plain; charset="utf-8"', "text"],
    ["text/plain; charset=us-ascii; format=flowed", "text"],
    [" text/plain ;", "text"],
    ["application/json; charset=utf-8", "json"],
    ['application/vnd.api+json; profile="https://a.example/;charset=latin1"', "json"],
    ["application/problem+json", "json"],
    ["application/ndjson", "ndjson"],
    ["application/x-ndjson", "ndjson"],
    ["application/jsonl", "ndjson"],
    ["application/json-seq", "json-seq"],
    ["application/geo+json-seq", "json-seq"],
    ["text/event-stream;charset=utf8", "sse"],
    ["application/x-www-form-urlencoded", "form"],
    ["text/csv; charset=utf-8", "csv"],
    ["text/tab-separated-values", "csv"],
    ["multipart/form-data; boundary=----WebKitFormBoundaryx", "multipart"],
    ['multipart/form-data; boundary="a b:c"', "multipart"],
  ])("%s is read as %s", (text, format) => {
    const type = readMediaType(text);
    expect(type.format).toBe(format);
    expect(readMediaType(writeMediaType(type)).format).toBe(format);
  });

  test("parameters of CSV are read, and written to the answer", () => {
    const type = readMediaType('Text/CSV; Header="Absent"; delimiter=semicolon; x=y');
    expect(type).toEqual({ format: "csv", options: { header: "absent", delimiter: "semicolon" } });
    expect(writeMediaType(type)).toBe("text/csv; charset=utf-8; header=absent; delimiter=semicolon");
    expect(readMediaType("text/tab-separated-values; delimiter=comma").options.delimiter).toBe("tab");
  });

  test.each([
    ["", "FORMAT_UNKNOWN"],
    ["text", "FORMAT_UNKNOWN"],
    ["text/", "FORMAT_UNKNOWN"],
    ["text/html", "FORMAT_UNKNOWN"],
    ["image/svg+xml", "FORMAT_UNKNOWN"],
    ["constructor", "FORMAT_UNKNOWN"],
    ["text/plain charset=utf-8", "FORMAT_UNKNOWN"],
    ["text/plain; charset", "FORMAT_UNKNOWN"],
    ["text/plain; charset=", "FORMAT_UNKNOWN"],
    ['text/plain; charset="utf-8', "FORMAT_UNKNOWN"],
    ["text/plain; charset=utf-8, application/json", "FORMAT_UNKNOWN"],
    ["text/plain; charset=utf-8; Charset=utf-8", "FORMAT_UNKNOWN"],
    ["multipart/mixed; boundary=b", "FORMAT_UNKNOWN"],
    ["multipart/form-data", "BAD_BOUNDARY"],
    ['multipart/form-data; boundary=""', "BAD_BOUNDARY"],
    ['multipart/form-data; boundary="a "', "BAD_BOUNDARY"],
    ['multipart/form-data; boundary="a\\"b"', "BAD_BOUNDARY"],
    [`multipart/form-data; boundary=${"x".repeat(71)}`, "BAD_BOUNDARY"],
    ["text/csv; header=maybe", "FORMAT_UNKNOWN"],
    ["text/plain; charset=latin1", "CHARSET_UNKNOWN"],
    ['text/plain; charset="ut\\f-16"', "CHARSET_UNKNOWN"],
    ["application/json; charset=utf-7", "CHARSET_UNKNOWN"],
    ["text/event-stream; charset=utf-16le", "CHARSET_UNKNOWN"],
  ])("%s is refused with %s", (text, code) => {
    expect(codeOf(text)).toBe(code);
  });
});
