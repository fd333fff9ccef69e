/** What `maskwire serve` prints for a person, tried line by line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { own, ownFolder } from "../support/own.ts";
import { cleanEnvironment, PROGRAM, requireProgram } from "../support/run-server.ts";
import { until } from "../support/until.ts";

it("maskwire serve greets with lines that work: to open, watch, follow, publish, mask and scrape", async () => {
  requireProgram();
  const listeners = Object.fromEntries(
    ["publish", "subscribe", "admin"].map((name) => [name, { host: "127.0.0.1", listenPort: 0 }]),
  );
  const config = {
    // Of another host, so that publishing has a port of its own.
    listeners: { ...listeners, publish: { host: "localhost", listenPort: 0 } },
    feeds: { orders: { views: { support: "default" } } },
    relays: { vendor: { url: "http://127.0.0.1:9/", unsafePlaintext: true } },
    limits: { drainGraceMs: 0, drainWindowMs: 0 },
    warmUpMs: 0,
  };
  const folder = await mkdtemp(join(tmpdir(), "maskwire-greeting-"));
  ownFolder(folder);
  const file = join(folder, "greeting.yaml");
  await writeFile(file, JSON.stringify(config));
  const child = own(
    spawn(process.execPath, [PROGRAM, "serve", "-c", file], {
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await until(
    () => /metrics .*\n/.test(said),
    () => said,
  );
  const lines = said.split("\n").filter((line) => line.includes("http://") && !line.startsWith("maskwire"));
  expect(lines.map((line) => line.slice(2, 10).trim())).toEqual([
    "open",
    "watch",
    "",
    "publish",
    "follow",
    "mask",
    "metrics",
  ]);
  for (const line of lines) {
    const url = /http:\/\/[^\s']+/.exec(line)?.[0] ?? "";
    const type = /content-type: ([a-z/]+)/.exec(line)?.[1];
    const body = / -d '(.*)'$/.exec(line)?.[1] ?? "card 4111 1111 1111 1111";
    const sent =
      type === undefined
        ? {}
        : { method: / -NT - /.test(line) ? "PUT" : "POST", headers: { "content-type": type }, body };
    const gone = new AbortController();
    const response = await fetch(url, { ...sent, signal: gone.signal });
    expect([line, response.status]).toEqual([line, 200]);
    gone.abort();
  }
  child.kill("SIGTERM");
  await once(child, "exit");
});
