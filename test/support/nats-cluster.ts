/**
 * Three real NATS servers that are one cluster, on loopback.
 *
 * Owns their names and ports, and knows which of them leads a stream.
 */
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { claimPort } from "./claim-port.ts";
import { startNats, type NatsServer } from "./nats.ts";

export interface NatsCluster {
  readonly urls: readonly string[];
  /** The server that leads this stream now. */
  leaderOf(stream: string): Promise<NatsServer>;
  remove(): Promise<void>;
}

const SIZE = 3;
const PATIENCE_MS = 120_000;
const AGAIN_MS = 200;

/** Waits until they have agreed on one of them. `program` is nats-server's path. */
export async function startNatsCluster(program: string): Promise<NatsCluster> {
  const ports: number[] = [];
  while (ports.length < SIZE) ports.push(await claimPort());
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(", ");
  const servers = await Promise.all(
    ports.map((port, at) =>
      startNats(program, {
        settings: `server_name: n${at}\ncluster: { name: test, listen: "127.0.0.1:${port}", routes: [ ${routes} ] }\n`,
      }),
    ),
  );
  const urls = servers.map(({ url }) => url);
  await ask(urls, async (connection) => await (await jetstreamManager(connection)).streams.names().next());
  return {
    urls,
    leaderOf: async (stream) => {
      const leader = await ask(urls, async (connection) => {
        const { cluster } = await (await jetstreamManager(connection)).streams.info(stream);
        if (cluster?.leader === undefined || cluster.leader === "") throw new Error("nobody leads");
        return cluster.leader;
      });
      return servers[Number(leader.slice(1))];
    },
    remove: async () => {
      await Promise.all(servers.map((server) => server.remove()));
    },
  };
}

/** Asks again until there is an answer: while they elect one there is none. */
async function ask<Answer>(
  urls: readonly string[],
  run: (connection: NatsConnection) => Promise<Answer>,
): Promise<Answer> {
  for (let waitedMs = 0; ; waitedMs += AGAIN_MS) {
    try {
      const connection = await connect({ servers: [...urls], reconnect: false, timeout: 10_000 });
      try {
        return await run(connection);
      } finally {
        await connection.close();
      }
    } catch (thrown) {
      if (waitedMs >= PATIENCE_MS) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
