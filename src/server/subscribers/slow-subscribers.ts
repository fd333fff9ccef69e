/**
 * Where a subscriber goes on that could not take what came, by the rule of its feed.
 *
 * Owns these rules (docs/protocol.md 3.5). Writes nothing and ends nobody.
 */
import type { SlowSubscribers } from "../config/config.ts";
import type { History } from "../history/history.ts";
import { isShown, type TypeFilter } from "./type-filter.ts";

export interface Backlog {
  readonly history: History;
  /** Where the subscriber stands. */
  readonly cursor: number;
  /** So much may wait. */
  readonly limitBytes: number;
  readonly filter: TypeFilter | undefined;
}

const GO_ON: Readonly<Record<SlowSubscribers, (backlog: Backlog) => number>> = {
  disconnect: ({ cursor }) => cursor,
  "drop-oldest": ({ history, cursor, limitBytes, filter }) =>
    filter === undefined
      ? Math.max(cursor, history.cursorWithin(limitBytes))
      : history.cursorAtWanted(cursor, limitBytes, (entry) => isShown(entry, filter)),
  "latest-only": ({ history, cursor, filter }) => history.cursorAtWanted(cursor, 0, (entry) => isShown(entry, filter)),
};

/** The last sequence that it is not given any more; `cursor` itself when it misses nothing. */
export function goOnFrom(rule: SlowSubscribers, backlog: Backlog): number {
  return GO_ON[rule](backlog);
}
