/**
 * The servers that are compared: the built `maskwire serve` with its default policy, and nchan, which masks nothing.
 *
 * Owns their processes and folders, and what their CPU time is. Linux only.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_WARM_UP_MS } from "../../src/server/config/config.ts";
import { runServer } from "../../test/support/run-server.ts";

export const TARGETS = ["maskwire", "nchan"] as const;
export type TargetName = (typeof TARGETS)[number];

export interface Target {
  readonly port: number;
  readonly publishPath: string;
  readonly subscribePath: string;
  /** Of all its processes, in microseconds. */
  cpuMicros(): number;
  stop(): Promise<void>;
}

const NGINX = "/usr/sbin/nginx";
const MODULE = "/usr/lib/nginx/modules/ngx_nchan_module.so";
const START_LIMIT_MS = 10_000;
const LOOK_MS = 50;
const NANOS_PER_MICRO = 1_000;

/** What is to be installed first; undefined when everything is there. */
export function missingForNchan(): string | undefined {
  const isThere = existsSync(NGINX) && existsSync(MODULE);
  return isThere ? undefined : "nchan is missing: apt-get install nginx libnginx-mod-nchan\n";
}

export function startTarget(name: TargetName): Promise<Target> {
  return name === "nchan" ? startNchan() : startMaskwire();
}

async function startMaskwire(): Promise<Target> {
  // What tests leave out: as it starts by itself.
  const server = await runServer({ config: { warmUpMs: DEFAULT_WARM_UP_MS } });
  const path = "/v1/feeds/orders/events";
  return {
    port: Number(new URL(server.origin).port),
    publishPath: path,
    subscribePath: path,
    cpuMicros: () => cpuMicrosOf(server.child.pid ?? 0),
    stop: async () => void (await server.stop()),
  };
}

async function startNchan(): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), "maskwire-nchan-"));
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  await writeFile(file, nginxConfig(folder, port));
  const child = spawn(NGINX, ["-c", file, "-p", folder, "-e", join(folder, "error.log")], { stdio: "ignore" });
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  await untilListening(port);
  return {
    port,
    publishPath: "/publish?feed=orders",
    subscribePath: "/subscribe?feed=orders",
    cpuMicros: () => cpuMicrosOf(child.pid ?? 0),
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One worker, as maskwire has one; histories of like length. */
function nginxConfig(folder: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
load_module ${MODULE};
${process.getuid?.() === 0 ? "user root;" : ""}
worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
  keepalive_requests 1000000;
  nchan_shared_memory_size 128M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish {
      nchan_publisher;
      nchan_channel_id $arg_feed;
      nchan_message_buffer_length 2000;
      nchan_message_timeout 60s;
    }
    location = /subscribe {
      nchan_subscriber;
      nchan_channel_id $arg_feed;
      nchan_subscriber_first_message newest;
    }
  }
}
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(port: number): Promise<void> {
  const untilMs = performance.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    if (performance.now() > untilMs) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** Of a process and its children, all threads, in the kernel's own nanoseconds. */
function cpuMicrosOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanos = tasks.map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]));
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const ofChildren = children.map((child) => cpuMicrosOf(Number(child)));
  return nanos.reduce((sum, value) => sum + value, 0) / NANOS_PER_MICRO + ofChildren.reduce((sum, one) => sum + one, 0);
}
