/** Judges that others wrote, where they lie beside this checkout: RFC 6455 frame by frame, and event streams byte by byte. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startHost } from "../support/host.ts";
import { REPOSITORY } from "../support/repository.ts";
import { requireProgram, runServer } from "../support/run-server.ts";

const TOOLS = join(REPOSITORY, "../shared/tools/fanout");
const reason = existsSync(TOOLS) ? "" : "(the tools are not beside this checkout: ../shared/tools/fanout)";
const LIMIT_BYTES = 65_536;

async function judge(...words: readonly string[]): Promise<string[]> {
  const [tool = "", ...rest] = words;
  const child = spawn(process.execPath, [join(TOOLS, tool), ...rest], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return text.trim().split("\n");
}

describe.skipIf(reason !== "")(`conformance ${reason}`, () => {
  test("the WebSocket host passes every case of RFC 6455", async () => {
    const host = await startHost({ messageLimitBytes: LIMIT_BYTES });
    const quiet = { open: () => {}, message: () => {}, closed: () => {} };
    host.app.get("/socket", (context) => host.upgradeSocket(context, quiet, undefined));
    const lines = await judge("ws-conformance.mjs", `ws://127.0.0.1:${host.port}/socket`, "--max", String(LIMIT_BYTES));
    await host.stop();
    expect(lines).toEqual(["71 of 71 passed"]);
  });

  test("a feed's socket differs in one thing: messages that are none of ours are refused", async () => {
    requireProgram();
    const server = await runServer({ config: { limits: { messageLimitBytes: LIMIT_BYTES } } });
    const url = `${server.origin.replace("http", "ws")}/v1/feeds/probe/socket`;
    const lines = await judge("ws-conformance.mjs", url, "--max", String(LIMIT_BYTES));
    expect(await server.stop()).toBe(0);
    expect(lines.at(-1)).toMatch(/^\d+ of 71 passed$/);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^FAIL .* close (?:4502|1003) /);
  });

  test("event streams are read, written and masked by every vector, at every cut", async () => {
    requireProgram();
    const lines = await judge("check-sse.mjs", "--module", join(REPOSITORY, "test/support/sse-under-test.mjs"));
    expect(lines).toEqual(["parse: 28 of 28", "relay: 28 of 28", "serialise: 42 of 42"]);
  });
});
