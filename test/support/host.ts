/**
 * One listening socket of the Node host around routes of the test's own.
 *
 * Owns the socket and its end. No masking, no feeds: what the host itself does.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { Hono } from "hono";
import { nodeClock } from "../../src/node/clock.ts";
import { ConnectionGuard, type GuardOptions } from "../../src/node/connection-guard.ts";
import { createHttpServer } from "../../src/node/http.ts";
import { createLog } from "../../src/node/log.ts";
import type { ErrorCode } from "../../src/core/index.ts";
import { createOpenSink } from "../../src/node/sink.ts";
import { createWebSocketHost, type WebSocketOptions } from "../../src/node/websocket.ts";
import type { ConnectionLimit } from "../../src/server/limits/client-limits.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import type { OpenSink } from "../../src/server/host/byte-sink.ts";
import type { UpgradeSocket } from "../../src/server/host/socket.ts";

export interface Host {
  readonly app: Hono;
  readonly openSink: OpenSink;
  readonly upgradeSocket: UpgradeSocket;
  readonly origin: string;
  readonly port: number;
  /** Log lines so far. */
  readonly lines: readonly string[];
  /** Limits that turned a connection away. */
  readonly refusals: readonly ConnectionLimit[];
  /** Codes of requests that never reached a route. */
  readonly errors: readonly ErrorCode[];
  /** Codes of WebSockets that the host ended. */
  readonly ends: readonly ErrorCode[];
  /** Open TCP connections, those included that are being turned away. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

type HostOptions = Partial<Pick<WebSocketOptions, "clock" | "messageLimitBytes" | "pingMs" | "pongMs">> & {
  /** Without these everybody is let in; time is the system's unless there is a clock. */
  readonly guard?: Pick<GuardOptions, "limits" | "isShared"> & Partial<Pick<GuardOptions, "clock">>;
};

export async function startHost(options: HostOptions = {}): Promise<Host> {
  const refusals: ConnectionLimit[] = [];
  const errors: ErrorCode[] = [];
  const ends: ErrorCode[] = [];
  const guard = new ConnectionGuard({
    limits: DEFAULT_SERVER_LIMITS,
    isShared: () => true,
    clock: nodeClock,
    ...options.guard,
    onRefusal: (limit) => void refusals.push(limit),
  });
  const lines: string[] = [];
  const log = createLog((line) => void lines.push(line));
  const app = new Hono();
  const webSockets = createWebSocketHost({
    clock: nodeClock,
    log,
    messageLimitBytes: 100_000,
    onEnd: (code) => void ends.push(code),
    ...options,
  });
  const http = createHttpServer({
    app,
    log,
    webSockets,
    guard,
    headersTimeoutMs: 10_000,
    onError: (code) => void errors.push(code),
    host: "127.0.0.1",
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return {
    app,
    lines,
    refusals,
    errors,
    ends,
    port,
    openSink: createOpenSink(),
    upgradeSocket: webSockets.upgradeSocket,
    origin: `http://127.0.0.1:${port}`,
    connections: () => new Promise((resolve) => http.getConnections((_, count) => resolve(count))),
    stop: async () => {
      webSockets.stop();
      const closed = once(http, "close");
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}

/** Sends these bytes over a bare connection and returns everything that comes back until the server ends it. */
export async function talk(port: number, ...pieces: (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  for (const piece of pieces) socket.write(piece);
  await once(socket, "close");
  return text;
}
