/**
 * Reads a streamed body chunk by chunk, and gives up on one that falls silent.
 *
 * Owns the reader and its idle time. Never joins chunks, and passes no foreign error on.
 */
import { StreamError } from "../../core/index.ts";
import type { ByteSource } from "../host/byte-source.ts";
import type { Clock } from "../host/clock.ts";

/** Of a request, or of what somebody else answers. */
export type Body = ReadableStream<Uint8Array> | ByteSource;

export interface BodyReaderOptions {
  readonly clock: Clock;
  /** Longest wait for one chunk, Infinity for none; the time in which nobody reads does not count. */
  readonly idleMs: number;
  /** When what lets the body in ends; then so does the body, silent or not. */
  readonly expiresAtMs?: number | undefined;
}

/** workerd gives a plain reader 4 KiB at a time; asked this way it fills the buffer. */
const READ_BYTES = 65_536;

export class BodyReader {
  readonly #options: BodyReaderOptions;
  readonly #source: ByteSource;
  #bytes = 0;

  constructor(body: Body | null, options: BodyReaderOptions) {
    this.#options = options;
    this.#source = sourceOf(body);
  }

  /**
   * The next chunk, undefined at the end. After an error or `cancel` only undefined follows.
   * @throws StreamError `PRODUCER_IDLE`, `TOKEN_EXPIRED`, `BODY_BROKEN`.
   */
  async read(): Promise<Uint8Array | undefined> {
    let stopTimer = (): void => {};
    const { clock, idleMs, expiresAtMs = Infinity } = this.#options;
    const restMs = expiresAtMs - clock.now();
    const [waitMs, code] =
      restMs < idleMs ? ([restMs, "TOKEN_EXPIRED"] as const) : ([idleMs, "PRODUCER_IDLE"] as const);
    try {
      if (restMs <= 0) throw new StreamError("TOKEN_EXPIRED");
      // A small body is there already: a timer would cost more than the look.
      if (this.#source.isReady || waitMs === Infinity) return await this.#readChunk();
      const silence = new Promise<never>((_, reject) => {
        stopTimer = clock.after(waitMs, () => reject(new StreamError(code)));
      });
      return await Promise.race([this.#readChunk(), silence]);
    } catch (thrown) {
      this.cancel();
      throw thrown instanceof StreamError ? thrown : new StreamError("BODY_BROKEN");
    } finally {
      stopTimer();
    }
  }

  /** How many have been read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Stops reading; a pending `read` ends. */
  cancel(): void {
    this.#source.cancel().catch(() => {});
  }

  async #readChunk(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = await this.#source.read();
      if (chunk === undefined) return undefined;
      this.#bytes += chunk.length;
      if (chunk.length > 0) return chunk;
    }
  }
}

function sourceOf(body: Body | null): ByteSource {
  if (body === null) return { read: () => Promise.resolve(undefined), cancel: () => Promise.resolve() };
  if (!("getReader" in body)) return body;
  const byob = tryByobReader(body);
  if (byob !== undefined) return sourceOfReads(byob, () => byob.read(new Uint8Array(READ_BYTES)));
  const reader = body.getReader();
  return sourceOfReads(reader, () => reader.read());
}

function sourceOfReads(
  reader: Pick<ReadableStreamGenericReader, "cancel">,
  readOnce: () => Promise<ReadableStreamReadResult<Uint8Array>>,
): ByteSource {
  const read = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await readOnce();
    return done ? undefined : value;
  };
  return { read, cancel: () => reader.cancel() };
}

function tryByobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
