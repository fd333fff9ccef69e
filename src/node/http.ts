/**
 * One listening socket: Node's HTTP server around one Hono app.
 *
 * Owns its timeouts, its header limits and the upgrade. Whatever goes wrong in here becomes an answer with constant
 * text, never an unhandled rejection.
 */
import { createServer, ServerResponse, STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { ERRORS, type ErrorCode } from "../core/index.ts";
import type { Log } from "../server/ports.ts";
import { sendResponse } from "./answer.ts";
import { isTakenOver, type NodeBindings } from "./bindings.ts";
import type { WebSocketHost } from "./websocket.ts";

/** Time for a request line and its headers. */
const HEADERS_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 2_000;
const HEADERS_MAX_BYTES = 16_384;
/** Longer than the usual 60 s of load balancers, so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 65_000;

export interface HttpOptions {
  readonly app: Hono;
  readonly log: Log;
  readonly webSockets: WebSocketHost;
  /** Stands for the Host header of a client that sends none. */
  readonly host: string;
}

export function createHttpServer(options: HttpOptions): Server {
  const { app, log, webSockets } = options;
  const listener = getRequestListener(
    async (request, bindings) => {
      const { outgoing } = bindings as NodeBindings;
      try {
        const response = await app.fetch(request, bindings);
        if (!isTakenOver(outgoing)) await sendResponse(response, outgoing, log);
      } catch {
        log.error("request_failed");
        refuse(outgoing, "INTERNAL");
      }
      return RESPONSE_ALREADY_SENT;
    },
    // Left alone, the adapter prints foreign errors and sends their message.
    { overrideGlobalObjects: false, hostname: options.host, errorHandler: () => errorResponse("BAD_REQUEST") },
  );
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: HEADERS_MAX_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Bodies may go on for days; who sends nothing is ended by producerIdleTimeoutMs.
      requestTimeout: 0,
      noDelay: true,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => answerBroken(error.code, socket));
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => undefined);
    if (incoming.method !== "GET") {
      endWith(socket, "UPGRADE_REFUSED");
      return;
    }
    webSockets.keep(incoming, head);
    void listener(incoming, answerOf(incoming));
  });
  return server;
}

/** Node leaves the answer to an upgrade to us; through this one a refusal looks like any other. */
function answerOf(incoming: IncomingMessage): ServerResponse {
  const outgoing = new ServerResponse(incoming);
  outgoing.shouldKeepAlive = false;
  outgoing.assignSocket(incoming.socket);
  outgoing.once("finish", () => incoming.socket.destroySoon());
  return outgoing;
}

const BROKEN_CODES: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "HEADERS_TIMEOUT",
  HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
};

function answerBroken(code: string | undefined, socket: Duplex): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  endWith(socket, BROKEN_CODES[code ?? ""] ?? "BAD_REQUEST");
}

function endWith(socket: Duplex, code: ErrorCode): void {
  const body = errorBody(code);
  const status = ERRORS[code].http;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${body.length}\r\n\r\n${body}`, () => socket.destroy());
}

function refuse(outgoing: ServerResponse, code: ErrorCode): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(ERRORS[code].http, { "content-type": "application/json" });
  outgoing.end(errorBody(code));
}

function errorResponse(code: ErrorCode): Response {
  return new Response(errorBody(code), {
    status: ERRORS[code].http,
    headers: { "content-type": "application/json" },
  });
}

function errorBody(code: ErrorCode): string {
  return JSON.stringify({ error: { code, text: ERRORS[code].text } });
}
