/** Where matches end in one record, and in its parts. */
import type { Span } from "../span.ts";
import type { BlockScan, WordGlance } from "./block-scan.ts";

/** Those that a glance does not clear, counted from the start of the record. Asked in order of records, in turns with `suspectAfter`. */
export function suspectsIn(scan: BlockScan, { start, end }: Span, glance: WordGlance): readonly number[] {
  const places: number[] = [];
  for (let place = scan.suspectAfter(start, glance); place <= end; place = scan.suspectAfter(place, glance))
    places.push(place - start);
  return places;
}

/** Tells whether no match ends in a part of a record; asked in order. */
export function endsOutside(places: readonly number[]): (part: Span) => boolean {
  let next = 0;
  return ({ start, end }) => {
    while (next < places.length && places[next] <= start) next++;
    return next === places.length || places[next] > end;
  };
}
