/**
 * One line on a terminal that says how far a long run has come; nothing elsewhere.
 *
 * Owns the line, on the error stream.
 */
import process from "node:process";

const WIDTH = 24;
const CLEAR_LINE = "\r\u001b[K";

/** `share` is 0 to 1. */
export function showProgress(share: number, words: string): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.min(WIDTH, Math.round(share * WIDTH));
  process.stderr.write(`${CLEAR_LINE}${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${words}`);
}

/** Before anything else is printed. */
export function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
}
