/** What a feed's object keeps: over a rest, over the death of the process, and within its limits. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { post, send } from "../contract/client.ts";
import { CARD, EMAIL } from "../contract/raw.ts";
import { SocketClient } from "../contract/socket-client.ts";
import { Subscription } from "../contract/subscription.ts";
import { until } from "../support/until.ts";
import { OBJECTS, startWorkerd, type RunningWorker } from "../support/workerd.ts";

const OPEN = { unsafeNoAuthentication: true };
const LISTENERS = { publish: OPEN, subscribe: OPEN };
/** workerd evicts an object that has had nothing to do for 10 s. */
const REST_MS = 15_000;

interface Receipt {
  readonly accepted: number;
  readonly duplicates: number;
  readonly firstId: string;
  readonly lastId: string;
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function folder(): Promise<string> {
  const storage = await mkdtemp(join(tmpdir(), "maskwire-objects-"));
  cleanups.push(() => rm(storage, { recursive: true, force: true }));
  return storage;
}

async function start(storage: string, config: object = {}): Promise<RunningWorker> {
  const variables = { MASKWIRE_CONFIG: JSON.stringify({ listeners: LISTENERS, ...config }) };
  const worker = await startWorkerd({ entry: "worker/index.ts", objects: OBJECTS, storage, variables });
  cleanups.push(() => worker.stop());
  return worker;
}

const eventsOf = ({ origin }: RunningWorker, feed: string): string => `${origin}/v1/feeds/${feed}/events`;

async function publish(worker: RunningWorker, feed: string, lines: string): Promise<Receipt> {
  const answer = await post(eventsOf(worker, feed), "application/x-ndjson", lines);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as Receipt;
}

const numbers = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, at) => `{"n":${first + at},"to":"${EMAIL}"}\n`).join("");
const numbersOf = (events: readonly { data: string }[]): number[] =>
  events.map(({ data }) => (JSON.parse(data) as { n: number }).n);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

/** An object that rests while its sockets stay, and wakes for the next event. */
async function restAndWake(): Promise<void> {
  const worker = await startWorkerd({
    entry: "worker/index.ts",
    objects: OBJECTS,
    variables: { MASKWIRE_CONFIG: JSON.stringify({ listeners: LISTENERS }) },
  });
  try {
    const client = await SocketClient.open(`${worker.origin}/v1/feeds/rest/socket`);
    const lines = await SocketClient.open(`${worker.origin}/v1/feeds/rest/socket`, ["maskwire.v1.lines"]);
    await publish(worker, "rest", numbers(1, 1));
    await client.messages("event", 1);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    expect(worker.log()).not.toContain("object-woke");
    await publish(worker, "rest", numbers(2, 3));
    const received = await client.messages("event", 3);
    expect(received.map(({ data }) => (data as { n: number }).n)).toEqual([1, 2, 3]);
    // It was another instance that sent the last two, and it knows what each socket takes.
    await worker.untilLogged('"event":"object-woke","sockets":2');
    expect(await lines.messages("event", 3)).toEqual(received);
    expect(lines.texts.map((text) => text.split("\n").length)).toEqual([1, 2]);
    lines.vanish();
    client.send({ type: "publish", ref: "a", events: [{ data: { n: 4, to: EMAIL } }] });
    const [ack] = await client.messages("ack", 1);
    expect(ack).toMatchObject({ ref: "a", accepted: 1 });
    expect((await client.messages("event", 4))[3]?.["data"]).toEqual({ n: 4, to: "[EMAIL]" });
    // The first message has been sent: a place can be named no more, over the rest as well.
    client.send({ type: "resume", after: received[0]?.["id"] });
    expect(await client.closeCode()).toBe(4502);
  } finally {
    await worker.stop();
  }
}

describe("a feed's object", () => {
  // Others have their turn meanwhile.
  let rested: Promise<void>;
  beforeAll(() => {
    rested = restAndWake();
    rested.catch(() => undefined);
  });

  test("loses nothing that it acknowledged when the process is killed, and resumes behind any event", async () => {
    const storage = await folder();
    const first = await start(storage);
    const before = new Subscription(`${eventsOf(first, "kill")}?from=oldest`);
    const receipt = await publish(first, "kill", numbers(1, 250));
    const seen = await before.events(100);
    await post(eventsOf(first, "kill"), "application/json", "{}");
    const keyed = { "content-type": "application/json", "idempotency-key": `order-${EMAIL}`, connection: "close" };
    const once = await fetch(eventsOf(first, "kill"), { method: "POST", headers: keyed, body: `{"n":252}` });
    const { lastId } = (await once.json()) as Receipt;
    await first.stop();

    const second = await start(storage);
    const again = await fetch(eventsOf(second, "kill"), { method: "POST", headers: keyed, body: `{"n":252}` });
    expect(await again.json()).toMatchObject({ accepted: 0, duplicates: 1, firstId: lastId, lastId });
    const all = new Subscription(`${eventsOf(second, "kill")}?from=oldest`);
    expect(numbersOf((await all.events(252)).filter(({ data }) => data !== "{}"))).toEqual([...upTo(250), 252]);
    const rest = new Subscription(eventsOf(second, "kill"), "text/event-stream", {
      "last-event-id": seen[99]?.id ?? "",
    });
    expect(await rest.resume()).toBe("complete");
    expect(numbersOf((await rest.events(150)).slice(0, 150))).toEqual(upTo(250).slice(100));
    expect(receipt.lastId).toBe((await rest.events(150))[149]?.id);
    for (const { call } of [all, rest]) call.vanish();
  });

  test("misses nothing that is published while a subscriber is let in", async () => {
    const worker = await start(await folder());
    const rounds = Array.from({ length: 60 }, async (_, at) => {
      const feed = `open-${at}`;
      const subscription = new Subscription(`${eventsOf(worker, feed)}?from=oldest`);
      for (let turn = 0; turn < at % 12; turn++) await new Promise(setImmediate);
      await publish(worker, feed, numbers(1, 1));
      expect(numbersOf(await subscription.events(1))).toEqual([1]);
      subscription.call.vanish();
    });
    await Promise.all(rounds);
  });

  test("has every event that was acknowledged up to the moment of a kill", async () => {
    const storage = await folder();
    const first = await start(storage);
    const acknowledged: number[] = [];
    // Goes on until the server does not answer.
    const produce = async (from: number): Promise<void> => {
      for (let n = from; ; n += 4) {
        const answer = await post(eventsOf(first, "load"), "application/json", `{"n":${n}}`);
        if (answer.status !== 200) return;
        acknowledged.push(n);
      }
    };
    const producers = [1, 2, 3, 4].map(produce);
    await until(
      () => acknowledged.length > 200,
      () => acknowledged.length,
    );
    await first.stop();
    await Promise.all(producers);
    const second = await start(storage);
    const all = new Subscription(`${eventsOf(second, "load")}?from=oldest`);
    await publish(second, "load", `{"n":0}\n`);
    const text = await all.call.until((some) => some.includes(`{"n":0}`));
    const there = new Set(Array.from(text.matchAll(/\{"n":(\d+)\}/g), ([, n]) => Number(n)));
    expect(acknowledged.filter((n) => !there.has(n))).toEqual([]);
    all.call.vanish();
  });

  test("writes nothing raw to the disk: no value, no producer's key", async () => {
    const storage = await folder();
    const worker = await start(storage);
    const headers = { "content-type": "application/json", "idempotency-key": EMAIL, connection: "close" };
    await fetch(eventsOf(worker, "disk"), { method: "POST", headers, body: `{"to":"${EMAIL}","pay":"${CARD}"}` });
    const client = await SocketClient.open(`${worker.origin}/v1/feeds/disk/socket`);
    client.send({ type: "publish", ref: EMAIL, events: [{ data: `${EMAIL} ${CARD}` }] });
    await client.messages("ack", 1);
    client.vanish();
    await worker.stop();
    const names = await readdir(storage, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")));
    expect(texts.join("")).toContain("[EMAIL]");
    expect(texts.join("")).not.toContain(EMAIL);
    expect(texts.join("")).not.toContain(CARD);
  });

  test("gives a latecomer what is held, and says that the rest is gone", async () => {
    const worker = await start(await folder(), { limits: { historyMaxBytes: 100_000 } });
    const all = new Subscription(`${eventsOf(worker, "a")}?from=oldest`);
    await all.resume();
    for (let at = 0; at < 20; at++) await publish(worker, "a", numbers(at * 50 + 1, at * 50 + 50));
    expect(numbersOf(await all.events(1_000))).toEqual(upTo(1_000));
    // 250 bytes an event: those before are gone, and a latecomer is told how many.
    const late = new Subscription(eventsOf(worker, "a"), "text/event-stream", {
      "last-event-id": (await all.events(1))[0]?.id ?? "",
    });
    expect(await late.resume()).toMatch(/^gap; lost=\d+$/);
    for (const { call } of [all, late]) call.vanish();
  });

  test("refuses what is over a row, at one byte past, and goes on", async () => {
    const limits = { eventLimitBytes: 2_000_000, messageLimitBytes: 4_000_000 };
    const worker = await start(await folder(), { limits });
    // A record is the text in quotes, 15 bytes of its own and 20 of its one part.
    const longest = 2_000_000 - 35 - 2;
    const fits = await post(eventsOf(worker, "rows"), "application/json", `"${"x".repeat(longest)}"`);
    expect([fits.status, JSON.parse(fits.text)]).toMatchObject([200, { accepted: 1 }]);
    const passes = await post(eventsOf(worker, "rows"), "application/json", `"${"x".repeat(longest + 1)}"`);
    expect(passes.status).toBe(413);
    expect(passes.text).toContain("EVENT_TOO_LARGE");
    expect(await publish(worker, "rows", "1\n")).toMatchObject({ accepted: 1 });
  });

  test("names a full storage, and still gives what it has", async () => {
    const worker = await start(await folder(), { edge: { storageMaxBytes: 100_000 } });
    let status = 200;
    let count = 0;
    for (; status === 200 && count < 100; count++) {
      const answer = await post(eventsOf(worker, "full"), "application/json", `"${"x".repeat(10_000)}"`);
      status = answer.status;
      if (status !== 200) expect([status, answer.text]).toEqual([507, expect.stringContaining("STORAGE_FULL")]);
    }
    expect(status).toBe(507);
    const all = new Subscription(`${eventsOf(worker, "full")}?from=oldest`);
    expect(await all.events(count - 1)).toHaveLength(count - 1);
    all.call.vanish();
  });

  test("takes no more sockets than connectionsLimit", async () => {
    const worker = await start(await folder(), { limits: { connectionsLimit: 2 } });
    const url = `${worker.origin}/v1/feeds/many/socket`;
    const one = await SocketClient.open(url);
    const two = new Subscription(eventsOf(worker, "many"));
    await two.resume();
    // Refused before the upgrade, so that the answer can say when to come again.
    const refused = await new Promise<IncomingMessage>((resolve) =>
      new WebSocket(url.replace(/^http/, "ws")).on("unexpected-response", (_, response) => resolve(response)),
    );
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([503, "2"]);
    expect((await refused.toArray()).join("")).toContain("CONNECTION_LIMIT");
    expect((await post(eventsOf(worker, "many"), "application/json", "1")).status).toBe(200);
    expect((await send(eventsOf(worker, "many"))).status).toBe(503);
    // Who leaves makes room.
    two.call.vanish();
    one.vanish();
    await until(async () => {
      const client = await SocketClient.open(url).catch(() => undefined);
      client?.vanish();
      return client !== undefined;
    });
  });

  test("forgets what is too old by an alarm, with nobody there", async () => {
    const worker = await start(await folder(), { limits: { historyMaxAgeMs: 1_500 } });
    await publish(worker, "old", numbers(1, 3));
    await worker.untilLogged('"event":"history-trimmed"');
    const all = new Subscription(`${eventsOf(worker, "old")}?from=oldest`);
    await all.resume();
    await publish(worker, "old", numbers(4, 4));
    expect(numbersOf(await all.events(1))).toEqual([4]);
    all.call.vanish();
  });

  test("rests while its sockets stay, and wakes for the next event", () => rested);
});
