import type { Finding } from "./finding.ts";
import type { Format, Policy } from "./policy.ts";

/** One stream being masked. Not for use after `flush` or after it threw: both latch. */
export interface StreamMasker {
  /**
   * Adds one chunk; returns the bytes that no later chunk can change (often empty, often a view of the chunk).
   * All returns joined, plus `flush()`, equal `maskWhole` of the joined chunks, whatever the cuts.
   * The caller must not change the chunk afterwards.
   * @throws StreamError `INVALID_INPUT` when the policy says `onInvalid: close`.
   */
  push(chunk: Uint8Array): Uint8Array;
  /** Ends the input; returns the rest, every byte of it decided. */
  flush(): Uint8Array;
  /** Bytes received and not yet returned or replaced. */
  readonly heldBytes: number;
}

/** Opens a masker for one stream of this format. */
export function createMasker(_policy: Policy, _format: Format): StreamMasker {
  throw new Error("being written");
}

/** Masks a whole input: the definition of correct that every stream must equal. */
export function maskWhole(policy: Policy, format: Format, input: Uint8Array): Uint8Array {
  const masker = createMasker(policy, format);
  const first = masker.push(input);
  const rest = masker.flush();
  const out = new Uint8Array(first.length + rest.length);
  out.set(first);
  out.set(rest, first.length);
  return out;
}

/**
 * Masks the data of one event: as JSON when it is one valid JSON value, else as text by `onInvalid`.
 * Returns null when the policy drops it.
 */
export function maskEvent(_policy: Policy, _data: Uint8Array): Uint8Array | null {
  throw new Error("being written");
}

/** All findings in a text, disjoint and in order; offsets are bytes. */
export function findAll(_policy: Policy, _text: Uint8Array): Finding[] {
  throw new Error("being written");
}
