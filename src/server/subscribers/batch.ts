/**
 * Frames that leave together: one write where the transport is a byte stream, one message each where it is not, or one
 * message of several lines.
 */
import { concat } from "../../core/bytes.ts";

const LINE_END = Uint8Array.of(0x0a);

export class Batch {
  readonly frames: readonly Uint8Array[];
  /** Sequence of the last entry in it. */
  readonly last: number;
  readonly lengthBytes: number;
  #joined: Uint8Array | undefined;
  #lines: readonly Uint8Array[] | undefined;

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

  /** All frames as the lines of one message, none behind the last; made once however many subscribers take it. */
  get lines(): readonly Uint8Array[] {
    this.#lines ??=
      this.frames.length < 2
        ? this.frames
        : [concat(this.frames.flatMap((frame, index) => (index === 0 ? [frame] : [LINE_END, frame])))];
    return this.#lines;
  }
}
