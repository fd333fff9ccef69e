/** A request body read from Node's own stream, against a real server and a raw client. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { IncomingBody } from "../../src/node/incoming-body.ts";

let server: Server;
let client: Socket;

afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

/** A request whose headers have come, and the client that goes on with its body. */
async function openRequest(headers: string): Promise<IncomingMessage> {
  server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => undefined);
  client.write(`POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`);
  return await new Promise((resolve) => {
    server.once("request", resolve);
  });
}

test("gives the chunks as they come, then the end, and the end again", async () => {
  const body = new IncomingBody(await openRequest("Content-Length: 6"));
  client.write("abc");
  expect(Buffer.from((await body.read()) ?? []).toString()).toBe("abc");
  client.write("def");
  expect(Buffer.from((await body.read()) ?? []).toString()).toBe("def");
  expect(await body.read()).toBeUndefined();
  expect(await body.read()).toBeUndefined();
});

test("ends at once without a body", async () => {
  expect(await new IncomingBody(await openRequest("Content-Length: 0")).read()).toBeUndefined();
});

test("a pending read ends when it is cancelled, and nothing is read after it", async () => {
  const body = new IncomingBody(await openRequest("Content-Length: 6"));
  const pending = body.read();
  await body.cancel();
  expect(await pending).toBeUndefined();
  client.write("abcdef");
  expect(await body.read()).toBeUndefined();
});

test("fails when the peer leaves in the middle", async () => {
  const body = new IncomingBody(await openRequest("Content-Length: 6"));
  client.write("abc");
  await body.read();
  const pending = body.read();
  client.destroy();
  await expect(pending).rejects.toThrow();
  await expect(body.read()).rejects.toThrow();
});

test("is ready when a chunk or the end is there, and not while the peer is waited for", async () => {
  const incoming = await openRequest("Content-Length: 6");
  const body = new IncomingBody(incoming);
  expect(body.isReady).toBe(false);
  const pending = body.read();
  client.write("abc");
  await pending;
  expect(body.isReady).toBe(false);
  client.write("def");
  while (!incoming.complete) await new Promise((resolve) => setImmediate(resolve));
  expect(body.isReady).toBe(true);
  expect(Buffer.from((await body.read()) ?? []).toString()).toBe("def");
  expect(body.isReady).toBe(true);
  expect(await body.read()).toBeUndefined();
});
