/** What a feed makes of a broker that lost events, or holds events of other policies. */
import { describe, expect, test } from "vitest";
import type { Archive, Broker, BrokerFeed, StoredEvent, Take } from "../../src/server/history/broker.ts";
import type { Entry } from "../../src/server/history/entry.ts";
import { createTestPorts, turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const FEED = "/v1/feeds/orders/events";

/** Of which three events more are forgotten by the end of each read of ten. */
class FadingArchive implements Archive {
  start = 0;

  async read(after: number, upTo: number): Promise<readonly Entry[]> {
    const first = Math.max(after, this.start) + 1;
    this.start = after + 3;
    return Array.from({ length: Math.min(10, upTo + 1 - first) }, (_, at) => {
      const data = new TextEncoder().encode(String(first + at));
      const place = { sequence: first + at, atMs: 0, endBytes: 0 };
      return { ...place, event: new Uint8Array(0), data, isGap: false, isHidden: false };
    });
  }

  async cursorAt(): Promise<number> {
    return 0;
  }
}

/** A broker that gives what the test says. */
class ScriptedBroker implements Broker {
  take: Take = () => {};
  mark = "";
  readonly #archive: Archive | undefined;

  /** `archive`: of the thirty events before the first that it gives. */
  constructor(archive?: Archive) {
    this.#archive = archive;
  }

  watch(): void {}
  async close(): Promise<void> {}
  open(): BrokerFeed {
    return {
      epoch: "script",
      start: this.#archive === undefined ? 0 : 30,
      ...(this.#archive === undefined ? {} : { archive: this.#archive }),
      follow: (take) => void (this.take = take),
      append: ({ parts }) => {
        this.mark = parts[0]?.mark ?? "";
        return "HISTORY_UNAVAILABLE";
      },
      caughtUp: () => undefined,
      close: () => undefined,
    };
  }
}

async function start(archive?: Archive): Promise<{
  host: TestServer;
  give: (...sequences: number[]) => Promise<void>;
  broker: ScriptedBroker;
}> {
  const broker = new ScriptedBroker(archive);
  const host = startTestServer({}, { ...createTestPorts(), broker });
  // Learns the mark of the policy.
  await host.post(FEED, "application/json", "0");
  const eventAt = (sequence: number): StoredEvent => {
    const parts = [{ mark: sequence < 0 ? "another" : broker.mark, data: new TextEncoder().encode(String(sequence)) }];
    return {
      sequence: Math.abs(sequence),
      atMs: host.ports.clock.now(),
      event: new Uint8Array(0),
      isGap: false,
      parts,
    };
  };
  const give = async (...sequences: number[]): Promise<void> => {
    broker.take(sequences.map(eventAt));
    await turn();
  };
  return { host, give, broker };
}

const RETRY_MS = 10;

/** What a stream shows: `gap`, or the data of an event with its sequence. */
function shownIn(text: string): string[] {
  return [...text.matchAll(/event: maskwire\.gap|id: script\.(\d+)\ndata: (-?\d+)/g)].map(([whole, sequence, data]) =>
    whole.startsWith("event") ? "gap" : `${sequence}:${data}`,
  );
}

describe("a feed whose broker", () => {
  test.each([
    ["lost nothing", [1, 2, 3], ["1:1", "2:2", "3:3"], 0],
    ["lost one event", [1, 3], ["1:1", "gap", "3:3"], 1],
    ["lost a run of events", [1, 2, 500, 501], ["1:1", "2:2", "gap", "500:500", "501:501"], 1],
    ["lost the first ones", [5, 6], ["gap", "5:5", "6:6"], 1],
    ["lost 10,000 events", [1, 10_002], ["1:1", "gap", "10002:10002"], 1],
    ["lost 10,001 events, which empties its views", [1, 10_003], ["gap", "10003:10003"], 1],
    ["holds an event of another policy", [1, -2, 3], ["1:1", "gap", "3:3"], 0],
    ["holds a run of them", [1, -2, -3, -4, 5], ["1:1", "gap", "5:5"], 0],
  ])("%s shows a subscriber one gap for it, in its place", async (_, sequences, shown, damages) => {
    const { host, give } = await start();
    const live = await host.subscribe(FEED);
    await give(...sequences);
    // So many places without a frame are passed in two turns.
    await host.ports.clock.advance(RETRY_MS);
    await turn();
    expect(shownIn(live.text)).toEqual(shown);
    expect(await host.metric("history_damages_total")).toBe(damages);
  });

  test.each([
    ["lost an event in the middle", [1, 2, 4, 5], ["2:2", "gap", "4:4", "5:5"]],
    ["holds events of another policy", [1, 2, -3, -4, 5], ["2:2", "gap", "5:5"]],
  ])("%s shows the same to one that comes back", async (_, sequences, shown) => {
    const { host, give } = await start();
    await give(...sequences);
    const resumed = await host.subscribe(FEED, { "last-event-id": "script.1" });
    expect(shownIn(resumed.text)).toEqual(shown);
  });

  test("forgets faster than its pages are read gives what was read all the same, each run that is gone as one gap", async () => {
    const { host, give } = await start(new FadingArchive());
    await give(31);
    const sink = await host.subscribe(`${FEED}?from=oldest`);
    await until(
      () => shownIn(sink.text).at(-1) === "31:31",
      () => shownIn(sink.text).join(),
    );
    const run = (from: number, to: number): string[] =>
      Array.from({ length: to + 1 - from }, (_, at) => `${from + at}:${from + at}`);
    expect(shownIn(sink.text)).toEqual(["gap", ...run(4, 10), "gap", ...run(14, 20), "gap", ...run(24, 31)]);
    expect([...sink.text.matchAll(/"lost":(\w+)/g)].map(([, lost]) => lost)).toEqual(["3", "3", "3"]);
  });

  test("takes nothing answers 503, delivers nothing, and has nothing raw in its answer", async () => {
    const { host } = await start();
    const live = await host.subscribe(FEED);
    const response = await host.post(FEED, "application/x-ndjson", '{"to":"ann.lee@example.com"}\n2\n');
    const text = await response.text();
    expect([response.status, JSON.parse(text)]).toEqual([
      503,
      expect.objectContaining({
        accepted: 0,
        firstId: null,
        refused: [
          { index: 0, code: "HISTORY_UNAVAILABLE" },
          { index: 1, code: "HISTORY_UNAVAILABLE" },
        ],
      }),
    ]);
    expect(text + live.text + host.ports.lines.join()).not.toContain("ann.lee");
    expect(shownIn(live.text)).toEqual([]);
  });
});
