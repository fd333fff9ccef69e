/**
 * Where a subscription starts, from what the client says: a position, or a wish.
 *
 * Owns the rules of docs/protocol.md 3.3. Never reads an event.
 */
import type { Context } from "hono";
import { StreamError } from "../../core/index.ts";
import type { Awaitable } from "../awaitable.ts";
import type { Resume, ResumeResult } from "../history/history.ts";
import type { StartRequest } from "../host/socket-memo.ts";
import { parsePositions } from "../history/position.ts";
import { queryOf } from "../http/request.ts";
import type { View } from "./view.ts";

export interface Start {
  readonly resumes: readonly Resume[];
  /** What the client has, when that could be read. */
  readonly after: string | null;
  /** The value of `Maskwire-Resume`. */
  readonly label: string;
  /** False when the client named a position. */
  readonly isNew: boolean;
}

/** Parameters of a subscription. */
export const START_PARAMETERS = ["from", "lastEventId", "types", "view"] as const;

const RANK: readonly ResumeResult[] = ["new", "complete", "gap", "reset"];
const LAST_FEW = /^-([1-9][0-9]{0,8})$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws StreamError `UNKNOWN_PARAMETER`, and as `startOf`. */
export function startFromRequest(context: Context, views: readonly View[]): Promise<Start> {
  const { from, lastEventId } = queryOf(context, START_PARAMETERS);
  return startOf(views, { header: context.req.header("last-event-id"), query: lastEventId, from });
}

/**
 * Waits only for a moment that is before what is in memory.
 * @throws StreamError `BAD_POSITION` for a query that cannot be read; a header like that starts anew. `HISTORY_UNAVAILABLE`.
 */
export async function startOf(views: readonly View[], { header, query, from }: StartRequest): Promise<Start> {
  if (header !== undefined && header !== "") return startAfter(views, header);
  if (query !== undefined) {
    if (parsePositions(query, views.length) === undefined) throw new StreamError("BAD_POSITION");
    return startAfter(views, query);
  }
  const cursorOf = cursorFrom(from ?? "now");
  const cursors = await Promise.all(views.map(async (view) => await cursorOf(view)));
  const resumes = cursors.map((cursor): Resume => ({ result: "new", cursor, lost: 0 }));
  return { resumes, after: null, label: "new", isNew: true };
}

/** Goes on for one who has had everything that there is. */
export function startAtEnd(views: readonly View[]): Start {
  const resumes = views.map(({ history }): Resume => ({ result: "complete", cursor: history.last, lost: 0 }));
  return { resumes, after: null, label: "complete", isNew: true };
}

/** Goes on after a position as clients write it. */
export function startAfter(views: readonly View[], text: string): Start {
  const positions = parsePositions(text, views.length);
  const resumes = views.map((view, index) => view.history.resume(positions?.[index]));
  return { resumes, after: positions === undefined ? null : text, label: labelOf(resumes), isNew: false };
}

function cursorFrom(from: string): (view: View) => Awaitable<number> {
  if (from === "now") return ({ history }) => history.last;
  if (from === "oldest") return ({ history }) => history.oldest - 1;
  const few = LAST_FEW.exec(from);
  if (few !== null) return ({ history }) => Math.max(history.oldest - 1, history.last - Number(few[1]));
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
