/**
 * Some events as they lie in the files, and what one view is shown of them.
 *
 * Owns the gaps between them.
 */
import type { StoredEvent } from "../../server/history/broker.ts";
import type { Entry } from "../../server/history/history.ts";
import { entryOf } from "../../server/feeds/shown.ts";

/** In order of their sequence; one that is left out up to `through` is lost. */
export interface Page {
  readonly events: readonly StoredEvent[];
  readonly through: number;
}

const NOTHING = new Uint8Array(0);

/** Of a page that follows `after`; a run of events that are not to be had is one gap, in the place of the last. */
export function shownOf({ events, through }: Page, after: number, mark: string): readonly Entry[] {
  const entries: Entry[] = [];
  let seen = after;
  const closeRun = (end: number): void => {
    if (seen < end) entries.push({ ...placeOf(end, 0), event: NOTHING, data: NOTHING, isGap: true, isHidden: false });
  };
  for (const event of events) {
    const entry = entryOf(event, mark);
    if (entry === undefined) continue;
    closeRun(event.sequence - 1);
    seen = event.sequence;
    entries.push({ isGap: false, isHidden: false, ...entry, ...placeOf(seen, event.atMs) });
  }
  closeRun(through);
  return entries;
}

function placeOf(sequence: number, atMs: number): Pick<Entry, "sequence" | "atMs" | "endBytes"> {
  return { sequence, atMs, endBytes: 0 };
}
