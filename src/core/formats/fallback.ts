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

/** Masks as text of a field of that name, escapes read, or drops. @throws StreamError `INVALID_INPUT` when the policy says `close`. */
export function openFallback(policy: Policy, reason: ErrorCode, key = ""): FormatMasker {
  return whenInvalid(policy, reason) === "drop" ? DROPPED : new EscapedTextMasker(policy, key);
}
