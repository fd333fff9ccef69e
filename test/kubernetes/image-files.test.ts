/** The files that the run stage holds are all that it needs: they run for real, as nobody, and nothing is written. */
import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify, parse } from "yaml";
import { parseDockerfile } from "../support/dockerfile.ts";
import { layOutImage, type ImageFiles } from "../support/image-files.ts";
import { REPOSITORY } from "../support/repository.ts";

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Listening {
  readonly listeners: string;
  readonly listenPort: number;
}

/** The uid of the Dockerfile. Only root may become it; anyone else runs as themselves, without write bits. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {};
const image = parseDockerfile(readFileSync(join(REPOSITORY, "Dockerfile"), "utf8")).at(-1);
const BASE_CONFIG = join(REPOSITORY, "manifests/base/maskwire.yaml");
const KEYED_CONFIG = join(REPOSITORY, "test/kubernetes/overlays/root-key/maskwire.yaml");

let files: ImageFiles = { workingFolder: "", list: () => [], remove: () => undefined };
let before: string[] = [];
let mounted = "";
const running = new Set<ChildProcess>();

beforeAll(() => {
  files = layOutImage();
  before = files.list();
  mounted = mkdtempSync(join(tmpdir(), "maskwire-mount-"));
  chmodSync(mounted, 0o755);
});

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  files.remove();
  rmSync(mounted, { recursive: true, force: true });
});

/** Starts node in /app with the environment of the image and nothing else. */
function startNode(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: files.workingFolder, env: { NODE_ENV: "production" }, ...NOBODY });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

function start(...args: string[]): ChildProcess {
  const entry = image?.instructions.find(({ name }) => name === "ENTRYPOINT")?.exec ?? [];
  return startNode([...entry.slice(1), ...args]);
}

function ended(child: ChildProcess, input = ""): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const text = { stdout: "", stderr: "" };
    child.stdout?.on("data", (chunk) => (text.stdout += String(chunk)));
    child.stderr?.on("data", (chunk) => (text.stderr += String(chunk)));
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...text }));
    child.stdin?.end(input);
  });
}

/** A configuration of the manifests, on loopback and on ports that the system picks, mounted outside of /app. */
function mountConfig(name: string, source: string): string {
  const config = parse(readFileSync(source, "utf8")) as {
    listeners: Record<string, object>;
    limits: object;
    canary?: object;
  };
  // There is nothing that could enforce a policy here.
  delete config.canary;
  for (const listener of Object.keys(config.listeners))
    config.listeners[listener] = { host: "127.0.0.1", listenPort: 0 };
  config.limits = { ...config.limits, drainGraceMs: 0, drainWindowMs: 0 };
  return mount(name, stringify(config));
}

function mount(name: string, content: string): string {
  const file = join(mounted, name);
  writeFileSync(file, content, { mode: 0o444 });
  return file;
}

/** Resolves when each listener has said where it listens. */
function listening(child: ChildProcess): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const ports: Record<string, number> = {};
    let log = "";
    child.stderr?.on("data", (chunk) => {
      log += String(chunk);
      for (const line of log.split("\n").filter((text) => text.includes('"listening"') && text.endsWith("}"))) {
        const { listeners, listenPort } = JSON.parse(line) as Listening;
        for (const name of listeners.split(",")) ports[name] = listenPort;
      }
      if (Object.keys(ports).length === 3) resolve(ports);
    });
    child.once("close", (code) => reject(new Error(`ended with ${String(code)}: ${log}`)));
  });
}

describe("the files of the image", () => {
  test("hold no source, test, tool or package manager", () => {
    const paths = before.map((line) => line.split(" ")[0] ?? "");
    const tools = ["typescript", "vitest", "workerd", "esbuild", "oxlint", "npm"];
    expect(new Set(paths.map((path) => path.split("/")[0]))).toEqual(new Set(["dist", "node_modules", "package.json"]));
    expect(paths.filter((path) => tools.some((tool) => path.startsWith(`node_modules/${tool}`)))).toEqual([]);
    expect(paths.filter((path) => path.startsWith("dist/") && /\.test\.|\/worker\//.test(path))).toEqual([]);
  });

  test("show the help", async () => {
    const { exitCode, stdout, stderr } = await ended(start("--help"));
    expect(stderr).toBe("");
    expect(stdout).toMatch(/serve[^]*mask/);
    expect(exitCode).toBe(0);
  });

  test("mask what comes in", async () => {
    const { exitCode, stdout } = await ended(start("mask", "--format", "text"), "mail jane@example.com now\n");
    expect(stdout).toBe("mail [EMAIL] now\n");
    expect(exitCode).toBe(0);
  });

  test("take the configuration of the manifests", async () => {
    const file = mount("base.yaml", readFileSync(BASE_CONFIG, "utf8"));
    const { exitCode, stderr } = await ended(start("check", "--config", file));
    expect(stderr).toMatch(/base\.yaml: ok\n$/);
    expect(exitCode).toBe(0);
  });

  test("refuse a keyed policy without its key", async () => {
    const { exitCode, stderr } = await ended(start("serve", "--config", mountConfig("keyed.yaml", KEYED_CONFIG)));
    expect(stderr).toContain("MASKWIRE_KEY_FILE");
    expect(exitCode).toBeGreaterThan(0);
  });

  test("refuse a configuration that is not there, without a stack trace", async () => {
    const { exitCode, stderr } = await ended(start("serve", "--config", "/etc/maskwire/none.yaml"));
    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("serve, pass the health check, answer the probes and stop in order at SIGTERM", async () => {
    const server = start("serve", "--config", mountConfig("loopback.yaml", BASE_CONFIG));
    const end = ended(server);
    const ports = await listening(server);
    const healthCheck = image?.instructions.find(({ name }) => name === "HEALTHCHECK")?.exec ?? [];
    const script = (healthCheck[2] ?? "").replace(":9090/", `:${ports["admin"]}/`);
    expect((await ended(startNode(["-e", script]))).exitCode).toBe(0);
    const wrong = script.replace("/livez", "/no-such-path");
    expect((await ended(startNode(["-e", wrong]))).exitCode).toBe(1);
    for (const path of ["livez", "readyz", "metrics"]) {
      const answer = await fetch(`http://127.0.0.1:${ports["admin"]}/${path}`);
      expect(`${path} ${answer.status}`).toBe(`${path} 200`);
      await answer.arrayBuffer();
    }
    server.kill("SIGTERM");
    expect((await end).exitCode).toBe(0);
    expect((await ended(startNode(["-e", script]))).exitCode).toBe(1);
  });

  test("are as they were after all that", () => {
    expect(files.list()).toEqual(before);
  });
});
