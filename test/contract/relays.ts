/** Relays: a scripted upstream on loopback, followed and masked. */
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { expectNothingRaw } from "./raw.ts";
import { Subscription, type FeedEvent } from "./subscription.ts";

const isControl = ({ event }: FeedEvent): boolean => event.startsWith("maskwire.");

export function describeRelays(origin: () => string, log: () => string): void {
  const url = (relay: string): string => `${origin()}/v1/relays/${relay}`;

  describe("relays", () => {
    test("follows an upstream and gives its events masked, with positions of our own", async () => {
      const subscription = new Subscription(`${url("upstream")}?from=oldest`);
      const { headers } = await subscription.call.response();
      expect(headers["set-cookie"]).toBeUndefined();
      const events = await subscription.events(2);
      expect(events.map(({ data }) => data)).toEqual([`{"email":"[EMAIL]"}`, "card [CREDIT_CARD]"]);
      for (const { id } of events) expect(id).toMatch(/^[0-9a-z]{6}\.[0-9]+$/);
      const text = await subscription.text();
      expectNothingRaw(text);
      expect(text).not.toContain("ann@example.com");
      subscription.call.vanish();
    });

    test("serves several subscribers, and one that comes after the first has left", async () => {
      const first = new Subscription(`${url("upstream")}?from=oldest`);
      await first.events(2);
      first.call.vanish();
      const second = new Subscription(`${url("upstream")}?from=oldest`);
      expect((await second.events(2)).map(({ data }) => data)).toEqual([`{"email":"[EMAIL]"}`, "card [CREDIT_CARD]"]);
      second.call.vanish();
    });

    test.each([
      ["gzip", "gzip"],
      ["br", "br"],
      ["deflate", "deflate"],
      ["deflate without the frame of zlib", "bare"],
    ])("reads an upstream that compresses although it was asked not to: %s", async (_name, relay) => {
      const subscription = new Subscription(`${url(relay)}?from=oldest`);
      expect((await subscription.events(1))[0].data).toBe(`{"email":"[EMAIL]"}`);
      subscription.call.vanish();
    });

    test.each([
      ["that is not compressed as it says", "corrupt"],
      ["that becomes a thousand times as long", "bomb"],
      ["in an encoding that nobody knows", "zstd"],
    ])("shows nothing of one %s", async (_name, relay) => {
      const subscription = new Subscription(`${url(relay)}?from=oldest`);
      await subscription.resume();
      // The relay has read what there is, and given up on it.
      const isLost = (line: string): boolean => line.includes('"relay-lost"') && line.includes(`"relay":"${relay}"`);
      await until(() => log().split("\n").some(isLost), log);
      const text = await subscription.text();
      expectNothingRaw(text);
      expect(text).not.toContain("ann@example.com");
      expect(text).not.toContain("data:");
      subscription.call.vanish();
    });

    test("reconnects with the upstream's last id and neither loses nor repeats an event", async () => {
      const subscription = new Subscription(`${url("reconnect")}?from=oldest`);
      const events = (await subscription.events(3)).filter((event) => !isControl(event));
      expect(events.map(({ data }) => data)).toEqual([1, 2, 3].map((n) => `{"n":${n},"ip":"[IPV4]"}`));
      subscription.call.vanish();
    });

    test("shows nothing of an upstream that answers with another content type", async () => {
      const subscription = new Subscription(`${url("page")}?from=oldest`);
      const { statusCode } = await subscription.call.response();
      expect([200, 502]).toContain(statusCode);
      const text = await subscription.text();
      expect(text).not.toContain("ann@example.com");
      subscription.call.vanish();
    });
  });
}
