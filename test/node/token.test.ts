/** `maskwire token`, as a person would use it: mint, look, knock. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../support/run-server.ts";

const SECRETS = { one: "1".repeat(32), two: "2".repeat(32), shared: "s".repeat(32) };
const ISSUERS = ["one", "two", "shared"] as const;

let folder: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-token-"));
  config = join(folder, "maskwire.yaml");
  const issuers = ISSUERS.map((name) => ({
    issuer: `https://${name}.example/`,
    audience: name === "two" ? ["other", "maskwire"] : "maskwire",
    algorithms: ["HS256"],
    ...(name === "shared" ? {} : { secretFile: join(folder, name) }),
  }));
  await writeFile(config, JSON.stringify({ auth: { issuers } }));
  for (const name of ISSUERS) await writeFile(join(folder, name), `${SECRETS[name]}\n`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = { MASKWIRE_JWT_SECRET: SECRETS.shared };
const run = (words: readonly string[], input = "", variables: Readonly<Record<string, string>> = environment) =>
  runProgram(["token", ...words, "--config", config], input, variables);

describe("maskwire token", () => {
  test.each(ISSUERS)("mints and verifies a JWT of the issuer with the secret of its own: %s", async (name) => {
    const minted = await run(["mint", "--issuer", `https://${name}.example/`, "-g", "subscribe:orders.*:support"]);
    expect([minted.code, minted.stderr]).toEqual([0, ""]);
    const [, payload = ""] = minted.stdout.split(".");
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      iss: `https://${name}.example/`,
      sub: "developer",
      aud: name === "two" ? "other" : "maskwire",
    });
    const verified = await run(["verify"], minted.stdout);
    expect(verified.stdout).toMatch(/^until .*\nsubscribe {2}orders\.\* {2}support\n$/);
  });

  test("takes the first issuer by itself, and another subject", async () => {
    const { stdout } = await run(["mint", "-g", "mask:>", "--subject", "ann"]);
    const [, payload = ""] = stdout.split(".");
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      iss: "https://one.example/",
      sub: "ann",
    });
  });

  test.each([
    ["an issuer that is none", ["--issuer", "https://evil.example/"], "no such issuer"],
    ["no grant", [], "--grant"],
  ])("refuses to mint with %s", async (name, words, says) => {
    const grant = name === "no grant" ? [] : ["-g", "mask:>"];
    const { code, stderr, stdout } = await run(["mint", ...words, ...grant]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(says);
  });

  test.each([
    ["is not there", "nowhere", "the file does not exist"],
    ["is too short", "short", "the secret has 5 bytes and needs at least 32"],
  ])("refuses a secretFile that %s, and says where", async (_, name, says) => {
    await writeFile(join(folder, "short"), "12345\n");
    const file = join(folder, `${name}.yaml`);
    const issuer = { issuer: "a", audience: "b", algorithms: ["HS256"], secretFile: join(folder, name) };
    await writeFile(file, JSON.stringify({ auth: { issuers: [issuer] } }));
    const { code, stderr } = await runProgram(["token", "mint", "-c", file, "-g", "mask:>"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`auth.issuers.0.secretFile: ${says}`);
    expect(stderr).not.toContain("12345");
  });

  test("says that a secret is missing", async () => {
    const { code, stderr } = await run(["mint", "-g", "mask:>"], "", {});
    expect(code).toBe(2);
    expect(stderr).toContain("auth.issuers.2.algorithms: HS ones need a secret");
  });
});
