import type { Span } from "./span.ts";

/** What the value of a field is called that a path hides. */
export const FIELD = "FIELD";

/** A validated match: what it is, how sure we are, and which detector said so. */
export interface Finding extends Span {
  /** What was found, as in `CREDIT_CARD`. */
  readonly entity: string;
  /** 0 to 1; only findings at or over the policy's threshold exist. */
  readonly score: number;
}
