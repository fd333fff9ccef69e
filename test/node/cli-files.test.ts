/** Files that somebody names, or does not: where a mistake stands, what cannot be read, and what cannot be written. */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEnvironment, VARIABLES } from "../../src/node/config/environment.ts";
import { checkReach, loadConfig } from "../../src/node/config/load.ts";
import { describeProblem } from "../../src/node/config/problem.ts";
import { own } from "../support/own.ts";
import { cleanEnvironment, PROGRAM, requireProgram, runProgram } from "../support/run-server.ts";

let folder = "";
beforeAll(async () => {
  requireProgram();
  folder = await mkdtemp(join(tmpdir(), "maskwire-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a mistake that needs more than the file", () => {
  it("suggests no variable that has nothing but the prefix in common", () => {
    const read = readEnvironment({ MASKWIRE_FOO: "80" });
    const text = `no such variable; known: ${Object.keys(VARIABLES).join(", ")}`;
    expect(read.ok ? [] : read.problems).toEqual([{ source: "MASKWIRE_FOO", path: "", text }]);
  });

  it("says where an open address stands", async () => {
    const configFile = join(folder, "open.yaml");
    await writeFile(configFile, "listeners:\n  publish: { host: 0.0.0.0 }\n");
    const loaded = await loadConfig({ environment: {}, configFile, missingKey: "none" });
    const said = loaded.ok ? checkReach(loaded.value.config, loaded.value.problemAt) : [];
    expect(said).toMatchObject([{ source: configFile, line: 2, column: 20, path: "listeners.publish.host" }]);
  });

  it("says where a key set that cannot be read stands", async () => {
    const configFile = join(folder, "keys.yaml");
    const issuer = `{ issuer: i, audience: a, algorithms: [ES256], jwksFile: ${folder} }`;
    await writeFile(configFile, `auth:\n  issuers:\n    - ${issuer}\n`);
    const loaded = await loadConfig({ environment: {}, configFile, missingKey: "none" });
    expect(loaded.ok ? [] : loaded.problems.map(describeProblem)).toEqual([
      `${configFile}:3:64: auth.issuers.0.jwksFile: is a folder; name a file with a JSON Web Key Set`,
    ]);
  });
});

/** Always full, where the system has it. */
const FULL = "/dev/full";

describe("standard output", () => {
  it.skipIf(!existsSync(FULL)).each([["mask"], ["check"], ["explain"], ["--help"]])(
    "that cannot be written is no success of %s",
    (command) => {
      const full = openSync(FULL, "w");
      const { status, stderr } = spawnSync(process.execPath, [PROGRAM, command], {
        env: cleanEnvironment(),
        input: `mail jane@acme.com\n`.repeat(10_000),
        stdio: ["pipe", full, "pipe"],
      });
      closeSync(full);
      expect([status, stderr.toString()]).toEqual([1, expect.stringContaining("standard output cannot be written")]);
    },
  );
});

describe("standard input", () => {
  it.each([["mask"], ["explain"], ["detect"], ["verify"]])("that is a folder is no empty input of %s", (command) => {
    const input = openSync(folder, "r");
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, command], {
      env: cleanEnvironment(),
      stdio: [input, "ignore", "pipe"],
    });
    closeSync(input);
    expect([status, stderr.toString()]).toEqual([
      2,
      "maskwire: -: is a folder; name a file, or leave it out to read stdin\n",
    ]);
  });
});

describe("a configuration file that nobody named", () => {
  it.each([["mask"], ["check"], ["explain"]])("is told of by %s, and not read", async (command) => {
    const home = await mkdtemp(join(folder, "home-"));
    await writeFile(join(home, "maskwire.yaml"), "nonsense: 1\n");
    const run = (...words: string[]) =>
      spawnSync(process.execPath, [PROGRAM, command, ...words], { cwd: home, env: cleanEnvironment(), input: "" });
    const [unread, named] = [run(), run("--config", "maskwire.yaml")];
    expect([unread.status, unread.stderr.toString()]).toEqual([
      0,
      expect.stringContaining("maskwire.yaml in this folder is not read; add --config maskwire.yaml"),
    ]);
    expect(named.stderr.toString()).toContain("maskwire.yaml:1:1: nonsense: unknown key");
    expect(named.stderr.toString()).not.toContain("is not read");
  });
});

describe("a file or folder that was named", () => {
  const COMMANDS = [
    ["mask"],
    ["explain"],
    ["check"],
    ["verify"],
    ["bench"],
    ["token", "mint"],
    ["manifests", "--out", "x"],
    ["worker", "build"],
    ["serve"],
  ];

  it.each(COMMANDS)("and is not there is a mistake of usage: %s", async (...words) => {
    const { code, stderr } = await runProgram([...words, "--config", join(folder, "nowhere.yaml")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("nowhere.yaml: does not exist; name a configuration")]);
  });

  // There a folder cannot be made, and Node's own way to make it never ends.
  it.skipIf(!existsSync("/proc/self"))("and cannot be made ends the program", async () => {
    const open = join(folder, "anybody.yaml");
    const unsafe = "{ host: 0.0.0.0, unsafeNoAuthentication: true, listenPort: ";
    await writeFile(
      open,
      `listeners: { publish: ${unsafe}8080 }, subscribe: ${unsafe}8081 }, admin: ${unsafe}9090 } }\nfeeds: { a: {} }\n`,
    );
    const key = { MASKWIRE_KEY: "k".repeat(32), MASKWIRE_ADMIN_PORT: "0" };
    const serve = await runProgram(["serve", "--port", "0", "--data-dir", "/proc/maskwire/x"], "", key);
    expect([serve.code, serve.stderr]).toEqual([1, expect.stringContaining("DATA_DIR_UNUSABLE")]);
    for (const words of [
      ["manifests", "--config", open, "--out", "/proc/maskwire"],
      ["worker", "build", "--config", open, "--out", "/proc/maskwire"],
    ]) {
      const { code, stderr } = await runProgram(words);
      expect([code, stderr]).toEqual([2, expect.stringContaining("--out: the folder cannot be written")]);
    }
  });

  it("stands behind the command that reads it", async () => {
    const text = join(folder, "text.log");
    await writeFile(text, "mail jane@acme.com\n");
    const configFile = join(folder, "good.yaml");
    await writeFile(configFile, "feeds: { a: {} }\n");
    const verified = await runProgram(["verify", text]);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/ cuts of 19 bytes as text/)]);
    const checked = await runProgram(["check", configFile]);
    expect([checked.code, checked.stderr]).toEqual([0, `maskwire: ${configFile}: ok\n`]);
    const both = await runProgram(["check", configFile, "--config", configFile]);
    expect([both.code, both.stderr]).toEqual([2, "maskwire: two configuration files; name one\n"]);
  });

  it.each(["verify", "bench"])("and holds nothing shows nothing: %s", async (command) => {
    const { code, stdout, stderr } = await runProgram([command]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining("the input is empty")]);
  });
});

describe("what maskwire serve tells to try", () => {
  it("carries a token wherever one is asked for", async () => {
    const configFile = join(folder, "views.yaml");
    const apiKey = `{ name: a, sha256: ${"a".repeat(64)}, grants: [{ actions: [subscribe], feeds: [orders], views: [support] }] }`;
    await writeFile(configFile, `auth: { apiKeys: [${apiKey}] }\nfeeds: { orders: { views: { support: default } } }\n`);
    const child = own(
      spawn(process.execPath, [PROGRAM, "serve", "--config", configFile, "--port", "0"], {
        env: cleanEnvironment({ MASKWIRE_ADMIN_PORT: "0" }),
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
    let said = "";
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (said.includes("/v1/mask")) break;
    }
    child.kill("SIGKILL");
    const lines = said.split("\n").filter((line) => line.includes("curl"));
    expect(lines.filter((line) => line.includes("?view=support"))).toHaveLength(1);
    // A listener of its own, which only the cluster reaches, asks for none.
    for (const line of lines.filter((one) => !one.includes("/metrics")))
      expect(line).toContain("-H 'authorization: Bearer …'");
  });
});

describe("maskwire explain", () => {
  it("explains more than a call takes arguments, each with its line", async () => {
    const lines = 130_000;
    const { code, stdout } = await runProgram(["explain"], "a@b.io\n".repeat(lines));
    expect([code, stdout.trimEnd().split("\n").length]).toEqual([0, lines]);
    expect(stdout).toMatch(/^130000:1 +✔ EMAIL/m);
  });
});
