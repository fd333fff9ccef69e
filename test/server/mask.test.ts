import { describe, expect, test } from "vitest";
import { turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** A body that the test writes by hand. */
function openBody(): { stream: ReadableStream<Uint8Array>; write(text: string): void; end(): void; fail(): void } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  return {
    stream,
    write: (text) => controller?.enqueue(Buffer.from(text)),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error("ann.lee@example.com")),
  };
}

const mask = (host: TestServer, body: BodyInit, type = "text/plain", query = "") =>
  host.post(`/v1/mask${query}`, type, body);

async function readOne(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return Buffer.from((await reader.read()).value ?? []).toString();
}

describe("POST /v1/mask", () => {
  test("answers while the body is still coming in", async () => {
    const host = startTestServer();
    const body = openBody();
    body.write('{"to":"ann.lee@example.com"}\n{"to":"bob');
    const response = await mask(host, body.stream, "application/x-ndjson");
    expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    const reader = response.body!.getReader();
    expect(await readOne(reader)).toContain('{"to":"[EMAIL]"}\n');
    body.write('.ray@example.com"}\n');
    body.end();
    expect(await readOne(reader)).toContain("[EMAIL]");
  });

  test("breaks off with nothing undecided when the body breaks off", async () => {
    const host = startTestServer();
    const body = openBody();
    body.write("pay with 4111 1111 1111 1");
    const response = await mask(host, body.stream);
    const reader = response.body!.getReader();
    expect(await readOne(reader)).not.toContain("4111");
    body.fail();
    await expect(reader.read()).rejects.toMatchObject({ code: "BODY_BROKEN" });
    expect(host.ports.lines.join()).not.toContain("ann.lee");
    expect(await host.metric("producers")).toBe(0);
    expect(await host.metric("held_bytes")).toBe(0);
  });

  test("lets go of the body when the reader of the answer leaves", async () => {
    const host = startTestServer();
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from("word ")),
      cancel: () => void (isCancelled = true),
    });
    const response = await mask(host, endless);
    await response.body!.cancel();
    await turn();
    expect(isCancelled).toBe(true);
    expect(await host.metric("producers")).toBe(0);
  });

  test("reads no more than the reader of the answer asks for", async () => {
    const host = startTestServer();
    let pulls = 0;
    const endless = new ReadableStream<Uint8Array>(
      { pull: (controller) => controller.enqueue(Buffer.from(`word ${pulls++} `.repeat(1000))) },
      { highWaterMark: 0 },
    );
    const response = await mask(host, endless);
    await turn(20);
    expect(pulls).toBeLessThan(4);
    await response.body!.cancel();
  });

  test("gives 408 to a body that never begins", async () => {
    const host = startTestServer();
    const answer = mask(host, openBody().stream);
    await until(() => host.ports.clock.timerCount > 0);
    await host.ports.clock.advance(60_000);
    expect((await answer).status).toBe(408);
  });

  test("refuses a short malformed body by its status where the policy says close", async () => {
    const host = startTestServer({ policies: { default: {}, strict: { onInvalid: "close" } } });
    const body = '{"to":"ann.lee@example.com",,}';
    const response = await host.app.request("/v1/mask?policy=strict", {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": String(body.length) },
      body,
    });
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(text).toContain("INVALID_INPUT");
    expect(text).not.toContain("ann.lee");
  });

  test.each([
    ["?policy=nobody", "text/plain", {}, 400, "POLICY_UNKNOWN"],
    ["?policy=a&policy=b", "text/plain", {}, 400, "UNKNOWN_PARAMETER"],
    ["?Policy=default", "text/plain", {}, 400, "UNKNOWN_PARAMETER"],
    ["", "text/html", {}, 415, "FORMAT_UNKNOWN"],
    ["", "", {}, 415, "FORMAT_UNKNOWN"],
    ["", "text/plain", { "content-encoding": "zstd" }, 415, "ENCODING_UNKNOWN"],
  ])("refuses %s %s %j", async (query, type, headers, status, code) => {
    const init = { method: "POST", body: "x", headers: { "content-type": type, ...headers } };
    const response = await startTestServer().app.request(`/v1/mask${query}`, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });
});
