/** Each limit that may say `unlimited`, far past its default. */
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { ConnectionGuard } from "../../src/node/connection-guard.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config/limits.ts";
import { mayBeUnlimited, UNLIMITABLE } from "../../src/server/config/unlimited.ts";
import { BodyReader } from "../../src/server/http/body-reader.ts";
import { History } from "../../src/server/history/history.ts";
import { Lifecycle } from "../../src/server/lifecycle/lifecycle.ts";
import { ClientLimits } from "../../src/server/limits/client-limits.ts";
import { RateLimit } from "../../src/server/limits/rate-limit.ts";
import { Metrics } from "../../src/server/telemetry/metrics.ts";
import { FakeClock, turn } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";

const YEAR_MS = 31_536_000_000;
/** More than any default lets in at one moment. */
const MANY = 25_000;

const unlimited = (...names: (typeof UNLIMITABLE)[number][]): ServerLimits => ({
  ...DEFAULT_SERVER_LIMITS,
  ...Object.fromEntries(names.map((name) => [name, Infinity])),
});

describe("without a limit", () => {
  test("connectionsLimit: streams and sockets come and come", () => {
    const lifecycle = new Lifecycle(unlimited("connectionsLimit").connectionsLimit);
    const leaves = Array.from({ length: MANY }, () => lifecycle.connect());
    expect(leaves).toHaveLength(MANY);
  });

  test("socketsLimit, connectionsPerAddressLimit, connectsPerAddressPerSecond: so do TCP connections", () => {
    const refusals: string[] = [];
    const guard = new ConnectionGuard({
      limits: unlimited("socketsLimit", "connectionsPerAddressLimit", "connectsPerAddressPerSecond"),
      clock: new FakeClock(),
      isShared: () => false,
      onRefusal: (limit) => refusals.push(limit),
    });
    for (let index = 0; index < MANY; index++) {
      guard.tryAdmit(Object.defineProperty(new Socket(), "remoteAddress", { value: "203.0.113.7" }));
    }
    expect(refusals).toEqual([]);
  });

  test("connectionsPerSubjectLimit, connectsPerSubjectPerSecond, publishEventsPerSecond: and what a subject does", () => {
    const limits = unlimited("connectionsPerSubjectLimit", "connectsPerSubjectPerSecond", "publishEventsPerSecond");
    const clients = new ClientLimits({ limits, clock: new FakeClock(), metrics: new Metrics() });
    const enter = (): (() => void) => clients.enter({ subject: "ann", address: undefined });
    expect(Array.from({ length: MANY }, enter)).toHaveLength(MANY);
    expect(clients.waitToPublish("ann", MANY)).toBe(0);
  });

  test("a rate remembers nobody", () => {
    const rate = new RateLimit({ perSecond: Infinity });
    for (let index = 0; index < MANY; index++) expect(rate.take(`caller ${index}`, 0, MANY)).toBe(0);
    expect(rate.size).toBe(0);
  });

  test("historyMaxAgeMs: events stay while there is room for them", () => {
    const { historyMaxAgeMs } = unlimited("historyMaxAgeMs");
    const history = new History({ historyMaxBytes: 3 * 210, historyMaxAgeMs }, "000000");
    for (let atMs = 1; atMs <= 10; atMs++) history.append({ event: new Uint8Array(0), data: new Uint8Array(10) }, atMs);
    history.trim(YEAR_MS);
    expect([history.first, history.last]).toEqual([8, 10]);
  });

  test("connectionMaxAgeMs: a stream is asked to return by nobody", async () => {
    const host = startTestServer({ limits: unlimited("connectionMaxAgeMs") });
    const sink = await host.subscribe("/v1/feeds/orders/events");
    const socket = await host.upgrade("/v1/feeds/orders/socket");
    await host.ports.clock.advance(2 * DEFAULT_SERVER_LIMITS.connectionMaxAgeMs);
    expect([sink.isClosed, socket.closedWith]).toEqual([false, undefined]);
  });

  test("producerIdleTimeoutMs: a body may be silent, and no timer counts", async () => {
    const clock = new FakeClock();
    let give: (text: string) => void = () => {};
    const body = new ReadableStream<Uint8Array>({ start: (one) => (give = (text) => one.enqueue(Buffer.from(text))) });
    const reader = new BodyReader(body, { clock, idleMs: unlimited("producerIdleTimeoutMs").producerIdleTimeoutMs });
    const read = reader.read();
    await turn();
    expect(clock.timerCount).toBe(0);
    await clock.advance(YEAR_MS);
    give("late");
    expect(Buffer.from((await read) ?? []).toString()).toBe("late");
  });

  test("a body ends with its token all the same", async () => {
    const clock = new FakeClock();
    const body = new ReadableStream<Uint8Array>({});
    const reader = new BodyReader(body, { clock, idleMs: Infinity, expiresAtMs: clock.now() + 1_000 });
    const read = reader.read();
    const ended = expect(read).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
    await turn();
    await clock.advance(1_000);
    await ended;
  });
});

test("no limit that bounds memory or storage may be without one", () => {
  const names = [
    "eventLimitBytes",
    "messageLimitBytes",
    "lineLimitBytes",
    "subscriberQueueBytes",
    "holdbackLimitBytes",
  ];
  expect(names.filter(mayBeUnlimited)).toEqual([]);
  expect(UNLIMITABLE.filter((name) => name.endsWith("Bytes"))).toEqual([]);
});
