import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { startServer, type RunningServer } from "../../src/node/server.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const ADDRESS = "http://127.0.0.1:8080";
const run = promisify(execFile);

/** Text of the fenced block that is marked so: ```sh run=mask */
function block(mark: string): string {
  const text = new RegExp(`^\`\`\`\\w+ ${mark}\\n([^]*?)^\`\`\``, "m").exec(README)?.[1];
  if (text === undefined) throw new Error(`the README has no block marked ${mark}`);
  return text;
}

describe("the README's examples", () => {
  let running: RunningServer;
  let address = "";

  beforeAll(async () => {
    if (!existsSync(join(ROOT, "dist/node/main.js")))
      throw new Error("the examples run the built program: npm run build");
    const { publish, subscribe, admin } = DEFAULT_CONFIG.listeners;
    running = await startServer(
      {
        ...DEFAULT_CONFIG,
        limits: { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0 },
        listeners: {
          publish: { ...publish, listenPort: 0 },
          subscribe: { ...subscribe, listenPort: 0 },
          admin: { ...admin, host: "localhost", listenPort: 0 },
        },
      },
      { clock: nodeClock, log: { info: () => {}, warn: () => {}, error: () => {} } },
    );
    const { listenPort = 0 } = running.addresses.find(({ listeners }) => listeners.includes("publish")) ?? {};
    address = `http://127.0.0.1:${listenPort}`;
  });
  afterAll(() => running.stop());

  const shell = (mark: string): string => block(`run=${mark}`).replaceAll(ADDRESS, address);
  const environment = { ...process.env, npm_config_offline: "true", npm_config_yes: "false" };

  it.each(["mask", "cli"])("print what it says: %s", async (mark) => {
    const { stdout } = await run("bash", ["-c", shell(mark)], { cwd: ROOT, env: environment });
    expect(stdout).toBe(block(`output=${mark}`));
  });

  it.each(["library", "library-stream"])("use the library as it says: %s", async (mark) => {
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", block(`run=${mark}`)], { cwd: ROOT });
    expect(stdout).toBe(block(`output=${mark}`));
  });

  it("give the tokens that the program gives by the same key", async () => {
    const policy = "policies: { default: { operators: { EMAIL: { operator: hash } } } }\n";
    const folder = await mkdtemp(join(tmpdir(), "maskwire-readme-"));
    await writeFile(join(folder, "maskwire.yaml"), policy);
    // As `openssl rand -base64 32` writes it, with a line end.
    const key = `${"k3y+".repeat(11)}\n`;
    await writeFile(join(folder, "root.key"), key);
    const options = { cwd: ROOT, env: { ...environment, MASKWIRE_KEY: key } };
    const library = await run(process.execPath, ["--input-type=module", "-e", block("run=library-keys")], options);
    const shown = 'printf "mail ana.torres@example.com" | node dist/node/main.js mask -c "$0/maskwire.yaml"';
    const program = await run("bash", ["-c", shown, folder], {
      cwd: ROOT,
      env: { ...environment, MASKWIRE_KEY_FILE: join(folder, "root.key") },
    });
    await rm(folder, { recursive: true });
    expect(library.stdout).toMatch(/^mail EMAIL_[a-z2-7]{16}\n$/);
    expect(library.stdout).toBe(`${program.stdout}\n`);
  });

  it("publish an event that a subscriber then gets masked", async () => {
    const { stdout } = await run("bash", ["-c", shell("publish")], { cwd: ROOT });
    expect(JSON.parse(stdout)).toMatchObject({ accepted: 1, duplicates: 0 });
    const subscriber = spawn("bash", ["-c", `exec ${shell("subscribe")}`], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let received = "";
    for await (const chunk of subscriber.stdout) {
      received += String(chunk);
      if (/"data".*\n/.test(received)) break;
    }
    subscriber.kill();
    const line = received.split("\n").find((text) => text.includes('"data"')) ?? "";
    expect(JSON.parse(line)).toMatchObject({ data: { order: 17, to: "[EMAIL]", iban: "[IBAN]" } });
  });
});

describe("links between documents", () => {
  const documents = [
    "README.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(ROOT, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];

  it.each(documents)("lead somewhere: %s", (document) => {
    const text = readFileSync(join(ROOT, document), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)\)/g)]
      .map((link) => link[1] ?? "")
      .filter((target) => !/^[a-z]+:/.test(target));
    for (const target of targets)
      expect(existsSync(join(ROOT, dirname(document), target)), `${document}: ${target}`).toBe(true);
  });

  it.each(documents)("name files that exist: %s", (document) => {
    const text = readFileSync(join(ROOT, document), "utf8");
    const paths = [...text.matchAll(/`((?:src|test|worker|manifests|docs|bench)\/[\w./-]+)`/g)].map(
      (found) => found[1] ?? "",
    );
    for (const path of paths) expect(existsSync(join(ROOT, path)), `${document}: ${path}`).toBe(true);
  });
});
