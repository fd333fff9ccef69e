/**
 * Leaving without losing anybody: the steps of docs/protocol.md 3.6 that are not the host's.
 */
import type { Clock } from "./ports.ts";
import type { Services } from "./services.ts";

/** For answers that were given and are not written yet. */
const LAST_ANSWERS_MS = 100;

/**
 * Announces the stop, keeps serving `drainGraceMs`, then takes nothing new, answers producers for what was accepted,
 * ends subscribers evenly over `drainWindowMs`, and lets mask streams go on for as long. Resolves when all have gone,
 * or when what is left may be cut.
 */
export async function drainServer({ lifecycle, roster, relays, ports, limits }: Services): Promise<void> {
  const { drainGraceMs, drainWindowMs } = limits;
  const { clock, log } = ports;
  lifecycle.announceStop();
  log.info("drain-announced", { graceMs: drainGraceMs });
  await wait(clock, drainGraceMs);
  lifecycle.stop();
  log.info("drain-started", { windowMs: drainWindowMs });
  const stopped = wait(clock, drainWindowMs);
  await roster.drain(drainWindowMs);
  await Promise.race([stopped, lifecycle.untilIdle()]);
  await wait(clock, LAST_ANSWERS_MS);
  for (const relay of relays.values()) relay.stop();
  log.info("drain-ended");
}

async function wait(clock: Clock, ms: number): Promise<void> {
  await new Promise<void>((resolve) => void clock.after(ms, resolve));
}
