/** Stands in for `src/core/pattern/prebuilt.ts`: the table is longer than what compiles it, and the edge has a limit. */
import type { Prebuilt } from "../src/core/pattern/prebuilt.ts";

export function prebuilt(): Prebuilt | undefined {
  return undefined;
}
