/** Real-shaped payloads: every example of @octokit/webhooks-examples through a feed. */
import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { runServer, type ServerProcess } from "../support/run-server.ts";

interface Webhook {
  readonly name: string;
  readonly examples: readonly object[];
}

const webhooks = createRequire(import.meta.url)("@octokit/webhooks-examples") as readonly Webhook[];
/** The package holds no IP address and one token, so each payload gets some more. */
const client = { ip: "203.0.113.7", ip6: "2001:db8:0:7::1", via: `token ghp_${"a1B2c3".repeat(6)} from 198.51.100.23` };
const payloads = webhooks.flatMap(({ examples }) => examples.map((example) => ({ ...example, client })));

/** An independent, generous notion of what must not be readable: not the detectors' own patterns. */
const READABLE: Readonly<Record<string, RegExp>> = {
  email: /[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}/,
  ip: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|2001:db8/,
  token: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|v1\.[0-9a-f]{40}|AKIA[A-Z0-9]{16})\b/,
};
/** Shape of a value: its keys, in order, and the kinds of its leaves. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).map(([key, child]) => [key, shapeOf(child)]);
  }
  return value === null ? "null" : typeof value;
}

describe("webhook payloads published as a feed", () => {
  let server: ServerProcess;
  const received: Record<"socket" | "sse" | "ndjson", unknown[]> = { socket: [], sse: [], ndjson: [] };
  let everything = "";

  beforeAll(async () => {
    server = await runServer({ config: { feeds: { hooks: {} }, limits: { eventLimitBytes: 1_048_576 } } });
    const url = `${server.origin}/v1/feeds/hooks/events`;
    const stop = new AbortController();
    const readers = [
      readStream(url, "text/event-stream", stop),
      readStream(url, "application/x-ndjson", stop),
      readSocket(url),
    ];
    const body = payloads.map((payload) => `${JSON.stringify(payload)}\n`).join("");
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/x-ndjson" }, body });
    expect(await answer.json()).toMatchObject({ accepted: payloads.length, refused: [] });
    await Promise.all(readers);
    stop.abort();
  });
  afterAll(async () => {
    await server?.stop();
  });

  async function readStream(url: string, accept: string, stop: AbortController): Promise<void> {
    const response = await fetch(`${url}?from=oldest`, { headers: { accept }, signal: stop.signal });
    const isSse = accept === "text/event-stream";
    const events = isSse ? received.sse : received.ndjson;
    let held = "";
    for await (const chunk of response.body ?? []) {
      held += Buffer.from(chunk).toString("utf8");
      const lines = held.split("\n");
      held = lines.pop() ?? "";
      for (const line of lines) {
        everything += `${line}\n`;
        if (isSse && line.startsWith("data: ")) events.push(JSON.parse(line.slice(6)));
        else if (!isSse && line.startsWith("{")) events.push((JSON.parse(line) as { data: unknown }).data);
      }
      if (events.length === payloads.length) return;
    }
  }

  function readSocket(url: string): Promise<void> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws").replace(/events$/, "socket")}?from=oldest`);
    return new Promise((resolve) => {
      socket.on("message", (text: Buffer) => {
        everything += `${text.toString()}\n`;
        const message = JSON.parse(text.toString()) as { type: string; data: unknown };
        if (message.type === "event") received.socket.push(message.data);
        if (received.socket.length < payloads.length) return;
        socket.terminate();
        resolve();
      });
    });
  }

  it.each(["socket", "sse", "ndjson"] as const)(
    "arrive at a %s subscriber as valid JSON with the same keys",
    (transport) => {
      expect(received[transport]).toHaveLength(payloads.length);
      expect(received[transport].map(shapeOf)).toEqual(payloads.map(shapeOf));
    },
  );

  it.each(Object.entries(READABLE))("show no %s of the input to anyone", (_what, pattern) => {
    expect(JSON.stringify(payloads)).toMatch(pattern);
    expect(everything.match(new RegExp(pattern, "g")) ?? []).toEqual([]);
  });
});
