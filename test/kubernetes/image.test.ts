/**
 * The image, built step by step without an engine, and run as its user on a root file system that nobody can write to.
 *
 * The steps of the Dockerfile run as they stand, in an empty folder, from the registry.
 */
import type { ChildProcess } from "node:child_process";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { createContainer, whyNoContainer, type Container } from "../support/container.ts";
import { inherited, parseDockerfile, type Stage } from "../support/dockerfile.ts";
import { layOutImage, type ImageFiles } from "../support/image-files.ts";
import { REPOSITORY } from "../support/repository.ts";

const reason = whyNoContainer();
if (reason !== "") console.warn(`the image was not run in a container: ${reason}`);

const BUILD_LIMIT_MS = 1_200_000;
const ENTRY = "/app/dist/node/main.js";
const stages = parseDockerfile(readFileSync(join(REPOSITORY, "Dockerfile"), "utf8"));
const USER = inherited(stages, stages.at(-1) as Stage, "USER").at(-1)?.rest ?? "";

interface LockFile {
  readonly packages: Readonly<
    Record<
      string,
      { readonly version?: string; readonly dev?: true; readonly optional?: true; readonly devOptional?: true }
    >
  >;
}

let files: ImageFiles | undefined;
let container: Container | undefined;

beforeAll(() => {
  files = layOutImage("npm");
  container = createContainer(files.workingFolder, configInside());
}, BUILD_LIMIT_MS);

afterAll(() => {
  container?.remove();
  files?.remove();
});

/** The shipped configuration, on loopback and on ports that the system picks. */
function configInside(): string {
  const text = readFileSync(join(REPOSITORY, "manifests/base/maskwire.yaml"), "utf8");
  const { canary: _, ...config } = parse(text) as { listeners: Record<string, object>; limits: object; canary: object };
  const listeners = Object.keys(config.listeners).map((name) => [name, { host: "127.0.0.1", listenPort: 0 }]);
  const limits = { ...config.limits, drainGraceMs: 0, drainWindowMs: 0 };
  return stringify({ ...config, listeners: Object.fromEntries(listeners) as object, limits });
}

function start(...words: string[]): ChildProcess {
  if (container === undefined) throw new Error("no container");
  return container.start(words, USER);
}

async function printed(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk) => (text += String(chunk)));
  child.stderr?.on("data", (chunk) => (text += String(chunk)));
  await new Promise((resolve) => child.once("close", resolve));
  return text;
}

/** Packages of a lock file that a production install brings, as paths. */
function productionOf(lock: LockFile): string[] {
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== "" && !(dev ?? optional ?? devOptional ?? false))
    .map(([path]) => path);
}

describe("the packages of the image", () => {
  const lock = JSON.parse(readFileSync(join(REPOSITORY, "package-lock.json"), "utf8")) as LockFile;
  const meant = productionOf(lock);

  test("are those of the lock file that are no tools", () => {
    const folder = join(files?.workingFolder ?? "", "node_modules");
    const found = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => /(?:^|node_modules\/)(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path))
      .map((path) => join("node_modules", path, ".."))
      .filter((path) => Object.hasOwn(lock.packages, path));
    expect(found.toSorted()).toEqual(meant.toSorted());
    const tools = Object.keys(lock.packages).filter((path) => path !== "" && !meant.includes(path));
    expect(tools.length).toBeGreaterThan(meant.length);
    expect(tools.filter((path) => existsSync(join(files?.workingFolder ?? "", path)))).toEqual([]);
  });

  test("are what `npm run sbom` lists, each with its version", { timeout: BUILD_LIMIT_MS }, () => {
    const listed = spawnSync("npm", ["run", "--silent", "sbom"], { cwd: REPOSITORY, encoding: "utf8" });
    const { bomFormat, components } = JSON.parse(listed.stdout) as {
      bomFormat: string;
      components: readonly { purl: string }[];
    };
    expect(bomFormat).toBe("CycloneDX");
    const names = meant.map(
      (path) => `pkg:npm/${path.split("node_modules/").at(-1)?.replace("@", "%40")}@${lock.packages[path]?.version}`,
    );
    expect(components.map(({ purl }) => purl.split("?")[0]).toSorted()).toEqual(names.toSorted());
  });
});

describe.skipIf(reason !== "")("in a container", () => {
  test("the user is nobody, without a capability or a way to one", async () => {
    const script = `
      const { getuid, getgid, getgroups } = process;
      console.log(JSON.stringify([getuid(), getgid(), getgroups(), process.cwd()]));
      for (const become of ["setuid", "setgid"]) try { process[become](0); console.log(become); } catch ({ code }) { console.log(code); }`;
    const [user, group] = USER.split(":").map(Number);
    expect(await printed(start("-e", script))).toBe(`[${user},${group},[${group}],"/"]\nEPERM\nEPERM\n`);
  });

  test("nothing can be written but /tmp, and that not beyond its size", async () => {
    const script = `
      const { writeFileSync, mkdirSync, unlinkSync } = require("node:fs");
      const inTmp = require("node:path").join.bind(undefined, require("node:os").tmpdir());
      const tries = {
        root: () => mkdirSync("/x"), app: () => writeFileSync("/app/x", ""), own: () => unlinkSync("${ENTRY}"),
        config: () => writeFileSync("/etc/maskwire/maskwire.yaml", ""), node: () => writeFileSync("/usr/local/bin/node", ""),
        tmp: () => writeFileSync(inTmp("x"), "x"), much: () => writeFileSync(inTmp("y"), Buffer.alloc(17 * 1024 * 1024)),
      };
      for (const [name, run] of Object.entries(tries)) try { run(); console.log(name, "written"); } catch ({ code }) { console.log(name, code); }`;
    const refused = ["root", "app", "own", "config"].map((name) => `${name} EROFS\n`).join("");
    expect(await printed(start("-e", script))).toMatch(
      new RegExp(`^${refused}node (?:EACCES|ETXTBSY|EROFS)\ntmp written\nmuch ENOSPC\n$`),
    );
  });

  test("there is no shell and no package manager", async () => {
    const script = `
      const { spawnSync } = require("node:child_process");
      for (const name of ["sh", "bash", "npm", "npx"]) console.log(name, spawnSync(name).error?.code);`;
    expect(await printed(start("-e", script))).toBe("sh ENOENT\nbash ENOENT\nnpm ENOENT\nnpx ENOENT\n");
  });

  test("the server starts with the shipped configuration, masks, and ends in order at SIGTERM", async () => {
    const server = start(ENTRY, "serve", "--config", "/etc/maskwire/maskwire.yaml");
    const ended = new Promise((resolve) => server.once("close", resolve));
    const ports = await listening(server);
    const headers = { "content-type": "text/plain" };
    const masked = await fetch(`http://127.0.0.1:${ports["publish"]}/v1/mask`, {
      method: "POST",
      headers,
      body: "jane@example.com\n",
    });
    expect(await masked.text()).toBe("[EMAIL]\n");
    for (const path of ["livez", "readyz"])
      expect((await fetch(`http://127.0.0.1:${ports["admin"]}/${path}`)).status).toBe(200);
    server.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});

/** Resolves when each listener has said where it listens. */
function listening(child: ChildProcess): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const ports: Record<string, number> = {};
    let log = "";
    child.stderr?.on("data", (chunk) => {
      log += String(chunk);
      for (const [, names = "", port] of log.matchAll(/"listeners":"([a-z,]+)".*"listenPort":(\d+)/g))
        for (const name of names.split(",")) ports[name] = Number(port);
      if (Object.keys(ports).length === 3) resolve(ports);
    });
    child.once("close", (code) => reject(new Error(`ended with ${String(code)}: ${log}`)));
  });
}
