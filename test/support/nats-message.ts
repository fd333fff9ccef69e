/** A message for a NATS server, and what the server's metrics say of the ingest `raw` that took it. */
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { ServerProcess } from "./run-server.ts";

export type HeaderRows = readonly (readonly [name: string, value: string])[];

/** Options of a publication with these headers. */
export function withHeaders(rows: HeaderRows = []): { headers?: MsgHdrs } {
  if (rows.length === 0) return {};
  const all = headers();
  for (const [name, value] of rows) all.append(name, value);
  return { headers: all };
}

export const json = (text: string): string => JSON.stringify({ text });

/** Messages by what became of them. */
export async function countsOf(server: ServerProcess): Promise<Record<string, number>> {
  const row = /^maskwire_ingest_messages_total\{ingest="raw",result="(\w+)"\} (\d+)$/gm;
  const lines = (await server.metrics()).matchAll(row);
  return Object.fromEntries([...lines].map(([, result = "", value]) => [result, Number(value)]));
}
