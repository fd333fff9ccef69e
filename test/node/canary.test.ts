/** The canary on this machine: what one try makes of a port, its program, and what a wrong configuration says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/node/config/read.ts";
import { describeProblem } from "../../src/node/config/problem.ts";
import { checkReach } from "../../src/node/config/load.ts";
import { dial } from "../../src/node/dial.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";
import { claimPort } from "../support/claim-port.ts";
import { own } from "../support/own.ts";
import { REPOSITORY } from "../support/repository.ts";
import { cleanEnvironment, PROGRAM, requireProgram, runProgram } from "../support/run-server.ts";

const HOST = "127.0.0.1";
/** That no try waits for, where it is to hear something. */
const LONG_MS = 60_000;
const WORD = "maskwire-canary 7081\n";
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A port on loopback that meets whoever connects as `greet` says. */
async function listen(greet: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    greet(socket);
  });
  servers.push(server);
  server.listen(0, HOST);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("a try", () => {
  it.each<[string, (socket: Socket) => void, string | undefined, string]>([
    ["a connection where no word is expected", () => undefined, undefined, "open"],
    ["the word", (socket) => void socket.end(WORD), WORD, "open"],
    [
      "the word in two pieces",
      (socket) => void (socket.write(WORD.slice(0, 5)), setTimeout(() => socket.end(WORD.slice(5)), 20)),
      WORD,
      "open",
    ],
    ["another word", (socket) => void socket.end("maskwire-canary 7082\n"), WORD, "failed"],
    ["more than the word", (socket) => void socket.end(`${WORD}x`), WORD, "failed"],
    ["half of the word and the end", (socket) => void socket.end(WORD.slice(0, 5)), WORD, "failed"],
    ["no word and the end", (socket) => void socket.end(), WORD, "failed"],
    ["a reset", (socket) => void socket.resetAndDestroy(), WORD, "shut"],
  ])("that meets %s", async (_, greet, greeting, outcome) => {
    const listenPort = await listen(greet);
    const options = { limitMs: LONG_MS, ...(greeting === undefined ? {} : { greeting }) };
    expect(await dial({ host: HOST, listenPort }, options)).toBe(outcome);
  });

  it("is shut where nobody listens, and where nobody says anything in time", async () => {
    expect(await dial({ host: HOST, listenPort: await claimPort() }, { limitMs: LONG_MS })).toBe("shut");
    const silent = await listen(() => undefined);
    expect(await dial({ host: HOST, listenPort: silent }, { limitMs: 100, greeting: WORD })).toBe("shut");
  });

  it("says nothing about policies when the name does not exist", async () => {
    const endpoint = { host: "no-such-name.invalid", listenPort: 7081 };
    expect(await dial(endpoint, { limitMs: LONG_MS })).toBe("failed");
  });
});

describe("maskwire canary", () => {
  it("greets on one port with the number of the other, and is silent there", async () => {
    requireProgram();
    const [control, forbidden] = [await claimPort(), await claimPort()];
    const words = ["canary", "--control", String(control), "--forbidden", String(forbidden)];
    const child = own(spawn(process.execPath, [PROGRAM, ...words], { env: cleanEnvironment() }));
    const exited = once(child, "exit");
    await once(createInterface({ input: child.stderr }), "line");
    const greeting = `maskwire-canary ${forbidden}\n`;
    expect(await dial({ host: HOST, listenPort: control }, { limitMs: LONG_MS, greeting })).toBe("open");
    expect(await dial({ host: HOST, listenPort: forbidden }, { limitMs: LONG_MS, greeting })).toBe("failed");
    expect(await dial({ host: HOST, listenPort: forbidden }, { limitMs: LONG_MS })).toBe("open");
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  it.each([
    ["one port for both", ["--control", "7080", "--forbidden", "7080"], 2],
    ["a port that is none", ["--control", "0"], 2],
    ["an address that is not ours", ["--host", "192.0.2.1"], 1],
  ])("refuses %s", async (_, words, code) => {
    expect((await runProgram(["canary", ...words])).code).toBe(code);
  });
});

describe("a configured canary", () => {
  it.each([
    [
      "canary: { control: 'c:7080', forbidden: 'c:7081', mode: strict }",
      "canary.mode: write one of: require, warn, off",
    ],
    [
      "canary: { control: 'c:7080' }",
      "canary.forbidden: is missing; write a text (in quotes when it looks like a number)",
    ],
    ["canary: { control: c, forbidden: 'c:7081' }", "canary.control: write host:port, such as"],
    [
      "canary: { control: 'c:7080', forbidden: 'd:7081' }",
      "canary.forbidden: write the host of `control` and another port",
    ],
    ["canary: { control: 'c:7080', forbidden: 'c:7080' }", "canary.forbidden: write another port than `control`"],
    ["canary: { control: 'c:7080', forbidden: 'c:7081', period: 3 }", "canary.period: unknown key"],
    ["limits: { canaryIntervalMs: 99 }", "limits.canaryIntervalMs: must be at least 100"],
    ["limits: { canaryTimeoutMs: 60001 }", "limits.canaryTimeoutMs: must be at most 60000"],
  ])("refuses %s", (yaml, text) => {
    const read = readConfig(yaml, "f");
    expect(read.ok ? [] : read.problems.map(describeProblem)).toEqual([expect.stringContaining(text)]);
  });

  it("is written as docs/operations.md has it", () => {
    const page = readFileSync(join(REPOSITORY, "docs/operations.md"), "utf8");
    const [, yaml] = /```yaml config=canary\n([^]*?)```/.exec(page) ?? [];
    expect(readConfig(yaml, "docs/operations.md")).toMatchObject({ ok: true, value: { canary: { mode: "require" } } });
  });

  it("requires policies unless it says otherwise", () => {
    const read = readConfig("canary: { control: 'c:7080', forbidden: 'c:7081' }", "f");
    expect(read.ok && read.value.canary).toEqual({ control: "c:7080", forbidden: "c:7081", mode: "require" });
  });

  it.each([
    [8080, "require", ["listeners.admin.listenPort"]],
    [8080, "warn", []],
    [9090, "require", []],
  ] as const)("with admin on %d and mode %s", (listenPort, mode, paths) => {
    const admin = { ...DEFAULT_CONFIG.listeners.admin, listenPort };
    const listeners = { ...DEFAULT_CONFIG.listeners, admin };
    const config = { ...DEFAULT_CONFIG, listeners, canary: { control: "c:1", forbidden: "c:2", mode } };
    const at = (path: readonly string[], text: string) => ({ source: "f", path: path.join("."), text });
    expect(checkReach(config, at).map(({ path }) => path)).toEqual(paths);
  });
});
