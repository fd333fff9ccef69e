/** Every message that is no event of ours, in NATS as anybody may send it: counted by its reason, masked or refused by rule. */
import { createConnection } from "node:net";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CARD, EMAIL, expectNothingRaw } from "../contract/raw.ts";
import { Subscription } from "../contract/subscription.ts";
import { ensureCommand } from "../support/debian.ts";
import { countsOf, json, withHeaders, type HeaderRows } from "../support/nats-message.ts";
import { startNats, type NatsServer } from "../support/nats.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const FEED = "/v1/feeds/orders/events";
const SUBJECT = "plain.orders";
const LIMIT_BYTES = 1_024;

interface Sent {
  readonly data: string | Uint8Array;
  readonly headers?: HeaderRows;
}

/** JSON of exactly so many bytes. */
const jsonOf = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;

/** What becomes of a message, by the rule for what is no JSON: the event that is shown, or the code of the refusal. */
const MESSAGES: readonly (readonly [string, Sent, { readonly refuse: string; readonly mask?: string }])[] = [
  ["no JSON", { data: `from ${EMAIL}` }, { refuse: "BAD_JSON", mask: "from [EMAIL]" }],
  ["half of JSON", { data: `{"mail":"${EMAIL}"` }, { refuse: "BAD_JSON", mask: '{"mail":"[EMAIL]"' }],
  ["nothing", { data: "" }, { refuse: "BAD_JSON" }],
  [
    "bytes that are no UTF-8",
    { data: Uint8Array.of(0xff, ...Buffer.from(EMAIL), 0xfe) },
    { refuse: "BAD_JSON", mask: "\u{fffd}[EMAIL]\u{fffd}" },
  ],
  ["more bytes than an event may have", { data: jsonOf(LIMIT_BYTES + 1) }, { refuse: "EVENT_TOO_LARGE" }],
  [
    "text that says it is JSON",
    { data: `from ${EMAIL}`, headers: [["Content-Type", "application/json"]] },
    { refuse: "BAD_JSON" },
  ],
  [
    "a format that is none of an event",
    { data: `a,${EMAIL}`, headers: [["Content-Type", "text/csv"]] },
    { refuse: "FORMAT_UNKNOWN" },
  ],
  [
    "another charset, in small letters",
    { data: json(EMAIL), headers: [["content-type", "application/json; charset=utf-16"]] },
    { refuse: "CHARSET_UNKNOWN" },
  ],
  ["compressed bytes", { data: json(EMAIL), headers: [["Content-Encoding", "gzip"]] }, { refuse: "ENCODING_UNKNOWN" }],
  [
    "two ids",
    {
      data: json(EMAIL),
      headers: [
        ["Nats-Msg-Id", "a"],
        ["Nats-Msg-Id", "b"],
      ],
    },
    { refuse: "BAD_MESSAGE" },
  ],
  [
    "an id that is too long",
    { data: json(EMAIL), headers: [["Nats-Msg-Id", "x".repeat(257)]] },
    { refuse: "BAD_IDEMPOTENCY_KEY" },
  ],
  ["as many bytes as an event may have", { data: jsonOf(LIMIT_BYTES) }, { refuse: "", mask: jsonOf(LIMIT_BYTES) }],
];

const nats = ensureCommand("nats-server", "nats-server");

describe.skipIf(nats.path === null).each(["refuse", "mask"] as const)("with `text: %s` a message of", (text) => {
  let broker: NatsServer;
  let connection: NatsConnection;
  let server: ServerProcess;
  beforeAll(async () => {
    broker = await startNats(nats.path ?? "");
    connection = await connect({ servers: [broker.url] });
    server = await runServer({
      config: {
        feeds: { orders: {} },
        ingest: { raw: { feed: "orders", servers: [broker.url], subject: SUBJECT, text } },
        limits: { eventLimitBytes: LIMIT_BYTES },
      },
    });
    await server.untilLogged("ingest-connected");
  });
  afterAll(async () => {
    await connection?.close();
    await server?.stop();
    await broker?.remove();
  });

  /** Sends it and gives what was answered, and what was counted. */
  async function send({ data, headers }: Sent): Promise<{ code: string; id: string | null; counted: string[] }> {
    const before = await countsOf(server);
    const reply = await connection.request(SUBJECT, data, { timeout: 60_000, ...withHeaders(headers) });
    const after = await countsOf(server);
    expectNothingRaw(reply.string() + server.logged() + (await server.metrics()));
    const answer = reply.json<{ error?: { code: string }; firstId: string | null }>();
    const counted = Object.keys(after).filter((result) => after[result] !== before[result]);
    return { code: answer.error?.code ?? "", id: answer.firstId, counted };
  }

  test.each(MESSAGES)("%s", async (_name, sent, { refuse, mask }) => {
    const shown = text === "mask" || refuse === "" ? mask : undefined;
    const { code, id, counted } = await send(sent);
    const refusals = await server.metrics();
    if (shown === undefined) {
      expect([code, id, counted]).toEqual([refuse, null, [refuse]]);
      expect(refusals).toContain(`maskwire_events_refused_total{code="${refuse}"}`);
    } else {
      expect([code, counted]).toEqual(["", ["accepted"]]);
      const events = await new Subscription(`${server.origin}${FEED}?from=-1`).events(1);
      expect(events).toEqual([{ id, event: "message", data: shown }]);
    }
  });

  test("headers that are none is refused, and the next one is taken", async () => {
    const block = `NATS/1.0\r\nBad Name\x01: ${EMAIL}\r\n: ${CARD}\r\n\r\n`;
    const body = json(EMAIL);
    const before = await countsOf(server);
    const socket = createConnection(broker.port, "127.0.0.1");
    socket.write(`CONNECT {"verbose":false,"headers":true}\r\n`);
    socket.write(`HPUB ${SUBJECT} ${block.length} ${block.length + body.length}\r\n${block}${body}\r\nPING\r\n`);
    await new Promise((resolve) => socket.on("data", (chunk) => String(chunk).includes("PONG") && resolve(undefined)));
    socket.destroy();
    expect(await send({ data: json("fine") })).toMatchObject({ code: "" });
    const after = await countsOf(server);
    expect((after["BAD_MESSAGE"] ?? 0) - (before["BAD_MESSAGE"] ?? 0)).toBe(1);
  });
});
