import { describe, expect, test } from "vitest";
import { StreamError } from "../../src/core/index.ts";
import { writeSse } from "../../src/core/sse/writer.ts";
import { bytes, readPlainly } from "../support/sse-oracle.ts";

const DATA = [
  ["a lone CR", "a\rdata: b", "a\ndata: b"],
  ["CRLF and an empty line", "a\r\n\r\nevent: evil", "a\n\nevent: evil"],
  ["an id line", "a\n\nid: 9\n\ndata: evil", "a\n\nid: 9\n\ndata: evil"],
  ["LF CR", "a\n\rb", "a\n\nb"],
  ["CR at both ends", "\ra\r", "\na\n"],
  ["a leading space", " a", " a"],
  ["nothing", "", ""],
  ["a line end alone", "\n", "\n"],
  ["characters that look like line ends", "\u2028\u0085\u000b", "\u2028\u0085\u000b"],
  ["a BOM", "\ufeffa", "\ufeffa"],
] as const;

describe("the SSE writer", () => {
  test.each(DATA)("keeps data with %s inside one event", (_, data, read) => {
    const written = writeSse({ data: bytes(data), id: bytes("k3f9q2.7"), event: bytes("created") });
    expect(readPlainly(written).events).toEqual([["created", read, "k3f9q2.7"]]);
  });

  test("writes an id alone, which commits and dispatches nothing", () => {
    expect(readPlainly(writeSse({ id: bytes("7") }))).toEqual({ events: [], lastId: "7", retryMs: undefined });
  });

  for (const field of ["id", "event"] as const) {
    test.each(["1\n\ndata: evil", "1\rdata: evil", "1\u00002"])(`refuses ${field} %j`, (value) => {
      expect(() => writeSse({ data: bytes("x"), [field]: bytes(value) })).toThrow(StreamError);
    });
  }

  test.each([Number.NaN, -1, 1.5, Infinity, 2 ** 60])("refuses retry %s", (retryMs) => {
    expect(() => writeSse({ retryMs })).toThrow(StreamError);
  });

  test("writes retry as digits", () => {
    expect(readPlainly(writeSse({ retryMs: 2_000 })).retryMs).toBe(2_000);
  });
});
