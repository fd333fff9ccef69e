/**
 * Frames that leave together: one write where the transport is a byte stream, one message each where it is not.
 */
import { concat } from "../core/bytes.ts";

export class Batch {
  readonly frames: readonly Uint8Array[];
  /** Sequence of the last entry in it. */
  readonly last: number;
  readonly lengthBytes: number;
  #joined: Uint8Array | undefined;

  constructor(frames: readonly Uint8Array[], last: number) {
    this.frames = frames;
    this.last = last;
    this.lengthBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  }

  /** All frames in one array, joined once however many subscribers take it. */
  get joined(): Uint8Array {
    this.#joined ??= concat(this.frames);
    return this.#joined;
  }
}
