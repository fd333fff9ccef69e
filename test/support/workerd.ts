/**
 * Runs a worker of ours in the production runtime: bundle, `workerd serve` on a free loopback port, stop by pid.
 *
 * Owns the temporary directory and the process. Never downloads anything.
 */
import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { own, ownFolder } from "./own.ts";
import { REPOSITORY } from "./repository.ts";
import { until } from "./until.ts";

/** `require` gives the binary's path alike under vitest and plain ES modules; `import` does not. */
const require = createRequire(import.meta.url);
const { default: WORKERD } = require("workerd") as { readonly default: string };

/** What wrangler.jsonc deploys with. */
export const COMPATIBILITY = {
  date: "2026-10-23",
  flags: ["enable_request_signal", "no_websocket_standard_binary_type"],
} as const;

const PRODUCT = "worker/index.ts";
/** The product's own. */
export const OBJECTS = { FEEDS: "FeedObject", RELAYS: "RelayObject" } as const;

export interface RunningWorker {
  /** `http://127.0.0.1:` and the port that the system picked. */
  readonly origin: string;
  readonly pid: number;
  /** Everything that the worker and the runtime have written so far. */
  log(): string;
  /** Resolves once the log matches: it comes by another way than answers do, and later. */
  untilLogged(pattern: RegExp | string): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** Entry file below the repository. */
  readonly entry: string;
  /** Text bindings. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Classes of Durable Objects by the name of their binding. */
  readonly objects?: Readonly<Record<string, string>>;
  /** Modules that were put together already, in the place of the entry's. */
  readonly folder?: string;
  /** A folder that keeps what objects store beyond the process. */
  readonly storage?: string;
  /** More bindings and services, in the words of workerd's configuration. */
  readonly bindings?: readonly string[];
  readonly services?: readonly string[];
}

/** Starts the worker and resolves when it listens; about a quarter of a second. */
export async function startWorkerd(options: WorkerOptions): Promise<RunningWorker> {
  const directory = await mkdtemp(join(tmpdir(), "maskwire-workerd-"));
  const modules = await bundle(options, directory);
  await writeFile(join(directory, "config.capnp"), renderConfig(options, modules));
  const child = own(
    spawn(WORKERD, ["serve", "config.capnp", "--control-fd=3"], {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    }),
  );
  let log = "";
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const origin = `http://127.0.0.1:${await readPort(child.stdio[3] as Readable)}`;
    const untilLogged = (pattern: RegExp | string): Promise<void> =>
      until(
        () => (typeof pattern === "string" ? log.includes(pattern) : pattern.test(log)),
        () => log,
      );
    return { origin, pid: child.pid ?? 0, log: () => log, untilLogged, stop };
  } catch {
    await stop();
    throw new Error(`workerd did not start:\n${log}`);
  }
}

/** Files of a deployment, main first. */
export async function deployedModules(): Promise<readonly string[]> {
  const { always, optional } = JSON.parse(await readFile(join(REPOSITORY, "worker/modules.json"), "utf8")) as Readonly<
    Record<"always" | "optional", readonly string[]>
  >;
  return [...always, ...optional, "deployment"].map((name) => `${name}.js`);
}

/** By entry: what the first worker of a file put together, the others take. */
const bundles = new Map<string, Promise<string>>();

async function build(entry: string): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "maskwire-bundle-"));
  ownFolder(made);
  const words = entry === PRODUCT ? [made] : [entry, join(made, "index.js")];
  await promisify(execFile)(process.execPath, [join(REPOSITORY, "worker/build.mjs"), ...words]);
  return made;
}

/** The product as it is deployed, with every pack; a test's own worker as one module. Returns its modules, main first. */
async function bundle({ entry, folder }: WorkerOptions, directory: string): Promise<readonly string[]> {
  if (folder === undefined && !bundles.has(entry)) bundles.set(entry, build(entry));
  await cp(folder ?? (await bundles.get(entry)) ?? "", directory, { recursive: true });
  return folder === undefined && entry !== PRODUCT ? ["index.js"] : await deployedModules();
}

/** workerd says on the control descriptor which port it got, once it listens. */
async function readPort(control: Readable): Promise<number> {
  let text = "";
  for await (const chunk of control) {
    text += String(chunk);
    const port = /"event":"listen".*?"port":(\d+)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error("workerd ended before it listened");
}

/** SQLite needs a disk: what is stored in memory has none. */
function renderConfig(options: WorkerOptions, modules: readonly string[]): string {
  const { variables = {}, objects = {}, storage = ".", bindings = [], services = [] } = options;
  const texts = Object.entries(variables).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`);
  const namespaces = Object.entries(objects).map(
    ([name, type]) => `(name = "${name}", durableObjectNamespace = "${type}")`,
  );
  const classes = Object.values(objects).map(
    (type) => `(className = "${type}", uniqueKey = "${type}", enableSql = true)`,
  );
  const disk = `(name = "storage", disk = (path = "${storage}", writable = true))`;
  const embeds = modules.map((name) => `(name = "${name}", esModule = embed "${name}")`);
  // A network service refuses loopback upstreams unless it allows "local".
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "local"])),
    ${[disk, ...services].map((service) => `${service},`).join("\n    ")}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${embeds.join(", ")}],
  compatibilityDate = "${COMPATIBILITY.date}",
  compatibilityFlags = ${JSON.stringify(COMPATIBILITY.flags)},
  bindings = [${[...texts, ...namespaces, ...bindings].join(", ")}],
  durableObjectNamespaces = [${classes.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
);
`;
}
