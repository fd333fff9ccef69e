/**
 * The server on Node: its ports, its sockets, its end.
 *
 * Owns which listeners share a socket and the order of the shutdown. Reads no configuration by itself.
 */
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { Duplex } from "node:stream";
import { createBrotliDecompress } from "node:zlib";
import type { AddressInfo } from "node:net";
import { StreamError, type Hmac } from "../core/index.ts";
import { createServer, type MaskwireServer } from "../server/app.ts";
import { LISTENERS, type ListenerName, type ServerConfig } from "../server/config.ts";
import type { Clock, Log, Ports } from "../server/ports.ts";
import { createHttpServer } from "./http.ts";
import { createOpenSink } from "./sink.ts";
import { createWebSocketHost, type WebSocketOptions } from "./websocket.ts";

export interface StartOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly hmac?: Hmac;
  readonly jwtSecret?: Uint8Array;
  readonly pings?: Pick<WebSocketOptions, "pingMs" | "pongMs">;
}

export interface Address {
  readonly listeners: readonly ListenerName[];
  readonly host: string;
  /** The port in use, also where the configuration said 0. */
  readonly listenPort: number;
}

export interface RunningServer {
  readonly server: MaskwireServer;
  readonly addresses: readonly Address[];
  /** Drains, then closes every socket. */
  stop(): Promise<void>;
}

/** @throws StreamError `LISTEN_FAILED`, or what a policy that cannot be compiled gives. */
export async function startServer(config: ServerConfig, options: StartOptions): Promise<RunningServer> {
  const { clock, log, hmac, jwtSecret } = options;
  const { messageLimitBytes } = config.limits;
  const webSockets = createWebSocketHost({ clock, log, messageLimitBytes, ...options.pings });
  const ports: Ports = {
    clock,
    log,
    random: (bytes) => randomBytes(bytes),
    fetch: globalThis.fetch,
    openSink: createOpenSink(),
    upgradeSocket: webSockets.upgradeSocket,
    openBrotli: () => Duplex.toWeb(createBrotliDecompress()),
  };
  const server = createServer(ports, config, {
    ...(hmac === undefined ? {} : { hmac }),
    ...(jwtSecret === undefined ? {} : { jwtSecret }),
  });
  const running: { readonly http: Server; readonly address: Address }[] = [];
  const close = async (): Promise<void> => {
    webSockets.stop();
    await Promise.all(running.map(({ http }) => closeHttp(http)));
  };
  for (const { listeners, host, listenPort } of groupListeners(config)) {
    const http = createHttpServer({ app: server.app(listeners), log, webSockets, host });
    try {
      running.push({ http, address: { listeners, host, listenPort: await listen(http, host, listenPort) } });
    } catch (thrown) {
      await close();
      throw thrown;
    }
  }
  return {
    server,
    addresses: running.map(({ address }) => address),
    stop: async () => {
      await server.drain();
      await close();
    },
  };
}

/** Listeners with the same host and port share one socket, in the order of the configuration. */
function groupListeners(config: ServerConfig): Address[] {
  const groups = new Map<string, Address>();
  for (const name of LISTENERS) {
    const { host, listenPort } = config.listeners[name];
    const key = `${host} ${listenPort}`;
    groups.set(key, { host, listenPort, listeners: [...(groups.get(key)?.listeners ?? []), name] });
  }
  return [...groups.values()];
}

function listen(http: Server, host: string, listenPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", () => reject(new StreamError("LISTEN_FAILED", { listenPort })));
    http.listen(listenPort, host, () => resolve((http.address() as AddressInfo).port));
  });
}

function closeHttp(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
