/** What one policy makes of an event: its bytes, or why it shows none. */
import { toStreamError, tryMaskEvent, type ErrorCode, type Policy } from "../../core/index.ts";

export type Masked = Uint8Array | ErrorCode;

/** The code of whatever `run` throws. */
export function tryMask<Result extends object>(run: () => Result | ErrorCode): Result | ErrorCode {
  try {
    return run();
  } catch (thrown) {
    return toStreamError(thrown).code;
  }
}

/** A small view of an array would keep the whole chunk that it came in. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

/** Why no view shows the event: what went wrong in one, before that others dropped it as they should. */
export function refusalOf(all: readonly Masked[]): ErrorCode | undefined {
  const codes = all.flatMap((one) => (typeof one === "string" ? one : []));
  return codes.length < all.length ? undefined : (codes.find((code) => code !== "EVENT_DROPPED") ?? codes[0]);
}

export function maskOne(policy: Policy, data: Uint8Array): Masked {
  const masked = tryMask(() => tryMaskEvent(policy, data));
  return typeof masked === "string" ? masked : ownBytes(masked);
}
