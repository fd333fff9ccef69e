/** How far a compressed body may inflate: at the limit, and one past it. */
import { constants, createGzip, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { StreamError } from "../../src/core/index.ts";
import { decodeBody, type OpenDecoder, readEncoding } from "../../src/server/http/content-encoding.ts";

const MIB = 1_048_576;
const open: OpenDecoder = (encoding) => (encoding === "br" ? undefined : new DecompressionStream(encoding));

function streamOf(...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function lengthOf(body: ReadableStream<Uint8Array>): Promise<number | string> {
  let length = 0;
  try {
    for await (const chunk of body) length += chunk.length;
    return length;
  } catch (thrown) {
    return thrown instanceof StreamError ? thrown.code : "something else";
  }
}

describe("a compressed body", () => {
  const bytes = new Uint8Array(4 * MIB);
  const packed = gzipSync(bytes);
  const ratio = bytes.length / packed.length;

  test.each([
    [Math.ceil(ratio * 2), bytes.length],
    [Math.floor(ratio / 4), "BODY_INFLATES"],
    [1, "BODY_INFLATES"],
  ])("with inflationLimit %i gives %s", async (inflationLimit, outcome) => {
    expect(await lengthOf(decodeBody(streamOf(packed), { encoding: "gzip", open, inflationLimit }))).toBe(outcome);
  });

  test("may be as dense as it likes up to 1 MiB", async () => {
    const options = { encoding: "gzip", open, inflationLimit: 1 } as const;
    expect(await lengthOf(decodeBody(streamOf(gzipSync(new Uint8Array(MIB))), options))).toBe(MIB);
    expect(await lengthOf(decodeBody(streamOf(gzipSync(new Uint8Array(MIB + 1))), options))).toBe("BODY_INFLATES");
  });

  test("leaves as it comes in, and stops its source when nobody reads on", async () => {
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    let isCancelled = false;
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        gzip.on("data", (chunk: Buffer) => controller.enqueue(new Uint8Array(chunk)));
        gzip.write("first");
      },
      cancel() {
        isCancelled = true;
      },
    });
    const reader = decodeBody(source, { encoding: "gzip", open, inflationLimit: 100 }).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("first");
    await reader.cancel();
    expect(isCancelled).toBe(true);
  });

  test("that breaks off is told from one that is corrupt", async () => {
    const options = { encoding: "gzip", open, inflationLimit: 100 } as const;
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error("ECONNRESET jane@acme.com"));
      },
    });
    expect(await lengthOf(decodeBody(broken, options))).toBe("BODY_BROKEN");
    expect(await lengthOf(decodeBody(streamOf(new Uint8Array([1, 2, 3])), options))).toBe("BODY_CORRUPT");
  });

  test("in an encoding that the host cannot undo is refused", () => {
    expect(() => decodeBody(streamOf(), { encoding: "br", open, inflationLimit: 1 })).toThrow(StreamError);
  });
});

describe("Content-Encoding", () => {
  test.each([
    [undefined, undefined],
    ["", undefined],
    [" Identity ", undefined],
    ["gzip", "gzip"],
    ["X-GZIP", "gzip"],
    ["BR", "br"],
    ["deflate", "deflate"],
  ])("%j is %s", (header, encoding) => expect(readEncoding(header)).toBe(encoding));

  test.each(["gzip, gzip", "zstd", "compress", "__proto__", "constructor"])("%j is refused", (header) =>
    expect(() => readEncoding(header)).toThrow(StreamError),
  );
});
