/**
 * A real NATS server with JetStream, for one test file or run: on a port of its own, in a folder of its own.
 *
 * Owns the process and its files, and ends both.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager, type JetStreamManager, type StreamConfig } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { claimPort } from "./claim-port.ts";
import { own } from "./own.ts";

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
  deleteStreams(): Promise<void>;
  /** The settings of each. */
  streams(): Promise<readonly StreamConfig[]>;
  /** Gives a stream another description, as somebody else might. */
  describe(stream: string, description: string): Promise<void>;
  deleteMessages(stream: string, sequences: readonly number[]): Promise<void>;
  /** Everything in its files, or in those of one account. */
  stored(account?: string): Promise<string>;
  /** Ends it, and removes its files. */
  remove(): Promise<void>;
}

export interface NatsOptions {
  /** Further lines of its configuration: accounts, TLS. */
  readonly settings?: string;
  readonly scheme?: "nats" | "tls";
}

/** Waits until it takes connections. `program` is nats-server's path. */
export async function startNats(program: string, options: NatsOptions = {}): Promise<NatsServer> {
  const { settings = "", scheme = "nats" } = options;
  const folder = await mkdtemp(join(tmpdir(), "maskwire-nats-"));
  // It is started again on the same one.
  const port = await claimPort();
  const url = `${scheme}://${scheme === "tls" ? "localhost" : "127.0.0.1"}:${port}`;
  const configFile = join(folder, "nats.conf");
  await writeFile(configFile, settings);
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = [
      "--addr",
      "127.0.0.1",
      "--port",
      String(port),
      "--jetstream",
      "--store_dir",
      folder,
      "--config",
      configFile,
    ];
    const started = own(spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] }));
    child = started;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      started.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("Server is ready")) resolve();
      });
      started.once("exit", () => reject(new Error("nats-server did not start")));
    });
  };
  const kill = async (): Promise<void> => {
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    child = undefined;
  };
  await start();
  return {
    url,
    port,
    kill,
    start,
    deleteStreams: () =>
      manage(url, async ({ streams }) => {
        for await (const { config } of streams.list()) await streams.delete(config.name);
      }),
    describe: (stream, description) =>
      manage(url, async ({ streams }) => {
        await streams.update(stream, { description });
      }),
    deleteMessages: (stream, sequences) =>
      manage(url, async ({ streams }) => {
        for (const sequence of sequences) await streams.deleteMessage(stream, sequence);
      }),
    streams: async () => {
      const all: StreamConfig[] = [];
      await manage(url, async ({ streams }) => {
        for await (const { config } of streams.list()) all.push(config);
      });
      return all;
    },
    stored: async (account = "") => {
      const root = account === "" ? folder : join(folder, "jetstream", account);
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("");
    },
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function manage(url: string, run: (manager: JetStreamManager) => Promise<void>): Promise<void> {
  const connection = await connect({ servers: [url] });
  try {
    await run(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}
