/**
 * How long to wait before the next try: exponential with full jitter, so that many do not come back together.
 */
import type { Random } from "../host/random.ts";

const BASE_MIN_MS = 250;
const BASE_DEFAULT_MS = 2_000;
const LIMIT_MS = 60_000;

/** `baseMs` is the upstream's `retry`; `chance` is from 0 to 1. */
export function backoffMs(baseMs: number = BASE_DEFAULT_MS, failures: number, chance: number): number {
  const base = Math.min(LIMIT_MS, Math.max(BASE_MIN_MS, baseMs));
  return Math.max(BASE_MIN_MS, Math.min(LIMIT_MS, base * 2 ** Math.min(failures, 20)) * chance);
}

/** A random number from 0 to 1. */
export function chanceOf(random: Random): number {
  const [high = 0, low = 0] = random(2);
  return (high * 256 + low) / 65_535;
}
