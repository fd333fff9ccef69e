/**
 * One request body masked into one answer, at the pace of whoever reads it.
 *
 * Owns the masker of the stream. Holds no more than one chunk and what is undecided; after an error or a broken body
 * the answer breaks off too, and the undecided is dropped.
 */
import {
  createMasker,
  StreamError,
  toStreamError,
  type FormatChoice,
  type Policy,
  type StreamMasker,
} from "../../core/index.ts";
import { concat } from "../../core/bytes.ts";
import type { BodyReader } from "../http/body-reader.ts";
import type { FindingsReport } from "./findings-report.ts";
import type { Clock } from "../ports.ts";
import type { Stage, StageStream } from "./stage.ts";
import type { Metrics, Stopwatch } from "../telemetry/metrics.ts";
import type { PolicySet } from "./policy-set.ts";

export interface MaskStreamOptions {
  readonly policy: Policy;
  /** `policy` with what is of this stream alone; absent: itself. */
  readonly forStream?: Policy;
  readonly choice: Exclude<FormatChoice, string>;
  /** Looks at every record once more; undefined: nobody does. */
  readonly stage?: Stage | undefined;
  readonly body: BodyReader;
  /** True when the body is known to be short: then the first bytes or the end are waited for. */
  readonly isShort: boolean;
  /** Sees all that leaves, and may add to its end. */
  readonly report?: FindingsReport | undefined;
  /** Awaited before what was made of a chunk, and at last the end, leaves; nothing does when it throws. */
  readonly beforeLeaving?: (isLast: boolean) => Promise<void>;
  readonly onEnd: (failure: unknown) => void;
}

interface OpenStream {
  readonly policy: Policy;
  /** True for a stream that may not go on by a policy which is no longer in force. */
  readonly isBound: boolean;
  readonly breakOff: (error: StreamError) => void;
  readonly staged: StageStream | undefined;
}

function heldBytesOf(masker: StreamMasker, staged: StageStream | undefined): number {
  return masker.heldBytes + (staged?.heldBytes ?? 0);
}

/** All open mask streams, so that what they hold can be counted. */
export class MaskStreams {
  readonly #open = new Map<StreamMasker, OpenStream>();
  readonly #stopwatch: Stopwatch;
  #heldBytesMax = 0;

  constructor(clock: Pick<Clock, "elapsedMs">, metrics: Metrics) {
    this.#stopwatch = metrics.stopwatch(clock, 1, "mask_seconds", "chunk");
  }

  /** The most that one of all streams so far held after a chunk. */
  get heldBytesMax(): number {
    return this.#heldBytesMax;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const [masker, { staged }] of this.#open) bytes += heldBytesOf(masker, staged);
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
    for (const { isBound, breakOff } of this.#oldOnes(policies))
      if (isBound || which === "all") breakOff(new StreamError("CONFIG_CHANGED"));
  }

  #oldOnes(policies: PolicySet): readonly OpenStream[] {
    return [...this.#open.values()].filter(({ policy }) => !policies.holds(policy));
  }

  #create({ policy, forStream = policy, choice, stage, body, onEnd }: MaskStreamOptions): {
    masker: StreamMasker;
    staged: StageStream | undefined;
  } {
    try {
      return { masker: createMasker(forStream, choice), staged: stage?.open(choice.format, forStream) };
    } catch (thrown) {
      body.cancel();
      onEnd(thrown);
      throw thrown;
    }
  }

  /**
   * Reads the first chunk, so that an error in it still gets its status; then answers as the body comes in.
   * @throws StreamError as the body reader and the masker do.
   */
  async open(options: MaskStreamOptions): Promise<ReadableStream<Uint8Array>> {
    const { masker, staged } = this.#create(options);
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    let broken: StreamError | undefined;
    const breakOff = (error: StreamError): void => {
      broken = error;
      options.body.cancel();
      controller?.error(error);
      end(error);
    };
    const { policy, beforeLeaving, report } = options;
    this.#open.set(masker, { policy, isBound: beforeLeaving !== undefined, breakOff, staged });
    const end = (failure?: unknown): void => {
      if (this.#open.delete(masker)) options.onEnd(failure);
    };
    const step = async (): Promise<{ bytes: Uint8Array; isLast: boolean }> => {
      const made = await make();
      if (report === undefined) return made;
      const { bytes, isLast } = made;
      return { isLast, bytes: isLast ? report.end(bytes) : report.pass(bytes, heldBytesOf(masker, staged)) };
    };
    const make = async (): Promise<{ bytes: Uint8Array; isLast: boolean }> => {
      const chunk = await options.body.read();
      // A cancelled body looks like one that ended in order.
      if (broken !== undefined) throw broken;
      const isLast = chunk === undefined;
      const beganMs = this.#stopwatch.begin();
      const bytes = isLast ? masker.flush() : masker.push(chunk);
      this.#stopwatch.end(beganMs);
      this.#heldBytesMax = Math.max(this.#heldBytesMax, heldBytesOf(masker, staged));
      await beforeLeaving?.(isLast);
      if (staged === undefined && beforeLeaving === undefined) return { bytes, isLast };
      const looked =
        staged === undefined ? bytes : concat([await staged.push(bytes), ...(isLast ? [await staged.flush()] : [])]);
      if (broken !== undefined) throw broken;
      return { bytes: looked, isLast };
    };
    try {
      let first: Awaited<ReturnType<typeof step>> | undefined = await step();
      while (options.isShort && first.bytes.length === 0 && !first.isLast) first = await step();
      return new ReadableStream<Uint8Array>(
        {
          start: (given) => void (controller = given),
          async pull(controller) {
            try {
              for (;;) {
                const { bytes, isLast } = first ?? (await step());
                first = undefined;
                if (bytes.length > 0) controller.enqueue(bytes);
                if (isLast) {
                  end();
                  controller.close();
                }
                if (isLast || bytes.length > 0) return;
              }
            } catch (thrown) {
              options.body.cancel();
              end(thrown);
              controller.error(toStreamError(thrown));
            }
          },
          cancel() {
            options.body.cancel();
            end();
          },
        },
        { highWaterMark: 0 },
      );
    } catch (thrown) {
      options.body.cancel();
      end(thrown);
      throw thrown;
    }
  }
}
