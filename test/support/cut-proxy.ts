/**
 * A TCP proxy that a test can pull the plug of: how a connection drops in the middle of anything.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CutProxy {
  readonly origin: string;
  /** Connections accepted so far. */
  count(): number;
  /** Drops every connection at once, without a farewell. */
  cut(): void;
  stop(): Promise<void>;
}

/** Passes everything on to `target` (http://host:port) and back. */
export async function startCutProxy(target: string): Promise<CutProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let accepted = 0;
  const server = createServer((client) => {
    accepted += 1;
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => accepted,
    cut,
    stop: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
