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

/** What has to hold for every case; cases that an option masks run with it. */
const VERDICTS = ["mask", "mask-opt", "keep", "fail-closed"] as const;
type Verdicts = Readonly<Record<(typeof VERDICTS)[number], string>>;

/** By the name of the option that a case asks for. */
const POLICIES = {
  crossLine: { crossLine: true },
  foldEmoji: {},
  humanObfuscation: { decodeEntities: true },
  decodeDepth: { decodeDepth: 2 },
  decodeEntities: { decodeEntities: true },
  decodeBase64: { decodeBase64: true },
  joinField: { joinFields: ["delta"] },
  joinMessages: { joinMessages: true },
};

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
  for (const verdict of VERDICTS) {
    const [right, all] = verdicts[verdict].split("/");
    expect([verdict, right]).toEqual([verdict, all]);
    expect(Number(all)).toBeGreaterThan(0);
  }
}

describe.skipIf(!hasJudge)(`evasions${hasJudge ? "" : " (no judge beside the project)"}`, () => {
  let server: ServerProcess;
  beforeAll(async () => {
    const ofOptions = Object.keys(POLICIES).map((name) => [name, { policy: name }]);
    server = await runServer({ config: { policies: POLICIES, feeds: { ...Object.fromEntries(ofOptions), "*": {} } } });
  });
  afterAll(async () => void (await server?.stop()));

  it.each(["whole", "chunks"])("do not get past the library, %s", async (mode) => await judge("library.mjs", mode));

  const ways = ["websocket", "sse"].flatMap((subscriber) =>
    ["post", "feed"].map((options) => ({ subscriber, options })),
  );
  it.each(ways)("do not get past a running server to $subscriber; by option: $options", async (way) => {
    await judge("live.mjs", "chunks", { ORIGIN: server.origin, SUBSCRIBER: way.subscriber, OPTIONS: way.options });
  });
});
