/**
 * Where a subscription wants to begin in each of its feeds, read from its request before a feed is opened.
 *
 * Owns the guess only: what the request means, and what is refused of it, is `src/server/subscribers/start.ts`.
 */
import { parsePositions } from "../src/server/history/position.ts";
import type { FeedStore } from "./feed-store.ts";

/** "first": all that is held; "last": only what comes. */
export type StartWish =
  | { readonly kind: "first" }
  | { readonly kind: "last" }
  | { readonly kind: "few"; readonly count: number }
  | { readonly kind: "moment"; readonly atMs: number }
  | { readonly kind: "position"; readonly epoch: string; readonly sequence: number };

const FIRST: StartWish = { kind: "first" };
const LAST: StartWish = { kind: "last" };

export function wishesOf(request: Request, names: readonly string[]): (feed: string) => StartWish {
  if (request.headers.get("upgrade") !== null) return () => FIRST;
  const { searchParams } = new URL(request.url);
  // A header that is empty is none.
  const position = request.headers.get("last-event-id") || searchParams.get("lastEventId");
  if (position === null) {
    const wish = wishFrom(searchParams.get("from") ?? "now");
    return () => wish;
  }
  const positions = parsePositions(position, names.length);
  return (feed) => {
    const own = positions?.[names.indexOf(feed)];
    return own === undefined ? FIRST : { kind: "position", ...own };
  };
}

function wishFrom(from: string): StartWish {
  if (from === "oldest") return FIRST;
  if (/^-\d{1,9}$/.test(from)) return { kind: "few", count: -Number(from) };
  const atMs = Date.parse(from);
  return Number.isNaN(atMs) ? LAST : { kind: "moment", atMs };
}

/** The sequence behind which everything has to come; the same that a whole history would begin with. */
export function startOfWish(store: FeedStore, wish: StartWish): number {
  const { start, last, epoch } = store;
  if (wish.kind === "last") return last;
  if (wish.kind === "few") return Math.max(start, last - wish.count);
  if (wish.kind === "moment") return store.cursorAt(wish.atMs);
  if (wish.kind === "first" || wish.epoch !== epoch || wish.sequence > last) return start;
  return Math.max(start, wish.sequence);
}
