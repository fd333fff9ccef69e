/** A look for a place in a feed by halving, where single events can be read. */
import type { Awaitable } from "../../server/awaitable.ts";

export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The first sequence from which on `isBehind` holds: up to one behind the last. `find` gives the first event from a
 * sequence on; undefined: there is none. O(log n) finds.
 */
export async function searchFirst<Found extends { readonly sequence: number }>(
  { first, last }: Range,
  find: (sequence: number) => Awaitable<Found | undefined>,
  isBehind: (found: Found) => boolean,
): Promise<number> {
  let low = first;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await find(middle);
    if (found === undefined || isBehind(found)) high = middle;
    else low = found.sequence + 1;
  }
  return low;
}
