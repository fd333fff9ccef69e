/** A stream that waits keeps a few bytes, never the chunk that they came in. */
import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../src/core/bytes.ts";
import { compilePolicy, createMasker, type Format, FORMATS } from "../../src/core/index.ts";
import { choiceOf } from "../support/cases.ts";

/** Bytes of all buffers that can be reached from an object, and not from the shared one. */
function reachableBytes(root: object, shared: object = {}): number {
  const seen = new Set<unknown>();
  collect(shared, seen);
  return collect(root, seen);
}

function collect(root: object, seen: Set<unknown>): number {
  const open: unknown[] = [root];
  let bytes = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) {
      if (!seen.has(value.buffer)) bytes += value.buffer.byteLength;
      seen.add(value.buffer);
    } else open.push(...Object.values(value));
  }
  return bytes;
}

/** A record, where it is not a line of JSON. */
const LINES: Partial<Record<Format, string>> = {
  "json-seq": '\u001e{"a":"some words of a log line"}\n',
  sse: 'data: {"a":"some words of a log line"}\n\n',
  multipart: "--b\r\nContent-Type: text/plain\r\n\r\nsome words of a log line\r\n",
  csv: '"a",some words of a log line\n',
  form: "a=some+words+of+a+log+line&",
};

describe("between two chunks", () => {
  test.each(FORMATS)("%s keeps no chunk alive", (format) => {
    const policy = compilePolicy({});
    const masker = createMasker(policy, choiceOf(format));
    const line = LINES[format] ?? '{"a":"some words of a log line"}\n';
    for (let i = 0; i < 5; i++) masker.push(new TextEncoder().encode(`${line.repeat(2000)}{"b":"jane@ac`));
    expect(reachableBytes(masker, policy)).toBeLessThan(2048);
  });

  test("a queue lets go of what it gave away", () => {
    const queue = new ByteQueue();
    queue.append(new Uint8Array(65_536));
    queue.consume(65_536);
    expect(reachableBytes(queue)).toBe(0);
    queue.append(new Uint8Array(65_536).subarray(65_500));
    expect(reachableBytes(queue)).toBe(36);
  });
});
