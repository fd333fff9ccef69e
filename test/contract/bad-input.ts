/** Bad input: each has a documented error, nothing raw leaves, and the server lives on. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { EVENT_LIMIT_BYTES, LINE_LIMIT_BYTES } from "./limits.ts";
import { Call, errorCode, post, send, type Headers } from "./client.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";

interface Refusal {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: string;
  readonly status: number;
  readonly code: string;
}

const TEXT: Headers = { "content-type": "text/plain" };
const JSON_TYPE: Headers = { "content-type": "application/json" };
const NDJSON: Headers = { "content-type": "application/x-ndjson" };
const LONG_TEXT = `{"text":"${EMAIL} ${"x".repeat(EVENT_LIMIT_BYTES)}"}`;

const REFUSALS: readonly Refusal[] = [
  { name: "an unknown route", path: `/v1/${EMAIL}`, status: 404, code: "NOT_FOUND" },
  ...[
    "/v1/mask/",
    "/v1//mask",
    "//v1/mask",
    "/v1%2Fmask",
    "/V1/mask",
    "/v1/mask/x",
    "/v1/feeds/a/events/",
    "/v1/relays/",
  ].map((path): Refusal => ({ name: `the path ${path}`, method: "POST", path, status: 404, code: "NOT_FOUND" })),
  {
    name: "values to be turned back, where nobody keeps records",
    method: "POST",
    path: "/v1/detokenize",
    body: EMAIL,
    headers: TEXT,
    status: 404,
    code: "NOT_FOUND",
  },
  { name: "a method that the route has not", path: "/v1/mask", status: 405, code: "METHOD_UNKNOWN" },
  { name: "an unknown format", ...masks(""), headers: { "content-type": "image/png" }, ...unknown("FORMAT", 415) },
  { name: "no format at all", ...masks(""), headers: {}, ...unknown("FORMAT", 415) },
  {
    name: "a charset that is not UTF-8",
    ...masks(""),
    headers: { "content-type": "text/plain; charset=iso-8859-1" },
    ...unknown("CHARSET", 415),
  },
  {
    name: "a charset in quotes that is not UTF-8",
    ...masks(""),
    headers: { "content-type": 'application/json;x=1; Charset="utf-16"' },
    ...unknown("CHARSET", 415),
  },
  {
    name: "a CSV separator that is none",
    ...masks(""),
    headers: { "content-type": "text/csv; delimiter=x" },
    ...unknown("FORMAT", 415),
  },
  {
    name: "multipart without a boundary",
    ...masks(""),
    headers: { "content-type": "multipart/form-data" },
    status: 400,
    code: "BAD_BOUNDARY",
  },
  {
    name: "a boundary that is too long",
    ...masks(""),
    headers: { "content-type": `multipart/form-data; boundary=${"x".repeat(71)}` },
    status: 400,
    code: "BAD_BOUNDARY",
  },
  {
    name: "a boundary that is a value",
    ...masks(""),
    headers: { "content-type": `multipart/form-data; boundary="${CARD.replaceAll(" ", "")}"` },
    status: 400,
    code: "BAD_BOUNDARY",
  },
  {
    name: "two charsets",
    ...masks(""),
    headers: { "content-type": "text/plain; charset=utf-8; charset=latin1" },
    ...unknown("FORMAT", 415),
  },
  {
    name: "an encoded body",
    ...masks(""),
    headers: { ...TEXT, "content-encoding": "zstd" },
    ...unknown("ENCODING", 415),
  },
  { name: "an unknown policy", ...masks("?policy=nobody"), ...unknown("POLICY", 400) },
  { name: "an inherited policy name", ...masks("?policy=constructor"), ...unknown("POLICY", 400) },
  { name: "an unknown parameter of mask", ...masks("?colour=red"), status: 400, code: "UNKNOWN_PARAMETER" },
  {
    name: "an unknown parameter of subscribe",
    path: "/v1/feeds/refused/events?a=1",
    status: 400,
    code: "UNKNOWN_PARAMETER",
  },
  { name: "an unknown feed to read", path: "/v1/feeds/nobody/events", ...unknown("FEED", 404) },
  { name: "an unknown feed to write", ...publishes("nobody", "{}"), ...unknown("FEED", 404) },
  { name: "an inherited feed name", path: "/v1/feeds/constructor/events", ...unknown("FEED", 404) },
  { name: "a feed name with a space", path: "/v1/feeds/a%20b/events", status: 400, code: "FEED_NAME" },
  { name: "an unknown relay", path: "/v1/relays/nobody", ...unknown("RELAY", 404) },
  {
    name: "an answer in an unknown format",
    ...reads(""),
    headers: { accept: "image/png" },
    status: 406,
    code: "NOT_ACCEPTABLE",
  },
  { name: "a malformed position", ...reads(`?lastEventId=${EMAIL}`), status: 400, code: "BAD_POSITION" },
  { name: "a malformed start", ...reads(`?from=${EMAIL}`), status: 400, code: "BAD_POSITION" },
  { name: "an event in an unknown format", ...publishes("refused", EMAIL), headers: TEXT, ...unknown("FORMAT", 415) },
  { name: "an event that is not JSON", ...publishes("refused", `{"a":"${EMAIL}"`), status: 400, code: "BAD_JSON" },
  { name: "two events sent as one", ...publishes("refused", `{"a":"${EMAIL}"} {}`), status: 400, code: "BAD_JSON" },
  { name: "an event over the limit", ...publishes("refused", LONG_TEXT), status: 413, code: "EVENT_TOO_LARGE" },
];

function masks(query: string) {
  return { method: "POST", path: `/v1/mask${query}`, headers: TEXT, body: EMAIL } as const;
}

function reads(query: string) {
  return { path: `/v1/feeds/refused/events${query}` } as const;
}

function publishes(feed: string, body: string) {
  return { method: "POST", path: `/v1/feeds/${feed}/events`, headers: JSON_TYPE, body } as const;
}

function unknown(what: string, status: number) {
  return { status, code: `${what}_UNKNOWN` } as const;
}

const DEEP = `${"[".repeat(10_000)}"${EMAIL}"${"]".repeat(10_000)}`;
const LONG_LINE = `{"text":"${EMAIL} ${"word ".repeat(LINE_LIMIT_BYTES)}${CARD}","card":"${CARD}"}\n`;

const MALFORMED = [
  { name: "malformed JSON", type: "application/json", input: `{"to":"${EMAIL}","pay":${CARD},,}` },
  { name: "JSON that ends inside a string", type: "application/json", input: `{"to":"${EMAIL}` },
  { name: "a malformed NDJSON line", type: "application/x-ndjson", input: `{"to":"${EMAIL}"\n` },
  { name: "JSON nested 10,000 deep", type: "application/json", input: DEEP },
  { name: "a JSON text sequence cut short", type: "application/json-seq", input: `\u001e{"to":"${EMAIL}","a\u001e1\n` },
  {
    name: "multipart without an end",
    type: "multipart/form-data; boundary=b",
    input: `--b\r\nContent-Disposition: form-data; name=a\r\n\r\n${EMAIL}`,
  },
  { name: "CSV with stray quotes", type: "text/csv", input: `to,size\n${EMAIL},5" disk\n` },
  { name: "CSV with ragged records", type: "text/csv", input: `to,size\n${EMAIL}\n` },
  { name: "CSV with an open quote", type: "text/csv", input: `to,size\n"${EMAIL},5\n` },
  { name: "a line over lineLimitBytes", type: "application/x-ndjson", input: LONG_LINE },
] as const;

const HOSTILE_SSE = `data\ndata ${EMAIL}\n${EMAIL}: x\n:${EMAIL}\nid: ${EMAIL}\u0000\nevent: ${EMAIL}\nretry: ${CARD}\ndata: ${CARD}\n\n`;

export function describeBadInput(origin: () => string): void {
  describe("bad input", () => {
    afterEach(async () => {
      expect(await send(`${origin()}/livez`)).toMatchObject({ status: 200 });
      expect(await post(`${origin()}/v1/mask`, "text/plain", EMAIL)).toMatchObject({ status: 200, text: "[EMAIL]" });
    });

    for (const { name, method = "GET", path, headers = {}, body, status, code } of REFUSALS) {
      test(`refuses ${name} with ${status} ${code}`, async () => {
        const answer = await send(`${origin()}${path}`, { method, headers, chunks: body === undefined ? [] : [body] });
        expect(answer.status).toBe(status);
        expect(errorCode(answer)).toBe(code);
        expectNothingRaw(answer.text + JSON.stringify(answer.headers));
      });
    }

    for (const { name, type, input } of MALFORMED) {
      test(`masks ${name} as text when the policy does not say otherwise`, async () => {
        const answer = await post(`${origin()}/v1/mask`, type, input);
        expect(answer).toMatchObject({ status: 200, isWhole: true });
        expect(answer.text).toContain("[EMAIL]");
        expectNothingRaw(answer.text);
      });

      test(`refuses ${name}, or breaks the answer off, when the policy says close`, async () => {
        const answer = await post(`${origin()}/v1/mask?policy=strict`, type, input);
        expectNothingRaw(answer.text);
        // A body without a length is not awaited: it may break off before the status or after it.
        if (answer.status === 0 || answer.status === 200) expect(answer.isWhole).toBe(false);
        else expect([errorCode(answer), answer.status]).toEqual(["INVALID_INPUT", 422]);
      });

      test(`leaves ${name} out when the policy says drop`, async () => {
        const answer = await post(`${origin()}/v1/mask?policy=drop`, type, input);
        expect(answer).toMatchObject({ status: 200, isWhole: true });
        expectNothingRaw(answer.text);
      });
    }

    test("refuses malformed JSON of a known, small length with 422 when the policy says close", async () => {
      const body = `{"to":"${EMAIL}",,}`;
      const headers = { ...JSON_TYPE, "content-length": String(body.length) };
      const answer = await send(`${origin()}/v1/mask?policy=strict`, { method: "POST", headers, chunks: [body] });
      expect([answer.status, errorCode(answer)]).toEqual([422, "INVALID_INPUT"]);
    });

    test("masks every part of a malformed event stream", async () => {
      const { status, text } = await post(`${origin()}/v1/mask`, "text/event-stream", HOSTILE_SSE);
      expect(status).toBe(200);
      expectNothingRaw(text);
    });

    test("masks between bytes that are not UTF-8", async () => {
      const broken = Uint8Array.of(0xff, 0xc3, 0x20, 0x80);
      const { status, text } = await post(`${origin()}/v1/mask`, "text/plain", broken, ` ${EMAIL} `, broken);
      expect(status).toBe(200);
      expect(text).toContain("[EMAIL]");
      expectNothingRaw(text);
    });

    test("releases nothing undecided when the body stops half-way", async () => {
      const socket = connect(Number(new URL(origin()).port), "127.0.0.1");
      let answer = "";
      socket.setEncoding("utf8").on("data", (text) => {
        answer += String(text);
      });
      const closed = once(socket, "close");
      socket.on("error", () => socket.destroy());
      const half = `${EMAIL} and the card ${CARD.slice(0, 16)}`;
      socket.write(
        `POST /v1/mask HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n`,
      );
      socket.end(`${half.length.toString(16)}\r\n${half}\r\n`);
      await closed;
      expectNothingRaw(answer);
      expect(answer).not.toContain("4111");
    });

    test("lives on when a client vanishes in the middle of its upload", async () => {
      const call = new Call(`${origin()}/v1/mask`, { method: "POST", headers: NDJSON });
      await call.write(`{"to":"${EMAIL}"}\n{"pay":"4111 11`);
      await call.until((text) => text.includes("[EMAIL]"));
      call.vanish();
    });
  });
}
