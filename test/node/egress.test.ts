/** The running server dials what its configuration lists, at the addresses that it lists, and follows nobody elsewhere. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rename, writeFile } from "node:fs/promises";
import { WebSocketServer } from "ws";
import { requireProgram, runServer, writeConfig, type ServerProcess } from "../support/run-server.ts";

const EVENT = 'data: {"card":"4111 1111 1111 1111"}\n\n';
/** How long a relay waits that a person should look at. */
const FAILED_WAIT = '"waitMs":300000';

let upstream: Server;
let port = 0;
let asked: string[] = [];
let redirect = "";
let server: ServerProcess | undefined;

beforeAll(async () => {
  requireProgram();
  upstream = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    if (request.url === "/moved") response.writeHead(302, { location: redirect }).end();
    else response.writeHead(200, { "content-type": "text/event-stream" }).write(EVENT);
  });
  const sockets = new WebSocketServer({ noServer: true });
  upstream.on("upgrade", (request, duplex, head) => {
    asked.push(`${request.headers.host} ${request.url}`);
    if (request.url === "/moved") duplex.end(`HTTP/1.1 302 Found\r\nLocation: ${redirect}\r\n\r\n`);
    else sockets.handleUpgrade(request, duplex, head, (socket) => socket.send('{"card":"4111 1111 1111 1111"}'));
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  port = (upstream.address() as AddressInfo).port;
});

beforeEach(() => {
  asked = [];
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

async function follow(url: string, upstreams?: readonly object[]): Promise<ServerProcess> {
  const relays = { vendor: { url, unsafePlaintext: true, always: true } };
  server = await runServer({ config: { relays, ...(upstreams === undefined ? {} : { upstreams }) } });
  return server;
}

/** Resolves when the relay has given up for now. */
const untilFailed = (running: ServerProcess): Promise<string> => running.untilLogged("relay-lost");

describe("a relay", () => {
  const LOCAL = [{ name: "a", host: "localhost", cidrs: ["127.0.0.0/8"] }];
  it.each([
    ["without a list", "http", undefined],
    ["that is listed", "http", LOCAL],
    ["of a WebSocket without a list", "ws", undefined],
    ["of a WebSocket that is listed", "ws", LOCAL],
  ])("%s is followed, masked", async (_, scheme, listed) => {
    const upstreams = listed?.map((one) => ({ ...one, port }));
    const { origin } = await follow(`${scheme}://localhost:${port}/events`, upstreams);
    const answer = await fetch(`${origin}/v1/relays/vendor?from=oldest`, { headers: { accept: "text/event-stream" } });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("card")) text += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    expect(text).toContain('{"card":"[CREDIT_CARD]"}');
  });

  it("whose name resolves to an address off the list is not dialled", async () => {
    const upstreams = [{ name: "a", host: "localhost", port, cidrs: ["198.51.100.0/25"] }];
    const log = await untilFailed(await follow(`http://localhost:${port}/events`, upstreams));
    expect(log).toContain(FAILED_WAIT);
    expect(asked).toEqual([]);
  });

  it.each([
    ["to a host off the list", () => `http://localhost:${port}/events`],
    ["to another port", () => `http://127.0.0.1:${port + 1}/events`],
    ["to the metadata service", () => "http://169.254.169.254/latest/meta-data"],
  ])("that is redirected %s follows nobody", async (_, location) => {
    redirect = location();
    const upstreams = [{ name: "a", host: "127.0.0.1", port }];
    const log = await untilFailed(await follow(`http://127.0.0.1:${port}/moved`, upstreams));
    expect(log).toContain(FAILED_WAIT);
    expect(asked).toEqual([`127.0.0.1:${port} /moved`]);
  });

  it("of a WebSocket follows no redirect at all", async () => {
    redirect = `ws://127.0.0.1:${port}/events`;
    const log = await untilFailed(await follow(`ws://127.0.0.1:${port}/moved`));
    expect(log).toContain(FAILED_WAIT);
    expect(asked).toEqual([`127.0.0.1:${port} /moved`]);
  });

  it("without a list follows no redirect to the metadata service either", async () => {
    redirect = "http://169.254.169.254/latest/meta-data";
    const log = await untilFailed(await follow(`http://127.0.0.1:${port}/moved`));
    expect(log).toContain(FAILED_WAIT);
  });
});

describe("boundaries of a running server", () => {
  it.each([
    ["upstreams", { upstreams: [{ name: "a", host: "a.example" }] }],
    ["brokers", { brokers: [{ name: "nats", zone: "raw", listenPort: 4222 }] }],
    ["listeners.publish.from", { listeners: { publish: { from: { role: "other" } } } }],
  ])("change with a restart only, which ends every stream: %s", async (path, change) => {
    server = await runServer({ config: {} });
    await writeFile(`${server.configFile}.new`, writeConfig(change));
    await rename(`${server.configFile}.new`, server.configFile);
    await server.untilLogged("configuration-refused");
    await server.untilSaid(new RegExp(`${path.replaceAll(".", "\\.")}: .*cannot be changed`));
  });
});
