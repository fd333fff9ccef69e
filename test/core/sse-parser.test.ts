import { describe, expect, test } from "vitest";
import { SseParser } from "../../src/core/sse/parser.ts";
import { bytes, cutsOf, readPlainly, type Read } from "../support/sse-oracle.ts";

/** Input and the events that a client sees: type, data, last event id. */
const CASES: readonly (readonly [name: string, input: string | Uint8Array, events: readonly (readonly string[])[]])[] =
  [
    [
      "a lone CR ends a line and an event",
      "data: a\rdata: b\r\rdata: c\r\r",
      [
        ["message", "a\nb", ""],
        ["message", "c", ""],
      ],
    ],
    [
      "LF CR is two line ends",
      "data: a\n\rdata: b\n\r",
      [
        ["message", "a", ""],
        ["message", "b", ""],
      ],
    ],
    [
      "CR CR LF LF is three line ends",
      "data: a\r\r\n\ndata: b\n\n",
      [
        ["message", "a", ""],
        ["message", "b", ""],
      ],
    ],
    [
      "U+2028, U+0085, VT and FF are not line ends",
      "data: a\u2028b\u0085c\u000bd\u000ce\n\n",
      [["message", "a\u2028b\u0085c\u000bd\u000ce", ""]],
    ],
    ["one BOM is dropped", "\ufeffdata: a\n\n", [["message", "a", ""]]],
    ["the start of a BOM is data of the first line", Uint8Array.of(0xef, 0xbb, 100, 58, 10, 10), []],
    ["a BOM between events is part of a name", "data: a\n\n\ufeffdata: b\n\n", [["message", "a", ""]]],
    [
      "a truncated character becomes U+FFFD",
      Uint8Array.of(...bytes("data: a"), 0xf0, 0x9f, 10, 10),
      [["message", "a\ufffd", ""]],
    ],
    ["a no-break space is not removed", "data:\u00a0a\n\n", [["message", "\u00a0a", ""]]],
    ["only one space is removed", "data:   a\n\n", [["message", "  a", ""]]],
    [
      "an id with NUL is ignored",
      "id: 1\ndata: a\n\nid: 2\u00003\ndata: b\n\n",
      [
        ["message", "a", "1"],
        ["message", "b", "1"],
      ],
    ],
    ["an id without data is committed", "id: 7\n\ndata: a\n\n", [["message", "a", "7"]]],
    ["a type without data is forgotten", "event: x\n\ndata: a\n\n", [["message", "a", ""]]],
    ["the last type wins", "event: x\nevent: y\ndata: a\n\n", [["y", "a", ""]]],
    ["empty data is an event", "data\n\n", [["message", "", ""]]],
    ["data between empty data lines", "data\ndata: a\ndata\n\n", [["message", "\na\n", ""]]],
    ["a comment in the middle changes nothing", "data: a\n: data: x\ndata: b\n\n", [["message", "a\nb", ""]]],
    ["a colon alone is a comment", ":\n:\ndata: a\n:\n\n", [["message", "a", ""]]],
    ["an unfinished event is dropped", "data: a\n\ndata: b", [["message", "a", ""]]],
    ["an unfinished event with its line ended is dropped", "data: a\n\nid: 9\ndata: b\n", [["message", "a", ""]]],
  ];

/** Reads with a limit that no case reaches. */
function read(chunks: readonly Uint8Array[]): Read {
  const parser = new SseParser(1024);
  const text = (field: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(field);
  const events: string[][] = [];
  for (const chunk of chunks) {
    for (const { event, data, id } of parser.push(chunk)) events.push([text(event) || "message", text(data), text(id)]);
  }
  return { events, lastId: text(parser.lastId), retryMs: parser.retryMs };
}

describe("the SSE parser", () => {
  for (const [name, input, events] of CASES) {
    test(`${name}, however it is cut`, () => {
      for (const chunks of cutsOf(bytes(input))) {
        expect(read(chunks).events).toEqual(events);
        expect(read(chunks)).toEqual(readPlainly(bytes(input)));
      }
    });
  }

  test.each([
    ["1500", 1500],
    ["010", 10],
    ["00000000000000000000000000000007", 7],
    ["", undefined],
    ["1.5", undefined],
    ["-1", undefined],
    ["1 ", undefined],
  ])("takes retry %j as %s, at once and without an event", (value, retryMs) => {
    expect(read([bytes(`retry: ${value}\n`)]).retryMs).toBe(retryMs);
  });

  test("a CR at the end of a chunk ends the event now", () => {
    expect(new SseParser(1024).push(bytes("data: a\r\r"))).toHaveLength(1);
  });

  test.each([
    ["one long line", `data: ${"x".repeat(11)}\n\n`],
    ["many lines", "data: 12345\ndata: 12345\n\n"],
    ["many empty lines", `${"data\n".repeat(13)}\n`],
    ["a long unknown field", `${"x".repeat(30)}\ndata: a\n\n`],
  ])("an event over the limit by %s is said to be too large, holds nothing, and the next one is fine", (_, input) => {
    for (const chunks of cutsOf(bytes(`${input}data: 1234567890\n\n`))) {
      const parser = new SseParser(10);
      const events = chunks.flatMap((chunk) => parser.push(chunk));
      expect(events.map(({ isTooLarge }) => isTooLarge)).toEqual([true, false]);
      expect(events.map(({ data }) => data.length)).toEqual([0, 10]);
    }
  });

  test("a comment of any length costs nothing and refuses nothing", () => {
    const parser = new SseParser(10);
    parser.push(bytes(":"));
    for (let index = 0; index < 1000; index++) parser.push(bytes("x".repeat(1000)));
    expect(parser.push(bytes("\ndata: a\n\n")).map(({ isTooLarge }) => isTooLarge)).toEqual([false]);
  });

  test("says which events have an id of their own", () => {
    const events = new SseParser(1024, bytes("5")).push(bytes("data: a\n\nid: 6\ndata: b\n\ndata: c\n\n"));
    expect(events.map(({ hasOwnId, id }) => [hasOwnId, Buffer.from(id).toString()])).toEqual([
      [false, "5"],
      [true, "6"],
      [false, "6"],
    ]);
  });

  test.each([
    ["data: a\n\n", false],
    ["data: a\n\n: half a comment", true],
    ["data: a\n", true],
    ["data", true],
  ])("knows whether a stream that ends after %j was cut", (input, isUnfinished) => {
    const parser = new SseParser(1024);
    parser.push(bytes(input));
    expect(parser.isUnfinished).toBe(isUnfinished);
  });
});
