/** What a configuration is put together from: file, variables, flags and the root key. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEnvironment } from "../../src/node/config/environment.ts";
import { checkReach, loadConfig } from "../../src/node/config/load.ts";
import { describeProblem } from "../../src/node/config/problem.ts";

describe("the environment", () => {
  it.each([
    ["MASKWIRE_PROT", "80", "MASKWIRE_PROT: no such variable; did you mean MASKWIRE_PORT?"],
    ["MASKWIRE_PORT", "8080 ", "MASKWIRE_PORT: write a port from 0 to 65535; 0 lets the system pick one"],
    ["MASKWIRE_PORT", "0x50", "MASKWIRE_PORT: write a port from 0 to 65535; 0 lets the system pick one"],
    ["MASKWIRE_PORT", "65536", "MASKWIRE_PORT: write a port from 0 to 65535; 0 lets the system pick one"],
    [
      "MASKWIRE_PORT",
      "tcp://10.0.0.1:80",
      "MASKWIRE_PORT: is a Kubernetes service link; set `enableServiceLinks: false` in the pod",
    ],
    [
      "MASKWIRE_SERVICE_HOST",
      "10.0.0.1",
      "MASKWIRE_SERVICE_HOST: is a Kubernetes service link; set `enableServiceLinks: false` in the pod",
    ],
    ["MASKWIRE_KEY", "", "MASKWIRE_KEY: is empty; unset it or give it a value"],
    ["MASKWIRE_UNSAFE_NO_AUTHENTICATION", "yes", "MASKWIRE_UNSAFE_NO_AUTHENTICATION: write true or false"],
  ])("refuses %s=%s", (name, value, says) => {
    const read = readEnvironment({ [name]: value, HOME: "/root" });
    expect(read.ok ? [] : read.problems.map(describeProblem)).toEqual([says]);
  });
});

describe("the configuration as a whole", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "maskwire-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("lets a flag win over a variable and a variable over the file", async () => {
    const configFile = join(folder, "ports.yaml");
    await writeFile(configFile, "listeners: { publish: { listenPort: 1 }, subscribe: { listenPort: 2 } }");
    const portsOf = async (environment: Record<string, string>, listenPort?: number) => {
      const loaded = await loadConfig({ environment, configFile, listenPort, missingKey: "none" });
      if (!loaded.ok) throw new Error(loaded.problems.map(describeProblem).join());
      const { publish, subscribe, admin } = loaded.value.config.listeners;
      return [publish.listenPort, subscribe.listenPort, admin.listenPort];
    };
    expect(await portsOf({})).toEqual([1, 2, 9090]);
    expect(await portsOf({ MASKWIRE_PORT: "3", MASKWIRE_ADMIN_PORT: "4" })).toEqual([3, 3, 4]);
    expect(await portsOf({ MASKWIRE_PORT: "3" }, 0)).toEqual([0, 0, 9090]);
  });

  it.each(["0.0.0.0", "::", "192.168.1.7", "127.0.0.1.example.com", "127.1", "localhost.example.com"])(
    "refuses to listen on %s unless it is said to be meant",
    async (host) => {
      const reach = async (environment: Record<string, string>) => {
        const loaded = await loadConfig({ environment, missingKey: "none" });
        return loaded.ok ? checkReach(loaded.value.config, loaded.value.problemAt).map(({ path }) => path) : [];
      };
      expect(await reach({ MASKWIRE_HOST: host })).toEqual(["listeners.publish.host", "listeners.subscribe.host"]);
      expect(await reach({ MASKWIRE_HOST: host, MASKWIRE_UNSAFE_NO_AUTHENTICATION: "true" })).toEqual([]);
    },
  );

  it.each(["127.0.0.1", "127.8.9.10", "::1", "localhost"])("takes the loopback address %s", async (host) => {
    const loaded = await loadConfig({ environment: { MASKWIRE_HOST: host }, missingKey: "none" });
    expect(loaded.ok && checkReach(loaded.value.config, loaded.value.problemAt)).toEqual([]);
  });

  it("refuses a file that is missing, not UTF-8, or too long", async () => {
    const badText = join(folder, "latin1.yaml");
    await writeFile(badText, Buffer.from([0x61, 0xff]));
    const tooLong = join(folder, "long.yaml");
    await writeFile(tooLong, Buffer.alloc(1_048_577, 0x0a));
    for (const configFile of [join(folder, "absent.yaml"), badText, tooLong, folder]) {
      expect((await loadConfig({ environment: {}, configFile, missingKey: "none" })).ok).toBe(false);
    }
  });

  it("takes a key of 32 bytes from the environment or a file, not from both, and none shorter", async () => {
    const keyFile = join(folder, "key");
    await writeFile(keyFile, `${"k".repeat(32)}\r\n`);
    const shortFile = join(folder, "short");
    await writeFile(shortFile, `${"k".repeat(31)}\n`);
    const load = (environment: Record<string, string>) => loadConfig({ environment, missingKey: "none" });
    const fromFile = await load({ MASKWIRE_KEY_FILE: keyFile });
    const fromText = await load({ MASKWIRE_KEY: "k".repeat(32) });
    expect(fromFile.ok && fromFile.value.keys?.print).toMatch(/^v1:/);
    expect(fromFile.ok && fromFile.value.keys?.print).toEqual(fromText.ok && fromText.value.keys?.print);
    for (const environment of [
      { MASKWIRE_KEY_FILE: shortFile },
      { MASKWIRE_KEY: "k".repeat(31) },
      { MASKWIRE_KEY_FILE: join(folder, "absent") },
      { MASKWIRE_KEY: "k".repeat(32), MASKWIRE_KEY_FILE: keyFile },
    ]) {
      const loaded = await load(environment);
      expect(loaded.ok).toBe(false);
      expect(JSON.stringify(loaded)).not.toContain("kkk");
    }
  });
});
