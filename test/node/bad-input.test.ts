/** Input that is not what it says it is, posted to the program as it is started: refused or masked, and counted by reason. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ON_INVALID, writeMediaType } from "../../src/core/index.ts";
import { BAD_INPUTS, MARKS } from "../support/bad-input.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

/** What is counted under a name of its own. */
const METRICS: Readonly<Record<string, string>> = { truncated: "maskwire_stream_truncated_total" };

let server: ServerProcess;

beforeAll(async () => {
  const policies = Object.fromEntries(ON_INVALID.map((onInvalid) => [onInvalid, { onInvalid }]));
  server = await runServer({ config: { policies } });
});
afterAll(async () => void (await server?.stop()));

async function counted(reason: string): Promise<number> {
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  const name = METRICS[reason] ?? `maskwire_fail_closed_total{reason="${reason}"}`;
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length) ?? 0,
  );
}

/** The answer; where the connection breaks off, what came before that, under status 0. */
async function post(policy: string, contentType: string, input: Uint8Array): Promise<{ status: number; text: string }> {
  const headers = { "content-type": contentType };
  const body = new Blob([new Uint8Array(input)]);
  const parts: Uint8Array[] = [];
  let status = 0;
  try {
    const response = await fetch(`${server.origin}/v1/mask?policy=${policy}`, { method: "POST", headers, body });
    for await (const part of response.body ?? []) parts.push(part);
    ({ status } = response);
  } catch {
    status = 0;
  }
  return { status, text: Buffer.concat(parts).toString("latin1") };
}

describe.each(ON_INVALID)("%s, live", (onInvalid) => {
  it.each(BAD_INPUTS)("$name", async ({ choice, input, reason, kept = [] }) => {
    const { format, ...options } = choice;
    const before = reason === undefined ? 0 : await counted(reason);
    const { status, text } = await post(onInvalid, writeMediaType({ format, options }), input);
    for (const mark of MARKS) expect(text).not.toContain(mark);
    const isRefused = onInvalid === "close" && reason !== undefined && reason !== "truncated";
    // A fault that is known before the first byte leaves has its status; after it the body breaks off.
    if (isRefused) expect([0, 422]).toContain(status);
    else {
      expect(status).toBe(200);
      for (const record of kept) expect(text).toContain(record);
    }
    if (reason !== undefined) expect(await counted(reason)).toBeGreaterThan(before);
  });
});

it("multipart without a boundary is refused, live", async () => {
  const { status, text } = await post("default", "multipart/form-data", Buffer.from(MARKS.join(" ")));
  expect([status, JSON.parse(text)]).toEqual([400, { error: expect.objectContaining({ code: "BAD_BOUNDARY" }) }]);
});
