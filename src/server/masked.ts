/** What one policy makes of an event: its bytes, or why it shows none. */
import { toStreamError, type ErrorCode } from "../core/index.ts";

export type Masked = Uint8Array | ErrorCode;

/** The code of whatever `run` throws; null is an event that the policy drops. */
export function tryMask<Result extends object>(run: () => Result | null): Result | ErrorCode {
  try {
    return run() ?? "INVALID_INPUT";
  } catch (thrown) {
    return toStreamError(thrown).code;
  }
}

/** A small view of an array would keep the whole chunk that it came in. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
