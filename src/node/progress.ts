/**
 * The progress bar on stderr.
 *
 * Owns when it shows: only on a terminal that the output does not go to. Never writes more than ten times a second.
 */
import type { Io } from "./io.ts";

const PERIOD_MS = 100;
const WIDTH = 28;

export interface Progress {
  /** Adds to what is done; `total` was given at the start, in the same unit. */
  add(amount: number): void;
  /** Removes the bar. */
  end(): void;
}

export interface ProgressOptions {
  readonly unit: "bytes" | "cuts" | "rounds";
  /** Absent when nobody knows. */
  readonly total?: number | undefined;
  /** The bar shows from here on; 0: at once. */
  readonly from: number;
}

export function createProgress(io: Io, options: ProgressOptions): Progress {
  if (!io.isStderrTerminal || (io.isStdoutTerminal && options.unit === "bytes")) {
    return { add: () => undefined, end: () => undefined };
  }
  const startedMs = performance.now();
  let done = 0;
  let drawnMs = startedMs;
  let isShown = false;
  return {
    add: (amount) => {
      done += amount;
      const nowMs = performance.now();
      if (done < options.from || nowMs - drawnMs < PERIOD_MS) return;
      drawnMs = nowMs;
      isShown = true;
      io.stderr.write(`\r${draw(done, (nowMs - startedMs) / 1000, options)}\u001b[K`);
    },
    end: () => {
      if (isShown) io.stderr.write("\r\u001b[K");
    },
  };
}

function draw(done: number, seconds: number, { unit, total }: ProgressOptions): string {
  const amount = unit === "bytes" ? `${(done / 1e6).toFixed(1)} MB` : `${done} ${unit}`;
  const rate =
    unit === "bytes" ? `${(done / 1e6 / seconds).toFixed(1)} MB/s` : `${Math.round(done / seconds)} ${unit}/s`;
  if (total === undefined || total === 0) return `${amount}  ${rate}`;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * WIDTH);
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${amount}  ${rate}`;
}
