/**
 * Spans as the real SDK gets them: each with the attributes that are listed and no other, under its parent, and with
 * nothing that a client sent.
 */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { nodeClock } from "../../src/node/clock.ts";
import { createLog } from "../../src/node/log.ts";
import { type RunningServer, startServer } from "../../src/node/server.ts";
import { openTracer } from "../../src/node/tracer.ts";
import { DEFAULT_CONFIG, type ServerConfig } from "../../src/server/config/config.ts";
import { SPANS, type SpanName } from "../../src/server/telemetry/tracer.ts";
import { keysFrom } from "../support/keys.ts";
import { REPOSITORY } from "../support/repository.ts";
import { until } from "../support/until.ts";
import { sha256 } from "../support/tokens.ts";

const KEY = "mwk_tracing-test";
const EMAIL = "ann.lee@example.com";
const RAW = /ann|example|4111|refund|event-name|sub-?name/i;
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID = "00f067aa0ba902b7";
const PARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;
const HEADERS = { authorization: `Bearer ${KEY}`, traceparent: PARENT, tracestate: `a=${EMAIL}` };
const LISTENER = { host: "127.0.0.1", listenPort: 0, unsafeNoAuthentication: false };

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const silent = createLog(() => undefined);

let upstream: Server;
/** What the upstream was asked with by the relay that a subscriber opens. */
const partnerTraces: (string | undefined)[] = [];
let running: RunningServer;

function configOf(upstreamPort: number): ServerConfig {
  const grants = [{ actions: ["publish", "mask", "detokenize", "relay"] as const, feeds: [">"], views: ["default"] }];
  const relay = { policy: "default", views: {}, eventTypes: [], headers: {}, unsafePlaintext: true, always: true };
  return {
    ...DEFAULT_CONFIG,
    listeners: { publish: LISTENER, subscribe: LISTENER, admin: LISTENER },
    policies: { default: {}, sealed: { operators: { default: { operator: "encrypt" } } } },
    feeds: {
      orders: { policy: "default", views: {}, eventTypes: [] },
      "*": { policy: "default", views: {}, eventTypes: [] },
    },
    relays: {
      vendor: { ...relay, url: `http://127.0.0.1:${upstreamPort}/${EMAIL}` },
      partner: { ...relay, url: `http://127.0.0.1:${upstreamPort}/partner`, always: false },
    },
    auth: { issuers: [], apiKeys: [{ name: "desk", sha256: sha256(KEY), grants }] },
    detokenize: { policies: ["sealed"], callsPerMinute: 60, valuesPerMinute: 60 },
    limits: { ...DEFAULT_CONFIG.limits, drainGraceMs: 0, drainWindowMs: 0, lingerMs: 0 },
  };
}

async function post(path: string, type: string, body: string, headers: object = {}): Promise<Response> {
  const url = `http://127.0.0.1:${running.addresses[0]?.listenPort}${path}`;
  return await fetch(url, { method: "POST", headers: { ...HEADERS, "content-type": type, ...headers }, body });
}

/** The one span of that name, once it has ended. */
async function spanOf(name: SpanName): Promise<ReadableSpan> {
  const found = (): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
  await until(() => found().length > 0);
  const [span, ...others] = found();
  expect(others).toEqual([]);
  return span;
}

beforeAll(async () => {
  let connections = 0;
  upstream = createServer((request, response) => {
    if (request.url === "/partner") {
      partnerTraces.push(request.headersDistinct["traceparent"]?.join());
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return;
    }
    // One connection that ends; the next one waits, so that there is one span of it.
    if (++connections > 1) return;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`id: ${EMAIL}\nevent: event-name\ndata: {"to":"${EMAIL}"}\n\n`);
  });
  await new Promise<void>((resolve) => void upstream.listen(0, "127.0.0.1", resolve));
  trace.setGlobalTracerProvider(provider);
  const config = configOf((upstream.address() as AddressInfo).port);
  const audit = { append: () => Promise.resolve() };
  running = await startServer(config, { clock: nodeClock, log: silent, keys: keysFrom(), audit });
});
afterEach(() => exporter.reset());
afterAll(async () => {
  await running.stop();
  upstream.closeAllConnections();
  upstream.close();
  trace.disable();
});

function expectParented(span: ReadableSpan): void {
  expect(span.spanContext().traceId).toBe(TRACE_ID);
  expect(span.parentSpanContext).toMatchObject({ spanId: PARENT_ID, isRemote: true });
}

function expectNothingRaw(): void {
  const spans = exporter.getFinishedSpans();
  expect(spans.length).toBeGreaterThan(0);
  for (const span of spans) {
    const { name, attributes, events, links, status } = span;
    const state = span.spanContext().traceState?.serialize();
    expect(JSON.stringify({ name, attributes, events, links, status, state })).not.toMatch(RAW);
  }
}

test("a connection of a relay is a trace of its own", async () => {
  const span = await spanOf("maskwire.relay");
  expect(span.parentSpanContext).toBeUndefined();
  expect(span.attributes).toEqual({
    "maskwire.relay": "vendor",
    "maskwire.outcome": "waiting",
    "maskwire.events": 1,
  });
  expectNothingRaw();
});

test("a connection that a subscriber opens is of the subscriber's trace, and so is what the upstream is told", async () => {
  const url = `http://127.0.0.1:${running.addresses[0]?.listenPort}/v1/relays/partner`;
  const leaving = new AbortController();
  await fetch(url, { headers: HEADERS, signal: leaving.signal });
  await until(() => partnerTraces.length === 1);
  leaving.abort();
  const span = await spanOf("maskwire.relay");
  expectParented(span);
  expect(partnerTraces).toEqual([`00-${TRACE_ID}-${span.spanContext().spanId}-01`]);
  expectNothingRaw();
});

describe("a request's span", () => {
  test("of publishing says the feed, and refusals by code", async () => {
    const body = `{"data":{"to":"${EMAIL}"},"event":"event-name"}\n{"to":\n[${EMAIL}]\n`;
    expect((await post("/v1/feeds/orders/events", "application/x-ndjson", body)).status).toBe(200);
    const span = await spanOf("maskwire.publish");
    expectParented(span);
    expect(span.attributes).toEqual({
      "maskwire.feed": "orders",
      "maskwire.format": "ndjson",
      "maskwire.accepted": 1,
      "maskwire.duplicates": 0,
      "maskwire.refused.BAD_JSON": 2,
    });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expectNothingRaw();
  });

  test("of publishing to a feed that only `*` names does not say how the client calls it", async () => {
    expect((await post("/v1/feeds/sub-name-ann/events", "application/json", "{")).status).toBe(400);
    const span = await spanOf("maskwire.publish");
    expect(span.attributes).toEqual({
      "maskwire.feed": "*",
      "maskwire.format": "json",
      "maskwire.accepted": 0,
      "maskwire.duplicates": 0,
      "maskwire.refused.BAD_JSON": 1,
      "error.type": "BAD_JSON",
    });
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
    expectNothingRaw();
  });

  test("of masking says the policy, the format and the bytes", async () => {
    const body = `write to ${EMAIL}`;
    expect(await (await post("/v1/mask", "text/plain", body)).text()).toBe("write to [EMAIL]");
    const span = await spanOf("maskwire.mask");
    expectParented(span);
    expect(span.attributes).toEqual({
      "maskwire.policy": "default",
      "maskwire.format": "text",
      "maskwire.bytes": body.length,
    });
    expectNothingRaw();
  });

  test("of turning back counts values, and says why it was refused", async () => {
    const sealed = await (await post("/v1/mask?policy=sealed", "text/plain", `write to ${EMAIL} now`)).text();
    const purpose = { "maskwire-purpose": "refund" };
    const answer = await post("/v1/detokenize?policy=sealed", "text/plain", sealed, purpose);
    expect(await answer.text()).toBe(`write to ${EMAIL} now`);
    const known = { "maskwire.policy": "sealed", "maskwire.format": "text" };
    const span = await spanOf("maskwire.detokenize");
    expectParented(span);
    expect(span.attributes).toEqual({ ...known, "maskwire.bytes": sealed.length, "maskwire.restored": 1 });
    expectNothingRaw();
    exporter.reset();
    expect((await post("/v1/detokenize?policy=sealed", "text/plain", sealed)).status).toBe(400);
    expect((await spanOf("maskwire.detokenize")).attributes).toEqual({
      ...known,
      "maskwire.bytes": 0,
      "maskwire.restored": 0,
      "error.type": "PURPOSE_NEEDED",
    });
  });

  test.each(["", EMAIL, `${PARENT}-${EMAIL}`, PARENT.replace("00-", "ff-")])(
    "has no parent for the header %j",
    async (traceparent) => {
      await (await post("/v1/mask", "text/plain", "x", { traceparent })).text();
      const span = await spanOf("maskwire.mask");
      expect(span.parentSpanContext).toBeUndefined();
      expect(span.spanContext().traceId).not.toBe(TRACE_ID);
      expectNothingRaw();
    },
  );

  test("is not recorded where its parent is not", async () => {
    await (await post("/v1/mask", "text/plain", "x", { traceparent: PARENT.replace(/01$/, "00") })).text();
    await (await post("/v1/feeds/orders/events", "application/json", "{}")).text();
    await spanOf("maskwire.publish");
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(["maskwire.publish"]);
  });
});

describe("a tracer", () => {
  test("is not opened where no SDK has registered itself", async () => {
    trace.disable();
    expect(await openTracer(silent)).toBeUndefined();
    trace.setGlobalTracerProvider(provider);
    expect(await openTracer(silent)).toBeDefined();
  });

  test("takes a span that is open for the same trace for the parent", async () => {
    const near = { traceId: TRACE_ID, spanId: "1111111111111111", traceFlags: 1 };
    const active = vi.spyOn(context, "active").mockReturnValue(trace.setSpanContext(ROOT_CONTEXT, near));
    const tracer = await openTracer(silent);
    tracer?.start("maskwire.mask", { traceparent: PARENT }).end({});
    tracer?.start("maskwire.relay", "root").end({});
    active.mockRestore();
    expect((await spanOf("maskwire.mask")).parentSpanContext?.spanId).toBe(near.spanId);
    expect((await spanOf("maskwire.relay")).parentSpanContext).toBeUndefined();
  });

  test("lets nothing of what the SDK throws out", async () => {
    const thrower = vi.spyOn(exporter, "export").mockImplementation(() => {
      throw new Error(EMAIL);
    });
    const tracer = await openTracer(silent);
    expect(() => tracer?.start("maskwire.mask", "root").end({})).not.toThrow();
    expect(thrower).toHaveBeenCalled();
    thrower.mockRestore();
  });
});

test("docs/operations.md lists every span with its attributes", () => {
  const text = readFileSync(join(REPOSITORY, "docs/operations.md"), "utf8");
  for (const [name, fields] of Object.entries(SPANS)) {
    expect(text).toContain(`| \`${name}\` | ${fields.map((field) => `\`${field}\``).join(", ")} |`);
  }
});
