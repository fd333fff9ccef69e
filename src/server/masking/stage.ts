/**
 * A second look at what a policy has masked, which may take its time: the port by which masking waits for others.
 *
 * Owns the words only. A policy without a stage never waits.
 */
import type { ErrorCode, Format, Policy } from "../../core/index.ts";

export interface Stage {
  /**
   * Looks at the masked data of one event, and gives it with more masked, or the code of its refusal. Never rejects, and
   * answers in bounded time.
   */
  maskEvent(masked: Uint8Array): Promise<Uint8Array | ErrorCode>;
  /**
   * Opens the same for a masked stream; `policy`: the stage's own, or a copy of it that belongs to the stream.
   * @throws StreamError `REMOTE_FORMAT` where it has no records.
   */
  open(format: Format, policy: Policy): StageStream;
}

/** One stream. After it threw, nothing more comes. */
export interface StageStream {
  /** Adds masked bytes; gives those that every record before them has been looked at. @throws StreamError. */
  push(masked: Uint8Array): Promise<Uint8Array>;
  flush(): Promise<Uint8Array>;
  /** Bytes of a record that is not whole yet. */
  readonly heldBytes: number;
}

/** Undefined for a policy that asks nobody. */
export type OpenStage = (policy: Policy) => Stage | undefined;
