/**
 * One listening socket: Node's HTTP server around one Hono app.
 *
 * Owns its timeouts, its header limits and the upgrade. Whatever goes wrong in here becomes an answer with constant
 * text, never an unhandled rejection.
 */
import { createServer, ServerResponse, STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { ERRORS, StreamError, type ErrorCode } from "../core/index.ts";
import type { Log } from "../server/telemetry/log.ts";
import { problemHeaders } from "../server/http/problem.ts";
import { sendResponse } from "./answer.ts";
import { isTakenOver, type NodeBindings } from "./bindings.ts";
import type { ConnectionGuard, Refusal } from "./connection-guard.ts";
import type { WebSocketHost } from "./websocket.ts";

const TIMEOUT_CHECK_MS = 2_000;
const HEADERS_MAX_BYTES = 16_384;
/** Requests of one connection that are worked on at once. */
const PIPELINE_LIMIT = 16;
/** Who is turned away has so long to take the answer; if they are more at once, the others get none. */
const LINGER_MS = 1_000;
const LINGERING_LIMIT = 256;
/** Longer than the usual 60 s of load balancers, so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 65_000;

export interface HttpOptions {
  readonly app: Hono;
  readonly log: Log;
  readonly webSockets: WebSocketHost;
  readonly guard: ConnectionGuard;
  /** Time for a request line and its headers. */
  readonly headersTimeoutMs: number;
  /** Told of each request that never reached the app. */
  readonly onError: (code: ErrorCode) => void;
  /** Stands for the Host header of a client that sends none. */
  readonly host: string;
}

export function createHttpServer(options: HttpOptions): Server {
  const { webSockets, guard, headersTimeoutMs, onError } = options;
  const listener = listenerOf(options);
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, headersTimeoutMs / 2),
      maxHeaderSize: HEADERS_MAX_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Bodies may go on for days; who sends nothing is ended by producerIdleTimeoutMs.
      requestTimeout: 0,
      noDelay: true,
    },
    (incoming, outgoing) => inTurn(incoming.socket, outgoing, () => void listener(incoming, outgoing)),
  );
  putBefore(server, guard);
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const code = answerBroken(error.code, socket);
    if (code !== undefined) onError(code);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => undefined);
    if (incoming.method !== "GET") {
      onError("UPGRADE_REFUSED");
      endWith(socket, "UPGRADE_REFUSED");
      return;
    }
    webSockets.keep(incoming, head);
    void listener(incoming, answerOf(incoming));
  });
  return server;
}

/** Answers one request by the app. */
function listenerOf({ app, log, onError, host }: HttpOptions): ReturnType<typeof getRequestListener> {
  return getRequestListener(
    async (request, bindings) => {
      const { outgoing } = bindings as NodeBindings;
      try {
        const response = await app.fetch(request, bindings);
        if (!isTakenOver(outgoing)) await sendResponse(response, outgoing, log);
      } catch {
        log.error("request-failed");
        onError("INTERNAL");
        refuse(outgoing, "INTERNAL");
      }
      return RESPONSE_ALREADY_SENT;
    },
    // Left alone, the adapter prints foreign errors and sends their message.
    {
      overrideGlobalObjects: false,
      hostname: host,
      errorHandler: () => {
        onError("BAD_REQUEST");
        return errorResponse("BAD_REQUEST");
      },
    },
  );
}

interface Pipeline {
  underWay: number;
  readonly waiting: { readonly outgoing: ServerResponse; readonly run: () => void }[];
}

const pipelines = new WeakMap<Socket, Pipeline>();

/**
 * Requests may come behind one another without a look at the answers. Some are worked on at once; for the others the
 * connection is not read on, or answers that nobody takes would pile up.
 */
function inTurn(socket: Socket, outgoing: ServerResponse, run: () => void): void {
  let pipeline = pipelines.get(socket);
  if (pipeline === undefined) pipelines.set(socket, (pipeline = { underWay: 0, waiting: [] }));
  if (pipeline.underWay >= PIPELINE_LIMIT) {
    pipeline.waiting.push({ outgoing, run });
    socket.pause();
    return;
  }
  begin(socket, pipeline, { outgoing, run });
}

function begin(socket: Socket, pipeline: Pipeline, { outgoing, run }: Pipeline["waiting"][number]): void {
  pipeline.underWay++;
  outgoing.once("close", () => {
    pipeline.underWay--;
    const next = pipeline.waiting.shift();
    if (next !== undefined) begin(socket, pipeline, next);
    else if (socket.isPaused()) socket.resume();
  });
  run();
}

/** Who is not let in gets an answer before anything is read, and costs no parser. */
function putBefore(server: Server, guard: ConnectionGuard): void {
  const accepts = server.listeners("connection");
  server.removeAllListeners("connection");
  let lingering = 0;
  server.on("connection", (socket: Socket) => {
    const refusal = guard.tryAdmit(socket);
    if (refusal === undefined) {
      for (const accept of accepts) accept.call(server, socket);
    } else if (refusal.isTold && lingering < LINGERING_LIMIT) {
      lingering++;
      socket.once("close", () => lingering--);
      turnAway(socket, refusal);
    } else {
      socket.destroy();
    }
  });
}

/** What it sends is dropped, not left unread: a connection that is cut with unread bytes takes our answer with it. */
function turnAway(socket: Socket, { code, waitMs }: Refusal): void {
  socket.on("error", () => undefined);
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.resume();
  socket.end(answerText(code, problemHeaders(new StreamError(code, waitMs === undefined ? {} : { waitMs }))));
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

/** What it was answered with; undefined when nobody is there to read it. */
function answerBroken(cause: string | undefined, socket: Duplex): ErrorCode | undefined {
  if (cause === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const code = BROKEN_CODES[cause ?? ""] ?? "BAD_REQUEST";
  endWith(socket, code);
  return code;
}

function endWith(socket: Duplex, code: ErrorCode): void {
  socket.end(answerText(code), () => socket.destroy());
}

function answerText(code: ErrorCode, more: Readonly<Record<string, string>> = {}): string {
  const body = errorBody(code);
  const status = ERRORS[code].http;
  const headers = { ...more, connection: "close", "content-type": "application/json", "content-length": body.length };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`;
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
