/** What was found, told at the end of the answer to whoever asked: as a trailer on the raw wire, or as a last record. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorCode, send } from "../contract/client.ts";
import { CARD, EMAIL, expectNothingRaw, IP } from "../contract/raw.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { openRemoteDetectors } from "../../src/server/remote/index.ts";
import { createFetch } from "../../src/node/fetch.ts";
import { startAnalyzer, PRESIDIO } from "../support/analyzer.ts";
import { createTestPorts } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";
import { talk } from "../support/host.ts";
import { runServer, type ServerProcess } from "../support/run-server.ts";

const MANY = 100;
/** More detectors than a trailer names: `A1 ONE`, `A2 ONE`, … */
const MANY_DETECTORS = Array.from({ length: MANY }, (_, at) => ({
  entity: `${"LONG_NAME_".repeat(5)}${at}`,
  pattern: `\\bA${at}Z\\b`,
  hits: [`A${at}Z`],
  misses: ["A"],
}));
const CONFIG = {
  policies: {
    default: {},
    mixed: { operators: { default: { operator: "redact" }, EMAIL: { operator: "mask" } } },
    counted: { operators: { default: { operator: "redact", template: "<{entity} {counter}>" } } },
    strict: { onInvalid: "close" },
    many: { detectors: MANY_DETECTORS },
  },
};

it("the findings of a remote detector stand beside ours", async () => {
  const analyzer = await startAnalyzer();
  const presidio = { url: analyzer.url, unsafePlaintext: true, entities: { PERSON: "PERSON" } };
  const policies = { default: { remoteDetectors: ["presidio"] } };
  const host = startTestServer(
    { policies, remoteDetectors: { presidio: { ...PRESIDIO, ...presidio } } },
    createTestPorts(createFetch(new Egress(undefined))),
    { openRemote: openRemoteDetectors },
  );
  const body = `{"n":"Ada Lovelace","to":"${EMAIL}"}\n`;
  const answer = await host.post("/v1/mask?findings=inline", "application/x-ndjson", body);
  const [, last = ""] = (await answer.text()).split("\n");
  const findings = { EMAIL: { redact: 1 }, PERSON: { redact: 1 } };
  expect(JSON.parse(last)).toMatchObject({ "maskwire.findings": { findings } });
  expect(await host.metric('masked_total{entity="PERSON",operator="redact"}')).toBe(1);
  await analyzer.close();
});

describe("the findings of a masked stream", () => {
  let server: ServerProcess;
  let port: number;
  beforeAll(async () => {
    server = await runServer({ config: CONFIG });
    port = Number(new URL(server.origin).port);
  });
  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });

  const NDJSON = "application/x-ndjson";
  interface Asking {
    readonly te?: string;
    readonly type?: string;
    readonly query?: string;
    readonly version?: string;
  }
  const head = ({ te, type = "text/plain", query = "", version = "1.1" }: Asking): string =>
    [
      `POST /v1/mask${query} HTTP/${version}`,
      "Host: localhost",
      "Connection: close",
      `Content-Type: ${type}`,
      ...(te === undefined ? [] : [`TE: ${te}`]),
      "",
    ].join("\r\n");
  /** One request whose whole body is at hand. */
  const ask = (body: string, asking: Asking): Promise<string> =>
    talk(port, `${head(asking)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  /** The field behind the last chunk; undefined when there is none. */
  const trailerOf = (answer: string): unknown => {
    const field = /\r\n0\r\nMaskwire-Findings: ([!-~ ]+)\r\n\r\n$/.exec(answer)?.[1];
    return field === undefined ? undefined : JSON.parse(field);
  };

  it.each([["trailers"], ["gzip, Trailers;q=0.5"], ["deflate , trailers"]])(
    "stand in a trailer for TE: %s",
    async (te) => {
      const answer = await ask(`${EMAIL} and ${EMAIL} from ${IP}, ${CARD}`, { te, query: "?policy=mixed" });
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).toMatch(/\r\ntrailer: Maskwire-Findings\r\n/i);
      expect(answer).not.toMatch(/\r\ncontent-length:/i);
      expect(trailerOf(answer)).toEqual({
        findings: { EMAIL: { mask: 2 }, IPV4: { redact: 1 }, CREDIT_CARD: { redact: 1 } },
        others: 0,
        heldBytesMax: expect.any(Number) as number,
        refused: {},
      });
      expectNothingRaw(answer);
    },
  );

  it.each([[undefined], ["gzip"], ["no-trailers"], ["trailers-too"]])("have no trailer for TE: %s", async (te) => {
    const answer = await ask(EMAIL, te === undefined ? {} : { te });
    expect(answer).not.toMatch(/maskwire-findings/i);
    expect(answer).toMatch(/\r\ncontent-length: 7\r\n/i);
    expect(answer).toMatch(/\r\n\r\n\[EMAIL\]$/);
  });

  it("have none for HTTP/1.0, which knows no chunks", async () => {
    const answer = await ask(EMAIL, { te: "trailers", version: "1.0" });
    expect(answer).toMatch(/\r\n\r\n\[EMAIL\]$/);
    expect(answer).not.toMatch(/maskwire-findings|transfer-encoding/i);
  });

  it("stand in the trailer of an empty answer, too", async () => {
    expect(trailerOf(await ask("", { te: "trailers" }))).toEqual({
      findings: {},
      others: 0,
      heldBytesMax: 0,
      refused: {},
    });
  });

  it("follow a body that was long under way, with the most that was held", async () => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data: Buffer) => (answer += data.toString("latin1")));
    const chunk = (text: string): void => void socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    socket.write(`${head({ te: "trailers" })}Transfer-Encoding: chunked\r\n\r\n`);
    chunk(`first ${EMAIL}, then 4111 1111 1111`);
    while (!answer.includes("[EMAIL]")) await once(socket, "data");
    expect(answer).not.toContain("[CREDIT_CARD]");
    chunk(" 1111.");
    socket.write("0\r\n\r\n");
    await once(socket, "close");
    const trailer = trailerOf(answer) as { heldBytesMax: number; findings: unknown };
    expect(trailer.findings).toEqual({ EMAIL: { redact: 1 }, CREDIT_CARD: { redact: 1 } });
    expect(trailer.heldBytesMax).toBeGreaterThanOrEqual("4111 1111 1111".length);
    expectNothingRaw(answer);
  });

  it("do not follow an answer that breaks off", async () => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("error", () => undefined);
    socket.on("data", (data: Buffer) => (answer += data.toString("latin1")));
    const line = `{"to":"${EMAIL}"}\n`;
    const broken = `{"a":${"[".repeat(300)}${"]".repeat(300)}}\n`;
    socket.write(
      `${head({ te: "trailers", type: NDJSON, query: "?policy=strict" })}Transfer-Encoding: chunked\r\n\r\n`,
    );
    socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
    while (!answer.includes("[EMAIL]")) await once(socket, "data");
    socket.write(`${broken.length.toString(16)}\r\n${broken}\r\n`);
    await once(socket, "close");
    expect(answer).toContain("[EMAIL]");
    expect(answer).not.toContain("\r\n0\r\n");
    expect(answer).not.toMatch(/Maskwire-Findings: \{/);
  });

  it("leave no trace of a caller who went away, and the server serves on", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`${head({ te: "trailers" })}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    await once(socket, "data");
    socket.destroy();
    expect(trailerOf(await ask(EMAIL, { te: "trailers" }))).toMatchObject({ findings: { EMAIL: { redact: 1 } } });
    expect(server.logged()).not.toContain("request-failed");
  });

  it.each([
    ["?policy=none", "text/plain", "POLICY_UNKNOWN"],
    ["", "image/png", "FORMAT_UNKNOWN"],
    ["?policy=strict", NDJSON, "INVALID_INPUT"],
  ])("do not follow an error, row %#", async (query, type, code) => {
    const answer = await ask(`{"a":${"[".repeat(300)}${"]".repeat(300)}}\n`, { te: "trailers", query, type });
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer).not.toMatch(/maskwire-findings|transfer-encoding/i);
  });

  it("say why records could not be read", async () => {
    const deep = `{"to":"${EMAIL}","a":${"[".repeat(300)}${"]".repeat(300)}}\n`;
    const answer = await ask(`${deep}${deep}{"to":"${EMAIL}"}\n`, { te: "trailers", type: NDJSON });
    expect(trailerOf(answer)).toMatchObject({ findings: { EMAIL: { redact: 3 } }, refused: { JSON_TOO_DEEP: 2 } });
    const half = await ask(`data: ${EMAIL}\n\ndata: ${EMAIL}\n`, { te: "trailers", type: "text/event-stream" });
    expect(trailerOf(half)).toMatchObject({ findings: { EMAIL: { redact: 1 } }, refused: { TRUNCATED: 1 } });
  });

  it("leave counters of the policy as they are", async () => {
    const answer = await ask(`${EMAIL} ${EMAIL}`, { te: "trailers", query: "?policy=counted" });
    expect(answer).toMatch(/<EMAIL 1> [^]*<EMAIL 2>/);
    expect(trailerOf(answer)).toMatchObject({ findings: { EMAIL: { redact: 2 } } });
  });

  it("name so many entities and no more, in a field that any client takes", async () => {
    const body = MANY_DETECTORS.map(({ hits: [hit] }) => hit).join(" ");
    const answer = await ask(`${body} ${body}`, { te: "trailers", query: "?policy=many" });
    const trailer = trailerOf(answer) as { findings: Record<string, unknown>; others: number };
    expect(Object.keys(trailer.findings)).toHaveLength(64);
    expect(trailer.others).toBe(2 * (MANY - 64));
    expect(JSON.stringify(trailer).length).toBeLessThan(8_192);
  });

  const inline = (type: string, body: string) =>
    send(`${server.origin}/v1/mask?findings=inline`, {
      method: "POST",
      headers: { "content-type": type },
      chunks: [body],
    });
  const COUNTS = `"others":0,"heldBytesMax":`;
  it.each([
    [NDJSON, `{"to":"${EMAIL}"}\n`, `{"to":"[EMAIL]"}\n{"maskwire.findings":{"findings":{"EMAIL":{"redact":1}},`],
    [NDJSON, `{"to":"${EMAIL}"}`, `{"to":"[EMAIL]"}\n{"maskwire.findings":{"findings":{"EMAIL":{"redact":1}},`],
    [NDJSON, "", `{"maskwire.findings":{"findings":{},`],
    ["application/json-seq", `\x1e["${EMAIL}"]\n`, `\x1e["[EMAIL]"]\n\x1e{"maskwire.findings":{"findings":{"EMAIL":`],
    [
      "text/event-stream",
      `data: ${EMAIL}\n\n`,
      `data: [EMAIL]\n\n: maskwire.findings {"findings":{"EMAIL":{"redact":1}},`,
    ],
    ["text/event-stream", `data: ${EMAIL}\r\r`, `data: [EMAIL]\r\r: maskwire.findings {"findings":{"EMAIL":`],
    // What is not finished is dropped, and nothing of ours finishes it.
    ["text/event-stream", `data: ${EMAIL}\n`, `: maskwire.findings {"findings":{},`],
  ])("end %s as a record of their own, row %#", async (type, body, start) => {
    const { status, text, isWhole } = await inline(type, body);
    expect({ status, isWhole }).toEqual({ status: 200, isWhole: true });
    expect(text.slice(0, start.length)).toBe(start);
    expect(text).toContain(COUNTS);
    expect(text.endsWith("}\n")).toBe(true);
    // One line of ours, and nothing behind it that dispatches an event.
    expect(text.slice(start.length).trimEnd()).not.toMatch(/[\r\n]/);
  });

  it.each([["text/plain"], ["application/json"], ["text/csv"], ["application/x-www-form-urlencoded"]])(
    "are refused in %s, which has no record to tell them in",
    async (type) => {
      const answer = await inline(type, "1");
      expect(answer.status).toBe(400);
      expect(errorCode(answer)).toBe("FINDINGS_FORM");
    },
  );

  it("are refused in another word than inline", async () => {
    const headers = { "content-type": NDJSON };
    const answer = await send(`${server.origin}/v1/mask?findings=all`, { method: "POST", headers, chunks: ["1"] });
    expect(errorCode(answer)).toBe("FINDINGS_FORM");
  });
});
