/** Real sockets that stop reading and go on, over each transport: no event in part, none twice, and every one that is missing told of. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startTarget, type Target } from "../hostile/target.ts";
import { until } from "../support/until.ts";

const FEED = "orders";
const PATH = `/v1/feeds/${FEED}/events`;
const QUEUE_BYTES = 200_000;
/** With the numbers, the same for each event. */
const DATA_BYTES = 30_000;
const ENTRY_BYTES = 200;
/** 9 MB: more than the buffers of both ends hold. */
const COUNT = 300;
const PAGE = 5;

type Rule = "drop-oldest" | "latest-only";
type Item = number | { readonly lost: number };

let target: Target;
afterEach(() => target.stopUnharmed());

function dataOf(n: number): string {
  const head = `{"n":${String(n).padStart(6)},"pad":"`;
  return `${head}${"x".repeat(DATA_BYTES - head.length - 2)}"}`;
}

/** Comes back when `quick` has it. */
async function publish(from: number, to: number, quick: Reader): Promise<void> {
  for (let n = from; n <= to; n += PAGE) {
    const lines = Array.from({ length: Math.min(PAGE, to + 1 - n) }, (_, index) => dataOf(n + index));
    const answer = await fetch(`${target.origin}${PATH}`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: lines.join("\n"),
    });
    expect(await answer.json()).toMatchObject({ accepted: lines.length });
    await until(() => quick.items().at(-1) === n - 1 + lines.length);
  }
}

interface Reader {
  pause(): void;
  resume(): void;
  /** All that it has got so far. */
  items(): readonly Item[];
  leave(): void;
}

/** The data of an event, which has to be whole. */
function numberOf(data: unknown): number {
  const { n, pad } = data as { n: number; pad: string };
  expect(JSON.stringify(pad).length).toBe(dataOf(n).length - `{"n":${String(n).padStart(6)},"pad":}`.length);
  return n;
}

/** Speaks HTTP/1.1 by itself, so that nothing between us and the socket reads ahead. */
async function openStream(accept: string, itemOf: (record: string) => Item | undefined, end: string): Promise<Reader> {
  const socket: Socket = connect(target.port, "127.0.0.1");
  socket.on("error", () => undefined);
  const items: Item[] = [];
  let wire = Buffer.alloc(0);
  let text = "";
  let isBody = false;
  socket.on("data", (part: Buffer) => {
    wire = Buffer.concat([wire, part]);
    if (!isBody) wire = wire.subarray(wire.indexOf("\r\n\r\n") + 4);
    isBody = true;
    for (;;) {
      const chunk = firstChunk(wire);
      if (chunk === undefined) break;
      wire = wire.subarray(chunk.endsAt);
      text += chunk.text;
    }
    const records = text.split(end);
    text = records.pop() ?? "";
    items.push(...records.flatMap((record) => itemOf(record) ?? []));
  });
  socket.write(`GET ${PATH} HTTP/1.1\r\nhost: a.localhost\r\naccept: ${accept}\r\n\r\n`);
  await once(socket, "data");
  return {
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    items: () => items,
    leave: () => void socket.destroy(),
  };
}

/** Undefined until it is whole. */
function firstChunk(wire: Buffer): { readonly text: string; readonly endsAt: number } | undefined {
  const headEnd = wire.indexOf("\r\n") + 2;
  if (headEnd < 2) return undefined;
  const end = headEnd + Number.parseInt(wire.toString("latin1", 0, headEnd - 2), 16);
  return end + 2 > wire.length ? undefined : { text: wire.toString("utf8", headEnd, end), endsAt: end + 2 };
}

async function openWebSocket(): Promise<Reader> {
  const socket = new WebSocket(`${target.origin.replace("http", "ws")}${PATH}`, "maskwire.v1");
  const items: Item[] = [];
  socket.on("message", (message: Buffer) => {
    const { type, data, lost } = JSON.parse(message.toString()) as { type: string; data?: unknown; lost: number };
    items.push(type === "gap" ? { lost } : numberOf(data));
  });
  await once(socket, "open");
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    items: () => items,
    leave: () => socket.terminate(),
  };
}

const OPEN: Readonly<Record<string, () => Promise<Reader>>> = {
  SSE: () =>
    openStream(
      "text/event-stream",
      (record) => {
        const [, text] = /^data: (.*)$/m.exec(record) ?? [];
        if (text === undefined) return undefined;
        const data: unknown = JSON.parse(text);
        return record.includes("event: maskwire.gap") ? (data as { lost: number }) : numberOf(data);
      },
      "\n\n",
    ),
  NDJSON: () =>
    openStream(
      "application/x-ndjson",
      (line) => {
        if (line === "") return undefined;
        const record = JSON.parse(line) as { control?: string; lost: number; data?: unknown };
        return record.control === "gap" ? { lost: record.lost } : numberOf(record.data);
      },
      "\n",
    ),
  WebSocket: openWebSocket,
};

describe.each(Object.keys(OPEN))("over %s a reader that stops and goes on", (transport) => {
  test.each<[Rule, number]>([
    ["drop-oldest", Math.floor(QUEUE_BYTES / (DATA_BYTES + ENTRY_BYTES))],
    ["latest-only", 1],
  ])("with %s gets the newest %i behind a gap, and then whatever comes", async (rule, kept) => {
    const feed = { policy: "default", views: {}, eventTypes: [], slowSubscribers: rule };
    target = await startTarget({ feeds: { [FEED]: feed }, limits: { subscriberQueueBytes: QUEUE_BYTES } });
    const [slow, quick] = [await OPEN[transport](), await OPEN[transport]()];
    await publish(1, 1, quick);
    await until(() => slow.items().length === 1);
    slow.pause();
    await publish(2, COUNT, quick);
    slow.resume();
    await until(() => slow.items().at(-1) === COUNT);
    await publish(COUNT + 1, COUNT + 3, quick);
    await until(() => slow.items().at(-1) === COUNT + 3);

    const items = slow.items();
    let last = 0;
    for (const item of items) {
      if (typeof item === "number") expect(item).toBe(last + 1);
      else expect(item.lost).toBeGreaterThan(0);
      last = typeof item === "number" ? item : last + item.lost;
    }
    const gap = items.findLastIndex((item) => typeof item !== "number");
    expect(items.slice(gap + 1)).toEqual(Array.from({ length: kept + 3 }, (_, index) => COUNT + 1 - kept + index));
    const gaps = items.filter((item) => typeof item !== "number");
    const lost = gaps.reduce((sum, one) => sum + one.lost, 0);
    expect(quick.items().every((item) => typeof item === "number")).toBe(true);
    expect(quick.items()).toHaveLength(COUNT + 3);
    await target.untilMetric(`events_skipped_total{feed="${FEED}",reason="${rule}"}`, lost);
    await target.untilMetric("history_holes_total", gaps.length);
    expect(await target.metric('disconnects_total{reason="TOO_SLOW"}')).toBe(0);
    // However much waited for it, its socket held little.
    const looks = await target.metric("subscriber_queue_bytes_count");
    expect(await target.metric('subscriber_queue_bytes_bucket{le="1048576"}')).toBe(looks);
    for (const reader of [slow, quick]) reader.leave();
  });
});
