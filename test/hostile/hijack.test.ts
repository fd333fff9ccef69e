/** Pages of other sites that borrow a visitor's rights, and tokens that are not what they say. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { send } from "../contract/client.ts";
import { AUDIENCE, ISSUER, makeToken } from "../support/tokens.ts";
import { startTarget, type Target } from "./target.ts";

let target: Target;
afterEach(() => target.stopUnharmed());

const ISSUERS = [{ issuer: ISSUER, audience: AUDIENCE, algorithms: ["HS256"] }];
const AUTH = { auth: { issuers: ISSUERS, apiKeys: [] } };

/** The status that an upgrade is refused with, or 101. */
async function upgrade(headers: Readonly<Record<string, string>>, protocols: string[] = []): Promise<number> {
  const url = `${target.origin.replace("http", "ws")}/v1/feeds/a/socket`;
  const client = new WebSocket(url, protocols, { headers });
  client.on("error", () => undefined);
  return await new Promise((resolve) => {
    client.once("open", () => {
      client.terminate();
      resolve(101);
    });
    client.once("unexpected-response", (request, { statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
  });
}

// Browsers ask nobody before they open a WebSocket, and send cookies along: the server has to look at the Origin.
test.each([
  ["another site", "https://evil.example"],
  ["a sandboxed page", "null"],
  ["a file", "file://"],
  ["a name that begins like ours", "http://127.0.0.1.evil.example"],
  ["our address on another port", "http://127.0.0.1:1"],
  ["nonsense", "x"],
])("a WebSocket from %s is refused with 403, where nobody is asked for a token too", async (_, origin) => {
  target = await startTarget();
  expect(await upgrade({ origin })).toBe(403);
  expect(await upgrade({})).toBe(101);
  await target.untilMetric('errors_total{code="FORBIDDEN"}', 1);
});

test("a WebSocket takes no cookie, whoever opens it", async () => {
  target = await startTarget(AUTH);
  const token = await makeToken({ scope: "maskwire:subscribe:>" });
  const cookie = `__Host-maskwire=${token}`;
  expect(await upgrade({ cookie, origin: "https://evil.example" })).toBe(403);
  expect(await upgrade({ cookie, origin: target.origin, "sec-fetch-site": "same-origin" })).toBe(401);
  expect(await upgrade({ origin: target.origin }, ["maskwire.v1", `bearer.${token}`])).toBe(101);
});

test("a page of another site cannot read by the cookie, nor publish by it", async () => {
  target = await startTarget(AUTH);
  const cookie = `__Host-maskwire=${await makeToken({ scope: "maskwire:subscribe:> maskwire:publish:>" })}`;
  const url = `${target.origin}/v1/feeds/a/events`;
  const statusOf = async (headers: Record<string, string>, method = "GET"): Promise<number> =>
    (await send(url, { method, headers: { cookie, "content-type": "application/json", ...headers } })).status;
  expect(await statusOf({ "sec-fetch-site": "cross-site" })).toBe(401);
  expect(await statusOf({ "sec-fetch-site": "same-site" })).toBe(401);
  expect(await statusOf({})).toBe(401);
  expect(await statusOf({ "sec-fetch-site": "same-origin" }, "POST")).toBe(401);
});

// A key id is the client's word: it must find a key of the set or nothing, whatever it looks like.
test.each(["../../../dev/null", "one' OR '1'='1", "http://evil.example/k", "__proto__", "constructor", "", "\u0000"])(
  "a key id of %j finds no key, and the key that a token brings counts for nothing",
  async (kid) => {
    const [ours, theirs] = await Promise.all([
      generateKeyPair("RS256"),
      generateKeyPair("RS256", { extractable: true }),
    ]);
    const jwks = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: "one", alg: "RS256", use: "sig" }] };
    target = await startTarget({
      auth: { issuers: [{ issuer: ISSUER, audience: AUDIENCE, algorithms: ["RS256"], jwks }], apiKeys: [] },
    });
    const jwk = await exportJWK(theirs.publicKey);
    const tokens = await Promise.all(
      [
        { kid },
        { kid: "one" },
        { kid: "one", jwk },
        { kid, jku: "http://evil.example/", x5u: "http://evil.example/" },
      ].map((header) =>
        new SignJWT({ scope: "maskwire:subscribe:>" })
          .setProtectedHeader({ alg: "RS256", ...header })
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setExpirationTime("5m")
          .sign(theirs.privateKey),
      ),
    );
    for (const token of tokens) {
      const answer = await send(`${target.origin}/v1/feeds/a/events`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([answer.status, answer.text]).toEqual([401, expect.stringContaining("UNAUTHENTICATED")]);
    }
    await target.untilMetric('tokens_refused_total{code="UNAUTHENTICATED"}', tokens.length);
  },
);
