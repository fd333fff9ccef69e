/** Stands in for `src/server/telemetry/metrics.ts`: `/metrics` is not served at the edge, so nothing is counted for it. */
import type { Metrics as Counted, Series, Stopwatch } from "../src/server/telemetry/metrics.ts";

/** Whoever counts by himself does it here. */
const NOWHERE: Series = { value: 0, counts: [], bounds: [], observations: 0, labels: "" };

const NEVER: Stopwatch = { begin: () => undefined, end: () => {} };

export class Metrics implements Pick<Counted, keyof Counted> {
  add(): void {}

  set(): void {}

  clear(): void {}

  tellConfig(): void {}

  observe(): void {}

  stopwatch(): Stopwatch {
    return NEVER;
  }

  series(): Series {
    return NOWHERE;
  }

  render(): string {
    return "";
  }
}
