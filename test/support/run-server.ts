/**
 * The built program as its users run it: a process of its own, on ports that the system picks.
 *
 * Owns the process and its configuration file, and ends both. Keeps what it logged, for tests that look for what
 * must not be there.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { own } from "./own.ts";
import { REPOSITORY } from "./repository.ts";
import { until } from "./until.ts";

export const PROGRAM = join(REPOSITORY, "dist/node/main.js");

export interface RunOptions {
  /** Keys of maskwire.yaml; every listener shares one port unless it says otherwise. */
  readonly config?: object;
  /** A file of the test's own in place of `config`. */
  readonly configFile?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly configFile: string;
  /** What `/metrics` of the admin listener says. */
  metrics(): Promise<string>;
  /** Standard error so far: the log, and what a person is told. */
  logged(): string;
  /** Resolves once the log has so many records of this event, one when it does not say; gives the log. */
  untilLogged(event: string, count?: number): Promise<string>;
  /** Resolves once the log matches: it comes by another way than answers do, and later. */
  untilSaid(pattern: RegExp): Promise<void>;
  /** Resolves once `/metrics` says this of a series, without the prefix that all have; 0 where it is not there. */
  untilMetric(series: string, value: number): Promise<void>;
  /** Resident memory and its peak, in bytes; Linux only. */
  memory(): Promise<{ readonly nowBytes: number; readonly peakBytes: number }>;
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number | null>;
}

const QUICK_END = { drainGraceMs: 0, drainWindowMs: 0 };

/** Environment without the caller's own MASKWIRE_ variables. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MASKWIRE_") && name !== "NODE_OPTIONS");
  return { ...Object.fromEntries(own), ...extra };
}

export function requireProgram(): void {
  if (!existsSync(PROGRAM)) throw new Error("these tests run the built program; run `npm run build` first");
}

/** Starts `maskwire serve` and resolves once it listens. */
export async function runServer(options: RunOptions = {}): Promise<ServerProcess> {
  requireProgram();
  const folder = await mkdtemp(join(tmpdir(), "maskwire-run-"));
  const configFile = options.configFile ?? join(folder, "maskwire.yaml");
  if (options.configFile === undefined) await writeFile(configFile, writeConfig(options.config));
  const environment = cleanEnvironment({ MASKWIRE_PORT: "0", MASKWIRE_ADMIN_PORT: "0", ...options.environment });
  const child = own(
    spawn(process.execPath, [PROGRAM, "serve", "--config", configFile, ...(options.args ?? [])], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  // What it wrote last has been read by then, which at "exit" it need not be.
  const exited = once(child, "close") as Promise<[number | null]>;
  const logged: string[] = [];
  child.stdout.resume();
  const origin = await Promise.race([
    readOrigin(child, logged),
    exited.then(() => Promise.reject(new Error(`the server did not start: ${logged.join("")}`))),
  ]);
  const metrics = async (): Promise<string> => {
    const adminPort = (): string | undefined =>
      /"listeners":"[^"]*admin[^"]*".*"listenPort":(\d+)/.exec(logged.join(""))?.[1];
    // It may begin to listen after the other.
    await until(
      () => adminPort() !== undefined,
      () => logged.join(""),
    );
    return await (await fetch(`http://127.0.0.1:${adminPort()}/metrics`)).text();
  };
  return {
    child,
    origin,
    configFile,
    metrics,
    logged: () => logged.join(""),
    untilLogged: async (event, count = 1) => {
      const text = (): string => logged.join("");
      await until(() => text().split(`"event":"${event}"`).length - 1 >= count, text);
      return text();
    },
    untilSaid: (pattern) =>
      until(
        () => pattern.test(logged.join("")),
        () => logged.join(""),
      ),
    untilMetric: async (series, value) => {
      let seen = 0;
      await until(
        async () => (seen = valueIn(await metrics(), series)) === value,
        () => `${series} is ${seen}`,
      );
    },
    memory: () => readMemory(child.pid ?? 0),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** The value of a series in the text of `/metrics`, 0 when it is not there. */
export function valueIn(metrics: string, series: string): number {
  const line = metrics.split("\n").find((one) => one.startsWith(`maskwire_${series} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

/** A configuration file under which a server starts and ends at once. */
export function writeConfig(keys: object = {}): string {
  const { limits = {}, warmUpMs = 0, ...config } = keys as { limits?: object; warmUpMs?: number };
  return JSON.stringify({ ...config, warmUpMs, limits: { ...QUICK_END, ...limits } });
}

function readOrigin(child: ChildProcess, logged: string[]): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      logged.push(`${line}\n`);
      const record = line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {};
      const isPublic = record["event"] === "listening" && String(record["listeners"]).includes("subscribe");
      if (isPublic) resolve(`http://${String(record["host"])}:${String(record["listenPort"])}`);
    });
  });
}

async function readMemory(pid: number): Promise<{ nowBytes: number; peakBytes: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { nowBytes: read("VmRSS"), peakBytes: read("VmHWM") };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `maskwire` with these words and this input to its end. */
export async function runProgram(
  words: readonly string[],
  input: string | Uint8Array = "",
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  requireProgram();
  const child = own(spawn(process.execPath, [PROGRAM, ...words], { env: cleanEnvironment(environment) }));
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
  // A program that refuses its arguments has left before it reads.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...texts };
}
