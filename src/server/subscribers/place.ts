/** Where a subscriber stands in one feed. */
import type { Series } from "../telemetry/metrics.ts";
import type { PageReader } from "./page-reader.ts";
import type { View } from "./view.ts";

export interface Place {
  readonly view: View;
  cursor: number;
  readonly delivered: Series;
  /** Of events that are not in memory, once it lacks some. */
  pages: PageReader | undefined;
  /** True from when it was live and there was no room for what came, until there is. */
  isBehind: boolean;
}

/** What one is that was put somewhere just now. */
export const ANEW: Pick<Place, "pages" | "isBehind"> = { pages: undefined, isBehind: false };

/** True where one who does not keep up is ended: by the rule of any of its feeds, and where it has none. */
export function endsSlow(places: readonly Place[]): boolean {
  return places.length === 0 || places.some(isEnding);
}

/** Bytes that wait in memory for one who has had all up to there, of feeds where that ends him. */
export function unsentBytes(places: readonly Place[], cursorOf: (place: Place) => number): number {
  return places.filter(isEnding).reduce((sum, place) => sum + place.view.history.bytesAfter(cursorOf(place)), 0);
}

/** Since when older events that one lacks cannot be read, of any of its feeds; `Infinity`: they can. */
export function waitsSinceMs(places: readonly Place[]): number {
  return places.reduce((since, { pages }) => Math.min(since, pages?.failingSinceMs ?? Infinity), Infinity);
}

function isEnding({ view }: Place): boolean {
  return view.slowSubscribers === "disconnect";
}
