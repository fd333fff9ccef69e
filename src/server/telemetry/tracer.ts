/**
 * Spans of what the server does, for a host that traces.
 *
 * Owns the names of spans and what each may say: numbers, codes and names out of the configuration, by the same type as
 * a log record. The ids of a trace are all that it takes from a client.
 */
import type { ErrorCode, Format } from "../../core/index.ts";
import type { LogValue } from "./log.ts";

/** Every span and its attributes; docs/operations.md lists them. `error.type` comes with each that failed. */
export const SPANS = {
  "maskwire.publish": [
    "maskwire.feed",
    "maskwire.format",
    "maskwire.accepted",
    "maskwire.duplicates",
    "maskwire.refused.{code}",
  ],
  "maskwire.mask": ["maskwire.policy", "maskwire.format", "maskwire.bytes"],
  "maskwire.detokenize": ["maskwire.policy", "maskwire.format", "maskwire.bytes", "maskwire.restored"],
  "maskwire.relay": ["maskwire.relay", "maskwire.outcome", "maskwire.events"],
} as const;

export type RelayState = "idle" | "connecting" | "open" | "waiting" | "failed" | "ended";

export type SpanName = keyof typeof SPANS;

type Listed = (typeof SPANS)[SpanName][number];
type SpanField = Exclude<Listed, "maskwire.refused.{code}"> | `maskwire.refused.${ErrorCode}`;

/** What is undefined is left out. */
export type SpanFields = Readonly<Partial<Record<SpanField, LogValue | Format | RelayState | undefined>>>;

export interface Span {
  /** What a request that it makes says of it; undefined: nothing. */
  readonly traceparent?: string | undefined;
  /** Ends it; `code`: why it failed. Never throws. */
  end(fields: SpanFields, code?: ErrorCode): void;
}

/** `root`: of a trace of its own; else what came with the request. */
export type SpanParent = "root" | { readonly traceparent: string | undefined };

export interface Tracer {
  /** Never throws. */
  start(name: SpanName, parent: SpanParent): Span;
}
