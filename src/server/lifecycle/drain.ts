/**
 * Leaving without losing anybody: the steps of docs/protocol.md 3.6 that are not the host's.
 */
import type { Clock } from "../host/clock.ts";
import type { Services } from "../services.ts";

/** For answers that were given and are not written yet. */
const LAST_ANSWERS_MS = 100;

export interface DrainPace {
  /** Everything is served for so long after the announcement. */
  readonly graceMs: number;
  /** Subscribers are ended evenly over this time, and mask streams may go on. */
  readonly windowMs: number;
}

/** For a fence that is down: whatever is open ends now. */
export const AT_ONCE: DrainPace = { graceMs: 0, windowMs: 0 };

/**
 * Announces the stop, keeps serving `graceMs`, then takes nothing new, answers producers for what was accepted, ends
 * subscribers evenly over `windowMs`, and lets mask streams go on for as long. Resolves when all have gone, or when what
 * is left may be cut.
 */
export async function drainServer(services: Services, { graceMs, windowMs }: DrainPace): Promise<void> {
  const { lifecycle, roster, relays, ports, canary } = services;
  const { clock, log } = ports;
  lifecycle.announceStop();
  log.info("drain-announced", { graceMs });
  await wait(clock, graceMs);
  lifecycle.stop();
  log.info("drain-started", { windowMs });
  const stopped = wait(clock, windowMs);
  await roster.drain(windowMs);
  await Promise.race([stopped, lifecycle.untilIdle()]);
  await wait(clock, LAST_ANSWERS_MS);
  for (const relay of relays.values()) relay.stop();
  canary?.stop();
  log.info("drain-ended");
}

async function wait(clock: Clock, ms: number): Promise<void> {
  await new Promise<void>((resolve) => void clock.after(ms, resolve));
}
