/** Packages that detectors are compared with: what they claim, and that one that never returns is ended. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TYPES } from "../../bench/quality/corpora.ts";
import { SECRET } from "../../bench/quality/judge.ts";
import { nameRow, rowsOf } from "../../bench/quality/peers/figures.ts";
import { NPM_PEERS, underOurNames } from "../../bench/quality/peers/peers.ts";
import { REPOSITORY } from "../support/repository.ts";

describe("the packages of npm", () => {
  it.each(NPM_PEERS.map((peer) => [peer.name, peer] as const))("claim types that corpora label: %s", (_, peer) => {
    expect([...Object.keys(TYPES), SECRET]).toEqual(expect.arrayContaining(Object.keys(peer.claims)));
    expect(peer.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("have their names turned into ours, and no other name taken for one of ours", () => {
    const peer = { ...NPM_PEERS[0], claims: { EMAIL: ["mail"] } };
    const found = ["mail", "EMAIL", "zip"].map((type, start) => ({ start, end: start + 1, type }));
    expect(underOurNames(peer, found).map(({ type }) => type)).toEqual(["EMAIL", "other EMAIL", "other zip"]);
  });

  it("keep their rows apart, whatever is in their names", () => {
    const row = { bench: "log", subject: "EMAIL", metric: "found", value: 1, unit: "values", note: "" };
    const rows = ["a", "@a/b", "b"].map((peer, value) => nameRow({ ...row, value }, peer));
    expect(["a", "@a/b", "b", "@a"].map((peer) => rowsOf(rows, peer))).toEqual([
      [{ ...row, value: 0 }],
      [{ ...row, value: 1 }],
      [{ ...row, value: 2 }],
      [],
    ]);
  });
});

describe("a package in a process of its own", () => {
  let folder: string;
  const program = (): string => join(folder, "program.mjs");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "maskwire-peer-"));
    const home = join(folder, ".peers/node_modules/stand-in");
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, "index.mjs"),
      `export const redact = (text) => { while (text === "hang") {} return text.replaceAll("a@b.c", "[mail]"); };`,
    );
    const contents = `
      import { answer } from "./bench/quality/peers/answering.ts";
      import { alignTokens } from "./bench/quality/peers/spans.ts";
      const find = ({ redact }) => async (text) => ({
        findings: alignTokens(text, redact(text), /\\[(mail)\\]/g).map(({ start, end, name }) => ({ start, end, type: name })),
        isAligned: true,
      });
      const [folder, seconds] = process.argv.slice(2);
      await answer({ name: "stand-in", entry: "index.mjs", claims: { EMAIL: ["mail"] }, open: find }, folder, Number(seconds));
    `;
    const stdin = { contents, resolveDir: REPOSITORY, loader: "ts" } as const;
    await build({ stdin, outfile: program(), bundle: true, format: "esm", platform: "node", packages: "external" });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("answers every line", () => {
    const input = `{"id":"1","text":"to a@b.c"}\n{"id":"2","text":"none"}\n`;
    const { status, stdout, stderr } = spawnSync(process.execPath, [program(), folder, "60"], {
      input,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, "unaligned texts: 0\n"]);
    expect(stdout).toBe(`{"id":"1","spans":[{"start":3,"end":8,"type":"EMAIL"}]}\n{"id":"2","spans":[]}\n`);
  });

  it("is ended when it does not return within its time", () => {
    const input = `{"id":"1","text":"hang"}\n`;
    const { signal, stdout } = spawnSync(process.execPath, [program(), folder, "0.5"], { input, encoding: "utf8" });
    expect([signal, stdout]).toEqual(["SIGKILL", ""]);
  });
});
