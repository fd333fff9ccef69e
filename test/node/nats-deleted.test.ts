/** Streams in NATS that somebody deletes while nodes are connected: what comes then is another history, and nobody is told otherwise. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createParser } from "eventsource-parser";
import { ERRORS } from "../../src/core/index.ts";
import { Call } from "../contract/client.ts";
import { ensureCommand } from "../support/debian.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";
import { until } from "../support/until.ts";

const nats = ensureCommand("nats-server", "nats-server");
const FEED = "/v1/feeds/orders/events";
const KEY = { MASKWIRE_KEY: "0123456789abcdef0123456789abcdef" };

interface Answer {
  readonly status: number;
  readonly lastId: string | null;
}

async function publish({ origin }: ServerProcess, n: number): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${origin}${FEED}`, { method: "POST", headers, body: JSON.stringify({ n }) });
  const { lastId = null } = (await response.json()) as { lastId?: string | null };
  return { status: response.status, lastId };
}

/** Tries until the node takes it: while it opens the feed anew it may refuse. */
async function publishAtLast(node: ServerProcess, n: number): Promise<string> {
  let last: Answer = { status: 0, lastId: null };
  await until(
    async () => (last = await publish(node, n)).status === 200,
    () => JSON.stringify(last),
  );
  return last.lastId ?? "";
}

/** One subscription: what came, and how it ended. */
class Reader {
  readonly seen: string[] = [];
  /** Close code of the `maskwire.end`. */
  end: number | undefined;
  readonly #call: Call;

  constructor({ origin }: ServerProcess, query = "?from=oldest") {
    this.#call = new Call(`${origin}${FEED}${query}`);
  }

  /** Resolves once it is subscribed. */
  async begin(): Promise<this> {
    const response = await this.#call.response();
    expect(response.statusCode).toBe(200);
    const parser = createParser({
      onEvent: ({ id, event = "", data }) => {
        if (event === "maskwire.end") this.end = (JSON.parse(data) as { code: number }).code;
        else this.seen.push(`${id} ${event}${data}`);
      },
    });
    response.on("data", (chunk: Buffer) => parser.feed(chunk.toString()));
    return this;
  }

  untilSeen(count: number): Promise<void> {
    return until(
      () => this.seen.length >= count,
      () => this.seen.join("\n"),
    );
  }

  untilEnded(): Promise<void> {
    return until(
      () => this.end !== undefined,
      () => this.seen.join("\n"),
    );
  }

  stop(): void {
    this.#call.vanish();
  }
}

const epochOf = (id: string): string => id.split(".")[0] ?? "";

describe.skipIf(nats.path === null)("a stream that is deleted while nodes are connected", () => {
  let server: NatsServer;
  let nodes: ServerProcess[];
  beforeAll(async () => {
    server = await startNats(nats.path ?? "");
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    const config = { feeds: { orders: {} }, history: { broker: "nats", servers: [server.url] } };
    nodes = await Promise.all([0, 1].map(() => runServer({ config, environment: KEY })));
  });
  afterEach(async () => {
    for (const node of nodes) expect(await node.stop()).toBe(0);
    await server.deleteStreams();
  });

  test("and made anew by another node ends who listens, and shows nobody its events as those of the old one", async () => {
    const [here, there] = nodes;
    const { lastId } = await publish(here, 1);
    const epoch = epochOf(lastId ?? "");
    const reader = await new Reader(here).begin();
    await reader.untilSeen(1);
    await server.deleteStreams();
    // More of them than the old one had: places that the reader has not seen.
    const anew = [await publishAtLast(there, 11), await publishAtLast(there, 12), await publishAtLast(there, 13)];
    await reader.untilEnded();
    expect(reader.end).toBe(ERRORS.CONFIG_CHANGED.close);
    expect(reader.seen).toEqual([`${epoch}.1 {"n":1}`]);
    const again = await new Reader(here).begin();
    await again.untilSeen(3);
    expect(again.seen).toEqual(anew.map((id, index) => `${id} {"n":${index + 11}}`));
    expect(new Set(anew.map(epochOf)).has(epoch)).toBe(false);
    again.stop();
  });

  test("is made anew for a producer, and no subscriber has to come first", async () => {
    const [here] = nodes;
    const { lastId } = await publish(here, 1);
    await server.deleteStreams();
    const anew = await publishAtLast(here, 2);
    expect([epochOf(anew) === epochOf(lastId ?? ""), anew.endsWith(".1")]).toEqual([false, true]);
  });

  test("and made anew gives a producer of the old one no place in it", async () => {
    const [here, there] = nodes;
    const before = await publish(here, 1);
    await server.deleteStreams();
    const other = await publishAtLast(there, 2);
    const after = await publishAtLast(here, 3);
    expect(epochOf(other)).not.toBe(epochOf(before.lastId ?? ""));
    expect(after).toBe(`${epochOf(other)}.2`);
  });

  test("is opened anew for who comes next, without an error", async () => {
    const [here, there] = nodes;
    await publish(here, 1);
    await server.deleteStreams();
    const id = await publishAtLast(there, 2);
    const reader = await new Reader(here).begin();
    await reader.untilSeen(1);
    expect(reader.seen).toEqual([`${id} {"n":2}`]);
    reader.stop();
  });
});
