/** Where matches end in a record that a glance does not clear. */
import type { Span } from "../span.ts";
import type { BlockScan, WordGlance } from "./block-scan.ts";

/** Counted from the start of the record. Asked in order of records, in turns with `suspectAfter`. */
export function suspectsIn(scan: BlockScan, { start, end }: Span, glance: WordGlance): readonly number[] {
  const places: number[] = [];
  for (let place = scan.suspectAfter(start, glance); place <= end; place = scan.suspectAfter(place, glance))
    places.push(place - start);
  return places;
}
