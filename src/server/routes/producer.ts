/**
 * Who sends a body as a stream: a connection and a producer for as long as it takes.
 *
 * Owns how such a body is read, and what is counted of its sender. What is made of it is the routes'.
 */
import type { Access } from "../auth/access.ts";
import { BodyReader } from "../http/body-reader.ts";
import type { Body } from "../http/request.ts";
import type { Services } from "../services.ts";

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
