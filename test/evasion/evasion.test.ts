/**
 * What nobody may slip past: a judge of evasions over the library and over a running server.
 *
 * The judge and its cases are not part of this project; where they are not beside it the test says so and skips. Our own
 * cases of the same families are in `test/cases`, and run everywhere.
 */
import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REPOSITORY } from "../support/repository.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const JUDGE = join(REPOSITORY, "../shared/tools/check-evasion.mjs");
const hasJudge = existsSync(JUDGE);

interface Verdicts {
  readonly mask: string;
  readonly keep: string;
  readonly "fail-closed": string;
}

/** Fails, with the cases that got through, unless every one of them was masked, kept or refused as it should be. */
async function judge(module: string, mode: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  // By its real path: it looks at that to know whether it was called.
  const words = [
    realpathSync(JUDGE),
    "--module",
    join(REPOSITORY, "test/evasion", module),
    "--mode",
    mode,
    "--strict",
    "--list",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env: { ...process.env, ...environment } });
  const verdicts = JSON.parse(stdout.slice(0, stdout.indexOf("\n"))) as Verdicts;
  for (const verdict of ["mask", "keep", "fail-closed"] as const) {
    const [right, all] = verdicts[verdict].split("/");
    expect([verdict, right]).toEqual([verdict, all]);
    expect(Number(all)).toBeGreaterThan(0);
  }
}

describe.skipIf(!hasJudge)(`evasions${hasJudge ? "" : " (no judge beside the project)"}`, () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await runServer();
  });
  afterAll(async () => void (await server?.stop()));

  it.each(["whole", "chunks"])("do not get past the library, %s", async (mode) => await judge("library.mjs", mode));

  it.each(["whole", "chunks"])("do not get past a running server, %s", async (mode) => {
    await judge("live.mjs", mode, { ORIGIN: server.origin });
  });
});
