/**
 * Streams without end, and clients that do not read: memory stays where it is.
 *
 * A longer run, with VmHWM of the server in /proc/<pid>/status watched meanwhile (1 GB: level at 115 MB):
 *   yes '{"text":"order 4711 shipped","from":"jane.doe@example.com"}' | head -c 1000000000 |
 *     curl -sN -T - -X POST http://127.0.0.1:8080/v1/mask -H 'content-type: application/x-ndjson' -o /dev/null
 */
import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runServer, type ServerProcess } from "../support/run-server.ts";
import { until } from "../support/until.ts";

const MEGABYTE = 1_000_000;
const STREAM_BYTES = 64 * MEGABYTE;
/** By then the collector has found its pace. */
const WARM_UP_BYTES = 48 * MEGABYTE;
const LONG_LINE_BYTES = 100 * MEGABYTE;
/** What the collector may leave lying about, of the stream's length; keeping it, or the answer, would take more. */
const GROWTH_SHARE = 0.75;
const EMAIL = "jane.doe@example.com";
const LINE = `{"at":"2026-11-23T10:00:00Z","level":"info","text":"order 4711 shipped","from":"${EMAIL}","items":[1,2,3]}\n`;

/** One address in ten lines, as a log has. */
const linesOf = (line: string): string => line.repeat(9).replaceAll(EMAIL, "nobody") + line;

interface Streamed {
  readonly status: number;
  readonly receivedBytes: number;
}

const hasProc = process.platform === "linux";

describe.skipIf(!hasProc)("memory", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await runServer({ config: { feeds: { "*": {} }, limits: { writeStallMs: 1_000 } } });
  });
  afterAll(async () => {
    const code = await server?.stop();
    expect(server?.logged()).not.toContain(EMAIL);
    expect(code).toBe(0);
  });

  /** Streams the chunks through the route, as far as it takes them. */
  async function stream(path: string, contentType: string, chunks: Iterable<Uint8Array>): Promise<Streamed> {
    // A socket of its own: one that is kept for the next call would gather listeners.
    const call = request(`${server.origin}${path}`, {
      method: "POST",
      headers: { "content-type": contentType },
      agent: false,
    });
    call.on("error", () => undefined);
    // A server that refuses early closes while we still write.
    call.on("socket", (socket) => void socket.on("error", () => undefined));
    const answered = once(call, "response");
    let hasLeft = false;
    const ended = receive(answered);
    ended.catch(() => undefined).finally(() => (hasLeft = true));
    for (const chunk of chunks) {
      if (hasLeft || call.destroyed) break;
      if (!call.write(chunk)) await Promise.race([untilWritable(call), ended]);
    }
    call.end();
    return await ended;
  }

  function untilWritable(call: ClientRequest): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        call.off("drain", settle).off("close", settle);
        resolve();
      };
      call.on("drain", settle).on("close", settle);
    });
  }

  /** Counts the bytes of an answer that must hold nothing raw. */
  async function receive(answered: Promise<unknown[]>): Promise<Streamed> {
    const [response] = (await answered) as [IncomingMessage];
    let receivedBytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (chunk.includes(EMAIL)) throw new Error("raw data came back");
      receivedBytes += chunk.length;
    }
    return { status: response.statusCode ?? 0, receivedBytes };
  }

  function* repeat(text: string, totalBytes: number): Generator<Uint8Array> {
    const chunk = Buffer.from(text.repeat(Math.ceil(65_536 / text.length)));
    for (let sent = 0; sent < totalBytes; sent += chunk.length) yield chunk;
  }

  it.each([
    ["application/x-ndjson", LINE],
    ["text/plain", LINE],
    ["text/event-stream", `data: ${LINE}\n`],
    ["text/csv", `4711,shipped,"a ""quoted"" note",${EMAIL}\n`],
    ["application/x-www-form-urlencoded", `from=${EMAIL}&text=order+4711+shipped&`],
    // One array without end: no record boundary to start afresh at.
    ["application/json", LINE.replace("\n", ",\n")],
  ])("stays level while 64 MB of %s are masked", async (contentType, text) => {
    const path = "/v1/mask";
    await stream(path, contentType, repeat(linesOf(text), WARM_UP_BYTES));
    const before = await server.memory();
    const { receivedBytes } = await stream(path, contentType, repeat(linesOf(text), STREAM_BYTES));
    const after = await server.memory();
    expect(receivedBytes).toBeGreaterThan(STREAM_BYTES / 2);
    expect(after.peakBytes - before.peakBytes).toBeLessThan(STREAM_BYTES * GROWTH_SHARE);
  });

  it("stays level for a line of 100 MB", async () => {
    const before = await server.memory();
    const { status, receivedBytes } = await stream(
      "/v1/mask",
      "application/x-ndjson",
      repeat(LINE.replace("\n", " "), LONG_LINE_BYTES),
    );
    const after = await server.memory();
    expect(status).toBe(200);
    expect(receivedBytes).toBeGreaterThan(MEGABYTE);
    expect(after.peakBytes - before.peakBytes).toBeLessThan(LONG_LINE_BYTES * GROWTH_SHARE);
  });

  it("refuses an event of 100 MB without keeping it", async () => {
    const before = await server.memory();
    const line = repeat(LINE.replace("\n", " "), LONG_LINE_BYTES);
    const { status } = await stream("/v1/feeds/big/events", "application/json", line);
    expect(status).toBe(413);
    const after = await server.memory();
    expect(after.peakBytes - before.peakBytes).toBeLessThan(LONG_LINE_BYTES * GROWTH_SHARE);
  });

  it("ends subscribers that do not read, and keeps serving those that do", async () => {
    const { port } = new URL(server.origin);
    const stalled = Array.from({ length: 20 }, () => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write("GET /v1/feeds/busy/events HTTP/1.1\r\nhost: a\r\n\r\n");
      return socket;
    });
    await Promise.all(stalled.map((socket) => once(socket, "readable")));
    const reader = await fetch(`${server.origin}/v1/feeds/busy/events`, {
      headers: { accept: "application/x-ndjson" },
    });
    const count = 2_000;
    const text = "x".repeat(8_000);
    let seen = 0;
    const counted = (async () => {
      let held = "";
      for await (const chunk of reader.body ?? []) {
        const lines = (held + Buffer.from(chunk).toString()).split("\n");
        held = lines.pop() ?? "";
        seen += lines.filter((line) => line.includes('"n":')).length;
        if (seen === count) return seen;
      }
      return seen;
    })();
    const before = await server.memory();
    for (let n = 0; n < count; n += 100) {
      const lines = Array.from({ length: 100 }, (_, index) => `{"data":{"n":${n + index},"text":"${text}"}}\n`);
      await fetch(`${server.origin}/v1/feeds/busy/events`, {
        method: "POST",
        headers: { "content-type": "application/x-ndjson" },
        body: lines.join(""),
      });
      // One that reads is not to be taken for one that does not, however little of the machine it is given.
      await until(
        () => seen === n + 100,
        () => seen,
      );
    }
    expect(await counted).toBe(count);
    const after = await server.memory();
    // 20 stalled clients times 16 MB would be 320; the queue limit is 1 MB each, the history 16 MB and its views.
    expect(after.peakBytes - before.peakBytes).toBeLessThan(150 * MEGABYTE);
    for (const socket of stalled) socket.destroy();
  });
});
