/** Sub-protocol maskwire.v1.lines: the messages of maskwire.v1, several of them as the lines of one. */
import { describe, expect, test } from "vitest";
import { post } from "./client.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";
import { SocketClient, type Message } from "./socket-client.ts";

const LINES = ["maskwire.v1.lines"];
/** Most events of one message (docs/protocol.md, 2.2). */
const PAGE_EVENTS = 500;

/** Every way in which a producer's data may hold line ends. */
const WITH_LINE_ENDS = [
  { type: "application/json", body: `{\r\n  "to": "${EMAIL}",\n  "text": "a\\nb\\r\\nc"\n}` },
  { type: "application/json", body: `"\\u000a${CARD}\\u2028\\u0085"` },
  { type: "text/event-stream", body: `data: one\ndata: two ${EMAIL}\n\n` },
  { type: "text/event-stream", body: `data: [1,\ndata: 2]\n\n` },
] as const;
const SHOWN = [{ to: "[EMAIL]", text: "a\nb\r\nc" }, "\n[CREDIT_CARD]\u2028\u0085", "one\ntwo [EMAIL]", [1, 2]];

export function describeSocketLines(origin: () => string): void {
  const url = (feed: string, query = ""): string => `${origin()}/v1/feeds/${feed}/socket${query}`;
  const publish = async (feed: string, count: number): Promise<void> => {
    const lines = Array.from({ length: count }, (_, at) => `{"n":${at + 1}}\n`).join("");
    await post(`${origin()}/v1/feeds/${feed}/events`, "application/x-ndjson", lines);
  };
  const numbersOf = (messages: readonly Message[]): number[] => messages.map(({ data }) => (data as { n: number }).n);

  describe("WebSocket of several lines a message", () => {
    test("gives what maskwire.v1 gives, in one message, and each event in one line", async () => {
      const events = `${origin()}/v1/feeds/lines/events`;
      for (const { type, body } of WITH_LINE_ENDS) await post(events, type, body);
      const one = await SocketClient.open(url("lines", "?from=oldest"));
      const lines = await SocketClient.open(url("lines", "?from=oldest"), LINES);
      expect(lines.socket.protocol).toBe("maskwire.v1.lines");
      const expected = await one.messages("event", SHOWN.length);
      expect(await lines.messages("event", SHOWN.length)).toEqual(expected);
      expect(expected.map(({ data }) => data)).toEqual(SHOWN);
      expect(one.texts).toHaveLength(SHOWN.length);
      expect(lines.texts).toEqual([one.texts.join("\n")]);
      expectNothingRaw(lines.text);
      one.vanish();
      lines.vanish();
    });

    test("resumes from the first message, and goes on live, without gap or repeat", async () => {
      await publish("lines-resume", 3);
      const first = await SocketClient.open(url("lines-resume", "?from=oldest"), LINES);
      const [one] = await first.messages("event", 3);
      first.vanish();
      const second = await SocketClient.open(url("lines-resume"), LINES);
      second.send({ type: "resume", after: one?.["id"] });
      second.send({ type: "publish", ref: "2", events: [{ data: { n: 4 } }, { data: { n: 5 } }] });
      expect(numbersOf(await second.messages("event", 4))).toEqual([2, 3, 4, 5]);
      expect(await second.messages("ack", 1)).toMatchObject([{ ref: "2", accepted: 2 }]);
      second.vanish();
    });

    test("puts no more than a page into one message", async () => {
      await publish("lines-page", PAGE_EVENTS + 1);
      const client = await SocketClient.open(url("lines-page", "?from=oldest"), LINES);
      const received = await client.messages("event", PAGE_EVENTS + 1);
      expect(numbersOf(received)).toEqual(Array.from({ length: PAGE_EVENTS + 1 }, (_, at) => at + 1));
      expect(client.texts.map((text) => text.split("\n").length)).toEqual([PAGE_EVENTS, 1]);
      client.vanish();
    });

    test("tells gaps, errors and ends by the same messages", async () => {
      await publish("lines-gap", 2);
      const client = await SocketClient.open(url("lines-gap", "?lastEventId=zzzzzz.41"), LINES);
      expect(numbersOf(await client.messages("event", 2))).toEqual([1, 2]);
      client.socket.send(EMAIL);
      expect(await client.closeCode()).toBe(4502);
      expect(await client.messages("gap", 1)).toMatchObject([{ after: "zzzzzz.41", lost: null }]);
      expect(client.texts.map((text) => text.split("\n").map((line) => (JSON.parse(line) as Message).type))).toEqual([
        ["gap"],
        ["event", "event"],
        ["error"],
        ["end"],
      ]);
      expectNothingRaw(client.text);
    });

    test("stays at one message an event where a stream carries several feeds", async () => {
      await publish("lines-left", 2);
      await publish("lines-right", 2);
      const client = await SocketClient.open(url("lines-left,lines-right", "?from=oldest"), LINES);
      const received = await client.messages("event", 4);
      // Each in its order; which of the two comes first is nobody's promise.
      for (const feed of ["lines-left", "lines-right"])
        expect(numbersOf(received.filter((message) => message["feed"] === feed))).toEqual([1, 2]);
      for (const text of client.texts) expect(text).not.toContain("\n");
      client.vanish();
    });
  });
}
