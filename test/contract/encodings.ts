/** Compressed bodies: read as what they were, and never passed on when they are not what they say. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { errorCode, send } from "./client.ts";
import { EMAIL, expectNothingRaw } from "./raw.ts";
import { Subscription } from "./subscription.ts";

const LINE = `{"to":"${EMAIL}","n":12345}\n`;
const TEXT = LINE.repeat(3000);
const MASKED = TEXT.replaceAll(EMAIL, "[EMAIL]");

/** What a host may decode; brotli is no web standard, and a host without it says 415. */
export const COMPRESSORS = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  GZIP: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
} as const;

export function describeEncodings(origin: () => string): void {
  const mask = async (encoding: string, ...chunks: (string | Uint8Array)[]) =>
    await send(`${origin()}/v1/mask`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson", "content-encoding": encoding },
      chunks,
    });

  const cutUp = (bytes: Uint8Array, length: number): Uint8Array[] =>
    Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) => bytes.subarray(i * length, (i + 1) * length));

  describe("compressed bodies", () => {
    test.each(Object.entries(COMPRESSORS))(
      "are masked as what they were, however they are cut: %s",
      async (name, compress) => {
        const body = compress(Buffer.from(TEXT));
        const whole = await mask(name, body);
        if (name === "br" && whole.status === 415) {
          expect(errorCode(whole)).toBe("ENCODING_UNKNOWN");
          return;
        }
        expect([whole.status, whole.isWhole, whole.text === MASKED]).toEqual([200, true, true]);
        const cut = await mask(name, ...cutUp(body, 97));
        expect([cut.status, cut.isWhole, cut.text === MASKED]).toEqual([200, true, true]);
      },
    );

    test("are published event by event", async () => {
      const subscription = new Subscription(`${origin()}/v1/feeds/live/events`);
      await subscription.resume();
      const answer = await send(`${origin()}/v1/feeds/live/events`, {
        method: "POST",
        headers: { "content-type": "application/x-ndjson", "content-encoding": "gzip" },
        chunks: [gzipSync(LINE.repeat(3))],
      });
      expect(JSON.parse(answer.text)).toMatchObject({ accepted: 3 });
      expect((await subscription.events(3)).map(({ data }) => data)).toEqual(
        Array.from({ length: 3 }, () => '{"to":"[EMAIL]","n":12345}'),
      );
      subscription.call.vanish();
    });

    const gzip = gzipSync(TEXT);
    test.each<[string, string, Uint8Array]>([
      ["that are none", "gzip", Buffer.from(TEXT)],
      ["cut off", "gzip", gzip.subarray(0, gzip.length - 9)],
      ["with a wrong check", "gzip", Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)])],
      ["with something behind them", "gzip", Buffer.concat([gzip, Buffer.from(EMAIL)])],
      ["of another kind", "deflate", gzip],
      ["without the frame of zlib", "deflate", deflateRawSync(TEXT)],
      ["that are empty", "gzip", new Uint8Array(0)],
    ])("break off %s, and show nothing raw", async (_, encoding, body) => {
      const answer = await mask(encoding, body);
      expectNothingRaw(answer.text);
      // A host may cut the connection while the rest is still being sent: then the answer may be lost on the way.
      if (answer.isWhole) expect([answer.status, errorCode(answer)]).toEqual([400, "BODY_CORRUPT"]);
    });

    const twice = Buffer.concat([gzip, gzip]);
    const behind = Buffer.from(EMAIL);
    // Hosts differ in whether they see what stands behind a body's end; none passes it on.
    test.each<[string, string, Uint8Array, string]>([
      ["of two members", "gzip", twice, MASKED + MASKED],
      ["with something behind them, in deflate", "deflate", Buffer.concat([deflateSync(TEXT), behind]), MASKED],
      ["with something behind them, in br", "br", Buffer.concat([brotliCompressSync(TEXT), behind]), MASKED],
      [
        "that are short and corrupt, in deflate",
        "deflate",
        Buffer.concat([deflateSync(LINE).subarray(0, 9), behind]),
        "",
      ],
      ["that are short and corrupt, in br", "br", Buffer.concat([brotliCompressSync(LINE).subarray(0, 9), behind]), ""],
    ])("%s are masked whole, or broken off, and show nothing raw", async (_, encoding, body, masked) => {
      const answer = await mask(encoding, body);
      expectNothingRaw(answer.text);
      if (!answer.isWhole) return;
      if (answer.status === 200) expect(answer.text === masked).toBe(true);
      else expect(["BODY_CORRUPT", "ENCODING_UNKNOWN"]).toContain(errorCode(answer));
    });

    test("that become 1,000 times as long are given up", async () => {
      const answer = await mask("gzip", gzipSync(Buffer.alloc(64 * 1_048_576, 0x20)));
      expect(answer.text.length).toBeLessThan(16 * 1_048_576);
      if (answer.isWhole) expect(errorCode(answer)).toBe("BODY_INFLATES");
    });

    test.each(["compress", "zstd", "gzip, br", "gzip,gzip", "identity, gzip", "x", EMAIL])(
      "in an encoding that nobody knows are refused, with those that are known: %s",
      async (encoding) => {
        const answer = await mask(encoding, gzip);
        expect([answer.status, errorCode(answer)]).toEqual([415, "ENCODING_UNKNOWN"]);
        expect(answer.headers["accept-encoding"]).toBe("gzip, deflate, br");
        expectNothingRaw(answer.text);
      },
    );
  });
}
