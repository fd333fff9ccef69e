/**
 * The field behind an answer that says what was found in it.
 *
 * Owns who gets one: whoever says so in `TE`, over HTTP/1.1. Whether the answer ends in order is for who sends it.
 */
import type { ServerResponse } from "node:http";
import { FindingsReport, type OpenReport } from "../server/masking/findings-report.ts";
import { bindingsOf } from "./bindings.ts";

export const FINDINGS_TRAILER = "Maskwire-Findings";
const TAKES_TRAILERS = /(?:^|,)[ \t]*trailers[ \t]*(?:$|[,;])/i;

const reports = new WeakMap<ServerResponse, FindingsReport>();

export const openReport: OpenReport = (context, asked) => {
  if (asked.findings !== undefined) return new FindingsReport(asked);
  const { incoming, outgoing } = bindingsOf(context);
  const { te = "" } = incoming.headers;
  // Chunks, which a trailer needs, are new in 1.1.
  if (incoming.httpVersion !== "1.1" || !TAKES_TRAILERS.test(String(te))) return undefined;
  const report = new FindingsReport(asked);
  reports.set(outgoing, report);
  return report;
};

/** The report that follows this answer, if it is one of success. */
export function trailerOf(outgoing: ServerResponse, status: number): FindingsReport | undefined {
  return status === 200 ? reports.get(outgoing) : undefined;
}
