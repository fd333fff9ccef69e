/**
 * Which detectors look, and what happens to what they find.
 *
 * Owns the shape that the configuration fills and the compiled, immutable form that every stream shares.
 */
import type { MaskObserver } from "./observer.ts";
import type { Detector } from "./detector.ts";

export const FORMATS = ["text", "json", "ndjson", "sse"] as const;
export type Format = (typeof FORMATS)[number];

export const ON_INVALID = ["mask-as-text", "drop", "close"] as const;
export type OnInvalid = (typeof ON_INVALID)[number];

export type OperatorSpec =
  | { readonly operator: "redact" }
  | { readonly operator: "mask"; readonly keepLast?: number; readonly character?: string }
  | { readonly operator: "hash"; readonly bits?: number };

/** A policy as written by a person. Everything is optional: `{}` is the default policy. */
export interface PolicySpec {
  /** Entities to look for; default: every built-in detector. */
  readonly entities?: readonly string[];
  /** Entity, or `default`, to operator. */
  readonly operators?: Readonly<Record<string, OperatorSpec>>;
  /** Lowest score that counts, 0 to 1; default 0.6. */
  readonly threshold?: number;
  /** What happens to a record that its format cannot parse; default `mask-as-text`. */
  readonly onInvalid?: OnInvalid;
}

/** Keyed hash, HMAC-SHA-256: synchronous, 32 bytes. The host brings it (node:crypto, @noble/hashes). */
export type Hmac = (data: Uint8Array) => Uint8Array;

export interface Limits {
  /** Longest line or SSE event that a record format holds; over it `onInvalid` decides. */
  readonly lineLimitBytes: number;
  readonly jsonDepthLimit: number;
}

export const DEFAULT_LIMITS: Limits = { lineLimitBytes: 1_048_576, jsonDepthLimit: 256 };

export interface PolicyOptions {
  readonly name?: string;
  readonly hmac?: Hmac;
  readonly limits?: Partial<Limits>;
  readonly observer?: MaskObserver;
  /** Detectors to choose from; default: the built-in ones. */
  readonly detectors?: readonly Detector[];
}

/** Compiled and immutable; one is shared by every stream that uses it. */
export interface Policy {
  readonly name: string;
  readonly detectors: readonly Detector[];
  readonly onInvalid: OnInvalid;
  readonly limits: Limits;
  /** Longest match of any detector, in bytes, tails not counted. */
  readonly longestMatchBytes: number;
  /** No text stream ever keeps more undecided bytes than this. */
  readonly holdbackMaxBytes: number;
  /** Automaton figures for `maskwire check`. */
  readonly figures: { readonly instructions: number; readonly byteClasses: number };
}

/**
 * Compiles a policy; a few milliseconds.
 * @throws StreamError `BAD_CONFIG`, `BAD_PATTERN` or `KEY_MISSING`.
 */
export function compilePolicy(_spec: PolicySpec, _options: PolicyOptions = {}): Policy {
  throw new Error("being written");
}
