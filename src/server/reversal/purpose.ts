/**
 * Why somebody wants values back, in that person's words.
 *
 * Owns what counts as a reason, and that a reason in which a value stands is written down without it.
 */
import { compilePolicy, maskWhole } from "../../core/index.ts";
import { decodeText, encodeText } from "../text.ts";

const PURPOSE = /^[ -~]{1,256}$/;

/** True for 1 to 256 printable ASCII characters, not all of them spaces. */
export function isPurpose(text: string): boolean {
  return PURPOSE.test(text) && text.trim() !== "";
}

/** What every detector finds gives way to its entity. Compiles for some milliseconds. */
export function createPurposeMask(): (purpose: string) => string {
  const policy = compilePolicy({});
  return (purpose) => decodeText(maskWhole(policy, "text", encodeText(purpose)));
}
