/** What Node's HTTP server hands to a route beside the request, and which answers have left Hono's hands. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";

export interface NodeBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

export function bindingsOf(context: Context): NodeBindings {
  return context.env as NodeBindings;
}

const takenOver = new WeakSet<ServerResponse>();

/** Marks an answer that somebody else writes; what the route returns is then not sent. */
export function takeOver(outgoing: ServerResponse): Response {
  takenOver.add(outgoing);
  // A new one each time: Hono sets headers on what a route returns.
  return new Response(null);
}

export function isTakenOver(outgoing: ServerResponse): boolean {
  return takenOver.has(outgoing);
}
