/** Both nodes of a service are replaced, one after the other, while events flow: nobody misses one, and all leave in turn. */
import { createParser } from "eventsource-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Call } from "../contract/client.ts";
import { EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { ensureCommand } from "../support/debian.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";
import { until } from "../support/until.ts";

const nats = ensureCommand("nats-server", "nats-server");
const SUBSCRIBERS = 60;
const FEED = "/v1/feeds/orders/events";
const KEY = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };
const LIMITS = { drainGraceMs: 200, drainWindowMs: 1_500, drainLimitMs: 20_000 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Where a balancer sends new connections. */
class Service {
  readonly nodes: ServerProcess[] = [];
  #turn = 0;

  pick(): ServerProcess {
    return this.nodes[this.#turn++ % this.nodes.length];
  }
}

/** A client that comes back where it was told to, with its position; `ends` is what it was told. */
class Reader {
  readonly numbers: number[] = [];
  readonly ends: { readonly after: number; readonly afterMs: number; readonly code: number }[] = [];
  readonly #service: Service;
  #lastId: string | undefined;
  #isDone = false;
  gaps = 0;

  constructor(service: Service) {
    this.#service = service;
  }

  async run(): Promise<void> {
    while (!this.#isDone) {
      await this.#readOnce().catch(() => undefined);
      // As many times sooner as the drain is shorter than usual.
      if (!this.#isDone) await pause((this.ends.at(-1)?.afterMs ?? 1000) / 20);
    }
  }

  stop(): void {
    this.#isDone = true;
    this.#call?.vanish();
  }

  #call: Call | undefined;

  async #readOnce(): Promise<void> {
    const headers = this.#lastId === undefined ? {} : { "last-event-id": this.#lastId };
    const call = new Call(`${this.#service.pick().origin}${FEED}?from=oldest`, { headers });
    this.#call = call;
    const response = await call.response();
    if (response.statusCode !== 200) return;
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (id !== undefined) this.#lastId = id;
        if (event === "maskwire.gap") this.gaps++;
        else if (event === "maskwire.end")
          this.ends.push({ ...(JSON.parse(data) as { code: number; afterMs: number }), after: this.numbers.length });
        else this.numbers.push((JSON.parse(data) as { n: number }).n);
      },
    });
    response.on("data", (chunk: Buffer) => parser.feed(chunk.toString()));
    await call.answer();
  }
}

describe.skipIf(nats.path === null)("a rolling restart under load", () => {
  let broker: NatsServer;
  beforeAll(async () => {
    broker = await startNats(nats.path ?? "");
  });
  afterAll(() => broker.remove());

  test("loses no event, spreads who leaves, and ends each process with 0", async () => {
    const config = {
      feeds: { orders: {} },
      history: { broker: "nats", servers: [broker.url] },
      limits: LIMITS,
    };
    const start = (): Promise<ServerProcess> => runServer({ config, environment: KEY });
    const service = new Service();
    const first = [await start(), await start()];
    service.nodes.push(...first);
    const readers = Array.from({ length: SUBSCRIBERS }, () => new Reader(service));
    const reading = readers.map((reader) => reader.run());

    const stopping = new AbortController();
    let published = 0;
    const producing = (async () => {
      while (!stopping.signal.aborted) {
        const n = published + 1;
        const answer = await fetch(`${service.pick().origin}${FEED}`, {
          method: "POST",
          headers: { "content-type": "application/json", "idempotency-key": `n${n}` },
          body: JSON.stringify({ n, to: EMAIL }),
        }).catch(() => undefined);
        if (answer?.status === 200) published = n;
        await answer?.text();
        await pause(5);
      }
    })();
    await until(() => readers.every(({ numbers }) => numbers.length >= 20));
    /** Events that came while somebody was told to go. */
    let meanwhile = 0;

    for (const leaving of first) {
      const next = await start();
      service.nodes.push(next);
      const before = published;
      const stopped = leaving.stop();
      // The balancer hears of it by /readyz, while everything is still served.
      let status = 200;
      while (status === 200) status = (await fetch(`${leaving.origin}/readyz`)).status;
      expect(status).toBe(503);
      service.nodes.splice(service.nodes.indexOf(leaving), 1);
      expect(await stopped).toBe(0);
      meanwhile += published - before;
      expectNothingRaw(leaving.logged());
    }

    stopping.abort();
    await producing;
    await until(
      () => readers.every(({ numbers }) => numbers.length >= published),
      () => readers.map(({ numbers }) => numbers.length),
    );
    for (const reader of readers) reader.stop();
    await Promise.all(reading);
    for (const node of service.nodes) expect(await node.stop()).toBe(0);

    const expected = Array.from({ length: published }, (_, index) => index + 1);
    for (const { numbers, gaps } of readers) {
      expect(numbers).toEqual(expected);
      expect(gaps).toBe(0);
    }
    const ends = readers.flatMap((reader) => reader.ends);
    expect(ends.every(({ code }) => code === 4000)).toBe(true);
    // Every subscriber had to move, and they were told so between many different events, with waits of their own.
    expect(readers.every((reader) => reader.ends.length > 0)).toBe(true);
    expect(new Set(ends.map(({ after }) => after)).size).toBeGreaterThan(Math.min(10, meanwhile / 10));
    expect(new Set(ends.map(({ afterMs }) => afterMs)).size).toBeGreaterThan(SUBSCRIBERS / 2);
  });
});
