import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ByteSink } from "../../src/server/host/byte-sink.ts";
import { withText } from "../../src/node/answer.ts";
import { startHost, talk, type Host } from "../support/host.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const SECRET = "jane@example.com";

describe("the HTTP host", () => {
  let host: Host;
  const sinks = new Map<string, ByteSink>();
  const opened = new Map<string, () => void>();

  beforeAll(async () => {
    host = await startHost();
    host.app.get("/hello", (context) => context.json({ hello: true }));
    host.app.get("/text", (context) => withText(context.body(null, 203, { "x-kind": "text" }), '{"to":"Zoë"}'));
    host.app.post("/echo", (context) => new Response(context.req.raw.body));
    host.app.post("/size", async (context) => {
      const body = await context.req.arrayBuffer().catch(() => undefined);
      return body === undefined ? context.text("broken", 400) : context.json({ bytes: body.byteLength });
    });
    host.app.get("/throws", () => {
      throw new Error(SECRET);
    });
    host.app.onError((error) => {
      throw error;
    });
    host.app.get("/breaks", () => {
      let count = 0;
      return new Response(
        new ReadableStream({
          pull: async (controller) => {
            await new Promise(setImmediate);
            count += 1;
            if (count > 3) controller.error(new Error(SECRET));
            else controller.enqueue(encode("part\n"));
          },
        }),
      );
    });
    host.app.get("/sink/:name", (context) => {
      const { sink, response } = host.openSink(context, { "content-type": "text/event-stream" });
      sinks.set(context.req.param("name"), sink);
      opened.get(context.req.param("name"))?.();
      return response;
    });
  });

  afterAll(() => host.stop());

  /** Opens a sink by this request and hands it over once the route has it. */
  async function openSink(name: string): Promise<{ sink: ByteSink; response: Response }> {
    const isOpen = new Promise<void>((resolve) => void opened.set(name, resolve));
    const response = await fetch(`${host.origin}/sink/${name}`);
    await isOpen;
    return { sink: sinks.get(name) as ByteSink, response };
  }

  it.each([
    ["headers that are no HTTP", "hello\r\n\r\n", "HTTP/1.1 400", "BAD_REQUEST"],
    [
      "a host that is none",
      "GET /hello HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n",
      "HTTP/1.1 400",
      "BAD_REQUEST",
    ],
    ["headers without end", `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}`, "HTTP/1.1 431", "HEADERS_TOO_LARGE"],
    [
      "two lengths",
      "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
      "HTTP/1.1 400",
      "BAD_REQUEST",
    ],
    [
      "a chunk length that is none",
      "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 ",
      "",
    ],
    [
      "an upgrade of a POST",
      "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 1\r\n\r\nx",
      "HTTP/1.1 400",
      "UPGRADE_REFUSED",
    ],
  ])("answers %s with constant text and goes on", async (_what, bytes, status, code) => {
    const answer = await talk(host.port, bytes);
    expect(answer.startsWith(status)).toBe(true);
    expect(answer).toContain(code);
    expect((await fetch(`${host.origin}/hello`)).status).toBe(200);
  });

  it("serves a GET that offers another protocol as plain HTTP", async () => {
    const answer = await talk(
      host.port,
      "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    );
    expect(answer).toContain("200 OK");
    expect(answer).toContain('{"hello":true}');
  });

  it("gives a short answer its length", async () => {
    const response = await fetch(`${host.origin}/hello`);
    expect(response.headers.get("content-length")).toBe("14");
    expect(await response.json()).toEqual({ hello: true });
  });

  it("sends a text beside its answer with its status, headers and length in bytes", async () => {
    const response = await fetch(`${host.origin}/text`);
    expect([response.status, response.headers.get("x-kind")]).toEqual([203, "text"]);
    expect(response.headers.get("content-length")).toBe("13");
    expect(await response.text()).toBe('{"to":"Zoë"}');
    expect(await (await fetch(`${host.origin}/text`, { method: "HEAD" })).text()).toBe("");
  });

  it("tells nothing of an error in a route", async () => {
    const response = await fetch(`${host.origin}/throws`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain(SECRET);
  });

  it("cuts an answer whose body fails, and tells nothing of the error", async () => {
    const answer = await talk(host.port, "GET /breaks HTTP/1.1\r\nhost: a\r\n\r\n");
    expect(answer.match(/part/g)).toHaveLength(3);
    expect(answer.endsWith("0\r\n\r\n")).toBe(false);
    expect(answer + host.lines.join("")).not.toContain(SECRET);
  });

  it("lives on after clients that vanish in the middle of a body", async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(host.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nhalf");
      await once(socket, round % 2 === 0 ? "connect" : "data");
      socket.destroy();
    }
    const half = "POST /size HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab";
    const socket = connect(host.port, "127.0.0.1");
    socket.write(half);
    socket.end();
    await once(socket.resume(), "close");
    expect((await fetch(`${host.origin}/hello`)).status).toBe(200);
    expect(host.lines.join("")).not.toContain("unhandled");
  });

  it("streams an answer while the request is still coming in", async () => {
    const socket = connect(host.port, "127.0.0.1");
    socket.write("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    let text = "";
    while (!text.includes("first")) text += String((await once(socket, "data"))[0]);
    socket.write("4\r\nlast\r\n0\r\n\r\n");
    while (!text.endsWith("0\r\n\r\n")) text += String((await once(socket, "data"))[0]);
    expect(text).toContain("last");
    socket.destroy();
  });

  it("writes one array to several subscribers, each whole", async () => {
    const both = await Promise.all([openSink("a"), openSink("b")]);
    const pieces = ["x", "y".repeat(15), "z".repeat(70_000), "é\n"].map(encode);
    for (const piece of pieces) for (const { sink } of both) sink.write(piece);
    for (const { sink } of both) sink.close();
    const whole = pieces.map((piece) => new TextDecoder().decode(piece)).join("");
    for (const { response } of both) expect(await response.text()).toBe(whole);
  });

  it("keeps the connection for the next request after a sink was closed", async () => {
    const isOpen = new Promise<void>((resolve) => void opened.set("kept", resolve));
    const socket = connect(host.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.write(
      "GET /sink/kept HTTP/1.1\r\nhost: a\r\n\r\nGET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    await isOpen;
    sinks.get("kept")?.write(encode("data: 1\n\n"));
    sinks.get("kept")?.close();
    await once(socket, "close");
    expect(text).toMatch(/9\r\ndata: 1\n\n\r\n0\r\n\r\nHTTP\/1\.1 200 OK[^]*{"hello":true}$/);
  });

  it("writes a sink that had to wait behind another answer of its connection", async () => {
    const areOpen = ["first", "second"].map((name) => new Promise<void>((resolve) => void opened.set(name, resolve)));
    const requests =
      "GET /sink/first HTTP/1.1\r\nhost: a\r\n\r\nGET /sink/second HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    const answer = talk(host.port, requests);
    await Promise.all(areOpen);
    sinks.get("second")?.write(encode("later"));
    sinks.get("second")?.close();
    sinks.get("first")?.write(encode("sooner"));
    sinks.get("first")?.close();
    expect(await answer).toMatch(/6\r\nsooner\r\n0\r\n\r\n[^]*5\r\nlater\r\n0\r\n\r\n$/);
  });

  it("writes a sink of HTTP/1.0 without chunks", async () => {
    const isOpen = new Promise<void>((resolve) => void opened.set("old", resolve));
    const answer = talk(host.port, "GET /sink/old HTTP/1.0\r\n\r\n");
    await isOpen;
    sinks.get("old")?.write(encode("data: 1\n\n"));
    sinks.get("old")?.close();
    expect(await answer).toMatch(/\r\n\r\ndata: 1\n\n$/);
  });

  it("tells a sink once that its peer has left, and counts what the peer has not taken", async () => {
    const isOpen = new Promise<void>((resolve) => void opened.set("gone", resolve));
    const socket = connect(host.port, "127.0.0.1");
    socket.write("GET /sink/gone HTTP/1.1\r\nhost: a\r\n\r\n");
    await isOpen;
    const sink = sinks.get("gone") as ByteSink;
    let closed = 0;
    const isClosed = new Promise<void>((resolve) =>
      sink.onClose(() => {
        closed += 1;
        resolve();
      }),
    );
    socket.pause();
    for (let round = 0; round < 200; round += 1) sink.write(new Uint8Array(100_000));
    expect(sink.queuedBytes()).toBeGreaterThan(1_000_000);
    sink.abort();
    await isClosed;
    sink.write(encode("nobody"));
    sink.close();
    sink.abort();
    sink.onClose(() => (closed += 10));
    expect(closed).toBe(11);
    socket.destroy();
  });
});
