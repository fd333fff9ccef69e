/** The library as a stage between streams, and what it says to callers who hand it something else. */
import { Duplex, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it, test } from "vitest";
import {
  compilePolicy,
  ConfigurationError,
  createMasker,
  findAll,
  type Format,
  maskEvent,
  maskStream,
  maskWhole,
  StreamError,
} from "../../src/core/index.ts";
import { cutsOf } from "../support/every-cut.ts";

const policy = compilePolicy({});
const TEXTS: Readonly<Partial<Record<Format, string>>> = {
  text: "mail ana.torres@example.com, card 4111 1111 1111 1111\nand plain\n",
  ndjson: '{"to":"ana.torres@example.com","n":4111111111111111}\n{"to":"nobody"}\n',
  sse: 'id: 7\ndata: {"to":"ana.torres@example.com"}\n\n',
};

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

function sourceOf(chunks: Iterable<unknown> | AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>;
}

/** All that comes out before the stream ends or fails, and how it failed. */
async function drain(stream: ReadableStream<Uint8Array>): Promise<{ output: string; failure: unknown }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of stream) parts.push(part);
  } catch (failure) {
    return { output: Buffer.concat(parts).toString(), failure };
  }
  return { output: Buffer.concat(parts).toString(), failure: undefined };
}

describe.each(Object.entries(TEXTS) as [Format, string][])("maskStream of %s", (format, text) => {
  const whole = Buffer.from(maskWhole(policy, format, bytesOf(text))).toString();

  it("gives the same bytes however its input is cut", async () => {
    expect(whole).not.toBe(text);
    for (const cuts of cutsOf(bytesOf(text).length)) {
      const places = [0, ...cuts, bytesOf(text).length];
      const chunks = places.slice(1).map((end, i) => bytesOf(text).subarray(places[i], end));
      expect(await drain(sourceOf(chunks).pipeThrough(maskStream(policy, format)))).toEqual({
        output: whole,
        failure: undefined,
      });
    }
  });

  it("is a stage of a pipeline in Node", async () => {
    const parts: Buffer[] = [];
    const sink = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        parts.push(chunk);
        done();
      },
    });
    // What `pipeline` takes has grown; its types have not.
    const stage = maskStream(policy, format) as unknown as NodeJS.ReadWriteStream;
    await pipeline(Readable.from([Buffer.from(text)]), stage, sink);
    expect(Buffer.concat(parts).toString()).toBe(whole);
  });
});

describe("maskStream", () => {
  it("stands among Node's own streams as the README says", async () => {
    const parts: Buffer[] = [];
    const sink = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        parts.push(chunk);
        done();
      },
    });
    // The types of the DOM, which stand here beside those of Node, differ from them.
    const web = maskStream(policy, "text") as unknown as Parameters<typeof Duplex.fromWeb>[0];
    const stage = Duplex.fromWeb(web);
    await pipeline(Readable.from([Buffer.from("mail ana.tor"), Buffer.from("res@example.com today")]), stage, sink);
    expect(Buffer.concat(parts).toString()).toBe("mail [EMAIL] today");
  });

  it("drops what is undecided when its source breaks", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytesOf("one line\nmail ana.torres@exam");
      await Promise.resolve();
      throw new Error("broken");
    }
    const { output, failure } = await drain(sourceOf(broken()).pipeThrough(maskStream(policy, "text")));
    expect("one line\nmail ").toContain(output);
    expect(failure).toEqual(new Error("broken"));
  });

  it("reads no further while nobody reads it", async () => {
    let given = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          given++;
          controller.enqueue(bytesOf("a plain line\n"));
        },
      },
      { highWaterMark: 0 },
    );
    const masked = source.pipeThrough(maskStream(policy, "text")).getReader();
    await masked.read();
    const early = given;
    for (let i = 0; i < 50; i++) await Promise.resolve();
    // What one reader asked for, and a chunk at each joint.
    expect(given).toBeLessThanOrEqual(early + 2);
    await masked.cancel();
  });

  it("fails for text that nobody encoded, and lets none of it out", async () => {
    const { output, failure } = await drain(
      sourceOf(["mail ana.torres@example.com"]).pipeThrough(maskStream(policy, "text")),
    );
    expect(output).toBe("");
    expect(failure).toEqual(new StreamError("BAD_CHUNK"));
  });
});

/** What callers without types hand over; each was once read as nothing, or cut to its low bytes. */
const NO_BYTES: readonly unknown[] = [
  "text",
  [106, 97],
  new ArrayBuffer(8),
  new Uint16Array(2),
  new DataView(new ArrayBuffer(2)),
  null,
  undefined,
  7,
];

describe.each(NO_BYTES.map((value) => [Object.prototype.toString.call(value), value as Uint8Array] as const))(
  "%s",
  (_, value) => {
    test.each([
      ["push", () => createMasker(policy, "text").push(value)],
      ["maskWhole", () => maskWhole(policy, "json", value)],
      ["maskEvent", () => maskEvent(policy, value)],
      ["findAll", () => findAll(policy, value)],
    ])("is refused by %s", (_name, call) => expect(call).toThrow(new StreamError("BAD_CHUNK")));
  },
);

test.each([[[0xff]], [[0xc3, 0x28]], [[0xe2, 0x82]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]], [[0xc0, 0x80]]])(
  "bytes that are no UTF-8 have no findings: %j",
  (bytes) => {
    const text = Buffer.concat([Buffer.from("card 4111 1111 1111 1111 "), Buffer.from(bytes)]);
    expect(() => findAll(policy, text)).toThrow(new StreamError("INVALID_UTF8"));
    expect(Buffer.from(maskWhole(policy, "text", text)).toString()).toContain("card [CREDIT_CARD] ");
  },
);

test("a masker that was given no bytes gives nothing any more", () => {
  const masker = createMasker(policy, "text");
  masker.push(bytesOf("mail ana.torres@exam"));
  expect(() => masker.push("ple.com" as unknown as Uint8Array)).toThrow(new StreamError("BAD_CHUNK"));
  expect(() => masker.flush()).toThrow(new StreamError("BAD_CHUNK"));
});

test("a Buffer, and bytes of another realm, are bytes", async () => {
  const { runInNewContext } = await import("node:vm");
  const foreign = runInNewContext("Uint8Array.of(104, 105)") as Uint8Array;
  expect(Buffer.from(maskWhole(policy, "text", foreign)).toString()).toBe("hi");
  expect(Buffer.from(maskWhole(policy, "text", Buffer.from("hi"))).toString()).toBe("hi");
});

test.each(["NDJSON", "xml", "toString"])("a format that there is not is named: %s", (format) => {
  const open = (): unknown => createMasker(policy, format as Format);
  expect(open).toThrow(ConfigurationError);
  try {
    open();
  } catch (thrown) {
    expect((thrown as ConfigurationError).reason).toContain("text, json, ndjson");
  }
});
