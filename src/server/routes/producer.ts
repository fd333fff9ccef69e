/**
 * Who sends a body as a stream: a connection and a producer for as long as it takes.
 *
 * Owns how such a body is read, and what is counted of its sender. What is made of it is the routes'.
 */
import type { Context } from "hono";
import type { Access } from "../auth/access.ts";
import { type Body, BodyReader } from "../http/body-reader.ts";
import { decodeBody, type OpenDecoder, readEncoding } from "../http/content-encoding.ts";
import type { Services } from "../services.ts";

/** The body of a request, decoded. @throws StreamError `ENCODING_UNKNOWN`. */
export function bodyOf(context: Context, { ports, limits }: Services): Body | null {
  const encoding = readEncoding(context.req.header("content-encoding"));
  if (encoding === undefined && ports.bodyOf !== undefined) return ports.bodyOf(context);
  const { body } = context.req.raw;
  if (encoding === undefined || body === null) return body;
  const open: OpenDecoder = (name) => (name === "br" ? ports.openBrotli?.() : new DecompressionStream(name));
  return decodeBody(body, { encoding, open, inflationLimit: limits.inflationLimit });
}

/** Counts one more; returns what counts it off again. @throws StreamError `CONNECTION_LIMIT`, `DRAINING`. */
export function enterProducer({ lifecycle, metrics }: Services): () => void {
  const disconnect = lifecycle.connect();
  metrics.add("producers", 1);
  return () => {
    disconnect();
    metrics.add("producers", -1);
  };
}

/** Reads until the sender falls silent for too long, or may send no more. */
export function readerOf(body: Body | null, { ports, limits }: Services, { expiresAtMs }: Access): BodyReader {
  return new BodyReader(body, { clock: ports.clock, idleMs: limits.producerIdleTimeoutMs, expiresAtMs });
}
