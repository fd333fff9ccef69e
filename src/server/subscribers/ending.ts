/**
 * Why this side ends a connection, and what the client should make of it.
 */
import { ERRORS, type ErrorCode } from "../../core/index.ts";

/** `FINISHED` is the normal end of a feed. */
export type Ending = ErrorCode | "FINISHED";

const NORMAL_CLOSE = 1000;

export function closeCodeOf(ending: Ending): number {
  return ending === "FINISHED" ? NORMAL_CLOSE : ERRORS[ending].close;
}

/** True when the client should connect again, later or at once. */
export function isReconnect(ending: Ending): boolean {
  return ending !== "FINISHED" && ERRORS[ending].retry;
}

/** Codes of a peer that is done: normal end, going away, none given (RFC 6455, 7.4.1). */
export const ORDERLY_CLOSES: readonly number[] = [1000, 1001, 1005];
