/**
 * What input goes through once its format cannot parse it.
 *
 * Owns the choice of the policy's `onInvalid`, made once for the rest of a record or document.
 */
import { EMPTY } from "../bytes.ts";
import type { ErrorCode } from "../errors.ts";
import type { Policy } from "../policy.ts";
import { type FormatMasker, whenInvalid } from "./format-masker.ts";
import { EscapedTextMasker } from "./text.ts";

/** Lets nothing through. */
export const DROPPED: FormatMasker = { push: () => EMPTY, flush: () => EMPTY, heldBytes: 0 };

/** Goes on as a text that begins with these bytes, in which nothing is found; they do not leave. */
export function behind(opening: Uint8Array, inner: FormatMasker): FormatMasker {
  let hidden = opening.length;
  const strip = (output: Uint8Array): Uint8Array => {
    const from = Math.min(hidden, output.length);
    hidden -= from;
    return output.subarray(from);
  };
  strip(inner.push(opening));
  return {
    push: (chunk) => strip(inner.push(chunk)),
    flush: () => strip(inner.flush()),
    get heldBytes() {
      return Math.max(0, inner.heldBytes - hidden);
    },
  };
}

/** Masks as text of a field of that name, escapes read, or drops. @throws StreamError `INVALID_INPUT` when the policy says `close`. */
export function openFallback(policy: Policy, reason: ErrorCode, key = ""): FormatMasker {
  return whenInvalid(policy, reason) === "drop" ? DROPPED : new EscapedTextMasker(policy, key);
}
