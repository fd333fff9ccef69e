import { describe, expect, test } from "vitest";
import type { EventRecord } from "../../src/server/history/stored-event.ts";
import { decodeRecord, encodeRecord } from "../../src/server/history/stored-event.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** With bytes as text: matchers compare arrays element by element, a mebibyte in ten seconds. */
function readable(record: EventRecord | undefined): unknown {
  const hex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString("hex");
  return (
    record && {
      ...record,
      event: hex(record.event),
      parts: record.parts.map(({ mark, data }) => ({ mark, data: hex(data) })),
    }
  );
}

const RECORD: EventRecord = {
  atMs: 1_790_000_000_123,
  event: encode("order.päid"),
  isGap: false,
  token: "0123456789abcdef0123456789abcdef",
  parts: [
    { mark: "0123456789abcdef", data: encode('{"to":"[EMAIL]"}') },
    { mark: "fedcba9876543210", data: null },
    { mark: "00000000ffffffff", data: encode("") },
  ],
};

describe("the bytes of a stored event", () => {
  test.each([
    ["an event with parts shown, hidden and empty", RECORD],
    ["a gap", { ...RECORD, event: encode(""), isGap: true, token: "", parts: [] }],
    [
      "a part of a mebibyte",
      { ...RECORD, parts: [{ mark: "0123456789abcdef", data: new Uint8Array(1_048_576).fill(7) }] },
    ],
  ])("give back %s", (_, record) => {
    expect(readable(decodeRecord(encodeRecord(record)))).toEqual(readable(record));
  });

  test("that are cut short anywhere, or have more behind them, are no event", () => {
    const bytes = encodeRecord(RECORD);
    for (let length = 0; length < bytes.length; length++)
      expect(decodeRecord(bytes.subarray(0, length))).toBeUndefined();
    expect(decodeRecord(Uint8Array.from([...bytes, 0]))).toBeUndefined();
  });

  test("of another version are no event", () => {
    const bytes = encodeRecord(RECORD);
    bytes[0] = 2;
    expect(decodeRecord(bytes)).toBeUndefined();
  });

  test("with any byte flipped throw nothing", () => {
    const bytes = encodeRecord(RECORD);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice();
      flipped[at] ^= 0xff;
      expect(() => decodeRecord(flipped)).not.toThrow();
    }
  });

  test("leave no part on the array that they came in", () => {
    const page = Buffer.alloc(100_000);
    const bytes = encodeRecord(RECORD);
    page.set(bytes, 50_000);
    const record = decodeRecord(page.subarray(50_000, 50_000 + bytes.length));
    expect(record?.parts[0]?.data?.buffer.byteLength).toBe(16);
  });
});
