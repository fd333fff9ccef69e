/**
 * The sockets that a process listens on.
 *
 * Owns which listeners share one, who is let in, and that all are closed. Which of them opens when is not decided here.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hono } from "hono";
import { StreamError } from "../core/index.ts";
import type { HostCounts } from "../server/app.ts";
import { LISTENERS, type ListenerName, type ServerConfig } from "../server/config/config.ts";
import type { ServerLimits } from "../server/config/limits.ts";
import type { Clock } from "../server/host/clock.ts";
import { isLoopback } from "../server/network/loopback.ts";
import { listenerFields, type Log } from "../server/telemetry/log.ts";
import type { ClientAddresses } from "./client-address.ts";
import { ConnectionGuard } from "./connection-guard.ts";
import { createHttpServer } from "./http.ts";
import type { WebSocketHost } from "./websocket.ts";

export interface Address {
  readonly listeners: readonly ListenerName[];
  readonly host: string;
  /** The port in use, also where the configuration said 0. */
  readonly listenPort: number;
}

export interface ListenersOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ServerLimits;
  readonly addresses: ClientAddresses;
  readonly webSockets: WebSocketHost;
}

export interface Served {
  readonly app: Hono;
  readonly host: string;
  readonly counts: Pick<HostCounts, "refused" | "error">;
  /** Absent: those of the configuration. */
  readonly limits?: ServerLimits;
}

export class Listeners {
  readonly #options: ListenersOptions;
  readonly #open: { readonly http: Server; readonly address: Address }[] = [];

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** Those that are open, in the order in which they were opened. */
  get addresses(): readonly Address[] {
    return this.#open.map(({ address }) => address);
  }

  /** A server that nobody can reach yet. */
  serve({ app, host, counts, limits = this.#options.limits }: Served): Server {
    const { clock, log, addresses, webSockets } = this.#options;
    const guard = new ConnectionGuard({
      limits,
      clock,
      isShared: (peer) => isLoopback(peer) || addresses.isTrusted(peer),
      onRefusal: counts.refused,
    });
    const { headersTimeoutMs } = limits;
    return createHttpServer({ app, log, webSockets, guard, headersTimeoutMs, onError: counts.error, host });
  }

  /** @throws StreamError `LISTEN_FAILED`. */
  async open({ listeners, host, listenPort: asked }: Address, served: Omit<Served, "host">): Promise<void> {
    const http = this.serve({ ...served, host });
    const listenPort = await listen(http, host, asked);
    this.#open.push({ http, address: { listeners, host, listenPort } });
    this.#options.log.info("listening", listenerFields({ listeners, host, listenPort }));
  }

  /** Closes every socket, and cuts the connections that are left. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map(({ http }) => closeHttp(http)));
  }
}

/** Listeners with the same host and port share one socket, in the order of the configuration. */
export function groupListeners(config: ServerConfig): Address[] {
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
