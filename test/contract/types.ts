/** Event types that a subscriber asks for: the same events under the same positions, less the others. */
import { describe, expect, test } from "vitest";
import { post, send } from "./client.ts";
import { EMAIL, expectNothingRaw } from "./raw.ts";
import { SocketClient } from "./socket-client.ts";
import { Subscription, TRANSPORTS } from "./subscription.ts";

const TYPED = { eventTypes: ["order", "refund", "chat"], views: { cards: "cards" } };
const NAMES = [
  "typed-sse",
  "typed-ndjson",
  "typed-message",
  "typed-resume",
  "typed-socket",
  "typed-both",
  "typed-view",
];

/** Each test has its own, and two that are joined. */
export const TYPED_FEEDS = Object.fromEntries(NAMES.map((name) => [name, TYPED]));

/** The feed does not pass the last but one, which becomes `message`. */
const SENT = ["order", "chat", "refund", EMAIL, "order"];

export function describeTypes(origin: () => string): void {
  const url = (feed: string, query: string): string => `${origin()}/v1/feeds/${feed}/events${query}`;
  /** Numbers from 1 on; gives the positions, in their order. */
  const publish = async (feed: string, types: readonly string[] = SENT): Promise<void> => {
    const events = types.map((type, index) => `event: ${type}\ndata: {"n":${index + 1},"to":"${EMAIL}"}\n\n`);
    const answer = await post(url(feed, ""), "text/event-stream", ...events);
    expect(JSON.parse(answer.text)).toMatchObject({ accepted: types.length });
  };
  const numberIn = ({ data }: { data: string }): number => (JSON.parse(data) as { n: number }).n;
  const sequenceOf = (id: unknown): number => Number(String(id).split(".")[1]);

  describe("types that a subscriber asks for", () => {
    for (const [transport, feed] of [
      [TRANSPORTS[0], "typed-sse"],
      [TRANSPORTS[1], "typed-ndjson"],
    ] as const) {
      test(`are all that it is sent, under their positions, live and replayed, by ${transport}`, async () => {
        const live = new Subscription(url(feed, "?types=order"), transport);
        await live.resume();
        await publish(feed);
        const replayed = new Subscription(url(feed, "?types=refund,order&from=oldest"), transport);
        const [some, more] = [await live.events(2), await replayed.events(3)];
        expect(some.map(numberIn)).toEqual([1, 5]);
        expect(some.map(({ event }) => event)).toEqual(["order", "order"]);
        expect(some.map(({ id }) => sequenceOf(id))).toEqual([1, 5]);
        expect(more.map(numberIn)).toEqual([1, 3, 5]);
        for (const subscription of [live, replayed]) {
          expectNothingRaw(await subscription.text());
          subscription.call.vanish();
        }
      });
    }

    test("have `message` stand for events without a type, and of one that the feed does not pass", async () => {
      await publish("typed-message");
      await post(url("typed-message", ""), "application/json", '{"n":6}');
      const subscription = new Subscription(url("typed-message", "?types=message&from=oldest"));
      const events = await subscription.events(2);
      expect(events.map(numberIn)).toEqual([4, 6]);
      expectNothingRaw(await subscription.text());
      subscription.call.vanish();
    });

    test("let it resume without gap or repeat, under the same ones or others", async () => {
      await publish("typed-resume");
      const first = new Subscription(url("typed-resume", "?types=refund&from=oldest"));
      const [{ id }] = await first.events(1);
      first.call.vanish();
      const same = new Subscription(url("typed-resume", "?types=refund"), "text/event-stream", { "last-event-id": id });
      const others = new Subscription(url("typed-resume", `?types=message,order&lastEventId=${id}`));
      expect([await same.resume(), await others.resume()]).toEqual(["complete", "complete"]);
      await publish("typed-resume", ["chat", "refund"]);
      expect((await same.events(1)).map(numberIn)).toEqual([2]);
      expect((await others.events(2)).map(numberIn)).toEqual([4, 5]);
      for (const subscription of [same, others]) subscription.call.vanish();
    });

    test("hold over WebSocket by both routes and sub-protocols, for a producer's own events too", async () => {
      const socketUrl = `${origin()}/v1/feeds/typed-socket/socket?types=order`;
      const clients = [
        await SocketClient.open(socketUrl),
        await SocketClient.open(url("typed-socket", "?types=order")),
        await SocketClient.open(socketUrl, ["maskwire.v1.lines"]),
      ];
      const events = SENT.map((event, index) => ({ event, data: { n: index + 1 } }));
      clients[0].send({ type: "publish", ref: "a", events });
      for (const client of clients) {
        const messages = await client.messages("event", 2);
        expect(messages.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 5 }]);
        expect(messages.map(({ id }) => sequenceOf(id))).toEqual([1, 5]);
        expectNothingRaw(client.text);
        client.vanish();
      }
    });

    test("apply to each of several feeds, and to a view", async () => {
      const both = new Subscription(url("typed-both,typed-view", "?types=refund&view=cards"));
      await both.resume();
      await publish("typed-both", ["chat", "refund"]);
      await both.events(1);
      await publish("typed-view", ["order", "refund"]);
      const events = await both.events(2);
      expect(events.map(({ id }) => id.split("_").map(sequenceOf))).toEqual([
        [2, 0],
        [2, 2],
      ]);
      // This view looks for cards only.
      expect(events.map(({ data }) => data)).toEqual(Array(2).fill(`{"n":2,"to":"${EMAIL}"}`));
      both.call.vanish();
    });

    const many = Array.from({ length: 16 }, (_, index) => `t${index}`).join();
    test.each([
      [`?types=${many}`, 200, ""],
      [`?types=${many},one-more`, 400, "TYPE_LIST"],
      [`?types=${"x".repeat(129)}`, 400, "TYPE_LIST"],
      ["?types=", 400, "TYPE_LIST"],
      ["?types=order,", 400, "TYPE_LIST"],
      ["?types=order&types=chat", 400, "UNKNOWN_PARAMETER"],
    ])("are bounded: %s is %i %s", async (query, status, code) => {
      if (status === 200) {
        const taken = new Subscription(url("typed-sse", query));
        expect(await taken.resume()).toBe("new");
        taken.call.vanish();
        return;
      }
      const answer = await send(url("typed-sse", query));
      expect([answer.status, answer.text.includes(code)]).toEqual([status, true]);
    });
  });
}
