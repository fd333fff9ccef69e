import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigurationError } from "../../src/core/index.ts";
import { runCommandLine } from "../../src/node/cli.ts";
import { nodeClock } from "../../src/node/clock.ts";
import type { Io } from "../../src/node/io.ts";
import { createLog } from "../../src/node/log.ts";
import { startServer, type RunningServer } from "../../src/node/server.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import { CASE_KEY } from "../support/cases.ts";
import { keysFrom } from "../support/keys.ts";
import { idOf, numbersIn, spoiled } from "../faults/exits.ts";
import { EVENTS, type Fault, FAULTS, FIXED_FAULTS, LIMIT_BYTES, RAW, Trap } from "../faults/faults.ts";
import { describeFaults, expectNothingOf, type StartFaultyHost } from "../faults/matrix.ts";

const HMAC = { hmac: Object.getPrototypeOf(createHmac("sha256", "")) as object };

const start: StartFaultyHost = async (contract) => {
  const lines: string[] = [];
  const listener = { host: "127.0.0.1", listenPort: 0, unsafeNoAuthentication: false };
  const config: ServerConfig = {
    ...DEFAULT_CONFIG,
    ...contract,
    listeners: { publish: listener, subscribe: listener, admin: listener },
    limits: { ...DEFAULT_CONFIG.limits, ...contract.limits },
  };
  const log = createLog((line) => void lines.push(line));
  const running = await startServer(config, { clock: nodeClock, log, keys: keysFrom() });
  const origin = `http://127.0.0.1:${running.addresses[0]?.listenPort}`;
  const trap = new Trap();
  return {
    origin,
    arm: (fault) => {
      trap.arm(fault, HMAC);
      if (fault.reload !== undefined) reload(running, config, fault);
      return Promise.resolve();
    },
    repair: () => {
      trap.repair();
      running.server.reload(config);
      return Promise.resolve();
    },
    fired: () => Promise.resolve(trap.fired),
    told: async () => lines.join("") + (await (await fetch(`${origin}/metrics`)).text()),
    stop: () => running.stop(),
  };
};

/** Gives the server a configuration in which the fault's policy redacts all, or one with a policy that does not hold. */
function reload({ server }: RunningServer, config: ServerConfig, fault: Fault): void {
  if (fault.reload === "live") {
    server.reload({ ...config, reload: "live", policies: { ...config.policies, [idOf(fault)]: {} } });
  } else {
    const policies = { ...config.policies, [idOf(fault)]: { entities: ["NOBODY"] } };
    expect(() => server.reload({ ...config, reload: "live", policies })).toThrow(ConfigurationError);
  }
}

describeFaults("Node", { start, faults: FAULTS, hasTrailers: true });

describe("a fault at the command line", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "maskwire-faults-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs `maskwire mask` in this process and breaks it while the second event is under way. */
  async function run(fault: Fault, environment: Io["environment"]) {
    const config = join(folder, "maskwire.yaml");
    const policies = { default: fault.policy ?? {} };
    await writeFile(config, JSON.stringify({ policies, limits: { lineLimitBytes: LIMIT_BYTES } }));
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    let out = "";
    let errors = "";
    stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const world = {
      userName: "tester",
      isStdoutTerminal: false,
      isStderrTerminal: false,
      onSignal() {},
      onHangup() {},
      exitNow() {},
    };
    const io: Io = { stdin, stdout, stderr, environment, ...world };
    const done = runCommandLine(["mask", "--format", "ndjson", "--config", config], io, "0");
    const trap = new Trap();
    stdin.write(`${EVENTS[0]}\n`);
    await Promise.race([done, new Promise((resolve) => stdout.once("data", resolve))]);
    trap.arm(fault, HMAC);
    stdin.write(`${spoiled(fault)}\n`);
    stdin.end(`${EVENTS[2]}\n`);
    const code = await done;
    trap.repair();
    return { code, out, errors };
  }

  const KEYED = { MASKWIRE_KEY: new TextDecoder().decode(CASE_KEY) };

  test.each(FIXED_FAULTS.map((fault) => [fault.name, fault] as const))(
    "%s, and nothing raw leaves",
    async (_name, fault) => {
      const { code, out, errors } = await run(fault, KEYED);
      expectNothingOf(RAW, out + errors);
      const isBroken = fault.stream === "broken";
      expect([code, numbersIn(out)]).toEqual(isBroken ? [1, [1]] : [0, [1, 2, 3]]);
      expect(errors).toMatch(isBroken ? /^maskwire: stopped: [A-Z_]+: / : /^$/);
    },
  );

  test("a key is missing, and nothing is read", async () => {
    const hashing = FAULTS.find(({ policy }) => policy?.operators !== undefined) as Fault;
    const { code, out, errors } = await run(hashing, {});
    expect([code, out]).toEqual([2, ""]);
    expect(errors).toContain("KEY_MISSING");
    expectNothingOf(RAW, errors);
  });
});
