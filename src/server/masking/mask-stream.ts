/**
 * One request body masked into one answer, at the pace of whoever reads it.
 *
 * Owns the masker of the stream. Holds no more than one chunk and what is undecided; after an error or a broken body
 * the answer breaks off too, and the undecided is dropped.
 */
import {
  createMasker,
  type StreamError,
  toStreamError,
  type FormatChoice,
  type Policy,
  type StreamMasker,
} from "../../core/index.ts";
import { concat } from "../../core/bytes.ts";
import type { BodyReader } from "../http/body-reader.ts";
import type { FindingsReport } from "./findings-report.ts";
import type { Stage, StageStream } from "./stage.ts";
import type { Stopwatch } from "../telemetry/metrics.ts";

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

/** What a stream tells of itself. */
export interface MaskStreamObserver {
  readonly stopwatch: Stopwatch;
  /** After each chunk. */
  held(bytes: number): void;
  /** Told once, however it ended. */
  ended(stream: MaskStream): void;
}

/** What a chunk came to. */
interface Made {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

export class MaskStream {
  readonly policy: Policy;
  /** True for a stream that may not go on by a policy which is no longer in force. */
  readonly isBound: boolean;
  readonly #options: MaskStreamOptions;
  readonly #observer: MaskStreamObserver;
  readonly #masker: StreamMasker;
  readonly #staged: StageStream | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** What was made before anybody read. */
  #first: Made | undefined;
  #broken: StreamError | undefined;
  #hasEnded = false;

  /** @throws StreamError as masker and stage do; the body is cancelled then. */
  constructor(options: MaskStreamOptions, observer: MaskStreamObserver) {
    const { policy, forStream = policy, choice, stage, beforeLeaving } = options;
    this.policy = policy;
    this.isBound = beforeLeaving !== undefined;
    this.#options = options;
    this.#observer = observer;
    try {
      this.#masker = createMasker(forStream, choice);
      this.#staged = stage?.open(choice.format, forStream);
    } catch (thrown) {
      this.#giveUp(thrown);
      throw thrown;
    }
  }

  get heldBytes(): number {
    return this.#masker.heldBytes + (this.#staged?.heldBytes ?? 0);
  }

  /**
   * Reads the first chunk, so that an error in it still gets its status; then answers as the body comes in.
   * @throws StreamError as the body reader and the masker do.
   */
  async answer(): Promise<ReadableStream<Uint8Array>> {
    try {
      this.#first = await this.#step();
      while (this.#options.isShort && this.#first.bytes.length === 0 && !this.#first.isLast)
        this.#first = await this.#step();
    } catch (thrown) {
      this.#giveUp(thrown);
      throw thrown;
    }
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#giveUp(undefined),
      },
      { highWaterMark: 0 },
    );
  }

  /** What is undecided is dropped. */
  breakOff(error: StreamError): void {
    this.#broken = error;
    this.#options.body.cancel();
    this.#controller?.error(error);
    this.#end(error);
  }

  /** Until something leaves. */
  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const { bytes, isLast } = this.#first ?? (await this.#step());
        this.#first = undefined;
        if (bytes.length > 0) controller.enqueue(bytes);
        if (isLast) {
          this.#end(undefined);
          controller.close();
        }
        if (isLast || bytes.length > 0) return;
      }
    } catch (thrown) {
      this.#giveUp(thrown);
      controller.error(toStreamError(thrown));
    }
  }

  async #step(): Promise<Made> {
    const { report } = this.#options;
    const masked = await this.#mask();
    const made = this.#staged === undefined && !this.isBound ? masked : await this.#lookAgain(masked);
    if (report === undefined) return made;
    const { bytes, isLast } = made;
    return { isLast, bytes: isLast ? report.end(bytes) : report.pass(bytes, this.heldBytes) };
  }

  async #mask(): Promise<Made> {
    const chunk = await this.#options.body.read();
    this.#refuseBroken();
    const isLast = chunk === undefined;
    const { stopwatch } = this.#observer;
    const beganMs = stopwatch.begin();
    const bytes = isLast ? this.#masker.flush() : this.#masker.push(chunk);
    stopwatch.end(beganMs);
    this.#observer.held(this.heldBytes);
    return { bytes, isLast };
  }

  /** By the stage, and by who has to know before anything leaves. */
  async #lookAgain({ isLast, bytes }: Made): Promise<Made> {
    const staged = this.#staged;
    await this.#options.beforeLeaving?.(isLast);
    const looked =
      staged === undefined ? bytes : concat([await staged.push(bytes), ...(isLast ? [await staged.flush()] : [])]);
    this.#refuseBroken();
    return { bytes: looked, isLast };
  }

  /** A cancelled body looks like one that ended in order. */
  #refuseBroken(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  #giveUp(failure: unknown): void {
    this.#options.body.cancel();
    this.#end(failure);
  }

  #end(failure: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#observer.ended(this);
    this.#options.onEnd(failure);
  }
}
