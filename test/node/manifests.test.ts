/** `maskwire manifests`: writes a folder, and tells which of its files are no longer what the configuration gives. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/node/cli.ts";
import { REPOSITORY } from "../support/repository.ts";

const CONFIG = join(REPOSITORY, "manifests/base/maskwire.yaml");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maskwire-manifests-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...words: string[]): Promise<{ exitCode: number; told: string }> {
  const stderr = new PassThrough();
  const io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    // Of the machine that prints, not of the pod.
    environment: { MASKWIRE_HOST: "127.0.0.1", MASKWIRE_PORT: "1" },
    userName: "tester",
    isStdoutTerminal: false,
    isStderrTerminal: false,
    onSignal: () => undefined,
    onHangup: () => undefined,
    exitNow: () => undefined,
  };
  const exitCode = await runCommandLine(["manifests", ...words], io, "0.0.0");
  return { exitCode, told: String(stderr.read() ?? "") };
}

const print = (...words: string[]) => run("--config", CONFIG, "--out", folder, ...words);

describe("maskwire manifests", () => {
  it("writes what --check then finds to be the same", async () => {
    expect((await print()).exitCode).toBe(0);
    expect(await print("--check")).toEqual({
      exitCode: 0,
      told: `maskwire: ${folder} is what the configuration gives\n`,
    });
    expect(readFileSync(join(folder, "base/maskwire.yaml"), "utf8")).toBe(readFileSync(CONFIG, "utf8"));
  });

  it("says with --check which files differ or are missing, and leaves them as they are", async () => {
    await print();
    const [changed, missing] = [join(folder, "base/services.yaml"), join(folder, "overlays/dev/kustomization.yaml")];
    appendFileSync(changed, "\n");
    rmSync(missing);
    const before = readFileSync(changed, "utf8");
    const { exitCode, told } = await print("--check");
    expect(exitCode).toBe(1);
    expect(told).toMatch(
      /services\.yaml differs\n.*overlays\/dev\/kustomization\.yaml is missing\n.*2 of \d+ files differ/,
    );
    expect(readFileSync(changed, "utf8")).toBe(before);
  });

  it("sees another configuration as a difference", async () => {
    await print();
    const other = join(folder, "other.yaml");
    writeFileSync(other, readFileSync(CONFIG, "utf8").replace("198.51.100.0/25", "198.51.100.0/26"));
    const { exitCode, told } = await run("--config", other, "--out", folder, "--check");
    expect(exitCode).toBe(1);
    expect(told).toMatch(/base\/maskwire\.yaml differs\n.*upstream-cidr\/network-policy\.yaml differs\n.*2 of/);
  });

  it("leaves files of others alone", async () => {
    writeFileSync(join(folder, "kustomization.yaml"), "resources: [base]\n");
    await print();
    expect((await print("--check")).exitCode).toBe(0);
    expect(readFileSync(join(folder, "kustomization.yaml"), "utf8")).toBe("resources: [base]\n");
  });

  it.each([
    ["no configuration", ["--out", "x"], /--config: name the configuration file of the pod/],
    ["no folder", ["--config", CONFIG], /required option '--out <folder>'/],
    ["another target", ["--config", CONFIG, "--out", "x", "--target", "nomad"], /k8s, cilium, cnp, helm/],
    ["a file that is none", ["--config", "/none.yaml", "--out", "x"], /none\.yaml: does not exist/],
    ["a folder that is a file", ["--config", CONFIG, "--out", CONFIG], /--out: the folder cannot be written/],
  ])("refuses %s", async (_, words, says) => {
    const { exitCode, told } = await run(...words);
    expect([exitCode, told]).toEqual([2, expect.stringMatching(says)]);
  });

  it("refuses an upstream by name alone with its line and three ways out", async () => {
    const file = join(folder, "f.yaml");
    writeFileSync(file, readFileSync(CONFIG, "utf8").replace(/ {4}cidrs: .*\n/, ""));
    const { exitCode, told } = await run("--config", file, "--out", folder);
    expect(exitCode).toBe(2);
    expect(told).toMatch(/f\.yaml:\d+:11: upstreams\.0\.host: .*its ranges.*egress gateway.*--target cilium/);
  });
});
