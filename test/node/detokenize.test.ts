/** Reversal as its users run it: the command, and a server with a file of audit records. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { openAuditFile } from "../../src/node/audit.ts";
import { readConfig } from "../../src/node/config/read.ts";
import { DEFAULT_CONFIG } from "../../src/server/config/config.ts";
import { refuseDetokenize } from "../../src/server/reversal/detokenize-rules.ts";
import { send } from "../contract/client.ts";
import { REPOSITORY } from "../support/repository.ts";
import { runProgram, runServer, writeConfig } from "../support/run-server.ts";
import { sha256 } from "../support/tokens.ts";

const KEY = "mwk_support-desk";
const ENVIRONMENT = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };
const TEXT = '{"to":"jane.doe@acme.com","pay":"4111 1111 1111 1111"}\n';
const RAW = /jane\.doe|1111 1111/;
const POLICIES = {
  default: { operators: { default: { operator: "encrypt" }, CREDIT_CARD: { operator: "fpe" } } },
  acme: { operators: { default: { operator: "encrypt" } }, tenant: "acme" },
};

let folder = "";
let config = "";
let tokens = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-detokenize-"));
  config = join(folder, "maskwire.yaml");
  await writeFile(config, writeConfig({ policies: POLICIES }));
  const words = ["mask", "--format", "ndjson", "--config", config];
  tokens = (await runProgram(words, TEXT, ENVIRONMENT)).stdout;
});
afterAll(() => rm(folder, { recursive: true }));

const detokenize = (words: readonly string[], environment: Readonly<Record<string, string>> = ENVIRONMENT) =>
  runProgram(["detokenize", "--format", "ndjson", "--config", config, ...words], tokens, environment);
const recordsIn = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("the command", () => {
  it("gives back what the other one took, and says on standard error who did that", async () => {
    expect(tokens).not.toMatch(RAW);
    const { code, stdout, stderr } = await detokenize(["--purpose", "refund for jane.doe@acme.com"]);
    expect([code, stdout]).toEqual([0, TEXT]);
    const [begin, end] = recordsIn(stderr);
    const known = { purpose: "refund for [EMAIL]", policy: "default", who: expect.stringMatching(/./) as string };
    expect(begin).toMatchObject({ event: "detokenize-begin", ...known });
    expect(end).toMatchObject({ event: "detokenize-end", ...known, restored: { EMAIL: 1, CREDIT_CARD: 1 } });
    expect(stderr).not.toMatch(RAW);
  });

  it("appends to a file that only its owner reads", async () => {
    const audit = join(folder, "audit.ndjson");
    for (const purpose of ["one", "two"]) {
      const { code, stderr } = await detokenize(["--purpose", purpose, "--audit", audit]);
      expect([code, stderr]).toEqual([0, ""]);
    }
    const text = await readFile(audit, "utf8");
    expect(recordsIn(text).map(({ purpose }) => purpose)).toEqual(["one", "one", "two", "two"]);
    expect((await stat(audit)).mode & 0o777).toBe(0o600);
    expect(text).not.toMatch(RAW);
  });

  it("leaves what another tenant's keys have made", async () => {
    const words = ["--purpose", "x", "--policy", "acme"];
    expect(await detokenize(words)).toMatchObject({ code: 0, stdout: tokens });
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, number, RegExp]>([
    ["a purpose", [], ENVIRONMENT, 2, /--purpose/],
    ["a purpose that says something", ["--purpose", " "], ENVIRONMENT, 2, /1 to 256 printable/],
    ["a key", ["--purpose", "x"], {}, 2, /KEY_MISSING/],
    ["a file for the record", ["--purpose", "x", "--audit", "/nonexistent/audit"], ENVIRONMENT, 1, /AUDIT_UNAVAILABLE/],
  ])("gives nothing without %s", async (_what, words, environment, code, says) => {
    const result = await detokenize(words, environment);
    expect([result.code, result.stdout]).toEqual([code, ""]);
    expect(result.stderr).toMatch(says);
  });
});

describe("a server", () => {
  it("writes a file of records that hold no value, and no value to its log", async () => {
    const auditFile = join(folder, "server.ndjson");
    const grants = [{ actions: ["detokenize", "mask"], feeds: ["default"] }];
    const server = await runServer({
      config: {
        policies: POLICIES,
        auth: { apiKeys: [{ name: "desk", sha256: sha256(KEY), grants }] },
        detokenize: { policies: ["default"], auditFile },
      },
      environment: ENVIRONMENT,
    });
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/x-ndjson" };
    const url = `${server.origin}/v1/detokenize`;
    const chunks = [tokens.slice(0, 20), tokens.slice(20)];
    const answer = await send(url, {
      method: "POST",
      headers: { ...headers, "maskwire-purpose": "ticket 17" },
      chunks,
    });
    expect(answer).toMatchObject({ status: 200, text: TEXT, isWhole: true });
    expect((await send(url, { method: "POST", headers, chunks })).status).toBe(400);
    const text = await readFile(auditFile, "utf8");
    expect(recordsIn(text)).toMatchObject([
      { event: "detokenize-begin", who: "desk", policy: "default", purpose: "ticket 17" },
      { event: "detokenize-end", restored: { EMAIL: 1, CREDIT_CARD: 1 }, outcome: "COMPLETE" },
      { event: "detokenize-refused", outcome: "PURPOSE_NEEDED" },
    ]);
    expect(await server.stop()).toBe(0);
    expect(text + server.logged()).not.toMatch(RAW);
  });

  it.each([
    ["detokenize: { policies: [default] }\n", /:1:13: detokenize: .*needs `auth`/],
    [
      "auth: { apiKeys: [{ name: a, sha256: HASH, grants: [{ actions: [detokenize], feeds: ['>'] }] }] }\n",
      /:1:125: auth\.apiKeys\.0\.grants\.0\.actions\.0: .*never takes effect/,
    ],
    [
      "auth: { apiKeys: [{ name: a, sha256: HASH, grants: [{ actions: [detokenize], feeds: ['>'] }] }] }\ndetokenize:\n  policies:\n    - default\n",
      /:4:7: detokenize\.policies\.0: .*uses neither/,
    ],
    ["detokenize: { policies: [] }\n", /:1:25: detokenize\.policies/],
    ["detokenize: { policies: [default], callsPerMinute: 0 }\n", /:1:52: detokenize\.callsPerMinute/],
  ])("is refused by the line: %s", async (yaml, says) => {
    const file = join(folder, "bad.yaml");
    await writeFile(file, yaml.replace("HASH", sha256(KEY)));
    const words = { check: ["check", "--config", file], serve: ["serve", "--config", file] };
    const [checked, served] = [
      await runProgram(words.check, "", ENVIRONMENT),
      await runProgram(words.serve, "", ENVIRONMENT),
    ];
    expect([checked.code, served.code]).toEqual([1, 2]);
    expect(checked.stderr).toMatch(says);
    expect(served.stderr).toMatch(says);
  });
});

it("a file that was taken away begins anew", async () => {
  const path = join(folder, "rotated.ndjson");
  const audit = await openAuditFile(path);
  const record = { event: "detokenize-begin", atMs: 0, call: "0", who: { name: "ann" } } as const;
  await audit.append(record);
  await rm(path);
  await audit.append(record);
  expect(recordsIn(await readFile(path, "utf8"))).toHaveLength(1);
});

it("the page's example holds", () => {
  const page = readFileSync(join(REPOSITORY, "docs/operations.md"), "utf8");
  const [, yaml = ""] = /```yaml config=detokenize\n([^]*?)```/.exec(page) ?? [];
  const read = readConfig(yaml, "docs/operations.md");
  expect(read.ok ? [] : read.problems).toEqual([]);
  if (!read.ok) return;
  const { auth: _, ...config } = read.value;
  const auth = { issuers: [], apiKeys: read.value.auth?.apiKeys ?? [] };
  expect(refuseDetokenize({ ...DEFAULT_CONFIG, ...config, auth }, { hasKeys: true })).toEqual([]);
});
