/** A scripted upstream on loopback: the SSE feeds that the contract's relays follow. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Transform } from "node:stream";
import {
  type BrotliCompress,
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  deflateRawSync,
  type Zlib,
} from "node:zlib";

export interface Upstream {
  readonly origin: string;
  stop(): Promise<void>;
}

type Script = (request: IncomingMessage, response: ServerResponse) => void;

const SSE = { "content-type": "text/event-stream" };

/** Compresses although it was asked not to, and flushes after each event. */
function packed(encoding: string, open: () => Transform & (BrotliCompress | Zlib)): Script {
  return (_request, response) => {
    response.writeHead(200, { ...SSE, "content-encoding": encoding });
    const packer = open();
    packer.pipe(response);
    packer.write(`id: 1\ndata: {"email":"ann@example.com"}\n\n`);
    packer.flush();
  };
}

const SCRIPTS: Readonly<Record<string, Script>> = {
  /** Stays open; one value is cut by the network, and the id is personal data. */
  "/events": (_request, response) => {
    response.writeHead(200, { ...SSE, "set-cookie": "session=ann@example.com" });
    response.write(`: ann@example.com\nid: ann@example.com\nevent: created\ndata: {"email":"ann@exa`);
    setImmediate(() => response.write(`mple.com"}\n\nevent: other\r\ndata: card 4111 1111 1111 1111\r\n\r\n`));
  },
  /** Ends after each event and asks, by `retry`, to come back soon; what comes next depends on the id. */
  "/cut": (request, response) => {
    const next = Number(request.headers["last-event-id"] ?? 0) + 1;
    response.writeHead(200, SSE);
    if (next > 3) response.write(": nothing more\n\n");
    else response.end(`retry: 250\nid: ${next}\ndata: {"n":${next},"ip":"203.0.113.${next}"}\n\ndata: half an event`);
  },
  "/gzip": packed("gzip", createGzip),
  "/br": packed("br", createBrotliCompress),
  "/deflate": packed("deflate", createDeflate),
  "/deflate-raw": packed("deflate", createDeflateRaw),
  /** An event behind comments that pack to a thousandth. */
  "/bomb": (_request, response) => {
    response.writeHead(200, { ...SSE, "content-encoding": "deflate" });
    response.end(deflateRawSync(`${`:${" ".repeat(1023)}\n`.repeat(16_384)}data: ann@example.com\n\n`));
  },
  "/zstd": (_request, response) => {
    response.writeHead(200, { ...SSE, "content-encoding": "zstd" });
    response.end("data: ann@example.com\n\n");
  },
  /** Says gzip and sends something else. */
  "/corrupt": (_request, response) => {
    response.writeHead(200, { ...SSE, "content-encoding": "gzip" });
    response.write(`data: {"email":"ann@example.com"}\n\n`);
  },
  "/page": (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<p>ann@example.com</p>");
  },
};

export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    const script = SCRIPTS[request.url ?? ""];
    if (script === undefined) response.writeHead(404).end();
    else script(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
