/** Views of one feed: each subscriber sees its own, and all of them count alike. */
import { describe, expect, test } from "vitest";
import { post, send } from "./client.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";
import { SocketClient } from "./socket-client.ts";
import { Subscription, TRANSPORTS } from "./subscription.ts";

/** View to what it makes of the card that every event here holds. */
const SHOWN = {
  default: "[CREDIT_CARD]",
  support: "**** **** **** 1111",
  analytics: /^CREDIT_CARD_[a-z2-7]{16}$/,
} as const;
type ViewName = keyof typeof SHOWN;
const VIEW_NAMES = Object.keys(SHOWN) as ViewName[];

export const VIEWED_FEED = { policy: "default", views: { support: "partial", analytics: "hashed", whole: "strict" } };

export function describeViews(origin: () => string): void {
  const url = (query = "", feed = "viewed"): string => `${origin()}/v1/feeds/${feed}/events${query}`;
  const publish = async (...numbers: readonly number[]): Promise<void> => {
    const lines = numbers.map((n) => `{"n":${n},"card":"${CARD}"}\n`);
    expect((await post(url(), "application/x-ndjson", ...lines)).status).toBe(200);
  };
  const cardIn = (data: string): string => (JSON.parse(data) as { card: string }).card;
  const queryOf = (view: ViewName): string => (view === "default" ? "" : `?view=${view}`);

  describe("views", () => {
    for (const transport of TRANSPORTS) {
      test(`show each subscriber its own, under the same positions, by ${transport}`, async () => {
        const subscriptions = VIEW_NAMES.map((view) => new Subscription(url(queryOf(view)), transport));
        for (const subscription of subscriptions) await subscription.resume();
        await publish(1);
        const events = await Promise.all(subscriptions.map((subscription) => subscription.events(1)));
        events.forEach(([event], index) => expect(cardIn(event.data)).toMatch(SHOWN[VIEW_NAMES[index]]));
        expect(new Set(events.map(([{ id }]) => id)).size).toBe(1);
        for (const subscription of subscriptions) {
          expectNothingRaw(await subscription.text());
          subscription.call.vanish();
        }
      });
    }

    test("show a WebSocket its own, by both routes", async () => {
      const socketUrl = `${origin()}/v1/feeds/viewed/socket?view=support`;
      const clients = [await SocketClient.open(socketUrl), await SocketClient.open(url("?view=support"))];
      clients[0].send({ type: "publish", ref: "a", events: [{ data: { card: CARD } }] });
      for (const client of clients) {
        const [message] = await client.messages("event", 1);
        expect(message["data"]).toEqual({ card: SHOWN.support });
        expectNothingRaw(client.text);
        client.vanish();
      }
    });

    test("let a position of one go on in another, without gap or repeat", async () => {
      const first = new Subscription(url("?view=support"));
      await first.resume();
      await publish(1, 2);
      const [{ id }] = await first.events(2);
      first.call.vanish();
      const second = new Subscription(url("?view=analytics"), "text/event-stream", { "last-event-id": id });
      expect(await second.resume()).toBe("complete");
      const [next] = await second.events(1);
      expect(next.data).toContain('"n":2');
      expect(cardIn(next.data)).toMatch(SHOWN.analytics);
      second.call.vanish();
    });

    test("do not show what their policy refuses, and still count it", async () => {
      const strict = new Subscription(url("?view=whole&from=now"));
      const loose = new Subscription(url());
      await Promise.all([strict.resume(), loose.resume()]);
      const broken = await post(url(), "text/event-stream", `data: {"to":"${EMAIL}"\n\n`);
      expect(JSON.parse(broken.text)).toMatchObject({ accepted: 1 });
      await publish(3);
      const [hidden, shown] = await loose.events(2);
      const [only] = await strict.events(1);
      expect(hidden.data).toContain("[EMAIL]");
      expect([only.id, only.data]).toEqual([shown.id, shown.data]);
      for (const subscription of [strict, loose]) subscription.call.vanish();
    });

    test("are chosen for all feeds of a stream", async () => {
      const both = new Subscription(url("?view=support", "viewed,viewed-too"));
      await both.resume();
      await publish(4);
      const [event] = await both.events(1);
      expect(cardIn(event.data)).toBe(SHOWN.support);
      both.call.vanish();
    });

    test.each([
      ["?view=partner", 404, "VIEW_UNKNOWN"],
      ["?view=", 404, "VIEW_UNKNOWN"],
      ["?view=hashed", 404, "VIEW_UNKNOWN"],
      ["?view=__proto__", 404, "VIEW_UNKNOWN"],
      [`?view=${EMAIL}`, 404, "VIEW_UNKNOWN"],
      ["?view=support&view=default", 400, "UNKNOWN_PARAMETER"],
    ])("that nobody named are refused: %s", async (query, status, code) => {
      const answer = await send(url(query));
      expect([answer.status, answer.text.includes(code)]).toEqual([status, true]);
      expectNothingRaw(answer.text);
    });

    test("exist in a feed that names them only", async () => {
      expect((await send(url("?view=support", "live"))).status).toBe(404);
    });
  });
}
