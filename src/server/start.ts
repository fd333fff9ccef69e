/**
 * Where a subscription starts, from what the client says: a position, or a wish.
 *
 * Owns the rules of docs/protocol.md 3.3. Never reads an event.
 */
import type { Context } from "hono";
import { StreamError } from "../core/index.ts";
import type { Feed } from "./feed.ts";
import type { Resume, ResumeResult } from "./history.ts";
import { parsePositions } from "./position.ts";
import { queryOf } from "./request.ts";

export interface StartRequest {
  /** `Last-Event-ID`; empty is none. Wins: a browser reconnects with the old URL. */
  readonly header: string | undefined;
  readonly query: string | undefined;
  readonly from: string | undefined;
}

export interface Start {
  readonly resumes: readonly Resume[];
  /** What the client has, when that could be read. */
  readonly after: string | null;
  /** The value of `Maskwire-Resume`. */
  readonly label: string;
  /** False when the client named a position. */
  readonly isNew: boolean;
}

const RANK: readonly ResumeResult[] = ["new", "complete", "gap", "reset"];
const LAST_FEW = /^-([1-9][0-9]{0,8})$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws StreamError `UNKNOWN_PARAMETER`, `BAD_POSITION`. */
export function startFromRequest(context: Context, feeds: readonly Feed[]): Start {
  const { from, lastEventId } = queryOf(context, ["from", "lastEventId"]);
  return startOf(feeds, { header: context.req.header("last-event-id"), query: lastEventId, from });
}

/** @throws StreamError `BAD_POSITION` for a query that cannot be read; a header like that starts anew. */
export function startOf(feeds: readonly Feed[], { header, query, from }: StartRequest): Start {
  if (header !== undefined && header !== "") return startAfter(feeds, header);
  if (query !== undefined) {
    if (parsePositions(query, feeds.length) === undefined) throw new StreamError("BAD_POSITION");
    return startAfter(feeds, query);
  }
  const cursorOf = cursorFrom(from ?? "now");
  const resumes = feeds.map((feed): Resume => ({ result: "new", cursor: cursorOf(feed), lost: 0 }));
  return { resumes, after: null, label: "new", isNew: true };
}

/** Goes on after a position as clients write it. */
export function startAfter(feeds: readonly Feed[], text: string): Start {
  const positions = parsePositions(text, feeds.length);
  const resumes = feeds.map((feed, index) => feed.history.resume(positions?.[index]));
  return { resumes, after: positions === undefined ? null : text, label: labelOf(resumes), isNew: false };
}

function cursorFrom(from: string): (feed: Feed) => number {
  if (from === "now") return ({ history }) => history.last;
  if (from === "oldest") return ({ history }) => history.first - 1;
  const few = LAST_FEW.exec(from);
  if (few !== null) return ({ history }) => Math.max(history.first - 1, history.last - Number(few[1]));
  const atMs = MOMENT.test(from) ? Date.parse(from) : Number.NaN;
  if (Number.isNaN(atMs)) throw new StreamError("BAD_POSITION");
  return ({ history }) => history.cursorAt(atMs);
}

/** The worst of all feeds speaks for the stream. */
function labelOf(resumes: readonly Resume[]): string {
  const rank = Math.max(...resumes.map(({ result }) => RANK.indexOf(result)));
  const result = RANK[rank];
  if (result !== "gap") return result;
  return `gap; lost=${resumes.reduce((sum, { lost }) => sum + (lost ?? 0), 0)}`;
}

/** The label without its number. */
export function resultOf(start: Start): string {
  return start.label.split(";", 1)[0];
}
