/** `maskwire mask --findings`: what was found, counted, for whoever runs the command. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireProgram, runProgram } from "../support/run-server.ts";

const EMAIL = "jane.doe@example.com";
const CARD = "4111 1111 1111 1111";

describe("maskwire mask --findings", () => {
  let folder = "";
  beforeAll(async () => {
    requireProgram();
    folder = await mkdtemp(join(tmpdir(), "maskwire-findings-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const file = (name: string): string => join(folder, name);
  const counted = (findings: object, refused: object = {}): object => ({
    findings,
    others: 0,
    heldBytesMax: expect.any(Number) as number,
    refused,
  });

  it("the input itself is refused, and keeps its bytes", async () => {
    const input = file("input.log");
    await writeFile(input, EMAIL);
    const { code, stdout, stderr } = await runProgram(["mask", "--findings", input, input]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("this is the input file");
    expect(await readFile(input, "utf8")).toBe(EMAIL);
  });

  it("a file that cannot be written is refused before anything is read", async () => {
    const { code, stdout, stderr } = await runProgram(["mask", "--findings", file("none/report.json")], EMAIL);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe("maskwire: --findings: the file cannot be written; name another, or - for stderr\n");
  });

  it("an input that breaks off leaves no counts, and none of an older run", async () => {
    const config = file("close.yaml");
    await writeFile(config, "policies: { default: { onInvalid: close } }");
    const report = file("broken.json");
    await writeFile(report, "older\n");
    const words = ["mask", "--format", "ndjson", "--config", config, "--findings", report];
    const { code, stdout, stderr } = await runProgram(words, `{"a":"${EMAIL}"}\n{"a":${"[".repeat(300)}"${EMAIL}"\n`);
    expect(code).toBe(1);
    expect(stderr).toContain("INVALID_INPUT");
    expect(stdout + stderr).not.toContain(EMAIL);
    expect((await stat(report)).size).toBe(0);
  });

  it("counts by entity and operator, and says nothing of a value", async () => {
    const config = file("mixed.yaml");
    await writeFile(config, "policies: { default: { operators: { EMAIL: { operator: mask } } } }");
    const report = file("report.json");
    await writeFile(report, "older, and longer than what is to stand there in the end\n".repeat(9));
    const words = ["mask", "--config", config, "--findings", report];
    const { code, stdout, stderr } = await runProgram(words, `${EMAIL} ${EMAIL} ${CARD}\n`);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/ \[CREDIT_CARD\]\n$/);
    const text = await readFile(report, "utf8");
    expect(text).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(text)).toEqual(counted({ EMAIL: { mask: 2 }, CREDIT_CARD: { redact: 1 } }));
    for (const raw of ["jane", "4111"]) expect(text).not.toContain(raw);
  });

  it("goes to stderr for -, and counts what could not be read", async () => {
    const words = ["mask", "--format", "ndjson", "--findings", "-"];
    const deep = `{"a":${"[".repeat(300)}"${EMAIL}"${"]".repeat(300)}}\n`;
    const { code, stdout, stderr } = await runProgram(words, `${deep}{"a":"${EMAIL}"}\n`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\{"a":"\[EMAIL\]"\}\n$/);
    expect(JSON.parse(stderr)).toEqual(counted({ EMAIL: { redact: 2 } }, { JSON_TOO_DEEP: 1 }));
  });
});
