/** `maskwire bench` as a user meets it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireProgram, runProgram } from "../support/run-server.ts";

const EMAIL = "ana.torres@example.com";
let folder = "";

beforeAll(async () => {
  requireProgram();
  folder = await mkdtemp(join(tmpdir(), "maskwire-bench-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Figures {
  readonly rounds: number;
  readonly nanosecondsPerByte: number;
  readonly megabytesPerSecond: number;
  readonly firstMegabytesPerSecond: number;
  readonly heldBytesMax: number;
}

describe("maskwire bench", () => {
  it("measures an input, and prints none of it", async () => {
    const input = `{"a":"${EMAIL}"}\n`.repeat(50);
    const words = ["bench", "--format", "ndjson", "--seconds", "1", "--chunk", "100"];
    const { code, stdout, stderr } = await runProgram([...words, "--json"], input);
    expect([code, stderr]).toEqual([0, ""]);
    const figures = JSON.parse(stdout) as Figures;
    expect(figures).toMatchObject({ policy: "default", format: "ndjson", bytes: input.length, chunkBytes: 100 });
    expect(figures.rounds).toBeGreaterThanOrEqual(3);
    expect(figures.megabytesPerSecond).toBeCloseTo(1000 / figures.nanosecondsPerByte, 0);
    expect(figures.firstMegabytesPerSecond).toBeGreaterThan(0);
    // A line may wait for its end, and never more than a chunk with it.
    expect(figures.heldBytesMax).toBeGreaterThan(0);
    expect(figures.heldBytesMax).toBeLessThan(100 + input.length / 50);
    const told = await runProgram(words, input);
    expect(told.stdout.split("\n")[0]).toContain(
      `${input.length} bytes as ndjson, policy default, in chunks of 100 bytes`,
    );
    expect(told.stdout).not.toContain("@");
  });

  it("says what ends it", async () => {
    const configFile = join(folder, "strict.yaml");
    await writeFile(configFile, "policies: { default: { onInvalid: close } }\n");
    const { code, stdout, stderr } = await runProgram(
      ["bench", "--format", "json", "--config", configFile],
      `{"a":${EMAIL}`,
    );
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("stopped: INVALID_INPUT");
    expect(stderr).not.toContain("@");
  });
});
