/**
 * Writing to a pipe at the reader's pace.
 *
 * Owns back-pressure and a reader that has left (`| head`), which is an end and not an error; a full disk is one.
 */
import type { Writable } from "node:stream";

/** What a pipe or a socket says once its reader has gone. */
const READER_LEFT: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"]);

export interface Output {
  /** True when something was lost though nobody has left: a full disk, say. */
  readonly hasFailed: boolean;
  /** Resolves when more may be written; false when nobody reads any more. */
  write(data: Uint8Array | string): Promise<boolean>;
  /** Resolves when everything written was taken, or nobody reads any more. */
  finish(): Promise<void>;
}

export function createOutput(stream: Writable): Output {
  let isGone = stream.destroyed;
  let hasFailed = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const run of waiting) run();
    waiting.clear();
  };
  const leave = (): void => {
    isGone = true;
    wake();
  };
  const fail = ({ code }: NodeJS.ErrnoException): void => {
    hasFailed ||= code !== undefined && !READER_LEFT.has(code);
    leave();
  };
  stream.on("drain", wake);
  stream.on("error", fail);
  stream.on("close", leave);
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.add(resolve);
    });
  return {
    get hasFailed() {
      return hasFailed;
    },
    write: async (data) => {
      if (!isGone && data.length > 0 && !stream.write(data)) await turn();
      return !isGone;
    },
    finish: async () => {
      if (isGone) return;
      await Promise.race([turn(), new Promise<void>((resolve) => void stream.write("", () => resolve()))]);
    },
  };
}
