/** What the server dials itself on Node: only addresses that were looked at, whatever a name resolves to. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFetch, type Resolve } from "../../src/node/fetch.ts";
import { Egress } from "../../src/server/network/egress.ts";

const BOMB_BYTES = 4_194_304;
const BOMB = gzipSync(new Uint8Array(BOMB_BYTES));
const BARE_BOMB = deflateRawSync(new Uint8Array(BOMB_BYTES));

const ANSWERS: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  "/headers": (request, response) => response.end(JSON.stringify(request.headers)),
  "/gzip": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("unpacked")),
  "/br": (_, response) => response.writeHead(200, { "content-encoding": "br" }).end(brotliCompressSync("unpacked")),
  "/deflate": (_, response) => response.writeHead(200, { "content-encoding": "deflate" }).end(deflateSync("unpacked")),
  "/bare": (_, response) => response.writeHead(200, { "content-encoding": "deflate" }).end(deflateRawSync("unpacked")),
  "/deflate-bomb": (_, response) => response.writeHead(200, { "content-encoding": "deflate" }).end(BARE_BOMB),
  "/no-deflate": (_, response) => response.writeHead(200, { "content-encoding": "deflate" }).end("no deflate"),
  "/bomb": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(BOMB),
  "/broken": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"),
  "/moved": (_, response) => response.writeHead(302, { location: "/headers", "set-cookie": ["a=1", "b=2"] }).end(),
  "/nothing": (_, response) => response.writeHead(204).end(),
  "/endless": (_, response) => void response.writeHead(200).write("first"),
  "/cut": (_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("first");
    setImmediate(() => response.destroy());
  },
};

let server: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  server = createServer((request, response) => ANSWERS[request.url ?? ""]?.(request, response));
  server.on("connection", () => connections++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers every name with these addresses. */
function resolveTo(...addresses: string[]): Resolve {
  return (_, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
}

function local(path: string, init?: RequestInit): Promise<Response> {
  return createFetch(new Egress(undefined))(`http://127.0.0.1:${port}${path}`, init);
}

describe("addresses", () => {
  const listed = new Egress([
    { name: "a", host: "a.example", port: 443, cidrs: ["198.51.100.0/25"], except: [] },
    { name: "any", host: "any.example", port: 443, cidrs: [], except: [] },
  ]);

  it.each([
    ["the metadata address", "any.example", ["169.254.169.254"]],
    ["the metadata address as IPv6", "any.example", ["::ffff:169.254.169.254"]],
    ["this process", "any.example", ["127.0.0.1", "::1"]],
    ["an address outside of its ranges", "a.example", ["198.51.100.128"]],
    ["no address", "any.example", []],
  ])("a name that resolves to %s is not dialled", async (_, host, addresses) => {
    const before = connections;
    const dialled = createFetch(listed, resolveTo(...addresses))(`https://${host}/`);
    await expect(dialled).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
    expect(connections).toBe(before);
  });

  it("a name off the list is not even resolved", async () => {
    let asked = 0;
    const resolve: Resolve = (_, done) => {
      asked++;
      done(null, []);
    };
    await expect(createFetch(listed, resolve)("https://b.example/")).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
    expect(asked).toBe(0);
  });

  it("of several, only those on the list are dialled", async () => {
    const upstream = { name: "a", host: "localhost", port, cidrs: ["127.0.0.1/32"], except: [] };
    const some = createFetch(new Egress([upstream]), resolveTo("127.0.0.2", "198.51.100.9", "127.0.0.1"));
    expect((await some(`http://localhost:${port}/headers`)).status).toBe(200);
  });

  it("an address as host is looked at, too", async () => {
    const plain = createFetch(new Egress(undefined));
    await expect(plain("http://169.254.169.254/latest/meta-data")).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
    await expect(plain("http://[fe80::1]/")).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
    // The parser of URLs reads this as 169.254.169.254.
    await expect(plain("http://0xa9fea9fe/")).rejects.toMatchObject({ code: "EGRESS_REFUSED" });
  });
});

describe("answers", () => {
  it("come with the headers that were asked with, and no others than a socket needs", async () => {
    const headers = (await (
      await local("/headers", { headers: { "last-event-id": "ü", accept: "a/b" } })
    ).json()) as object;
    expect(headers).toEqual({ accept: "a/b", "last-event-id": "ü", host: `127.0.0.1:${port}`, connection: "close" });
  });

  it.each(["/gzip", "/br", "/deflate", "/bare"])("are unpacked: %s", async (path) =>
    expect(await (await local(path)).text()).toBe("unpacked"),
  );

  it.each([
    ["/bomb", BOMB],
    ["/deflate-bomb", BARE_BOMB],
  ])("are given up one past inflationLimit, and not at it: %s", async (path, bomb) => {
    const atLimit = Math.ceil(BOMB_BYTES / bomb.length);
    const ask = async (limit: number): Promise<Response> =>
      await createFetch(new Egress(undefined), undefined, limit)(`http://127.0.0.1:${port}${path}`);
    expect((await (await ask(atLimit)).arrayBuffer()).byteLength).toBe(BOMB_BYTES);
    await expect((await ask(atLimit - 1)).arrayBuffer()).rejects.toThrow();
  });

  it("are not followed", async () => {
    const { status, headers } = await local("/moved");
    expect([status, headers.get("location"), headers.getSetCookie()]).toEqual([302, "/headers", ["a=1", "b=2"]]);
  });

  it("may be empty", async () => expect((await local("/nothing")).body).toBeNull());

  it.each(["/broken", "/no-deflate", "/cut"])("that break off are errors: %s", async (path) => {
    await expect((await local(path)).text()).rejects.toThrow();
  });

  it("of nobody are `UPSTREAM_LOST`", async () => {
    const nobody = createFetch(new Egress(undefined))("http://127.0.0.1:1/");
    await expect(nobody).rejects.toMatchObject({ code: "UPSTREAM_LOST" });
  });

  it("end when they are aborted", async () => {
    const abort = new AbortController();
    const reader = (await local("/endless", { signal: abort.signal })).body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("first");
    abort.abort();
    await expect(reader?.read()).rejects.toThrow();
  });

  it("end when nobody reads them any more", async () => {
    const closed = new Promise((resolve) => server.once("connection", (socket) => socket.once("close", resolve)));
    await (await local("/endless")).body?.cancel();
    await closed;
  });
});
