/** Values come back only to whom they are granted, for a reason, within limits, and never without a record of it. */
import { describe, expect, test } from "vitest";
import { compilePolicy, type Format, maskWhole, type OperatorSpec, type PolicySpec } from "../../src/core/index.ts";
import type { Audit } from "../../src/server/reversal/audit.ts";
import { writeAuditRecord } from "../../src/server/reversal/audit.ts";
import { ConfigRefusal } from "../../src/server/config/config-refusal.ts";
import { DEFAULT_CONFIG, type DetokenizeConfig, type ServerConfig } from "../../src/server/config/config.ts";
import { createReversal } from "../../src/server/reversal/reversal.ts";
import { bearer, SECRET_ISSUER } from "../support/auth-server.ts";
import { cutsOf } from "../support/every-cut.ts";
import { keysFrom } from "../support/keys.ts";
import { createTestPorts, turn, type TestPorts } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { makeToken, SECRET_BYTES, sha256 } from "../support/tokens.ts";

const KEY = "mwk_support-desk";
const OTHER_KEY = "mwk_analytics";
const EMAIL = "jane.doe@acme.com";
const CARD = "4111 1111 1111 1111";
const RAW = /jane\.doe|acme|4111|1111/;

const ENCRYPT: PolicySpec = { operators: { default: { operator: "encrypt" } } };
const FPE: PolicySpec = { entities: ["CREDIT_CARD"], operators: { CREDIT_CARD: { operator: "fpe" } } };
const POLICIES: ServerConfig["policies"] = {
  default: {},
  support: ENCRYPT,
  cards: FPE,
  mails: { operators: { EMAIL: { operator: "encrypt" } } },
  acme: { ...ENCRYPT, tenant: "acme" },
};
const DETOKENIZE: DetokenizeConfig = {
  policies: ["support", "cards", "mails", "acme"],
  callsPerMinute: 1000,
  valuesPerMinute: 10_000,
};
const grantTo = (key: string, name: string, feeds: readonly string[], actions = ["detokenize"]) => ({
  name,
  sha256: sha256(key),
  grants: [{ actions: actions as ["detokenize"], feeds, views: ["default"] }],
});
const AUTH: NonNullable<ServerConfig["auth"]> = {
  issuers: [SECRET_ISSUER],
  apiKeys: [grantTo(KEY, "desk", [">"]), grantTo(OTHER_KEY, "numbers", ["cards"])],
};

interface Started {
  readonly host: TestServer;
  readonly ports: TestPorts;
  /** Audit records, as they are written. */
  readonly records: Record<string, unknown>[];
}

function start(changes: Partial<ServerConfig> = {}, audit?: Audit): Started {
  const records: Record<string, unknown>[] = [];
  const kept: Audit = {
    append: async (record) => {
      await audit?.append(record);
      records.push(JSON.parse(writeAuditRecord(record)) as Record<string, unknown>);
    },
  };
  const ports = { ...createTestPorts(), reversal: createReversal(kept) };
  const host = startTestServer({ policies: POLICIES, auth: AUTH, detokenize: DETOKENIZE, ...changes }, ports, {
    keys: keysFrom(),
    jwtSecret: SECRET_BYTES,
  });
  return { host, ports, records };
}

/** A call under way, whose body has brought one token and goes on; its answer. */
async function openCall({ host }: Started): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(`${TOKEN} and `)),
  });
  const init = {
    method: "POST",
    headers: { ...bearer(KEY), "content-type": "text/plain", "maskwire-purpose": "x" },
    body,
    duplex: "half",
  } as RequestInit;
  const response = await host.app.request("/v1/detokenize?policy=support", init);
  return (response.body as ReadableStream<Uint8Array>).getReader();
}

interface Asked {
  readonly policy?: string;
  readonly key?: string;
  readonly purpose?: string;
  readonly type?: string;
}

async function ask({ host }: Started, body: BodyInit, asked: Asked = {}): Promise<{ status: number; text: string }> {
  const { policy = "support", key = KEY, purpose = "ticket 17", type = "text/plain" } = asked;
  const headers = { ...bearer(key), "content-type": type, ...(purpose === "" ? {} : { "maskwire-purpose": purpose }) };
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  const response = await host.app.request(`/v1/detokenize?policy=${policy}`, init);
  const text = await response.text().catch(() => "broken");
  await turn();
  return { status: response.status, text };
}

const masked = (spec: PolicySpec, text: string, format: Format = "text", keys = keysFrom()): string =>
  Buffer.from(maskWhole(compilePolicy(spec, { keys }), format, new TextEncoder().encode(text))).toString();

const TOKEN = masked(ENCRYPT, EMAIL);
const code = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;

describe("what is not to be turned back stays a token", () => {
  const last = TOKEN.at(-2) === "a" ? "b" : "a";
  test.each<[string, string, string]>([
    ["one that was tampered with", `${TOKEN.slice(0, -2)}${last})`, "support"],
    ["one that is half of it", TOKEN.slice(0, -5), "support"],
    ["one of another entity's name", TOKEN.replace("EMAIL", "PHONE"), "support"],
    ["one of another tenant", TOKEN, "acme"],
    ["one of an entity that the policy does not encrypt", masked(ENCRYPT, CARD), "mails"],
    ["one of a key version that there is not", TOKEN.replace("v1", "v2"), "support"],
    ["one of a hundred letters", `EMAIL(v1:${"a".repeat(100)})`, "support"],
  ])("%s", async (_name, token, policy) => {
    const started = start();
    const answer = await ask(started, `x ${token} y`, { policy });
    expect(answer).toEqual({ status: 200, text: `x ${token} y` });
    expect(started.records.at(-1)).toMatchObject({ outcome: "COMPLETE", restored: {} });
  });

  test("one under the decryption floor, as soon as that is in force", async () => {
    const both = `v1:${"1".repeat(32)}\nv2:${"2".repeat(32)}`;
    const old = masked(ENCRYPT, EMAIL, "text", keysFrom(`v1:${"1".repeat(32)}`));
    const started = start();
    const { server } = started.host;
    const config = { ...DEFAULT_CONFIG, policies: POLICIES, auth: AUTH, detokenize: DETOKENIZE };
    server.reload(config, keysFrom(both, { decryptFrom: 1 }));
    expect((await ask(started, old)).text).toBe(EMAIL);
    server.reload(config, keysFrom(both, { decryptFrom: 2 }));
    expect((await ask(started, old)).text).toBe(old);
  });
});

describe("whoever may not is refused, and that is written down", () => {
  test.each<[string, Asked, number, string]>([
    ["without a purpose", { purpose: "" }, 400, "PURPOSE_NEEDED"],
    ["with a purpose of spaces", { purpose: "   " }, 400, "PURPOSE_NEEDED"],
    ["with a purpose of 257 characters", { purpose: "x".repeat(257) }, 400, "PURPOSE_NEEDED"],
    ["with letters that headers cannot hold", { purpose: "K\u00fcndigung" }, 400, "PURPOSE_NEEDED"],
    ["on another policy", { key: OTHER_KEY }, 403, "GRANT_MISSING"],
    ["on a policy that is not listed", { policy: "default" }, 400, "POLICY_UNKNOWN"],
    ["on a policy that there is not", { policy: "jane.doe" }, 400, "POLICY_UNKNOWN"],
  ])("%s", async (_name, asked, status, expected) => {
    const started = start();
    const answer = await ask(started, TOKEN, asked);
    expect([answer.status, code(answer.text)]).toEqual([status, expected]);
    expect(started.records).toEqual([
      expect.objectContaining({
        event: "detokenize-refused",
        outcome: expected,
        call: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    ]);
    expect(JSON.stringify(started.records)).not.toMatch(RAW);
    expect(await started.host.metric(`detokenize_calls_total{outcome="${expected}"}`)).toBe(1);
  });

  test("a purpose of 256 characters is none too long", async () => {
    expect(await ask(start(), TOKEN, { purpose: "x".repeat(256) })).toEqual({ status: 200, text: EMAIL });
  });

  test("a scope for something else, or no scope", async () => {
    const started = start();
    const nowMs = started.ports.clock.now();
    for (const scope of ["maskwire:mask:>", "maskwire:publish:support", "maskwire:detokenize:cards", ""]) {
      const token = await makeToken({ scope, nowMs, claims: { sub: "ann" } });
      expect((await ask(started, TOKEN, { key: token })).status).toBe(403);
    }
    const token = await makeToken({ scope: "maskwire:detokenize:support", nowMs, claims: { sub: "ann" } });
    expect((await ask(started, TOKEN, { key: token })).text).toBe(EMAIL);
    expect(started.records.at(-1)).toMatchObject({ who: "ann", issuer: SECRET_ISSUER.issuer, restored: { EMAIL: 1 } });
  });

  test.each([undefined, "", 7, "x".repeat(257)])("a token that names nobody: %s", async (sub) => {
    const started = start();
    const nowMs = started.ports.clock.now();
    const claims = sub === undefined ? {} : { sub };
    const token = await makeToken({ scope: "maskwire:detokenize:>", nowMs, claims });
    const answer = await ask(started, TOKEN, { key: token });
    expect([answer.status, code(answer.text)]).toEqual([403, "CALLER_UNNAMED"]);
  });

  test("nobody at all, and a server where it is off", async () => {
    const { host } = start();
    const without = await host.app.request("/v1/detokenize?policy=support", { method: "POST", body: TOKEN });
    expect(without.status).toBe(401);
    const off = startTestServer({ policies: POLICIES }, createTestPorts(), { keys: keysFrom() });
    const answer = await off.app.request("/v1/detokenize", { method: "POST", body: TOKEN });
    expect([answer.status, code(await answer.text())]).toEqual([404, "NOT_FOUND"]);
  });
});

describe("limits by caller", () => {
  test("so many calls a minute, and one more is too many", async () => {
    const started = start({ detokenize: { ...DETOKENIZE, callsPerMinute: 3 } });
    for (let call = 0; call < 3; call++) expect((await ask(started, TOKEN)).status).toBe(200);
    const answer = await ask(started, TOKEN);
    expect([answer.status, code(answer.text)]).toEqual([429, "CALL_LIMIT"]);
    expect((await ask(started, masked(FPE, CARD), { key: OTHER_KEY, policy: "cards" })).text).toBe(CARD);
    await started.ports.clock.advance(20_000);
    expect((await ask(started, TOKEN)).status).toBe(200);
    expect((await ask(started, TOKEN)).status).toBe(429);
  });

  test("so many values a minute, and one more breaks the answer off", async () => {
    const detokenize = { ...DETOKENIZE, valuesPerMinute: 3 };
    expect((await ask(start({ detokenize }), `${TOKEN} ${TOKEN} ${TOKEN}`)).text).toBe(`${EMAIL} ${EMAIL} ${EMAIL}`);
    const started = start({ detokenize });
    const over = await ask(started, `${TOKEN} ${TOKEN} ${TOKEN} ${TOKEN}`);
    expect(over.text).not.toMatch(RAW);
    expect(started.records.at(-1)).toMatchObject({ event: "detokenize-end", outcome: "VALUE_LIMIT" });
  });
});

describe("the audit record", () => {
  test("says who, what, how much and why, and no value", async () => {
    const started = start();
    const purpose = `refund for ${EMAIL}, card ${CARD}`;
    const body = JSON.stringify({ a: TOKEN, b: [masked(ENCRYPT, CARD), TOKEN] });
    const { text } = await ask(started, body, { purpose, type: "application/json" });
    expect(JSON.parse(text)).toEqual({ a: EMAIL, b: [CARD, EMAIL] });
    const [begin, end, ...others] = started.records;
    expect(others).toEqual([]);
    const known = { who: "desk", policy: "support", purpose: "refund for [EMAIL], card [CREDIT_CARD]" };
    expect(begin).toMatchObject({ event: "detokenize-begin", ...known });
    expect(end).toMatchObject({
      event: "detokenize-end",
      ...known,
      restored: { EMAIL: 2, CREDIT_CARD: 1 },
      outcome: "COMPLETE",
      call: begin["call"],
    });
    const metrics = await (await started.host.app.request("/metrics")).text();
    expect(JSON.stringify(started.records) + started.ports.lines.join() + metrics).not.toMatch(RAW);
    expect(metrics).toContain('maskwire_detokenized_total{policy="support",entity="EMAIL"} 2');
  });

  test("is there before anything leaves, and without it nothing does", async () => {
    const failing: Audit = { append: () => Promise.reject(new Error(EMAIL)) };
    const started = start({}, failing);
    const answer = await ask(started, TOKEN);
    expect([answer.status, code(answer.text)]).toEqual([503, "AUDIT_UNAVAILABLE"]);
    expect(started.ports.lines.join()).toContain("audit-failed");
    expect(started.ports.lines.join()).not.toMatch(RAW);
  });

  test("of the end has to be there before the end leaves", async () => {
    const failing: Audit = {
      append: ({ event }) => (event === "detokenize-end" ? Promise.reject(new Error(EMAIL)) : Promise.resolve()),
    };
    const started = start({}, failing);
    const answer = await ask(started, TOKEN);
    expect(answer.text).not.toMatch(RAW);
  });

  test("says that a caller left in the middle", async () => {
    const started = start();
    const reader = await openCall(started);
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain(EMAIL);
    await reader.cancel();
    await turn();
    expect(started.records.at(-1)).toMatchObject({ outcome: "CANCELLED", restored: { EMAIL: 1 } });
  });
});

const SPECS: readonly [string, PolicySpec, Format, string, string][] = [
  ["encrypt in text", ENCRYPT, "text", "text/plain", `card ${CARD}, mail ${EMAIL}.\r\n`],
  ["encrypt in JSON", ENCRYPT, "json", "application/json", JSON.stringify({ a: `x ${EMAIL}`, b: [CARD, 1.5] })],
  [
    "encrypt in SSE",
    ENCRYPT,
    "sse",
    "text/event-stream",
    `: ${EMAIL}\nid: 1\ndata: {"a":"${CARD}"}\n\ndata: ${EMAIL}\n\n`,
  ],
  ["fpe in text", FPE, "text", "text/plain", `card ${CARD}.\n`],
  ["fpe in JSON", FPE, "json", "application/json", JSON.stringify({ a: CARD })],
  ["fpe in SSE", FPE, "sse", "text/event-stream", `data: {"a":"${CARD}"}\n\n`],
];

describe("a stream of tokens gives the values at every cut", () => {
  test.each(SPECS)("%s", async (_name, spec, format, type, input) => {
    const started = start({ detokenize: { ...DETOKENIZE, callsPerMinute: 100_000, valuesPerMinute: 1_000_000 } });
    const tokens = new TextEncoder().encode(masked(spec, input, format));
    expect(Buffer.from(tokens).toString()).not.toBe(input);
    for (const cuts of cutsOf(tokens.length)) {
      const edges = [0, ...cuts, tokens.length];
      const chunks = edges.slice(1).map((end, index) => tokens.slice(edges[index], end));
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const chunk = chunks.shift();
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk);
        },
      });
      const policy = spec === FPE ? "cards" : "support";
      expect((await ask(started, body, { policy, type })).text).toBe(input);
    }
  });
});

describe("a reload", () => {
  test("ends what is under way by keys or a policy that are no more", async () => {
    const started = start();
    const reader = await openCall(started);
    await reader.read();
    started.host.reload({ policies: { ...POLICIES, acme: { ...ENCRYPT, tenant: "acme-2" } } });
    await turn();
    expect(started.records).toHaveLength(1);
    started.host.reload({ policies: { ...POLICIES, support: { operators: { EMAIL: { operator: "encrypt" } } } } });
    await expect(reader.read()).rejects.toThrow("the configuration changed");
    await turn();
    expect(started.records.at(-1)).toMatchObject({ outcome: "CONFIG_CHANGED" });
  });
});

describe("a configuration in which it cannot take effect is refused", () => {
  const redact: OperatorSpec = { operator: "redact" };
  test.each<[string, Partial<ServerConfig>, readonly string[], RegExp]>([
    [
      "a policy that there is not",
      { detokenize: { ...DETOKENIZE, policies: ["nope"] } },
      ["detokenize", "policies", "0"],
      /no such policy/,
    ],
    [
      "one that stands twice",
      { detokenize: { ...DETOKENIZE, policies: ["cards", "cards"] } },
      ["detokenize", "policies", "1"],
      /twice/,
    ],
    [
      "one that only redacts",
      { detokenize: { ...DETOKENIZE, policies: ["default"] } },
      ["detokenize", "policies", "0"],
      /neither encrypt nor fpe/,
    ],
    [
      "one that keeps what it encrypts",
      { policies: { ...POLICIES, cards: { operators: { default: redact } } } },
      ["detokenize", "policies", "1"],
      /neither/,
    ],
    [
      "keys of which none may",
      { auth: { issuers: [], apiKeys: [grantTo(OTHER_KEY, "numbers", ["cards"])] } },
      ["detokenize", "policies", "0"],
      /nobody may/,
    ],
  ])("%s", (_name, changes, path, reason) => {
    const refusal = refusalOf(() => start(changes));
    expect(refusal.reasons[0]).toMatchObject({ path, reason: expect.stringMatching(reason) as string });
  });

  test("no authentication, no key, and a grant of what is off", () => {
    const ports = { ...createTestPorts(), reversal: createReversal({ append: () => Promise.resolve() }) };
    const config = { policies: POLICIES, detokenize: DETOKENIZE };
    expect(refusalOf(() => startTestServer(config, ports, { keys: keysFrom() })).reasons[0].reason).toContain(
      "needs `auth`",
    );
    const keyless = { policies: { default: {} }, detokenize: { ...DETOKENIZE, policies: ["default"] }, auth: AUTH };
    expect(refusalOf(() => startTestServer(keyless, ports, { jwtSecret: SECRET_BYTES })).code).toBe("KEY_MISSING");
    const off = refusalOf(() => startTestServer({ auth: AUTH }, ports, { jwtSecret: SECRET_BYTES }));
    expect(off.reasons[0].path).toEqual(["auth", "apiKeys", "0", "grants", "0", "actions", "0"]);
  });
});

function refusalOf(run: () => unknown): ConfigRefusal {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ConfigRefusal) return thrown;
    throw thrown;
  }
  throw new Error("nothing was refused");
}
