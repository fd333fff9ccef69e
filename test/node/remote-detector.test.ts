/**
 * Remote detectors over real HTTP, against a stand-in that speaks the interface of a Presidio analyzer. Time is the
 * test's: nothing here waits for a clock.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFetch } from "../../src/node/fetch.ts";
import type { ServerConfig } from "../../src/server/config/config.ts";
import type { RemoteDetectorConfig } from "../../src/server/config/remote-config.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { openRemoteDetectors } from "../../src/server/remote/index.ts";
import { finding, NONSENSE, says } from "../support/analyzer-nonsense.ts";
import { analyze, answer, startAnalyzer, type Analyzer, PRESIDIO } from "../support/analyzer.ts";
import { claimPort } from "../support/claim-port.ts";
import { runProgram, runServer, writeConfig } from "../support/run-server.ts";
import { createTestPorts, turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const REMOTE = { ...PRESIDIO, unsafePlaintext: true, entities: { PERSON: "PERSON", LOCATION: "PLACE" } } as const;

let analyzer: Analyzer;

beforeEach(async () => {
  analyzer = await startAnalyzer();
});

afterEach(() => analyzer.close());

function start(remote: Partial<RemoteDetectorConfig> = {}, changes: Partial<ServerConfig> = {}): TestServer {
  const presidio = { ...REMOTE, url: analyzer.url, ...remote };
  return startTestServer(
    { policies: { default: { remoteDetectors: ["presidio"] } }, remoteDetectors: { presidio }, ...changes },
    createTestPorts(createFetch(new Egress(undefined))),
    { openRemote: openRemoteDetectors },
  );
}

/** What a subscriber of the feed gets of these events, data by data; and the answer to whoever published them. */
async function publish(host: TestServer, ...events: readonly string[]) {
  const response = await host.post(
    "/v1/feeds/a/events",
    "application/x-ndjson",
    events.map((event) => `${event}\n`).join(""),
  );
  const sink = await host.subscribe("/v1/feeds/a/events?from=oldest");
  await turn();
  const data = [...sink.text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");
  return { status: response.status, receipt: (await response.json()) as Record<string, unknown>, data };
}

async function mask(host: TestServer, type: string, body: string): Promise<{ status: number; text: string }> {
  const response = await host.post("/v1/mask", type, body);
  return { status: response.status, text: await response.text().catch(() => "broken off") };
}

describe("an event", () => {
  it.each([
    ["a text of JSON", '{"note":"call Ada Lovelace"}', '{"note":"call [PERSON]"}'],
    ["characters of four bytes before it", '{"note":"😀😀 Zoë 𝒜da 😀"}', '{"note":"😀😀 [PERSON] 😀"}'],
    [
      "escapes before and in it",
      String.raw`{"n":"\ud83d\ude00\tAda\u0020Lovelace\n"}`,
      String.raw`{"n":"\ud83d\ude00\t[PERSON]\n"}`,
    ],
    ["another entity, by our name for it", '{"city":"Reykjavík"}', '{"city":"[PLACE]"}'],
    ["a name of a field", '{"Ada Lovelace":1}', '{"[PERSON]#r1":1}'],
    ["what ours find as well", '{"a":"ada@example.com and Ada Lovelace"}', '{"a":"[EMAIL] and [PERSON]"}'],
    ["an array", '["Ada Lovelace","Grace Hopper",7]', '["[PERSON]","[PERSON]",7]'],
    ["what nobody asked for", '{"by":"Blue Whale Ltd"}', '{"by":"Blue Whale Ltd"}'],
    ["JSON in a text", String.raw`{"x":"{\"n\":\"Ada Lovelace\"}"}`, String.raw`{"x":"{\"n\":\"[PERSON]\"}"}`],
  ])("is masked once more: %s", async (_name, event, expected) => {
    expect(await publish(start(), event)).toMatchObject({ status: 200, data: [expected] });
  });

  it("is shown as a person reads it, and without what our detectors found", async () => {
    await publish(start(), String.raw`{"mail":"ada@example.com","n":"a\u0062c","k":7,"on":true}`);
    expect(analyzer.asked).toEqual([
      {
        text: "mail: [EMAIL]\nn: abc\nk: 7\non: ",
        language: "en",
        entities: ["PERSON", "LOCATION"],
        score_threshold: 0.5,
      },
    ]);
  });

  it("keeps its place, however long the answers take", async () => {
    const open: (() => void)[] = [];
    analyzer.misbehave = (response, asked) => void open.push(() => answer(response, analyze(asked)));
    const host = start();
    const events = Array.from({ length: 4 }, (_, index) => `{"n":"Ada Lovelace ${index}"}`);
    const published = publish(host, ...events);
    while (open.length < events.length) await turn();
    for (const end of open.toReversed()) end();
    const { data } = await published;
    expect(data).toEqual(events.map((event) => event.replace("Ada Lovelace", "[PERSON]")));
  });

  it("is shown in a view whose policy asks nobody, though another view refuses it", async () => {
    analyzer.misbehave = (response) => void response.writeHead(500).end("Ada Lovelace");
    const host = start(
      {},
      {
        policies: { default: {}, checked: { remoteDetectors: ["presidio"] } },
        feeds: { "*": { policy: "default", views: { checked: "checked" }, eventTypes: [] } },
      },
    );
    expect((await publish(host, '{"n":"Ada Lovelace"}')).data).toEqual(['{"n":"Ada Lovelace"}']);
    expect(await host.metric('events_hidden_total{feed="*"}')).toBe(1);
  });

  it("has values that the policy keeps, by path, by entity and by list", async () => {
    const host = start(
      {},
      {
        policies: {
          default: {
            remoteDetectors: ["presidio"],
            except: ["raw"],
            operators: { PLACE: { operator: "keep" } },
            allow: { values: ["Grace Hopper"] },
          },
        },
      },
    );
    const event = '{"raw":"Ada Lovelace","city":"Reykjavík","x":"Grace Hopper","y":"Ada Lovelace"}';
    expect((await publish(host, event)).data).toEqual([event.replace('"y":"Ada Lovelace"', '"y":"[PERSON]"')]);
    expect(analyzer.asked[0]?.text).not.toContain("raw: Ada");
  });

  it("keeps to the concurrency limit", async () => {
    const open: (() => void)[] = [];
    analyzer.misbehave = (response, asked) => void open.push(() => answer(response, analyze(asked)));
    const host = start({ concurrencyLimit: 2 });
    const events = Array.from({ length: 9 }, (_, index) => `{"n":"Ada Lovelace ${index}"}`);
    const published = publish(host, ...events);
    for (let left = events.length; left > 0; left--) {
      while (open.length < Math.min(2, left)) await turn();
      open.shift()?.();
    }
    expect((await published).data).toHaveLength(events.length);
    expect(analyzer.peak).toBe(2);
  });

  it("waits for nobody when it holds no word", async () => {
    expect((await publish(start(), '{"":"--- 😀 ---"}')).data).toEqual(['{"":"--- 😀 ---"}']);
    expect(analyzer.asked).toEqual([]);
  });
});

describe("an answer of no use", () => {
  const EVENT = '{"n":"Ada Lovelace"}';
  const failures = (host: TestServer, reason: string): Promise<number> =>
    host.metric(`remote_failures_total{detector="presidio",reason="${reason}"}`);

  it.each(NONSENSE)("refuses the event, counted, and says nothing of it: %s", async (_name, reason, misbehave) => {
    analyzer.misbehave = misbehave;
    const host = start();
    const { status, receipt, data } = await publish(host, EVENT);
    expect([status, data]).toEqual([503, []]);
    expect(receipt).toMatchObject({ error: { code: "REMOTE_DETECTOR_FAILED" }, accepted: 0 });
    expect(await failures(host, reason)).toBe(1);
    expect(JSON.stringify(receipt) + host.ports.lines.join("")).not.toContain("Lovelace");
  });

  it.each(NONSENSE)("masks all of it where the policy says so: %s", async (_name, reason, misbehave) => {
    analyzer.misbehave = misbehave;
    const host = start({ onFailure: "mask" });
    expect((await publish(host, EVENT)).data).toEqual(['"[UNCHECKED]"']);
    expect(await failures(host, reason)).toBe(1);
    expect(await host.metric('masked_total{entity="UNCHECKED",operator="redact"}')).toBe(1);
  });

  it("of exactly the longest length is read", async () => {
    analyzer.misbehave = (response) => void response.writeHead(200).end("[]".padEnd(65_536));
    expect((await publish(start(), EVENT)).data).toEqual([EVENT]);
  });

  it("has findings that overlap, which is none: all that they cover is masked", async () => {
    analyzer.misbehave = says([
      finding({ start: 3, end: 9, score: 0.6 }),
      finding({ start: 6, end: 15, entity_type: "LOCATION", score: 0.9 }),
      finding({ start: 3, end: 6, score: 0.4 }),
    ]);
    expect((await publish(start(), EVENT)).data).toEqual(['{"n":"[PLACE]"}']);
  });

  it("that never comes ends in time, also for those that wait for a place", async () => {
    analyzer.misbehave = () => {};
    const host = start({ concurrencyLimit: 1 });
    const before = host.ports.clock.timerCount;
    const published = host.post("/v1/feeds/a/events", "application/x-ndjson", `${EVENT}\n${EVENT}\n`);
    while (analyzer.asked.length < 1) await turn();
    await host.ports.clock.advance(1_999);
    expect(await failures(host, "timeout")).toBe(0);
    await host.ports.clock.advance(1);
    expect((await published).status).toBe(503);
    expect(await failures(host, "timeout")).toBe(2);
    expect(host.ports.clock.timerCount).toBe(before);
  });

  it("that comes too late changes nothing, and leaves its place to the next", async () => {
    const late: (() => void)[] = [];
    analyzer.misbehave = (response, asked) => void late.push(() => answer(response, analyze(asked)));
    const host = start({ concurrencyLimit: 1 });
    const first = publish(host, EVENT);
    while (late.length < 1) await turn();
    await host.ports.clock.advance(2_000);
    expect((await first).status).toBe(503);
    for (const run of late) run();
    analyzer.misbehave = undefined;
    expect((await publish(host, EVENT)).data).toEqual(['{"n":"[PERSON]"}']);
  });

  it("comes from a queue that is full: one more than it holds is refused at once", async () => {
    const open: (() => void)[] = [];
    analyzer.misbehave = (response) => void open.push(() => answer(response, []));
    const host = start({ concurrencyLimit: 1, waitingLimit: 2 });
    const published = publish(host, EVENT, EVENT, EVENT, EVENT);
    while (open.length < 1) await turn();
    expect(await failures(host, "busy")).toBe(1);
    analyzer.misbehave = undefined;
    for (const run of open) run();
    expect((await published).receipt).toMatchObject({
      accepted: 3,
      refused: [{ index: 3, code: "REMOTE_DETECTOR_FAILED" }],
    });
  });

  it("stands for a record that is too long to be sent, by one byte", async () => {
    const fill = (bytes: number): string => `"${"a ".repeat(bytes).slice(0, bytes - 2)}"`;
    const host = start({ recordLimitBytes: 256 });
    expect((await publish(host, fill(256))).status).toBe(200);
    expect((await publish(host, fill(257))).status).toBe(503);
    expect(await failures(host, "record-too-long")).toBe(1);
  });

  it("comes of nobody who listens", async () => {
    const host = start({ url: `http://127.0.0.1:${await claimPort()}/analyze` });
    expect((await publish(host, EVENT)).status).toBe(503);
    expect(await failures(host, "unreachable")).toBe(1);
  });

  it("comes of a destination that is none of `upstreams`, which is never dialled", async () => {
    const host = start({}, { upstreams: [{ name: "a", host: "a.example", port: 443, cidrs: [], except: [] }] });
    expect((await publish(host, EVENT)).status).toBe(503);
    expect(await failures(host, "egress-refused")).toBe(1);
    expect(analyzer.asked).toEqual([]);
  });
});

describe("a stream", () => {
  it.each([
    ["text/plain", "to Ada Lovelace\r\nfrom x\n", "to [PERSON]\r\nfrom x\n"],
    ["text/plain", "no line end: Ada Lovelace", "no line end: [PERSON]"],
    ["application/x-ndjson", '{"n":"Ada Lovelace"}\n\n{"n":1}\n', '{"n":"[PERSON]"}\n\n{"n":1}\n'],
    ["application/json", '{\n "n": ["Ada Lovelace"]\n}\n', '{\n "n": ["[PERSON]"]\n}\n'],
    [
      "text/event-stream",
      'id: 1\nevent: a\ndata: {\ndata: "n":"Ada Lovelace"}\n\n: hi\n\ndata: Grace Hopper\n\n',
      'id: 1\nevent: a\ndata: {\ndata: "n":"[PERSON]"}\n\n: hi\n\ndata: [PERSON]\n\n',
    ],
    ["text/event-stream", "data:Ada Lovelace\r\n\r\ndata: x\r\n\r\n", "data: [PERSON]\n\r\ndata: x\r\n\r\n"],
  ])("of %s is masked record by record: %j", async (type, body, expected) => {
    expect(await mask(start(), type, body)).toEqual({ status: 200, text: expected });
  });

  it("is the same however it is cut", async () => {
    const body = 'data: 😀 Ada Lovelace\r\ndata: 2\r\n\r\nid: 7\ndata: {"n":"Zoë 𝒜da"}\n\n';
    const host = start();
    const expected = (await mask(host, "text/event-stream", body)).text;
    const bytes = Buffer.from(body);
    expect(expected).not.toMatch(/Ada|𝒜da/u);
    for (let cut = 1; cut < bytes.length; cut++) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) controller.enqueue(part);
          controller.close();
        },
      });
      const response = await host.post("/v1/mask", "text/event-stream", stream);
      expect(await response.text(), `cut at ${cut}`).toBe(expected);
    }
  });

  it.each([
    ["text/plain", "one\nAda Lovelace\n"],
    ["application/x-ndjson", '{"a":1}\n{"n":"Ada Lovelace"}\n'],
    ["text/event-stream", "data: a\n\ndata: Ada Lovelace\n\n"],
  ])("of %s ends where nobody can say what is in a record", async (type, body) => {
    analyzer.misbehave = (response) => void response.writeHead(500).end();
    const host = start();
    const { status, text } = await mask(host, type, body);
    expect(status).toBe(503);
    expect(text).not.toContain("Lovelace");
    expect(await host.metric('fail_closed_total{reason="REMOTE_DETECTOR_FAILED"}')).toBe(1);
  });

  it.each([
    ["text/plain", "Ada Lovelace\nb\n", "[UNCHECKED]\n[UNCHECKED]\n"],
    ["application/x-ndjson", '{"n":"Ada Lovelace"}\n7\n', '"[UNCHECKED]"\n"[UNCHECKED]"\n'],
    ["application/json", '{"n":"Ada Lovelace"}', '"[UNCHECKED]"'],
    ["text/event-stream", "id: 1\ndata: a\ndata: b\n\n", 'id: 1\ndata: "[UNCHECKED]"\n\n'],
  ])("of %s has records that are masked whole where the policy says so", async (type, body, expected) => {
    analyzer.misbehave = (response) => void response.writeHead(500).end();
    expect(await mask(start({ onFailure: "mask" }), type, body)).toEqual({ status: 200, text: expected });
  });

  it("holds no record that is too long to be sent", async () => {
    const host = start({ onFailure: "mask", recordLimitBytes: 256 });
    const body = `${"Ada Lovelace ".repeat(2_000)}\nGrace Hopper\n`;
    expect(await mask(host, "text/plain", body)).toEqual({ status: 200, text: "[UNCHECKED]\n[PERSON]\n" });
    const event = `id: 3\ndata: ${"Ada Lovelace ".repeat(2_000)}\n\ndata: Grace Hopper\n\n`;
    expect(await mask(host, "text/event-stream", event)).toEqual({
      status: 200,
      text: 'data: "[UNCHECKED]"\n\ndata: [PERSON]\n\n',
    });
  });

  it.each(["text/csv", "application/x-www-form-urlencoded"])("of %s has no records to look at", async (type) => {
    expect((await mask(start(), type, "a=Ada")).status).toBe(415);
  });
});

describe("the program", () => {
  const presidio = { unsafePlaintext: true, timeoutMs: 60_000, entities: { PERSON: "PERSON" } };
  const policies = { default: { remoteDetectors: ["presidio"], operators: { PERSON: { operator: "mask" } } } };
  const listed = (cidrs: readonly string[]): object[] => [
    { name: "a", host: "localhost", port: Number(new URL(analyzer.url).port), cidrs },
  ];

  async function post(upstreams: readonly object[]): Promise<{ status: number; text: string }> {
    const url = analyzer.url.replace("127.0.0.1", "localhost");
    const remoteDetectors = { presidio: { ...presidio, url } };
    const server = await runServer({ config: { remoteDetectors, policies, upstreams } });
    try {
      const headers = { "content-type": "application/x-ndjson" };
      const response = await fetch(`${server.origin}/v1/mask`, {
        method: "POST",
        headers,
        body: '{"n":"Ada Lovelace"}\n',
      });
      return { status: response.status, text: await response.text() };
    } finally {
      expect(await server.stop()).toBe(0);
      expect(server.logged()).not.toContain("Lovelace");
    }
  }

  it("masks what the analyzer finds, by the operator of the policy", async () => {
    expect(await post(listed(["127.0.0.0/8"]))).toEqual({ status: 200, text: '{"n":"*** ********"}\n' });
  });

  it("asks nobody at an address that its list does not have", async () => {
    expect((await post(listed(["198.51.100.0/24"]))).status).toBe(503);
    expect(analyzer.asked).toEqual([]);
  });

  it.each([["mask"], ["detect"]])("refuses to %s by such a policy without a server", async (command) => {
    const folder = await mkdtemp(join(tmpdir(), "maskwire-remote-"));
    const file = join(folder, "maskwire.yaml");
    await writeFile(file, writeConfig({ remoteDetectors: { presidio: { ...presidio, url: analyzer.url } }, policies }));
    const { code, stdout, stderr } = await runProgram([command, "--config", file], "Ada Lovelace");
    await rm(folder, { recursive: true });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("policy default asks remote detectors, which only `maskwire serve` does");
  });
});

describe("a host that speaks to nobody", () => {
  it("refuses a configuration with remote detectors", () => {
    const presidio = { ...REMOTE, url: analyzer.url };
    expect(() => startTestServer({ remoteDetectors: { presidio } })).toThrow("configuration");
  });
});
