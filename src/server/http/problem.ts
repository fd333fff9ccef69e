/**
 * Errors as HTTP answers, by the one table.
 *
 * Owns the JSON shape. Only errors of ours come here: a foreign one has become INTERNAL.
 */
import { ENCODINGS } from "./content-encoding.ts";
import type { ErrorCode, StreamError } from "../../core/index.ts";

export interface ProblemBody {
  readonly error: { readonly code: string; readonly text: string };
}

const RETRY_AFTER_SECONDS = 2;

export function problemBody(error: StreamError): ProblemBody {
  return { error: { code: error.code, text: error.row.text } };
}

/** RFC 6750, section 3: what follows the realm. */
const CHALLENGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  TOKEN_MISSING: "",
  UNAUTHENTICATED: ', error="invalid_token"',
  TOKEN_EXPIRED: ', error="invalid_token", error_description="expired"',
  GRANT_MISSING: ', error="insufficient_scope"',
};

/** The headers an error brings: when to come again, and that this connection is over. */
export function problemHeaders(error: StreamError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.row.http === 503 || error.row.http === 429) headers["retry-after"] = `${retryAfterSeconds(error)}`;
  if (error.code === "DRAINING") headers["connection"] = "close";
  if (error.code === "ENCODING_UNKNOWN") headers["accept-encoding"] = ENCODINGS.join(", ");
  const challenge = CHALLENGES[error.code];
  if (challenge !== undefined) headers["www-authenticate"] = `Bearer realm="maskwire"${challenge}`;
  if (error.code === "UPGRADE_NEEDED") headers["upgrade"] = "websocket";
  return headers;
}

/** A limit that knows when it lets the next one pass says so as `waitMs`. */
function retryAfterSeconds({ details: { waitMs = Infinity } }: StreamError): number {
  return Number.isFinite(waitMs) ? Math.max(1, Math.ceil(waitMs / 1000)) : RETRY_AFTER_SECONDS;
}
