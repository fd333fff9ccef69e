/** The pack `phones` with the real library, and without it: the built program in a folder that lacks the package. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { cleanEnvironment, PROGRAM, requireProgram } from "../support/run-server.ts";

const CONFIG = "policies:\n  default:\n    packs: [phones]\n";

let folder = "";
let config = "";
beforeAll(() => {
  requireProgram();
  folder = mkdtempSync(join(tmpdir(), "maskwire-phones-"));
  config = join(folder, "maskwire.yaml");
  writeFileSync(config, CONFIG);
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(program: string, words: readonly string[], input = ""): { code: number | null; out: string; err: string } {
  const env = cleanEnvironment({ MASKWIRE_PORT: "0", MASKWIRE_ADMIN_PORT: "0" });
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { env, input, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

describe("with libphonenumber-js", () => {
  it.each([
    ["+44 20 7946 0958", "[PHONE]"],
    ["(415) 555-2671 x204", "[PHONE]"],
    ["030/12345678", "[PHONE]"],
    // No area of North America is 599, and no number of Great Britain begins with 100.
    ["(599) 888-3058", "(599) 888-3058"],
    ["+44 100 000 000", "+44 100 000 000"],
  ])("%j becomes %j", (text, masked) => {
    const { code, out } = run(PROGRAM, ["mask", "--format", "text", "--config", config], `call: ${text}\n`);
    expect([code, out]).toEqual([0, `call: ${masked}\n`]);
  });

  it("hides all of them where no policy asks for it", () => {
    const { out } = run(PROGRAM, ["mask", "--format", "text"], "call: (599) 888-3058, +44 100 000 000\n");
    expect(out).toBe("call: [PHONE], [PHONE]\n");
  });
});

describe("without libphonenumber-js", () => {
  let program = "";
  beforeAll(() => {
    const copy = join(folder, "copy");
    cpSync(join(REPOSITORY, "dist"), join(copy, "dist"), { recursive: true });
    cpSync(join(REPOSITORY, "package.json"), join(copy, "package.json"));
    mkdirSync(join(copy, "node_modules"));
    for (const name of readdirSync(join(REPOSITORY, "node_modules")))
      if (name !== "libphonenumber-js")
        symlinkSync(join(REPOSITORY, "node_modules", name), join(copy, "node_modules", name));
    program = join(copy, "dist/node/main.js");
  });

  it.each(["check", "serve", "mask"])("%s says what to install, and where", (command) => {
    const { code, err } = run(program, [command, "--config", config]);
    expect(code).not.toBe(0);
    expect(err).toContain("maskwire.yaml:3:12: policies.default.packs: BAD_CONFIG");
    expect(err).toContain("packs: phones needs libphonenumber-js: `npm install libphonenumber-js`");
  });

  it("masks by policies that do not ask for it", () => {
    expect(run(program, ["mask", "--format", "text"], "call (415) 555-2671\n").out).toBe("call [PHONE]\n");
  });
});

it("a worker has no such library: the build of a deployment refuses the pack", () => {
  const edge = join(folder, "edge.yaml");
  const open = ["publish", "subscribe"].map((name) => `  ${name}: { unsafeNoAuthentication: true }\n`).join("");
  writeFileSync(edge, `listeners:\n${open}${CONFIG}`);
  const { code, err } = run(PROGRAM, ["worker", "build", "--config", edge, "--out", join(folder, "out")]);
  expect(code).toBe(1);
  expect(err).toContain("policies.default.packs");
  expect(err).toContain("cannot take effect at the edge");
});
