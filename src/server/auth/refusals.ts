/** The errors that are about a token: `tokens_refused_total` counts them. */
import type { ErrorCode } from "../../core/index.ts";

export const REFUSALS: readonly ErrorCode[] = [
  "AUTH_UNAVAILABLE",
  "GRANT_MISSING",
  "TOKEN_EXPIRED",
  "TOKEN_IN_QUERY",
  "TOKEN_MISSING",
  "UNAUTHENTICATED",
];
