/**
 * A scripted upstream over WebSocket on loopback: a path names what it does, before the handshake or after it. One path speaks SSE.
 *
 * Owns the `ws` server and every connection. Frames that no library writes are written byte by byte.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex, Writable } from "node:stream";
import { deflateRawSync } from "node:zlib";
import { WebSocketServer, type WebSocket } from "ws";

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface SocketUpstream {
  readonly port: number;
  /** Requests so far. */
  readonly asked: readonly IncomingMessage[];
  /** Those whose handshake was done by `ws`, in order. */
  readonly sockets: readonly WebSocket[];
  /** TCP connections that are open. */
  openCount(): number;
  /** Bytes given to those: what the systems' buffers do not take stays with us, and then no more are given. */
  sentBytes(): number;
  stop(): Promise<void>;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const BOMB_BYTES = 4_194_304;
/** FIN and RSV1 on a text frame, length in 16 bits: a message that says it is compressed. */
const PACKED_FRAME = 0xc1;
/** Of each event of an upstream that sends without end. */
export const ENDLESS_DATA = JSON.stringify({ to: "ann@example.com", text: "x".repeat(1_000) });
/** Of one that comes with the answer. */
const AT_ONCE_DATA = '{"to":"ann@example.com"}';
const METADATA = "http://169.254.169.254/latest/meta-data";

/** In place of the handshake. */
const BEFORE: Readonly<Record<string, (duplex: Duplex, request: IncomingMessage) => void>> = {
  "/silent": () => undefined,
  "/hangs-up": (duplex) => duplex.destroy(),
  "/moved": (duplex) => duplex.end(`HTTP/1.1 302 Found\r\nLocation: ${METADATA}\r\nContent-Length: 0\r\n\r\n`),
  "/busy": (duplex) => duplex.end("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 3\r\n\r\nann"),
  "/forbidden": (duplex) => duplex.end("HTTP/1.1 403 ann@example.com\r\nContent-Length: 0\r\n\r\n"),
  "/page": (duplex) => duplex.end("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nann@example.com"),
  "/over": (duplex) => duplex.end("HTTP/1.1 204 No Content\r\n\r\n"),
  "/forged": (duplex) => duplex.end(handshake("bm90IHRoZSBhbnN3ZXI=")),
  "/packs": (duplex, request) =>
    duplex.write(handshake(acceptOf(request), "Sec-WebSocket-Extensions: permessage-deflate")),
  "/bomb": (duplex, request) => {
    const packed = deflateRawSync(Buffer.alloc(BOMB_BYTES, 32));
    duplex.write(handshake(acceptOf(request)));
    duplex.write(Buffer.concat([Buffer.of(PACKED_FRAME, 126, packed.length >> 8, packed.length & 0xff), packed]));
  },
  "/not-utf8": (duplex, request) => {
    duplex.write(handshake(acceptOf(request)));
    duplex.write(Buffer.of(0x81, 4, 0x61, 0xc3, 0x28, 0x62));
  },
  "/masked": (duplex, request) => {
    duplex.write(handshake(acceptOf(request)));
    duplex.write(Buffer.of(0x81, 0x81, 0, 0, 0, 0, 0x61));
  },
  "/at-once": (duplex, request) => {
    const text = Buffer.from(AT_ONCE_DATA);
    duplex.write(Buffer.concat([Buffer.from(handshake(acceptOf(request))), Buffer.of(0x81, text.length), text]));
  },
  "/pieces": (duplex, request) => {
    duplex.write(handshake(acceptOf(request)));
    duplex.write(Buffer.of(0x01, 1, 0x61));
    endless(duplex, Buffer.of(0x00, 1, 0x61));
  },
  "/empty-pieces": (duplex, request) => {
    duplex.write(handshake(acceptOf(request)));
    duplex.write(Buffer.of(0x01, 0));
    endless(duplex, Buffer.of(0x00, 0));
  },
  "/endless": (duplex, request) => {
    duplex.write(handshake(acceptOf(request)));
    const text = Buffer.from(ENDLESS_DATA);
    endless(duplex, Buffer.concat([Buffer.of(0x81, 126, text.length >> 8, text.length & 0xff), text]));
  },
  /** Takes every ping and answers none. */
  "/deaf": (duplex, request) => void duplex.write(handshake(acceptOf(request))),
};

/** After it. */
const AFTER: Readonly<Record<string, (socket: WebSocket) => void>> = {
  "/closes": (socket) => socket.close(1013, "ann@example.com"),
  "/binary": (socket) => {
    socket.send(Buffer.from("ann@example.com"));
    socket.send("after it");
  },
};

/** With a certificate it speaks TLS. */
export async function startSocketUpstream(certificate?: Certificate): Promise<SocketUpstream> {
  const asked: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const open = new Set<Socket>();
  const respond: RequestListener = (request, response) => {
    asked.push(request);
    if (request.url !== "/endless" && request.url !== "/at-once") return void response.writeHead(426).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (request.url === "/endless") endless(response, Buffer.from(`data: ${ENDLESS_DATA}\n\n`));
    else response.write(`data: ${AT_ONCE_DATA}\n\n`);
  };
  const http: Server = certificate === undefined ? createServer(respond) : createTlsServer(certificate, respond);
  // It would pack whatever it sends, if only it were asked to.
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (offered) => (offered.has("feed.v2") ? "feed.v2" : false),
  });
  http.on("connection", (duplex) => {
    open.add(duplex);
    duplex.on("close", () => open.delete(duplex));
  });
  http.on("upgrade", (request, duplex, head) => {
    asked.push(request);
    duplex.on("error", () => undefined);
    const path = request.url ?? "";
    if (Object.hasOwn(BEFORE, path)) {
      // Reads, so as to see the other side go.
      duplex.on("end", () => duplex.end()).resume();
      BEFORE[path]?.(duplex, request);
    } else
      server.handleUpgrade(request, duplex, head, (socket) => {
        sockets.push(socket);
        socket.on("error", () => undefined);
        AFTER[path]?.(socket);
      });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    asked,
    sockets,
    openCount: () => open.size,
    sentBytes: () => [...open].reduce((sum, socket) => sum + socket.bytesWritten, 0),
    stop: async () => {
      for (const duplex of open) duplex.destroy();
      http.close();
      await once(http, "close");
    },
  };
}

function acceptOf({ headers }: IncomingMessage): string {
  return createHash("sha1").update(`${headers["sec-websocket-key"]}${GUID}`).digest("base64");
}

function handshake(accept: string, ...headers: string[]): string {
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  return [...lines, `Sec-WebSocket-Accept: ${accept}`, ...headers, "", ""].join("\r\n");
}

/** The same frame until the connection ends. */
function endless(duplex: Writable, frame: Uint8Array): void {
  const frames = Buffer.concat(Array<Uint8Array>(4_096).fill(frame));
  const write = (): void => {
    while (!duplex.destroyed && duplex.write(frames));
  };
  duplex.on("drain", write);
  write();
}
