/**
 * Bodies that come compressed: read as what they were before.
 *
 * Owns the names of encodings, and that decoding ends where a body inflates beyond reason. A corrupt or truncated body
 * ends with an error, whatever came out before; nothing of the decoder's own errors is passed on.
 */
import { StreamError } from "../../core/index.ts";
import type { Decoder } from "../host/byte-source.ts";

/** Opens the decoder of an encoding; undefined where the host has none. */
export type OpenDecoder = (encoding: Encoding) => Decoder | undefined;

export const ENCODINGS = ["gzip", "deflate", "br"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const ALIASES: Readonly<Record<string, Encoding>> = { "x-gzip": "gzip" };
const UNDONE_BY_FETCH: readonly string[] = ["identity", "gzip", "x-gzip", "br"];
/** What a decoder is given at once: a few KiB may become a few MiB. */
const SLICE_BYTES = 4096;
/** Short bodies may be as dense as they like. */
const FREE_BYTES = 1_048_576;

/**
 * What `Content-Encoding` says: undefined for identity.
 * @throws StreamError `ENCODING_UNKNOWN`, also for several encodings at once.
 */
export function readEncoding(header: string | undefined): Encoding | undefined {
  const name = (header ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return undefined;
  const encoding = Object.hasOwn(ALIASES, name) ? ALIASES[name] : ENCODINGS.find((one) => one === name);
  if (encoding === undefined) throw new StreamError("ENCODING_UNKNOWN");
  return encoding;
}

/** Low half of the first byte in the frame of zlib, RFC 1950; a bare stream begins with it only where its first block is not packed. */
const ZLIB_METHOD = 8;

/** `deflate` as servers send it: in the frame of zlib, as RFC 9110 has it, or without one. The first byte tells. */
export function openDeflate(): Decoder {
  const { promise, resolve } = withResolver<DecompressionStream>();
  let sink: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  let source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const open = (first: number): WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> => {
    const decoder = new DecompressionStream((first & 15) === ZLIB_METHOD ? "deflate" : "deflate-raw");
    resolve(decoder);
    return (sink = decoder.writable.getWriter());
  };
  return {
    writable: new WritableStream<Uint8Array<ArrayBuffer>>({
      async write(chunk) {
        if (chunk.length > 0) await (sink ?? open(chunk[0])).write(chunk);
      },
      close: () => (sink ?? open(ZLIB_METHOD)).close(),
      abort: (reason) => (sink ?? open(ZLIB_METHOD)).abort(reason),
    }),
    readable: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          source ??= (await promise).readable.getReader();
          const { done, value } = await source.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => source?.cancel(reason),
      },
      { highWaterMark: 0 },
    ),
  };
}

function withResolver<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((take) => (resolve = take));
  return { promise, resolve };
}

/**
 * The body of an answer. `fetch` undoes gzip and br by itself, and breaks off where it cannot; deflate not everywhere, and is
 * undone here while its header stands. Undefined in any other encoding, and in several.
 */
export function readableBody(
  { headers, body }: Response,
  inflationLimit: number,
): { readonly body: ReadableStream<Uint8Array> | null } | undefined {
  const name = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (UNDONE_BY_FETCH.includes(name)) return { body };
  if (name !== "deflate") return undefined;
  return { body: body && decodeBody(body, { encoding: name, open: openDeflate, inflationLimit }) };
}

interface Sizes {
  readonly inBytes: number;
  readonly outBytes: number;
  readonly inflationLimit: number;
}

/** True when so many bytes have become too many. */
export function isInflated({ inBytes, outBytes, inflationLimit }: Sizes): boolean {
  return outBytes > FREE_BYTES && outBytes > inflationLimit * inBytes;
}

export interface DecodeOptions {
  readonly encoding: Encoding;
  readonly open: OpenDecoder;
  /** Bytes out for one byte in, from 1 MiB on. */
  readonly inflationLimit: number;
}

/**
 * The decoded body; it errs with `BODY_BROKEN`, `BODY_CORRUPT` or `BODY_INFLATES`.
 * @throws StreamError `ENCODING_UNKNOWN` where the host cannot decode it.
 */
export function decodeBody(
  body: ReadableStream<Uint8Array>,
  { encoding, open, inflationLimit }: DecodeOptions,
): ReadableStream<Uint8Array> {
  const decoder = open(encoding);
  if (decoder === undefined) throw new StreamError("ENCODING_UNKNOWN");
  const source = body.getReader();
  const output = decoder.readable.getReader();
  const feed = new Feed(source, decoder.writable.getWriter());
  let outBytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      start: () => feed.run(),
      async pull(controller) {
        try {
          const { done, value } = await output.read();
          if (done) {
            controller.close();
            return;
          }
          outBytes += value.length;
          if (isInflated({ inBytes: feed.inBytes, outBytes, inflationLimit }))
            throw new StreamError("BODY_INFLATES", { limit: inflationLimit });
          controller.enqueue(value);
        } catch (thrown) {
          source.cancel().catch(() => {});
          output.cancel().catch(() => {});
          controller.error(feed.failure ?? (thrown instanceof StreamError ? thrown : new StreamError("BODY_CORRUPT")));
        }
      },
      cancel() {
        source.cancel().catch(() => {});
        output.cancel().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

/** Carries a body into a decoder, at the pace of whoever reads the decoder. */
class Feed {
  inBytes = 0;
  /** Set when the body itself broke off: then what the decoder says of it counts for nothing. */
  failure: StreamError | undefined;
  private readonly source: ReadableStreamDefaultReader<Uint8Array>;
  private readonly sink: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor(
    source: ReadableStreamDefaultReader<Uint8Array>,
    sink: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  ) {
    this.source = source;
    this.sink = sink;
  }

  run(): void {
    this.carry().catch(() => {
      // The reader of the decoder is told by the decoder.
    });
  }

  private async carry(): Promise<void> {
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) {
      for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
        const slice = chunk.slice(at, at + SLICE_BYTES);
        this.inBytes += slice.length;
        await this.sink.write(slice);
      }
    }
    if (this.failure === undefined) await this.sink.close();
    else await this.sink.abort(this.failure);
  }

  private async next(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.source.read();
      return done ? undefined : value;
    } catch {
      this.failure = new StreamError("BODY_BROKEN");
      return undefined;
    }
  }
}
