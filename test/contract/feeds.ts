/** Feeds over HTTP: publish in every format, subscribe by SSE and NDJSON, resume without gap or repeat. */
import { describe, expect, test } from "vitest";
import { Call, post, send } from "./client.ts";
import { EVENT_LIMIT_BYTES } from "./limits.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";
import { Subscription, TRANSPORTS } from "./subscription.ts";

interface Receipt {
  readonly accepted: number;
  readonly duplicates: number;
  readonly firstId: string;
  readonly lastId: string;
  readonly refused: readonly unknown[];
}

const POSITION = /^[0-9a-z]{6}\.[1-9][0-9]*$/;

/** Publishes NDJSON events `{"n":first} … {"n":last}` and returns the receipt. */
async function publishNumbers(
  origin: string,
  feed: string,
  [first, last]: readonly [number, number],
): Promise<Receipt> {
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const lines = numbers.map((n) => `{"n":${n},"to":"${EMAIL}"}\n`);
  const answer = await post(`${origin}/v1/feeds/${feed}/events`, "application/x-ndjson", ...lines);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as Receipt;
}

const numbersOf = (events: readonly { data: string }[]): number[] =>
  events.map(({ data }) => (JSON.parse(data) as { n: number }).n);

export function describeFeeds(origin: () => string): void {
  const url = (feed: string, query = ""): string => `${origin()}/v1/feeds/${feed}/events${query}`;

  describe("feeds", () => {
    for (const [transport, feed] of [
      [TRANSPORTS[0], "sse"],
      [TRANSPORTS[1], "ndjson"],
    ] as const) {
      test(`delivers JSON, NDJSON and SSE producers' events masked by ${transport}`, async () => {
        const subscription = new Subscription(url(feed), transport);
        expect(await subscription.resume()).toBe("new");
        const receipts = [
          await post(url(feed), "application/json", `{"to":"${EMAIL}"}`),
          await post(url(feed), "application/x-ndjson", `{"pay":"${CARD}"}\n`),
          await post(url(feed), "text/event-stream", `event: created\ndata: {"to":"${EMAIL}"}\n\n`),
        ].map(({ text }) => JSON.parse(text) as Receipt);
        const events = await subscription.events(3);
        expect(events.map(({ event, data }) => [event, data])).toEqual([
          ["message", `{"to":"[EMAIL]"}`],
          ["message", `{"pay":"[CREDIT_CARD]"}`],
          ["created", `{"to":"[EMAIL]"}`],
        ]);
        expect(events.map(({ id }) => id)).toEqual(receipts.map(({ firstId }) => firstId));
        for (const { id } of events) expect(id).toMatch(POSITION);
        expectNothingRaw(await subscription.text());
        subscription.call.vanish();
      });

      test(`resumes ${transport} after a dropped connection without gap or repeat`, async () => {
        const first = new Subscription(url(`resume`, "?from=oldest"), transport);
        await first.resume();
        const { firstId } = await publishNumbers(origin(), "resume", [1, 3]);
        const seen = (await first.events(3)).at(-1);
        first.call.vanish();
        const { lastId } = await publishNumbers(origin(), "resume", [4, 6]);
        const second = new Subscription(url("resume"), transport, { "last-event-id": seen?.id ?? "" });
        expect(await second.resume()).toBe("complete");
        await publishNumbers(origin(), "resume", [7, 7]);
        const events = await second.events(4);
        const offset = Number(seen?.id.split(".")[1]);
        expect(events.map(({ id }) => Number(id.split(".")[1]))).toEqual([1, 2, 3, 4].map((step) => offset + step));
        expect(events[2]?.id).toBe(transport === "text/event-stream" ? lastId : events[2]?.id);
        expect(firstId).toMatch(POSITION);
        second.call.vanish();
      });
    }

    test("replays the history to a latecomer and goes on live", async () => {
      await publishNumbers(origin(), "replay", [1, 20]);
      const all = new Subscription(url("replay", "?from=oldest"));
      const last = new Subscription(url("replay", "?from=-5"));
      expect(numbersOf(await all.events(20))).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      expect(numbersOf(await last.events(5))).toEqual([16, 17, 18, 19, 20]);
      await publishNumbers(origin(), "replay", [21, 21]);
      expect(numbersOf(await last.events(6)).at(-1)).toBe(21);
      all.call.vanish();
      last.call.vanish();
    });

    test("tells a client with a position of another history that it lost events", async () => {
      await publishNumbers(origin(), "gap", [1, 2]);
      const subscription = new Subscription(url("gap"), "text/event-stream", { "last-event-id": "zzzzzz.41" });
      expect(await subscription.resume()).toBe("reset");
      const [gap, first] = await subscription.events(2);
      expect(gap?.event).toBe("maskwire.gap");
      expect(JSON.parse(gap?.data ?? "")).toMatchObject({ lost: null });
      expect(first?.data).toBe(`{"n":1,"to":"[EMAIL]"}`);
      subscription.call.vanish();
    });

    test("does not stop an EventSource that comes with a malformed position", async () => {
      const subscription = new Subscription(url("gap"), "text/event-stream", { "last-event-id": EMAIL });
      expect(await subscription.resume()).toBe("reset");
      expectNothingRaw(await subscription.text());
      subscription.call.vanish();
    });

    test("delivers several feeds on one stream, with a position that resumes all of them", async () => {
      const both = new Subscription(url("left,right"));
      await both.resume();
      await publishNumbers(origin(), "left", [1, 1]);
      await both.events(1);
      await publishNumbers(origin(), "right", [2, 2]);
      const events = await both.events(2);
      both.call.vanish();
      expect(numbersOf(events)).toEqual([1, 2]);
      await publishNumbers(origin(), "left", [3, 3]);
      const again = new Subscription(url("left,right"), "text/event-stream", { "last-event-id": events[1]?.id ?? "" });
      expect(numbersOf(await again.events(1))).toEqual([3]);
      again.call.vanish();
    });

    test("turns an event type that is not allowed into `message`", async () => {
      const subscription = new Subscription(url("types", "?from=oldest"));
      await post(url("types"), "text/event-stream", `event: ${EMAIL}\nid: ${EMAIL}\n: ${EMAIL}\ndata: 1\n\n`);
      const [event] = await subscription.events(1);
      expect(event).toMatchObject({ event: "message", data: "1" });
      expectNothingRaw(await subscription.text());
      subscription.call.vanish();
    });

    test("publishes each event of a long upload as soon as it is complete", async () => {
      const subscription = new Subscription(url("live"));
      await subscription.resume();
      const upload = new Call(url("live"), { method: "POST", headers: { "content-type": "application/x-ndjson" } });
      await upload.write(`{"n":1}\n{"n":2,"to":"ann.l`);
      expect(numbersOf(await subscription.events(1))).toEqual([1]);
      await upload.write(`ee@example.com"}\n`);
      expect((await subscription.events(2))[1]?.data).toBe(`{"n":2,"to":"[EMAIL]"}`);
      upload.end();
      expect(JSON.parse((await upload.answer()).text)).toMatchObject({ accepted: 2, duplicates: 0, refused: [] });
      subscription.call.vanish();
    });

    test("keeps what a producer sent before it vanished, and nothing of the half event", async () => {
      const upload = new Call(url("half"), { method: "POST", headers: { "content-type": "application/x-ndjson" } });
      const subscription = new Subscription(url("half", "?from=oldest"));
      await subscription.resume();
      await upload.write(`{"n":1}\n{"n":2,"to":"${EMAIL}`);
      await subscription.events(1);
      upload.vanish();
      await publishNumbers(origin(), "half", [3, 3]);
      expect(numbersOf(await subscription.events(2))).toEqual([1, 3]);
      subscription.call.vanish();
    });

    test("accepts the good events of an upload and names the refused ones by index only", async () => {
      const bad = ["1\n", `{"to":"${EMAIL}\n`, `{"to":"${EMAIL} ${"x".repeat(EVENT_LIMIT_BYTES)}"}\n`, "2"];
      const answer = await post(url("hostile"), "application/x-ndjson", ...bad);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({
        accepted: 2,
        refused: [
          { index: 1, code: "BAD_JSON" },
          { index: 2, code: "EVENT_TOO_LARGE" },
        ],
      });
      expectNothingRaw(answer.text);
    });

    test("goes on for the others when a subscriber vanishes", async () => {
      const stays = new Subscription(url("vanish"));
      const leaves = new Subscription(url("vanish"));
      await Promise.all([stays.resume(), leaves.resume()]);
      await publishNumbers(origin(), "vanish", [1, 1]);
      await leaves.events(1);
      leaves.call.vanish();
      await publishNumbers(origin(), "vanish", [2, 50]);
      expect(numbersOf(await stays.events(50)).at(-1)).toBe(50);
      stays.call.vanish();
    });

    test("says that it lives and is ready", async () => {
      expect(await send(`${origin()}/livez`)).toMatchObject({ status: 200 });
      expect(await send(`${origin()}/readyz`)).toMatchObject({ status: 200 });
    });
  });
}
