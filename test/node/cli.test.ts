/** The command line as a user meets it: the built program, its streams and its exit codes. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { own } from "../support/own.ts";
import { cleanEnvironment, PROGRAM, requireProgram, runProgram, runServer } from "../support/run-server.ts";
import { until } from "../support/until.ts";

const EMAIL = "jane.doe@example.com";
const CARD = "4111 1111 1111 1111";

let folder = "";
beforeAll(async () => {
  requireProgram();
  folder = await mkdtemp(join(tmpdir(), "maskwire-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

function start(...words: string[]): ChildProcessWithoutNullStreams {
  const child = own(
    spawn(process.execPath, [PROGRAM, ...words], { env: cleanEnvironment({ MASKWIRE_ADMIN_PORT: "0" }) }),
  );
  child.stdin.on("error", () => undefined);
  return child;
}

/** Reads until the text holds `wanted`. */
async function readUntil(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
  let text = "";
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes(wanted)) break;
  }
  return text;
}

describe("usage", () => {
  it.each([
    [[], "Usage: maskwire"],
    [["srve"], "Did you mean serve?"],
    [["mask", "--fromat", "json"], "Did you mean --format?"],
    [["mask", "--format", "multipart"], "or a media type that can be masked"],
    [["mask", "--format", "text/csv; header=maybe"], "or a media type that can be masked"],
    [["mask", "--format", "xml"], "Allowed choices are text, json, ndjson, json-seq, sse, csv"],
    [["mask", "a", "b"], "too many arguments"],
    [["mask", "--policy", "suport"], "no such policy; known: default"],
    [["mask", "--config", "/nonexistent.yaml"], "/nonexistent.yaml: does not exist; name a configuration file"],
    [["mask", "--config", "/"], "/: is a folder; name a configuration file"],
    [["mask", "/nonexistent.txt"], "/nonexistent.txt: does not exist; name a file"],
    [["mask", "/"], "/: is a folder; name a file"],
    [["serve", "--port", "80.5"], "Write a whole number from 0 to 65535."],
    [["serve", "--port", "-1"], "see: maskwire serve --help"],
    [["serve", "--port"], "argument missing"],
    [["verify", "--file", "/nonexistent"], "/nonexistent: does not exist; name a file"],
  ])("%j exits 2 and says what to write", async (words, says) => {
    const { code, stdout, stderr } = await runProgram(words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(says);
  });

  it.each([["serve"], ["netpolicy"], ["token"]])("%s --help names no default that says nothing", async (name) => {
    const { stdout } = await runProgram([name, "--help"]);
    expect(stdout).toContain("Options:");
    expect(stdout).not.toMatch(/default:\s+(?:false|\[\])/);
  });

  it.each([[["--help"]], [["mask", "--help"]], [["--version"]], [["help", "serve"]]])("%j exits 0", async (words) => {
    const { code, stdout, stderr } = await runProgram(words);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\n$/);
  });

  it("refuses a variable that nobody reads", async () => {
    const { code, stderr } = await runProgram(["mask"], "", { MASKWIRE_POLCY: "x" });
    expect([code, stderr.includes("MASKWIRE_POLCY: no such variable")]).toEqual([2, true]);
  });
});

describe("maskwire mask", () => {
  it.each([
    ["text", `to ${EMAIL}.\r\n`, "to [EMAIL].\r\n"],
    ["json", `{ "a": "${EMAIL}" }`, `{ "a": "[EMAIL]" }`],
    ["ndjson", `{"a":"${EMAIL}"}\n{"a":"${CARD}"}\n`, `{"a":"[EMAIL]"}\n{"a":"[CREDIT_CARD]"}\n`],
    ["sse", `data: ${EMAIL}\n\n`, "data: [EMAIL]\n\n"],
  ])("masks %s", async (format, input, output) => {
    expect(await runProgram(["mask", "--format", format], input)).toEqual({ code: 0, stdout: output, stderr: "" });
  });

  it("writes what is decided while its input is still open", async () => {
    const child = start("mask", "--format", "ndjson");
    child.stdin.write(`{"a":"${EMAIL}"}\n{"b":`);
    expect(await readUntil(child.stdout, "\n")).toContain(`{"a":"[EMAIL]"}\n`);
    child.kill();
  });

  it("takes the format from the file's ending", async () => {
    const file = join(folder, "events.ndjson");
    await writeFile(file, `{"n":4111111111111111}\n`);
    expect((await runProgram(["mask", file])).stdout).toBe(`{"n":"[CREDIT_CARD]"}\n`);
  });

  it("ends quietly when its reader leaves", async () => {
    const child = start("mask");
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const exited = once(child, "exit");
    const feed = setInterval(() => child.stdin.write(`line ${EMAIL}\n`.repeat(2_000)), 1);
    await once(child.stdout, "data");
    child.stdout.destroy();
    expect([(await exited)[0], stderr]).toEqual([0, ""]);
    clearInterval(feed);
  });

  it("waits for a reader that is slow, and loses nothing", async () => {
    const lines = 40_000;
    const input = `call ${EMAIL} today\n`.repeat(lines);
    const child = start("mask");
    child.stdin.end(input);
    child.stdout.pause();
    await once(child.stdout, "readable");
    let text = "";
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString();
    expect(text).toBe("call [EMAIL] today\n".repeat(lines));
  });

  it("exits 1 and keeps the undecided back when the policy refuses the input", async () => {
    const config = join(folder, "close.yaml");
    await writeFile(config, "policies: { strict: { onInvalid: close } }");
    const words = ["mask", "--format", "json", "--config", config, "--policy", "strict"];
    const { code, stdout, stderr } = await runProgram(words, `{"a":"x",,"b":"${EMAIL}"}`);
    expect(code).toBe(1);
    expect(stderr).toContain("INVALID_INPUT");
    expect(stdout + stderr).not.toContain(EMAIL);
  });

  it("refuses a policy that hashes without a key, and hashes with one", async () => {
    const config = join(folder, "hash.yaml");
    await writeFile(config, "policies: { default: { operators: { EMAIL: { operator: hash } } } }");
    const words = ["mask", "--config", config];
    expect((await runProgram(words, EMAIL)).stderr).toContain("set MASKWIRE_KEY_FILE or MASKWIRE_KEY");
    const hashed = await runProgram(words, `${EMAIL} ${EMAIL}\n`, { MASKWIRE_KEY: "k".repeat(32) });
    expect(hashed.code).toBe(0);
    expect(hashed.stdout).not.toContain(EMAIL);
    expect(new Set(hashed.stdout.trim().split(" ")).size).toBe(1);
  });
});

describe("maskwire detect", () => {
  it("gives the offsets of the text in UTF-16 units", async () => {
    const texts = [`to ${EMAIL}`, `😀é\ud800 ${EMAIL} and ${CARD}`, "nothing"];
    const input = texts.map((text, id) => `${JSON.stringify({ id, text })}\n`).join("\n");
    const { code, stdout } = await runProgram(["detect"], input);
    expect(code).toBe(0);
    const found = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Found);
    expect(found.map(({ id }) => id)).toEqual([0, 1, 2]);
    const values = found.map(({ id, spans }) =>
      spans.map(({ start, end, type }) => [type, texts[id]?.slice(start, end)]),
    );
    expect(values).toEqual([
      [["EMAIL", EMAIL]],
      [
        ["EMAIL", EMAIL],
        ["CREDIT_CARD", CARD],
      ],
      [],
    ]);
    for (const { score } of found.flatMap(({ spans }) => spans)) expect(score).toBeGreaterThan(0.5);
  });

  it.each(["{", "[]", '{"id":1}', '{"id":null,"text":"a"}', `"${EMAIL}"`])(
    "exits 1 and names the line for %s",
    async (line) => {
      const { code, stderr } = await runProgram(["detect"], `{"id":"a","text":""}\n${line}\n`);
      expect(code).toBe(1);
      expect(stderr).toContain("line 2 is not one JSON object");
      expect(stderr).not.toContain(EMAIL);
    },
  );
});

interface Found {
  readonly id: number;
  readonly spans: readonly { start: number; end: number; type: string; score: number }[];
}

describe("maskwire check", () => {
  it("prints what each policy does", async () => {
    const config = join(folder, "good.yaml");
    await writeFile(config, "policies: { cards: { entities: [CREDIT_CARD] } }");
    const { code, stdout } = await runProgram(["check", "--config", config]);
    expect(code).toBe(0);
    for (const says of [
      "policy default",
      "policy cards",
      "longest match",
      "holdback at most",
      "automaton",
      "CREDIT_CARD",
    ]) {
      expect(stdout).toContain(says);
    }
  });

  it("lists the paths that keep what detectors find", async () => {
    const config = join(folder, "kept.yaml");
    await writeFile(config, 'policies: { open: { fields: { "**.note": { operator: keep } }, except: [contact] } }');
    const { stdout } = await runProgram(["check", "--config", config]);
    expect(stdout).toContain("0 hidden, 2 kept");
    for (const path of ["**.note", "contact"]) expect(stdout).toContain(` ${path}: whatever detectors find there`);
  });

  it("exits 1 and names every mistake with its line", async () => {
    const config = join(folder, "bad.yaml");
    await writeFile(config, "feeds:\n  orders: { polcy: x }\nlimits: { heartbeatMs: 1 }\n");
    const { code, stderr } = await runProgram(["check", "--config", config]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${config}:2:13: feeds.orders.polcy: unknown key; did you mean \`policy\`?`);
    expect(stderr).toContain(`${config}:3:24: limits.heartbeatMs: must be at least 100`);
  });

  it("refuses a history that outlives the process without the root key, as serve does", async () => {
    const config = join(folder, "durable.yaml");
    await writeFile(config, `history: { broker: disk, dataDir: ${JSON.stringify(join(folder, "data"))} }\n`);
    const words = ["--config", config];
    for (const command of ["check", "serve"]) {
      const { code, stderr } = await runProgram([command, ...words]);
      expect([command, code]).toEqual([command, command === "check" ? 1 : 2]);
      expect(stderr).toMatch(/history: .*disk keeps events, and needs the root key.*set MASKWIRE_KEY_FILE/);
    }
    const { code, stderr } = await runProgram(["check", ...words], "", { MASKWIRE_KEY: "k".repeat(32) });
    expect([code, stderr]).toEqual([0, expect.stringContaining(": ok")]);
  });

  it("exits 1 for an address that lets anyone in", async () => {
    const { code, stderr } = await runProgram(["check"], "", { MASKWIRE_HOST: "0.0.0.0" });
    expect([code, stderr.includes("add `unsafeNoAuthentication: true`")]).toEqual([1, true]);
  });
});

describe("maskwire verify", () => {
  it.each(["text", "json", "ndjson", "sse"])("proves every cut of a small %s input", async (format) => {
    const input = `{"a":"${EMAIL}","b":[${CARD.replaceAll(" ", "")}]}\n`;
    const { code, stdout } = await runProgram(
      ["verify", "--format", format],
      format === "sse" ? `data: ${input}\n` : input,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("the same bytes every time");
  });

  it("takes a large file too", async () => {
    const file = join(folder, "large.txt");
    await writeFile(file, `é ${EMAIL} ${CARD}\n`.repeat(400));
    const { code, stdout } = await runProgram(["verify", "--file", file, "--seed", "7"]);
    expect([code, stdout]).toEqual([0, "264 cuts of 17600 bytes as text: the same bytes every time\n"]);
  });
});

describe("maskwire serve", () => {
  it("refuses an address that lets anyone in, with the line to add", async () => {
    const { code, stderr } = await runProgram(["serve"], "", { MASKWIRE_HOST: "0.0.0.0", MASKWIRE_PORT: "0" });
    expect(code).toBe(2);
    expect(stderr).toContain("add `unsafeNoAuthentication: true` under listeners.publish");
  });

  it("exits 1 when the port is in use, and says so", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const port = String((other.address() as AddressInfo).port);
    const { code, stderr } = await runProgram(["serve", "--port", port], "", { MASKWIRE_ADMIN_PORT: "0" });
    other.close();
    expect([code, /LISTEN_FAILED: .*\(listenPort \d+ of publish and subscribe\)/.test(stderr)]).toEqual([1, true]);
  });

  it("drains at SIGTERM: subscribers are told to come back, and it exits 0", async () => {
    const server = await runServer({ config: { feeds: { a: {} } } });
    const response = await fetch(`${server.origin}/v1/feeds/a/events`);
    const text = response.text();
    expect(await server.stop()).toBe(0);
    expect(await text).toContain("event: maskwire.end");
  });

  it("ends at drainLimitMs, however long it would still serve", async () => {
    const server = await runServer({ config: { limits: { drainGraceMs: 600_000, drainLimitMs: 1_000 } } });
    expect(await server.stop()).toBe(0);
    expect(server.logged()).not.toContain("drain-started");
  });

  it("ends at once at a second signal", async () => {
    const server = await runServer({ config: { limits: { drainGraceMs: 600_000, drainLimitMs: 1_800_000 } } });
    const exited = once(server.child, "exit");
    server.child.kill("SIGTERM");
    await until(() => server.logged().includes("draining"));
    server.child.kill("SIGINT");
    expect((await exited)[0]).toBe(1);
  });

  it("plays the demo into its feed, masked, and says what to open", async () => {
    const child = start("serve", "--demo", "--port", "0");
    const greeting = await readUntil(child.stdout, "mask ");
    const watch = /curl -N (\S+)/.exec(greeting)?.[1] ?? "";
    const response = await fetch(watch);
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("data: ")) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toMatch(/\nid: [0-9a-z]{6}\.\d+\n/);
    await reader?.cancel();
    child.kill();
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  it("logs one JSON object a line", async () => {
    const server = await runServer({ args: [] });
    await server.stop();
    const records = server
      .logged()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    for (const record of records)
      expect(JSON.parse(record)).toMatchObject({ level: expect.any(String), event: expect.any(String) });
    expect(records.length).toBeGreaterThan(0);
  });
});

describe("maskwire explain", () => {
  it("says how much it takes, and what to do with more", async () => {
    const { code, stdout, stderr } = await runProgram(["explain"], "x".repeat(16 * 1024 ** 2 + 1));
    expect([code, stdout, stderr]).toEqual([
      1,
      "",
      "maskwire: the input is longer than 16777216 bytes; give a part of it, such as head -c 16777216\n",
    ]);
  });

  const TEXT = "mail jane@acme.com, card 4111 1111 1111 1112\npassword=hunter2 ssn 536904399\n";

  it("says where, what and why, and shows no value", async () => {
    const { code, stdout, stderr } = await runProgram(["explain", "--refused"], TEXT);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1:6 +✔ EMAIL +aaaa@aaaa\.aaa +its shape → redact$/m);
    expect(stdout).toMatch(/^1:26 +· CREDIT_CARD +9999 9999 9999 9999 /m);
    expect(stdout).toMatch(/^2:10 +✔ PASSWORD_FIELD +a{6}9 +the name before it tells it → redact$/m);
    expect(stderr).toMatch(/3 masked, \d+ looked at and refused$/m);
    expect(stdout + stderr).not.toMatch(/jane|acme|4111|hunter|5369/);
  });

  it("speaks JSON, with values when they are asked for", async () => {
    const { stdout } = await runProgram(["explain", "--json", "--unsafe-show-values"], TEXT);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { entity: string; value: string });
    expect(rows.map(({ entity, value }) => [entity, value])).toEqual([
      ["EMAIL", "jane@acme.com"],
      ["PASSWORD_FIELD", "hunter2"],
      ["US_SSN", "536904399"],
    ]);
  });

  it("shows the path of a field, but no name that could be a value", async () => {
    const json = '{"user":{"mail":"jane@acme.com"},"jane@acme.com":{"ip":"192.0.2.7"}}';
    const { stdout } = await runProgram(["explain", "--format", "json"], json);
    expect(stdout).toContain("user.mail");
    expect(stdout).not.toMatch(/jane|acme|192/);
  });

  it.each([
    ["sse", ': jane@acme.com\nevent: x\ndata: {"a":[{"ip":"192.0.2.7"}]}\n\n', ["comment EMAIL", "data.a[0].ip IPV4"]],
    ["csv", 'name,mail\n1,"jane@acme.com"\n', ["mail EMAIL"]],
    ["form", "a=1&mail=jane%40acme.com", ["mail EMAIL"]],
    ["json-seq", '\u001e{"ip":"192.0.2.7"}\n', ["ip IPV4"]],
    [
      "multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: form-data; name="mail"\r\n\r\njane@acme.com\r\n--b--\r\n',
      ["mail EMAIL"],
    ],
  ])("names what holds a value in %s", async (format, input, expected) => {
    const { code, stdout } = await runProgram(["explain", "--json", "--format", format], input);
    const rows = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { place: string; entity: string });
    expect([code, rows.map(({ place, entity }) => `${place.split(" ")[1]} ${entity}`)]).toEqual([0, expected]);
    expect(stdout).not.toMatch(/jane|acme|192/);
  });
});
