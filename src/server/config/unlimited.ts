/**
 * `unlimited`: what a limit says where none is wanted. 0 never means that.
 *
 * Owns which limits may say it. In here it is Infinity, which no count and no time reaches.
 */
import type { ServerLimits } from "./limits.ts";

export const UNLIMITED = "unlimited";

/**
 * Limits behind which another one still bounds memory: of connections the process's file descriptors, of age the bytes.
 * No other limit may be without an end.
 */
export const UNLIMITABLE = [
  "connectionsLimit",
  "socketsLimit",
  "connectionsPerAddressLimit",
  "connectionsPerSubjectLimit",
  "connectsPerAddressPerSecond",
  "connectsPerSubjectPerSecond",
  "publishEventsPerSecond",
  "historyMaxAgeMs",
  "connectionMaxAgeMs",
  "producerIdleTimeoutMs",
] as const satisfies readonly (keyof ServerLimits)[];

type Unlimitable = (typeof UNLIMITABLE)[number];

/** As a file says them. */
export type WrittenLimits = {
  readonly [Name in keyof ServerLimits]?: Name extends Unlimitable ? number | typeof UNLIMITED : number;
};

export function mayBeUnlimited(name: string): name is Unlimitable {
  return (UNLIMITABLE as readonly string[]).includes(name);
}

export function readLimit(written: number | typeof UNLIMITED): number {
  return written === UNLIMITED ? Infinity : written;
}

/** JSON has no Infinity. */
export function writeLimit(limit: number): number | typeof UNLIMITED {
  return limit === Infinity ? UNLIMITED : limit;
}
