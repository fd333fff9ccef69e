/**
 * Some events as an archive has them, and what one view is shown of them.
 *
 * Owns the gaps between them.
 */
import type { StoredEvent } from "../../server/history/broker.ts";
import type { Entry } from "../../server/history/entry.ts";
import { entryOf } from "../../server/feeds/shown.ts";

/** In order of their sequence; one that is left out up to `through` is lost. */
export interface Page {
  readonly events: readonly StoredEvent[];
  readonly through: number;
  /** Places of it that the archive should have and has not. */
  readonly damages: number;
}

/** A page ends with the event that reaches it, of all views together, or before it. */
export const PAGE_BYTES = 262_144;
/** So that a thousand subscribers who come back at once do not each hold a page. */
export const PAGES_AT_ONCE = 8;

const NOTHING = new Uint8Array(0);

/** Of a page that follows `after`; a run of events that are not to be had is one gap, in the place of the last. */
export function shownOf({ events, through }: Omit<Page, "damages">, after: number, mark: string): readonly Entry[] {
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
