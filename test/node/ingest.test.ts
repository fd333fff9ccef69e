/** Raw events out of NATS: the built server, the real broker, and nothing raw beyond. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream, jetstreamManager, type JetStreamClient } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../src/node/config/read.ts";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { Subscription } from "../contract/subscription.ts";
import { ensureCommand } from "../support/debian.ts";
import { countsOf, json, withHeaders } from "../support/nats-message.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const KEY = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };
const FEED = "/v1/feeds/orders/events";
const STREAM = "RAW";
const LIMIT_BYTES = 1_024;
/** For what comes again; the others get so long that nothing does, on a slow machine either. */
const QUICK_AGAIN_MS = 1_000;
const SLOW_AGAIN_MS = 60_000;
const PATIENT = { timeout: 60_000 };

const nats = ensureCommand("nats-server", "nats-server");

describe.skipIf(nats.path === null)("messages of NATS", () => {
  let broker: NatsServer;
  let connection: NatsConnection;
  let jetStream: JetStreamClient;
  const running: ServerProcess[] = [];

  async function connectRaw(): Promise<void> {
    connection = await connect({ servers: [broker.url] });
    jetStream = jetstream(connection, PATIENT);
  }

  async function serve(ingest: object, others: object = {}): Promise<ServerProcess> {
    const config = {
      feeds: { orders: { eventTypes: ["created"] } },
      ingest: { raw: { feed: "orders", servers: [broker.url], ackWaitMs: SLOW_AGAIN_MS, ...ingest } },
      limits: { eventLimitBytes: LIMIT_BYTES },
      ...others,
    };
    const server = await runServer({ config, environment: KEY });
    running.push(server);
    await server.untilLogged("ingest-connected");
    return server;
  }

  async function consumerOf(group = "maskwire") {
    const manager = await jetstreamManager(connection);
    return await manager.consumers.info(STREAM, group);
  }

  beforeAll(async () => {
    broker = await startNats(nats.path ?? "");
  });
  beforeEach(async () => {
    await connectRaw();
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: STREAM, subjects: ["raw.>"] });
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    await connection.close();
    await broker.deleteStreams();
  });
  afterAll(() => broker?.remove());

  test("of a stream are acknowledged once they are stored, and what is refused is not given again", async () => {
    const server = await serve({ stream: STREAM });
    await jetStream.publish("raw.a", json(`from ${EMAIL}`), withHeaders([["Maskwire-Event", "created"]]));
    await jetStream.publish("raw.b", `no JSON of ${EMAIL}`);
    await jetStream.publish("raw.c", json(`card ${CARD}`), withHeaders([["Maskwire-Event", EMAIL]]));
    const events = await new Subscription(`${server.origin}${FEED}?from=oldest`).events(2);
    expect(events.map(({ event, data }) => [event, data])).toEqual([
      ["created", '{"text":"from [EMAIL]"}'],
      ["message", '{"text":"card [CREDIT_CARD]"}'],
    ]);
    await expect.poll(async () => (await consumerOf()).num_ack_pending).toBe(0);
    const { config, num_redelivered } = await consumerOf();
    expect([config.ack_policy, config.max_ack_pending, num_redelivered]).toEqual(["explicit", 256, 0]);
    expect(await countsOf(server)).toEqual({ accepted: 2, BAD_JSON: 1 });
    for (const series of ["ingest_waiting", "ingest_pending"])
      expect(await server.metrics()).toContain(`maskwire_${series}{ingest="raw"} 0\n`);
    expect(await server.metrics()).not.toContain("maskwire_ingest_reconnects_total{");
    expectNothingRaw((await server.metrics()) + server.logged());
  });

  test("that come again under their id are one event, whichever way they come", async () => {
    const server = await serve({ subject: "plain.orders" });
    const withId = { ...PATIENT, ...withHeaders([["Nats-Msg-Id", "order-1"]]) };
    const first = (await connection.request("plain.orders", json("one"), withId)).json<{ firstId: string }>();
    const again = (await connection.request("plain.orders", json("one"), withId)).json<{ firstId: string }>();
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, firstId: first.firstId });
    expect(await countsOf(server)).toEqual({ accepted: 1, duplicate: 1 });
  });

  test("wait in their order while the history takes nothing, and are then stored once each", async () => {
    const store = await startNats(nats.path ?? "");
    const history = { broker: "nats", servers: [store.url] };
    const server = await serve({ stream: STREAM, inFlightLimit: 8, ackWaitMs: QUICK_AGAIN_MS }, { history });
    await jetStream.publish("raw.a", json("n0"));
    const live = new Subscription(`${server.origin}${FEED}?from=oldest`);
    await live.events(1);
    await store.kill();
    for (let at = 1; at <= 20; at++) await jetStream.publish("raw.a", json(`n${at} ${EMAIL}`));
    await server.untilLogged("history-failed");
    await expect.poll(async () => (await consumerOf()).num_ack_pending).toBe(8);
    await store.start();
    const events = await live.events(21);
    expect(events.slice(1).map(({ data }) => data)).toEqual(
      Array.from({ length: 20 }, (_, at) => `{"text":"n${at + 1} [EMAIL]"}`),
    );
    await expect.poll(async () => (await consumerOf()).num_ack_pending).toBe(0);
    expectNothingRaw(server.logged() + (await server.metrics()) + (await store.stored()));
    await store.remove();
  });

  test("of a subject are refused beyond those that may wait, and readers are told of a gap", async () => {
    const store = await startNats(nats.path ?? "");
    const history = { broker: "nats", servers: [store.url] };
    const server = await serve({ subject: "plain.orders", inFlightLimit: 2 }, { history });
    await connection.request("plain.orders", json("n0"), PATIENT);
    const live = new Subscription(`${server.origin}${FEED}?from=oldest`);
    await live.events(1);
    await store.kill();
    const waiting = [1, 2].map((at) => connection.request("plain.orders", json(`n${at}`), PATIENT));
    const over = await connection.request("plain.orders", json(`n3 ${EMAIL}`), PATIENT);
    expect(over.json()).toMatchObject({ error: { code: "OVERLOADED" } });
    await store.start();
    const answers = await Promise.all(waiting);
    expect(answers.map((answer) => answer.json<{ accepted: number }>().accepted)).toEqual([1, 1]);
    const events = await live.events(4);
    expect(events.slice(1).map(({ event, data }) => (event === "message" ? data : event))).toEqual([
      "maskwire.gap",
      '{"text":"n1"}',
      '{"text":"n2"}',
    ]);
    expect(await countsOf(server)).toEqual({ accepted: 3, OVERLOADED: 1 });
    expectNothingRaw(server.logged() + over.string());
    await store.remove();
  });

  test("of a stream survive kill -9 of the server in the middle: each is an event once", async () => {
    const count = 1_000;
    const server = await serve({ stream: STREAM, ackWaitMs: QUICK_AGAIN_MS });
    const live = new Subscription(`${server.origin}${FEED}?from=oldest`);
    await live.resume();
    for (let at = 0; at < count; at++) {
      if (at === count / 2) {
        await connection.close();
        await broker.kill();
        await broker.start();
        await connectRaw();
      }
      await jetStream.publish("raw.a", `{"n":${at},"to":"${EMAIL}"}`);
    }
    const events = await live.events(count);
    const numbers = events.map(({ data }) => Number(/"n":(\d+)/.exec(data)?.[1]));
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: count }, (_, at) => at));
    await server.untilSaid(/ingest-connected[^]*ingest-lost[^]*ingest-connected/);
    expect(await server.metrics()).toMatch(/^maskwire_ingest_reconnects_total\{ingest="raw"\} [1-9]/m);
    await expect.poll(async () => (await consumerOf()).num_ack_pending).toBe(0);
    expect((await countsOf(server))["accepted"]).toBe(count);
    expectNothingRaw(server.logged() + (await live.text()));
  });

  test("are shared by two nodes, and go on at the other one when one leaves", async () => {
    const store = await startNats(nats.path ?? "");
    const history = { broker: "nats", servers: [store.url] };
    const ingest = { stream: STREAM, inFlightLimit: 16, ackWaitMs: QUICK_AGAIN_MS };
    const [left, right] = [await serve(ingest, { history }), await serve(ingest, { history })];
    const live = new Subscription(`${right.origin}${FEED}?from=oldest`);
    await live.resume();
    for (let at = 0; at < 200; at++) {
      await jetStream.publish("raw.a", json(`n${at}`));
      if (at === 100) void left.child.kill("SIGTERM");
    }
    const events = await live.events(200);
    expect(new Set(events.map(({ data }) => data)).size).toBe(200);
    expect(events.every(({ event }) => event === "message")).toBe(true);
    await store.remove();
  });

  test("are not taken from a stream that is not there, or a consumer that acknowledges by itself", async () => {
    const manager = await jetstreamManager(connection);
    await manager.consumers.add(STREAM, { durable_name: "careless", ack_policy: "none" });
    for (const ingest of [{ stream: "NONE" }, { stream: STREAM, group: "careless" }]) {
      const config = { feeds: { orders: {} }, ingest: { raw: { feed: "orders", servers: [broker.url], ...ingest } } };
      const server = await runServer({ config, environment: KEY });
      running.push(server);
      await server.untilLogged("ingest-refused");
      expect(await server.metrics()).toContain('maskwire_ingest_connected{ingest="raw"} 0');
    }
  });
});

describe.skipIf(nats.path === null)("raw and masked events on one NATS server", () => {
  /** Those of docs/operations.md, and no others. */
  const RIGHTS = `{
    publish: [
      "$JS.API.CONSUMER.INFO.RAW.maskwire", "$JS.API.CONSUMER.CREATE.RAW.maskwire", "$JS.API.CONSUMER.DURABLE.CREATE.RAW.maskwire",
      "$JS.API.CONSUMER.CREATE.RAW.maskwire.>", "$JS.API.CONSUMER.MSG.NEXT.RAW.maskwire", "$JS.ACK.RAW.maskwire.>"
    ]
    subscribe: "_INBOX.>"
  }`;
  const SETTINGS = `
    accounts: {
      RAW: { jetstream: enabled, users: [ { user: producer, password: p }, { user: maskwire-raw, password: r, permissions: ${RIGHTS} } ] }
      MASKED: { jetstream: enabled, users: [ { user: maskwire, password: m }, { user: reader, password: s } ] }
    }
    no_auth_user: reader
  `;

  test("are on two accounts: nobody of the masked one hears or finds anything raw", async () => {
    const broker = await startNats(nats.path ?? "", { settings: SETTINGS });
    const folder = await mkdtemp(join(tmpdir(), "maskwire-accounts-"));
    const secret = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const producer = await connect({ servers: [broker.url], user: "producer", pass: "p" });
    await (await jetstreamManager(producer)).streams.add({ name: STREAM, subjects: ["raw.>"] });
    const reader = await connect({ servers: [broker.url], user: "reader", pass: "s" });
    const heard: string[] = [];
    reader.subscribe(">", {
      callback: (_failure, message) => void heard.push(`${message.subject} ${message.string()}`),
    });
    await reader.flush();
    const servers = [broker.url];
    const server = await runServer({
      environment: KEY,
      config: {
        feeds: { orders: {} },
        history: { broker: "nats", servers, user: "maskwire", passwordFile: await secret("masked", "m") },
        ingest: {
          raw: {
            feed: "orders",
            servers,
            stream: STREAM,
            user: "maskwire-raw",
            passwordFile: await secret("raw", "r"),
          },
        },
      },
    });
    await jetstream(producer).publish("raw.a", json(`from ${EMAIL}, card ${CARD}`));
    const [event] = await new Subscription(`${server.origin}${FEED}?from=oldest`).events(1);
    expect(event.data).toBe('{"text":"from [EMAIL], card [CREDIT_CARD]"}');
    await reader.flush();
    expect(heard.some((text) => text.startsWith("maskwire.orders"))).toBe(true);
    expectNothingRaw(heard.join("\n"));
    const [masked, raw] = [await broker.stored("MASKED"), await broker.stored("RAW")];
    expect(masked).toContain("[EMAIL]");
    expect(raw).toContain(EMAIL);
    expectNothingRaw(masked + server.logged() + (await server.metrics()));
    for (const one of [producer, reader]) await one.close();
    await server.stop();
    await broker.remove();
    await rm(folder, { recursive: true, force: true });
  });
});

describe("an ingest is a problem at its key", () => {
  const RAW = { feed: "orders", servers: ["nats://a:4222"], stream: "RAW" };
  test.each([
    ["raw.feed", { raw: { ...RAW, feed: "nobody" } }, {}],
    ["raw.subject", { raw: { feed: "orders", servers: RAW.servers } }, {}],
    ["raw.subject", { raw: { ...RAW, subject: "raw.>.x" } }, {}],
    ["raw.stream", { raw: { ...RAW, stream: "a.b" } }, {}],
    ["raw.inFlightLimit", { raw: { ...RAW, inFlightLimit: 0 } }, {}],
    ["other.group", { raw: RAW, other: RAW }, {}],
    ["raw.servers", { raw: RAW }, { broker: "nats", servers: ["nats://b:4222", "nats://a:4222"] }],
    ["raw.nkeyFile", { raw: { ...RAW, nkeyFile: "n", credentialsFile: "c" } }, {}],
  ])("%s in %j", (key, ingest, history) => {
    const text = JSON.stringify({ feeds: { orders: {} }, ingest, ...("broker" in history ? { history } : {}) });
    const read = readConfig(text, "test");
    expect(read.ok ? [] : read.problems.map(({ path }) => path)).toEqual([expect.stringContaining(`ingest.${key}`)]);
  });
});
