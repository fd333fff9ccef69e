/** WebSocket: subscribe, publish, resume, and each refusal's close code. */
import { describe, expect, test } from "vitest";
import { post } from "./client.ts";
import { EVENT_LIMIT_BYTES, MESSAGE_LIMIT_BYTES } from "./limits.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";
import { SocketClient } from "./socket-client.ts";

const BAD_MESSAGES = [
  { name: "text that is not JSON", text: EMAIL },
  { name: "an unknown type", text: `{"type":"${EMAIL}"}` },
  { name: "an unknown key", text: `{"type":"publish","ref":"a","events":[],"to":"${EMAIL}"}` },
  { name: "an array", text: `["${EMAIL}"]` },
] as const;

export function describeSockets(origin: () => string): void {
  const both = (feed: string): string => `${origin()}/v1/feeds/${feed}/socket`;

  describe("WebSocket", () => {
    test("delivers events masked to a subscriber that upgrades the events route", async () => {
      const events = `${origin()}/v1/feeds/socket/events`;
      const client = await SocketClient.open(events);
      expect(client.socket.protocol).toBe("maskwire.v1");
      await post(events, "application/json", `{"to":"${EMAIL}","pay":"${CARD}"}`);
      const [event] = await client.messages("event", 1);
      expect(event).toMatchObject({ event: "message", data: { to: "[EMAIL]", pay: "[CREDIT_CARD]" } });
      expectNothingRaw(client.text);
      client.vanish();
    });

    test("takes a producer's events, acknowledges them and delivers them masked to every subscriber", async () => {
      const producer = await SocketClient.open(both("both-ways"));
      const subscriber = await SocketClient.open(both("both-ways"));
      const events = [{ event: "created", data: { to: EMAIL } }, { data: { big: "x".repeat(EVENT_LIMIT_BYTES) } }];
      producer.send({ type: "publish", ref: "a1", events: [...events, { data: CARD }] });
      const [ack] = await producer.messages("ack", 1);
      expect(ack).toMatchObject({
        ref: "a1",
        accepted: 2,
        duplicates: 0,
        refused: [{ index: 1, code: "EVENT_TOO_LARGE" }],
      });
      const received = await subscriber.messages("event", 2);
      expect(received.map(({ event, data }) => [event, data])).toEqual([
        ["created", { to: "[EMAIL]" }],
        ["message", "[CREDIT_CARD]"],
      ]);
      expect(received.map(({ id }) => id)).toEqual([ack?.["firstId"], ack?.["lastId"]]);
      expectNothingRaw(producer.text + subscriber.text);
      producer.vanish();
      subscriber.vanish();
    });

    test("takes binary messages where the feed says so, as the text that they are", async () => {
      const producer = await SocketClient.open(both("socket-binary"));
      producer.socket.send(Buffer.from(JSON.stringify({ type: "publish", events: [{ data: { to: EMAIL } }] })));
      const [event] = await producer.messages("event", 1);
      expect(event?.["data"]).toEqual({ to: "[EMAIL]" });
      producer.socket.send(Buffer.of(0x22, 0xc3, 0x28, 0x22));
      expect(await producer.closeCode()).toBe(1007);
      expectNothingRaw(producer.text);
      const refused = await SocketClient.open(both("socket"));
      refused.socket.send(Buffer.from("{}"));
      expect(await refused.closeCode()).toBe(1003);
    });

    test("resumes from the first message without gap or repeat", async () => {
      const first = await SocketClient.open(both("socket-resume"));
      first.send({ type: "publish", ref: "1", events: [1, 2, 3].map((n) => ({ data: { n } })) });
      const [one] = await first.messages("event", 1);
      await first.messages("event", 3);
      first.vanish();
      const second = await SocketClient.open(both("socket-resume"));
      second.send({ type: "resume", after: one?.["id"] });
      second.send({ type: "publish", ref: "2", events: [{ data: { n: 4 } }] });
      const received = await second.messages("event", 3);
      expect(received.map(({ data }) => (data as { n: number }).n)).toEqual([2, 3, 4]);
      second.vanish();
    });

    test("serves a client that offers no sub-protocol, and selects ours among others", async () => {
      const none = await SocketClient.open(both("socket"), []);
      expect(none.socket.protocol).toBe("");
      const some = await SocketClient.open(both("socket"), ["bearer.abc", "maskwire.v1"]);
      expect(some.socket.protocol).toBe("maskwire.v1");
      none.vanish();
      some.vanish();
    });

    for (const [name, path, protocols, status] of [
      ["only unknown sub-protocols", "/v1/feeds/socket/socket", ["graphql-ws"], 400],
      ["an unknown feed", "/v1/feeds/nobody/socket", ["maskwire.v1"], 404],
      ["an unknown parameter", "/v1/feeds/socket/socket?a=1", ["maskwire.v1"], 400],
    ] as const) {
      test(`refuses ${name} with ${status} before the upgrade`, async () => {
        await expect(SocketClient.open(`${origin()}${path}`, protocols)).rejects.toThrow(String(status));
      });
    }

    for (const { name, text } of BAD_MESSAGES) {
      test(`closes with 4502 on ${name}`, async () => {
        const client = await SocketClient.open(both("socket-bad"));
        client.socket.send(text);
        expect(await client.closeCode()).toBe(4502);
        expectNothingRaw(client.text);
      });
    }

    test("names the message that an error answers by its ref", async () => {
      const client = await SocketClient.open(both("socket-bad"));
      client.send({ type: "publish", ref: "b7", events: [{ data: EMAIL, to: 1 }] });
      const [error] = await client.messages("error", 1);
      expect(error).toMatchObject({ ref: "b7", code: "BAD_MESSAGE" });
      expect(await client.closeCode()).toBe(4502);
      expectNothingRaw(client.text);
    });

    test("closes with 1003 on a binary message", async () => {
      const client = await SocketClient.open(both("socket-bad"));
      client.socket.send(Buffer.from(EMAIL));
      expect(await client.closeCode()).toBe(1003);
      expectNothingRaw(client.text);
    });

    test("closes with 1009 on a message over messageLimitBytes", async () => {
      const client = await SocketClient.open(both("socket-bad"));
      client.send({ type: "publish", ref: "a", events: [{ data: `${EMAIL} ${"x".repeat(MESSAGE_LIMIT_BYTES)}` }] });
      expect(await client.closeCode()).toBe(1009);
      expectNothingRaw(client.text);
    });

    test("masks a value that the network cuts into frames", async () => {
      const client = await SocketClient.open(both("socket-bad"));
      const text = JSON.stringify({ type: "publish", ref: "a", events: [{ data: { to: EMAIL } }] });
      for (let at = 0; at < text.length; at++) {
        client.socket.send(text.charAt(at), { fin: at === text.length - 1 });
      }
      const [event] = await client.messages("event", 1);
      expect(event?.["data"]).toEqual({ to: "[EMAIL]" });
      client.vanish();
    });
  });
}
