/** Time on Node. Its timers never keep the process alive. */
import type { Clock } from "../server/host/clock.ts";

export const nodeClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  soon: (run) => {
    setImmediate(run);
  },
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
