/**
 * What one view is shown of an event as a broker keeps it.
 *
 * Owns the rule that a part is shown to nobody but the policy that masked it: for any other there is a gap in its place.
 */
import type { StoredEvent } from "../history/broker.ts";
import type { NewEntry } from "../history/history.ts";

const NOTHING = new Uint8Array(0);

/** Undefined when nobody masked the event for that mark; `index`: where its part stands as a rule. */
export function entryOf({ event, isGap, trace, parts }: StoredEvent, mark: string, index = 0): NewEntry | undefined {
  const expected = parts[index];
  const part = expected?.mark === mark ? expected : parts.find((one) => one.mark === mark);
  if (part === undefined && !isGap) return undefined;
  const data = isGap ? NOTHING : (part?.data ?? null);
  return { event, data: data ?? NOTHING, isGap, isHidden: data === null, trace };
}
