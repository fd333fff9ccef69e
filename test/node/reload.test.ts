/** The built server with a configuration file that changes under it: saved, renamed, swapped as Kubernetes does, broken. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Call } from "../contract/client.ts";
import { runServer, type RunOptions, type ServerProcess, writeConfig } from "../support/run-server.ts";

const CARD = "4111 1111 1111 1111";
const keepLast = (digits: number): object => ({
  policies: { default: { operators: { CREDIT_CARD: { operator: "mask", keepLast: digits } } } },
});
const maskBut = (digits: number): string => {
  let left = 16 - digits;
  return CARD.replaceAll(/\d/g, (digit) => (left-- > 0 ? "*" : digit));
};

const running: ServerProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    expect(await server.stop()).toBe(0);
    expect(server.logged()).not.toContain(CARD);
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function start(options: RunOptions): Promise<ServerProcess> {
  const server = await runServer(options);
  running.push(server);
  return server;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "maskwire-reload-"));
  folders.push(folder);
  return folder;
}

async function mask(server: ServerProcess): Promise<string> {
  const headers = { "content-type": "text/plain" };
  return (await fetch(`${server.origin}/v1/mask`, { method: "POST", headers, body: CARD })).text();
}

/** Whole at once: a file that is written in place is seen empty in between, which counts on a slow machine. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

const readyz = async (server: ServerProcess): Promise<unknown> => (await fetch(`${server.origin}/readyz`)).json();
/** A folder as the kubelet lays one out: the file is a link through `..data`, which a swap turns to a new folder. */
class ConfigMapFolder {
  readonly #folder: string;
  #version = 0;
  #live: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get file(): string {
    return join(this.#folder, "maskwire.yaml");
  }

  async swap(text: string): Promise<void> {
    const name = `..2026_01_01_00_00_00.${this.#version++}`;
    await mkdir(join(this.#folder, name));
    await writeFile(join(this.#folder, name, "maskwire.yaml"), text);
    await symlink(name, join(this.#folder, "..data_tmp"));
    await rename(join(this.#folder, "..data_tmp"), join(this.#folder, "..data"));
    if (this.#live === undefined) await symlink("..data/maskwire.yaml", this.file);
    else await rm(join(this.#folder, this.#live), { recursive: true });
    this.#live = name;
  }
}

describe("a new configuration file", () => {
  test("is taken over at each of many swaps of a ConfigMap", async () => {
    const map = new ConfigMapFolder(await makeFolder());
    await map.swap(writeConfig(keepLast(1)));
    const server = await start({ configFile: map.file });
    expect(await mask(server)).toBe(maskBut(1));
    for (let swaps = 1; swaps <= 5; swaps++) {
      const digits = 1 + (swaps % 5);
      await map.swap(writeConfig(keepLast(digits)));
      await server.untilLogged("configuration-taken", swaps);
      expect(await mask(server)).toBe(maskBut(digits));
    }
    await server.untilMetric('config_reloads_total{result="taken"}', 5);
  });

  test("is taken over when it is saved in place, and when another takes its name, and when its folder is another one", async () => {
    const folder = await makeFolder();
    const file = join(folder, "v1", "maskwire.yaml");
    for (const name of ["v1", "v2"]) await mkdir(join(folder, name));
    await writeFile(file, writeConfig(keepLast(1)));
    await symlink("v1", join(folder, "live"));
    const server = await start({ configFile: join(folder, "live", "maskwire.yaml") });
    await writeFile(file, writeConfig(keepLast(2)));
    await server.untilLogged("configuration-taken", 1);
    expect(await mask(server)).toBe(maskBut(2));
    await writeFile(`${file}.new`, writeConfig(keepLast(3)));
    await rename(`${file}.new`, file);
    await server.untilLogged("configuration-taken", 2);
    expect(await mask(server)).toBe(maskBut(3));
    await writeFile(join(folder, "v2", "maskwire.yaml"), writeConfig(keepLast(4)));
    await symlink("v2", join(folder, "live.new"));
    await rename(join(folder, "live.new"), join(folder, "live"));
    await server.untilLogged("configuration-taken", 3);
    expect(await mask(server)).toBe(maskBut(4));
    await writeFile(join(folder, "v2", "maskwire.yaml"), writeConfig(keepLast(5)));
    await server.untilLogged("configuration-taken", 4);
    expect(await mask(server)).toBe(maskBut(5));
  });

  test("is read again at SIGHUP, changed or not", async () => {
    const server = await start({ config: keepLast(2) });
    server.child.kill("SIGHUP");
    await server.untilLogged("configuration-taken", 1);
    await server.untilSaid(/"event":"configuration-taken","changedPolicies":0,"oldStreams":0/);
    expect(await mask(server)).toBe(maskBut(2));
  });

  const BAD: readonly (readonly [string, string, RegExp, number, number])[] = [
    ["is no YAML", "policies: [", /.*/, 1, 12],
    ["has an unknown key", "policies:\n  default:\n    operator: {}", /policies\.default\.operator: unknown key/, 3, 5],
    [
      "names what nobody looks for",
      "policies:\n  a:\n    operators:\n      NOBODY: { operator: redact }",
      /no such entity/,
      4,
      7,
    ],
    [
      "needs a key that is not there",
      writeConfig({ policies: { a: { operators: { default: { operator: "hash" } } } } }),
      /KEY_MISSING/,
      1,
      42,
    ],
    [
      "changes a limit",
      `${writeConfig(keepLast(2)).slice(0, -2)},\n"heartbeatMs":1000}}`,
      /limits\.heartbeatMs: .*restart/,
      2,
      15,
    ],
    ["is empty", "", /is empty/, 1, 1],
    ["is cut to white space", "\n\n", /is empty/, 1, 1],
  ];
  test.each(BAD)(
    "that %s changes nothing and is told everywhere, until a good one comes",
    async (_name, text, says, line, column) => {
      const server = await start({ config: keepLast(2) });
      expect(await readyz(server)).toMatchObject({ ready: true, configuration: { state: "current" } });
      await replace(server.configFile, text);
      await server.untilLogged("configuration-refused", 1);
      expect(await mask(server)).toBe(maskBut(2));
      expect(await readyz(server)).toMatchObject({
        ready: true,
        configuration: { state: "refused", problems: [{ line, column }] },
      });
      await server.untilSaid(new RegExp(`"event":"configuration-refused".*"line":${line},"column":${column}`));
      await server.untilSaid(says);
      await server.untilMetric("config_refused", 1);
      await server.untilMetric('config_reloads_total{result="refused"}', 1);
      await replace(server.configFile, writeConfig(keepLast(3)));
      await server.untilLogged("configuration-taken", 1);
      expect(await mask(server)).toBe(maskBut(3));
      await server.untilMetric("config_refused", 0);
      expect(await readyz(server)).toMatchObject({ configuration: { state: "current" } });
    },
  );

  test.each([
    ["keep", { isWhole: true, text: `${maskBut(1)}\n${maskBut(1)}\n` }],
    ["live", { isWhole: false, text: `${maskBut(1)}\n` }],
  ])("with `reload: %s` and mask requests that are open", async (reload, expected) => {
    const server = await start({ config: { ...keepLast(1), reload } });
    const call = new Call(`${server.origin}/v1/mask`, { method: "POST", headers: { "content-type": "text/plain" } });
    await call.write(`${CARD}\n${CARD}`);
    await call.until((text) => text.includes("\n"));
    await replace(server.configFile, writeConfig({ ...keepLast(2), reload }));
    await server.untilLogged("configuration-taken", 1);
    expect(server.logged()).toContain(`"changedPolicies":1,"oldStreams":${reload === "keep" ? 1 : 0}`);
    await server.untilMetric("streams_on_old_policy", reload === "keep" ? 1 : 0);
    await call.write("\n");
    call.end();
    expect(await call.answer()).toMatchObject(expected);
    await server.untilMetric("streams_on_old_policy", 0);
  });

  test("that goes away changes nothing and is told, until it is back", async () => {
    const server = await start({ config: keepLast(2) });
    await rm(server.configFile);
    await server.untilLogged("configuration-refused", 1);
    expect(await mask(server)).toBe(maskBut(2));
    await replace(server.configFile, writeConfig(keepLast(2)));
    await server.untilLogged("configuration-taken", 1);
    await server.untilMetric("config_refused", 0);
  });
});
