/**
 * Leaving without losing anybody: the steps of docs/protocol.md 3.6 that are not the host's.
 */
import type { Services } from "./services.ts";

/**
 * Announces the stop, keeps serving `drainGraceMs`, then takes nothing new, answers producers for what was accepted,
 * and ends subscribers evenly over `drainWindowMs`. Resolves when the last one has gone.
 */
export async function drainServer({ lifecycle, roster, relays, ports, config }: Services): Promise<void> {
  const { drainGraceMs, drainWindowMs } = config.limits;
  lifecycle.announceStop();
  ports.log.info("drain-announced", { graceMs: drainGraceMs });
  await new Promise<void>((resolve) => void ports.clock.after(drainGraceMs, resolve));
  lifecycle.stop();
  ports.log.info("drain-started", { windowMs: drainWindowMs });
  await roster.drain(drainWindowMs);
  for (const relay of relays.values()) relay.stop();
  ports.log.info("drain-ended");
}
