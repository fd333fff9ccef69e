/** Stands in for `src/server/routes/detokenize.ts`: the edge keeps no audit records, so nothing is turned back there. */
import { StreamError } from "../src/core/index.ts";

export function detokenize(): never {
  throw new StreamError("NOT_FOUND");
}
