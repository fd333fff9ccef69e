/** The worker in front of an origin of ours: what it lets through, and what each way of going wrong becomes. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { Call, errorCode, send } from "../contract/client.ts";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { until } from "../support/until.ts";
import { OBJECTS, startWorkerd, type RunningWorker } from "../support/workerd.ts";

/** Ends the answer to `/dies`. */
let die = (): void => undefined;

type Script = (response: ServerResponse, request: IncomingMessage) => void;

const JSON_TYPE = { "content-type": "application/json" };
const SSE = { "content-type": "text/event-stream" };

const SCRIPTS: Readonly<Record<string, Script>> = {
  "/users?a=1": (response, { headers }) => {
    const told = {
      etag: `"${EMAIL}"`,
      "x-user": EMAIL,
      "set-cookie": `u=${EMAIL}`,
      "last-modified": "now",
      server: EMAIL,
    };
    response.writeHead(200, { ...JSON_TYPE, ...told, "cache-control": "private", "x-kept": "1" });
    response.end(
      JSON.stringify({ to: EMAIL, auth: headers.authorization === "Bearer t", encoding: headers["accept-encoding"] }),
    );
  },
  "/missing": (response) => response.writeHead(404, JSON_TYPE).end(`{"error":"no user ${EMAIL}"}`),
  "/nothing": (response) => response.writeHead(204, { "x-user": EMAIL }).end(),
  "/moved": (response) => response.writeHead(301, { location: "/users?a=1" }).end(EMAIL),
  "/elsewhere": (response) => response.writeHead(301, { location: `https://other.example/?to=${EMAIL}` }).end(),
  "/telling": (response) => response.writeHead(302, { location: `/users?to=${encodeURIComponent(EMAIL)}` }).end(),
  "/gzip": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(gzipSync(`{"to":"${EMAIL}"}`)),
  "/deflate": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "content-encoding": "deflate" }).end(deflateSync(`{"to":"${EMAIL}"}`)),
  "/bare": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "content-encoding": "deflate" }).end(deflateRawSync(`{"to":"${EMAIL}"}`)),
  "/corrupt": (response) =>
    response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(`{"to":"${EMAIL}"}`),
  "/zstd": (response) => response.writeHead(200, { ...JSON_TYPE, "content-encoding": "zstd" }).end(EMAIL),
  "/image": (response) => response.writeHead(200, { "content-type": "image/png" }).end(EMAIL),
  "/untyped": (response) => response.writeHead(200).end(EMAIL),
  "/part": (response) => response.writeHead(206, { ...JSON_TYPE, "content-range": "bytes 0-9/20" }).end(EMAIL),
  "/live": (response) => {
    response.writeHead(200, SSE);
    response.write(`data: {"to":"ann.l`);
    // In a packet of its own.
    setTimeout(() => response.write(`ee@example.com"}\n\n`), 50);
  },
  "/dies": (response) => {
    response.writeHead(200, SSE);
    response.write(`data: {"n":1}\n\ndata: {"to":"${EMAIL}"`);
    die = () => void response.destroy();
  },
  "/hangs-up": (response) => response.destroy(),
  "/echo": (response, request) => {
    response.writeHead(200, { "content-type": "text/plain" });
    request.pipe(response);
  },
};

describe("the worker as a front", () => {
  let origin: Server;
  let sockets: WebSocketServer;
  let worker: RunningWorker;

  beforeAll(async () => {
    origin = createServer((request, response) => SCRIPTS[request.url ?? ""](response, request));
    sockets = new WebSocketServer({ server: origin });
    sockets.on("connection", (socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary) socket.send(Buffer.from(EMAIL));
        else socket.send(`{"echo":${data.toString()},"to":"${EMAIL}"}`);
      });
    });
    origin.listen(0, "127.0.0.1");
    await once(origin, "listening");
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
    const open = { unsafeNoAuthentication: true };
    const config = {
      listeners: { publish: open, subscribe: open },
      edge: { front: { url, unsafePlaintext: true, responseHeaders: ["x-kept"] } },
      limits: { messageLimitBytes: 1_000 },
    };
    const variables = { MASKWIRE_CONFIG: JSON.stringify(config) };
    worker = await startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, variables });
  });
  afterAll(async () => {
    await worker?.stop();
    sockets.close();
    origin.closeAllConnections();
    origin.close();
  });

  const url = (path: string): string => `${worker.origin}${path}`;

  test("masks an answer, and lets only headers on the list pass", async () => {
    const answer = await send(url("/users?a=1"), { headers: { authorization: "Bearer t", "accept-encoding": "br" } });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ to: "[EMAIL]", auth: true, encoding: "identity" });
    const { "cache-control": cache, "x-kept": kept, "content-type": type } = answer.headers;
    expect([cache, kept, type]).toEqual(["private, no-transform", "1", "application/json"]);
    expectNothingRaw(JSON.stringify(answer.headers));
    for (const name of ["etag", "x-user", "set-cookie", "last-modified", "server"])
      expect(answer.headers).not.toHaveProperty(name);
  });

  test.each([
    ["an error of the origin keeps its status", "/missing", 404, `{"error":"no user [EMAIL]"}`],
    ["204 has no body", "/nothing", 204, ""],
    ["gzip is undone", "/gzip", 200, `{"to":"[EMAIL]"}`],
    ["deflate is undone", "/deflate", 200, `{"to":"[EMAIL]"}`],
    ["deflate without the frame of zlib is undone", "/bare", 200, `{"to":"[EMAIL]"}`],
    ["a redirect on this host is passed on, without its body", "/moved", 301, ""],
  ])("%s", async (_name, path, status, text) => {
    const answer = await send(url(path));
    expect([answer.status, answer.text]).toEqual([status, text]);
    expectNothingRaw(JSON.stringify(answer.headers));
    expect(answer.headers.location ?? "/users?a=1").toBe("/users?a=1");
  });

  test.each([
    ["a redirect elsewhere", "/elsewhere", "ORIGIN_UNREADABLE"],
    ["a redirect that tells somebody's address", "/telling", "ORIGIN_UNREADABLE"],
    ["an encoding that nobody can undo", "/zstd", "ORIGIN_UNREADABLE"],
    ["a picture", "/image", "ORIGIN_UNREADABLE"],
    ["an answer without a type", "/untyped", "ORIGIN_UNREADABLE"],
    ["a part of an answer", "/part", "ORIGIN_UNREADABLE"],
    ["an origin that hangs up", "/hangs-up", "UPSTREAM_LOST"],
  ])("%s is refused whole", async (_name, path, code) => {
    const answer = await send(url(path));
    expect([answer.status, errorCode(answer)]).toEqual([502, code]);
    expectNothingRaw(answer.text + JSON.stringify(answer.headers));
  });

  test("an encoding that is not what it says gives nothing raw", async () => {
    const answer = await send(url("/corrupt"));
    expect(answer.status !== 200 || !answer.isWhole).toBe(true);
    expectNothingRaw(answer.text);
  });

  test("masks a stream while it comes in", async () => {
    const call = new Call(url("/live"));
    expect(await call.until((text) => text.endsWith("\n\n"))).toBe(`data: {"to":"[EMAIL]"}\n\n`);
    call.vanish();
  });

  test("an origin that dies in the middle of an event breaks the answer off, and drops the half", async () => {
    const call = new Call(url("/dies"));
    await call.until((text) => text !== "");
    die();
    const answer = await call.answer();
    expect(answer.text).toBe(`data: {"n":1}\n\n`);
    expect(answer.isWhole).toBe(false);
  });

  test("passes a request's body on while it comes in", async () => {
    const answer = await send(url("/echo"), { method: "POST", chunks: ["pay ", CARD.slice(0, 8), CARD.slice(8)] });
    expect(answer.text).toBe("pay [CREDIT_CARD]");
  });

  test("masks the origin's WebSocket messages, and refuses what it cannot read", async () => {
    const client = await SocketClient.open(url("/socket"), []);
    client.socket.send(`"${CARD}"`);
    await until(() => client.text !== "");
    expect(client.text).toBe(`{"echo":"[CREDIT_CARD]","to":"[EMAIL]"}`);
    client.socket.send(Buffer.from([1]));
    expect(await client.closeCode()).toBe(1003);
    const long = await SocketClient.open(url("/socket"), []);
    long.socket.send(`"${"x".repeat(1_000)}"`);
    expect(await long.closeCode()).toBe(1009);
  });
});
