/**
 * What the views of a feed cost the built server, sockets included: CPU of its process an event, by views and subscribers.
 *
 * Owns the subscribers, half of them over SSE and half over WebSocket, which read and throw away. What is delivered and masked is
 * checked by the server's own counters before a figure counts. Linux only: CPU time of another process is read from /proc.
 */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { runServer, type ServerProcess } from "../../test/support/run-server.ts";
import type { BenchContext } from "../context.ts";
import { openCorpus } from "../corpora/index.ts";
import type { Definition } from "../definition.ts";
import { rounded, type Row } from "../result.ts";
import { median } from "../statistics.ts";

const CORPUS_BYTES = 200_000;
/** Of the first one nothing counts: the server's code is not fast yet. */
const ROUNDS = 5;
const COUNTS = [
  { views: 1, subscribers: 10 },
  { views: 1, subscribers: 300 },
  { views: 3, subscribers: 10 },
  { views: 3, subscribers: 300 },
] as const;
type Count = (typeof COUNTS)[number];
const VIEWS = ["default", "four", "none"] as const;
const mask = (keepLast: number): object => ({ operators: { default: { operator: "mask", keepLast } } });
/** Something that no masking changes. */
const END = "end-of-round";

export async function runViewsServer({ id, corpus }: Definition, context: BenchContext): Promise<Row[]> {
  const lines = new TextDecoder().decode(openCorpus(corpus, CORPUS_BYTES).text).trimEnd().split("\n");
  const rows: Row[] = [];
  for (const [index, count] of COUNTS.entries()) {
    const { micros, maskings } = await measureServer(count, lines);
    const common = { bench: id, subject: `views ${count.views}, subscribers ${count.subscribers}` };
    const note = `${ROUNDS - 1} rounds of ${lines.length + 1} events; half of the subscribers by SSE and half by WebSocket`;
    rows.push({ ...common, metric: "maskings", value: maskings, unit: "an event", note });
    rows.push({ ...common, metric: "server", value: rounded(median(micros)), unit: "CPU µs an event", note });
    context.progress((index + 1) / COUNTS.length);
  }
  return rows;
}

async function measureServer(count: Count, lines: readonly string[]): Promise<{ micros: number[]; maskings: number }> {
  const views = Object.fromEntries(VIEWS.slice(1, count.views).map((view) => [view, view]));
  const server = await runServer({
    config: { policies: { default: {}, four: mask(4), none: mask(0) }, feeds: { bench: { views } } },
  });
  try {
    const readers = await Promise.all(
      Array.from({ length: count.subscribers }, (_, at) => openReader(server, count, at)),
    );
    const micros: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const end = `${END}-${round}`;
      const ended = readers.map((reader) => reader.until(end));
      const begun = cpuMicros(server);
      await publish(server, [...lines, JSON.stringify({ note: end })]);
      await Promise.all(ended);
      if (round > 0) micros.push((cpuMicros(server) - begun) / (lines.length + 1));
    }
    const published = ROUNDS * (lines.length + 1);
    const metrics = await server.metrics();
    const total = (name: string): number =>
      [...metrics.matchAll(new RegExp(`^maskwire_${name}\\{[^}]*\\} (\\d+)$`, "gm"))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
    const maskings = total("event_maskings_total") / published;
    if (maskings !== count.views) throw new Error("an event was not masked once for each view");
    if (total("events_delivered_total") !== published * count.subscribers)
      throw new Error("an event was not delivered once to each");
    for (const { socket } of readers) socket.destroy();
    return { micros, maskings };
  } finally {
    await server.stop();
  }
}

interface Reader {
  readonly socket: Socket;
  /** Resolves when this text has come; whatever came before it is thrown away. */
  until(text: string): Promise<void>;
}

async function openReader({ origin }: ServerProcess, { views }: Count, at: number): Promise<Reader> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let tail = "";
  let awaited: { readonly text: string; readonly resolve: () => void } | undefined;
  socket.on("data", (chunk: Buffer) => {
    // The end of a round is short, and may be cut.
    const seen = tail + chunk.toString("latin1");
    tail = seen.slice(-64);
    if (awaited === undefined || !seen.includes(awaited.text)) return;
    awaited.resolve();
    awaited = undefined;
  });
  const view = VIEWS[at % views];
  const query = view === "default" ? "" : `?view=${view}`;
  const upgrade =
    at % 2 === 0
      ? ["Accept: text/event-stream"]
      : [
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
  socket.write([`GET /v1/feeds/bench/events${query} HTTP/1.1`, "Host: localhost", ...upgrade, "", ""].join("\r\n"));
  await once(socket, "data");
  return { socket, until: (text) => new Promise((resolve) => (awaited = { text, resolve })) };
}

async function publish({ origin }: ServerProcess, events: readonly string[]): Promise<void> {
  const headers = { "content-type": "application/x-ndjson" };
  const answer = await fetch(`${origin}/v1/feeds/bench/events`, { method: "POST", headers, body: events.join("\n") });
  const { accepted } = (await answer.json()) as { accepted?: number };
  if (accepted !== events.length) throw new Error("an event was not accepted");
}

/** CPU time of all threads of the server's process so far. */
function cpuMicros({ child }: ServerProcess): number {
  const folder = `/proc/${child.pid}/task`;
  return readdirSync(folder).reduce(
    (sum, task) => sum + Number(readFileSync(`${folder}/${task}/schedstat`, "utf8").split(" ")[0]) / 1_000,
    0,
  );
}
