/**
 * A whole server without a socket: every listener in one app, on ports of the test's own.
 */
import type { Hono } from "hono";
import { createServer, type MaskwireServer, type ServerOptions } from "../../src/server/app.ts";
import { DEFAULT_CONFIG, LISTENERS, type ServerConfig } from "../../src/server/config/config.ts";
import { DEFAULT_SERVER_LIMITS } from "../../src/server/config/limits.ts";
import { createTestPorts, turn, type MemorySink, type MemorySocket, type TestPorts } from "./ports.ts";

export interface TestServer {
  readonly server: MaskwireServer;
  readonly ports: TestPorts;
  readonly app: Hono;
  post(path: string, type: string, body: BodyInit): Promise<Response>;
  subscribe(path: string, headers?: Record<string, string>): Promise<MemorySink>;
  upgrade(path: string, headers?: Record<string, string>): Promise<MemorySocket>;
  /** Takes over the configuration that it started with, changed otherwise. */
  reload(changes: Changes): void;
  /** The value of one series on `/metrics`, 0 when it is not there. */
  metric(series: string): Promise<number>;
}

type Changes = Partial<Omit<ServerConfig, "limits">> & { readonly limits?: Partial<ServerConfig["limits"]> };

export function startTestServer(
  changes: Changes = {},
  ports: TestPorts = createTestPorts(),
  options: ServerOptions = {},
): TestServer {
  const configOf = (some: Changes): ServerConfig => {
    return { ...DEFAULT_CONFIG, ...some, limits: { ...DEFAULT_SERVER_LIMITS, ...some.limits } };
  };
  const config = configOf(changes);
  const server = createServer(ports, config, options);
  const app = server.app(LISTENERS);
  return {
    server,
    ports,
    app,
    async post(path, type, body) {
      const init = { method: "POST", headers: { "content-type": type }, body, duplex: "half" };
      const response = await app.request(path, init);
      await turn();
      return response;
    },
    async subscribe(path, headers = {}) {
      const before = ports.sinks.length;
      const response = await app.request(path, { headers });
      const sink = ports.sinks[before];
      if (sink === undefined) throw new Error(`no stream: ${response.status} ${await response.text()}`);
      return sink;
    },
    async upgrade(path, headers = {}) {
      const before = ports.sockets.length;
      const response = await app.request(path, { headers: { upgrade: "websocket", ...headers } });
      const socket = ports.sockets[before];
      if (socket === undefined) throw new Error(`no socket: ${response.status} ${await response.text()}`);
      return socket;
    },
    reload: (others) =>
      server.reload(configOf({ ...changes, ...others, limits: { ...changes.limits, ...others.limits } })),
    async metric(series) {
      const text = await (await app.request("/metrics")).text();
      const line = text.split("\n").find((line) => line.startsWith(`maskwire_${series} `));
      return Number(line?.split(" ").at(-1) ?? 0);
    },
  };
}
