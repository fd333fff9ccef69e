/** Live policies that ask for what their deployment was put together without. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorCode, post } from "../contract/client.ts";
import { EMAIL } from "../contract/raw.ts";
import { OPEN_CONFIG, startLive } from "../support/live-policies.ts";
import { REPOSITORY } from "../support/repository.ts";

let folder: string;
/** Of a configuration that needs no module that a deployment may go without. */
let modules: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "maskwire-live-"));
  modules = join(folder, "edge");
  const file = join(folder, "maskwire.yaml");
  await writeFile(file, JSON.stringify(OPEN_CONFIG));
  const words = [join(REPOSITORY, "dist/node/main.js"), "worker", "build", "--config", file, "--out", modules];
  await promisify(execFile)(process.execPath, words);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const operator = (name: string): object => ({ operators: { EMAIL: { operator: name } } });

test.each([
  ["an operator", operator("pseudonym"), "operators.EMAIL"],
  ["an operator that drops", { onInvalid: "drop", ...operator("drop-event") }, "operators.EMAIL"],
  ["extra fields to be dropped", { extraFields: "drop" }, "extraFields"],
  ["base64 to be decoded", { decodeBase64: true }, undefined],
  ["values over line breaks", { crossLine: true }, undefined],
  ["rounds of decoding", { decodeDepth: 2 }, undefined],
  ["a cipher", { ...operator("encrypt") }, undefined],
  ["a pack", { packs: ["de"] }, "packs.0"],
  [
    "a script",
    { detectors: [{ entity: "CALLSIGN", pattern: "\\p{Greek}{3}", hits: ["ΑΒΓ"], misses: ["x"] }] },
    "detectors.0.pattern",
  ],
  [
    "a category",
    { detectors: [{ entity: "CALLSIGN", pattern: "\\p{Lu}{3}", hits: ["ΑΒΓ"], misses: ["x"] }] },
    "detectors.0.pattern",
  ],
] as const)(
  "that ask for %s, which it has not, are refused for every request, and the log says where",
  async (_name, policy, key) => {
    const code = key === "detectors.0.pattern" ? "BAD_PATTERN" : "BAD_CONFIG";
    const live = JSON.stringify({ policies: { support: policy } });
    const { worker, stop } = await startLive(live, { folder: modules, variables: { MASKWIRE_KEY: "k".repeat(32) } });
    try {
      const masked = await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL);
      const published = await post(`${worker.origin}/v1/feeds/a/events`, "application/json", `"${EMAIL}"`);
      expect([masked, published].map((answer) => [answer.status, errorCode(answer)])).toEqual([
        [500, code],
        [500, code],
      ]);
      const at = ["MASKWIRE_LIVE.policies.support", ...(key === undefined ? [] : [key])].join(".");
      await worker.untilLogged(`"event":"config-refused","key":"${at}","code":"${code}"`);
      expect(masked.text + published.text + worker.log()).not.toContain(EMAIL);
    } finally {
      await stop();
    }
  },
);

test("that ask for what it has are in force", async () => {
  const live = JSON.stringify({ policies: { default: operator("mask") } });
  const { worker, stop } = await startLive(live, { folder: modules });
  try {
    const { text } = await post(`${worker.origin}/v1/mask`, "text/plain", EMAIL);
    expect(text).toMatch(/^[*.@]+e\.com$/);
  } finally {
    await stop();
  }
});
