/** All open mask streams, so that what they hold can be counted, and ended. */
import { StreamError } from "../../core/index.ts";
import type { Clock } from "../host/clock.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { MaskStream, type MaskStreamObserver, type MaskStreamOptions } from "./mask-stream.ts";
import type { PolicySet } from "./policy-set.ts";

export class MaskStreams {
  readonly #open = new Set<MaskStream>();
  readonly #observer: MaskStreamObserver;
  #heldBytesMax = 0;

  constructor(clock: Pick<Clock, "elapsedMs">, metrics: Metrics) {
    this.#observer = {
      stopwatch: metrics.stopwatch(clock, 1, "mask_seconds", "chunk"),
      held: (bytes) => (this.#heldBytesMax = Math.max(this.#heldBytesMax, bytes)),
      ended: (stream) => this.#open.delete(stream),
    };
  }

  /** The most that one of all streams so far held after a chunk. */
  get heldBytesMax(): number {
    return this.#heldBytesMax;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const stream of this.#open) bytes += stream.heldBytes;
    return bytes;
  }

  /** How many go by a policy that is not one of these. */
  countOld(policies: PolicySet): number {
    return this.#oldOnes(policies).length;
  }

  /**
   * Breaks off those that go by a policy which is not one of these; what is undecided is dropped. `bound`: only those that
   * give values back, which nobody may do by what was taken back.
   */
  endOld(policies: PolicySet, which: "all" | "bound"): void {
    for (const stream of this.#oldOnes(policies))
      if (stream.isBound || which === "all") stream.breakOff(new StreamError("CONFIG_CHANGED"));
  }

  #oldOnes(policies: PolicySet): readonly MaskStream[] {
    return [...this.#open].filter(({ policy }) => !policies.holds(policy));
  }

  /**
   * Answers once the first chunk is read, so that an error in it still gets its status.
   * @throws StreamError as the body reader, the masker and the stage do.
   */
  async open(options: MaskStreamOptions): Promise<ReadableStream<Uint8Array>> {
    const stream = new MaskStream(options, this.#observer);
    this.#open.add(stream);
    return await stream.answer();
  }
}
