/** Who may come in; every forged token is refused without a word about it. What one may do: grant.test.ts. */
import { createHmac } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import type { AuthConfig } from "../../src/server/auth/auth-config.ts";
import {
  API_KEY,
  AUTH,
  bearer,
  EVENT,
  FEED,
  knock,
  publish,
  SECRET_ISSUER,
  startGuarded,
  VIEWS,
} from "../support/auth-server.ts";
import { createTestPorts, type TestPorts } from "../support/ports.ts";
import { startTestServer } from "../support/server.ts";
import { AUDIENCE, forgeToken, ISSUER, makeToken, SECRET_BYTES, sha256, type TokenOptions } from "../support/tokens.ts";

describe("without a token", () => {
  test.each([
    ["GET", FEED],
    ["POST", FEED],
    ["PUT", FEED],
    ["GET", "/v1/feeds/orders.eu/socket"],
    ["GET", "/v1/relays/vendor"],
    ["POST", "/v1/mask"],
    ["POST", "/v1/grant"],
  ])("nothing is served: %s %s", async (method, path) => {
    const answer = await knock(startGuarded(), path, { method });
    expect(answer).toEqual([401, "TOKEN_MISSING", 'Bearer realm="maskwire"']);
  });

  test.each(["/livez", "/readyz", "/metrics", "/"])("operations and the page are: %s", async (path) => {
    expect((await startGuarded().app.request(path)).status).toBe(200);
  });

  test("everything is served where nobody is asked", async () => {
    const host = startTestServer(VIEWS);
    expect((await knock(host, FEED, { method: "POST", body: EVENT }))[0]).toBe(200);
    expect((await knock(host, "/v1/grant", { method: "POST" }))[0]).toBe(404);
  });
});

describe("a token that does not hold", () => {
  const REFUSED = [401, "UNAUTHENTICATED", 'Bearer realm="maskwire", error="invalid_token"'];
  const now = createTestPorts().clock.now();
  const claims = { iss: ISSUER, aud: AUDIENCE, exp: Math.floor(now / 1000) + 600, scope: "maskwire:publish:>" };

  test.each<[string, TokenOptions]>([
    ["of another issuer", { issuer: "https://evil.example/" }],
    ["for another audience", { audience: "others" }],
    ["without an end", { lifeSeconds: undefined }],
    ["with a life over 24 hours", { lifeSeconds: 86_400 + 60 }],
    ["that is not good yet", { claims: { nbf: Math.floor(now / 1000) + 60 } }],
    ["signed with another secret", { key: new TextEncoder().encode("x".repeat(32)) }],
    ["signed by an algorithm that is not configured", { header: { alg: "HS512" }, key: new Uint8Array(64).fill(120) }],
    ["with a header that must be understood", { header: { crit: ["exp"], exp: 1 } }],
  ])("is refused: %s", async (_, options) => {
    const host = startGuarded();
    const token = await makeToken({ scope: "maskwire:publish:>", nowMs: now, ...options }).catch(() => "a.b.c");
    expect(await publish(host, token)).toEqual(REFUSED);
  });

  test.each([
    ["no algorithm", forgeToken({ alg: "none" }, claims)],
    ["no algorithm, in capitals", forgeToken({ alg: "NONE" }, claims)],
    ["no algorithm at all", forgeToken({}, claims)],
    ["an empty signature", forgeToken({ alg: "HS256" }, claims)],
    ["a key of its own", forgeToken({ alg: "HS256", jwk: { kty: "oct", k: "eA" } }, claims, "AA")],
    ["a key address of its own", forgeToken({ alg: "HS256", jku: "https://evil.example/" }, claims, "AA")],
    ["a path for a key id", forgeToken({ alg: "HS256", kid: "../../dev/null" }, claims, "AA")],
    ["nonsense", "x.y.z"],
    ["no dots", "abc"],
    ["an unknown API key", "mwk_nope"],
    ["an API key in another case", API_KEY.toUpperCase()],
    ["an API key as its hash", sha256(API_KEY)],
    ["10,000 characters", `${"a".repeat(10_000)}.b.c`],
  ])("is refused: %s", async (_, token) => {
    const host = startGuarded();
    expect(await publish(host, token)).toEqual(REFUSED);
    expect(await host.metric('tokens_refused_total{code="UNAUTHENTICATED"}')).toBe(1);
  });

  test.each(["Basic YTpi", "Bearer", "Bearer a, Bearer b", "bearer", "Bearer a b", "Token abc"])(
    "is refused: the header %s",
    async (authorization) => {
      expect(await knock(startGuarded(), FEED, { headers: { authorization } })).toEqual(REFUSED);
    },
  );

  test("is told apart when it has only expired, by the server's clock and 30 seconds", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const token = await makeToken({ scope: "maskwire:publish:>", nowMs: ports.clock.now(), lifeSeconds: 10 });
    await ports.clock.advance(35_000);
    expect((await publish(host, token))[0]).toBe(200);
    await ports.clock.advance(10_000);
    expect((await publish(host, token)).slice(0, 2)).toEqual([401, "TOKEN_EXPIRED"]);
  });

  // Logs, histories and referrers keep addresses; a client that sends it there has to learn so at once.
  test.each(["access_token", "token", "authorization", "Bearer", "api_key", "anything"])(
    "is refused in the query: %s",
    async (name) => {
      const host = startGuarded();
      const token = await makeToken({ scope: "maskwire:subscribe:>", nowMs: now });
      const query = `${FEED}?${name}=${token}`;
      expect((await knock(host, query)).slice(0, 2)).toEqual([400, "TOKEN_IN_QUERY"]);
      expect((await knock(host, query, { headers: bearer(token) }))[1]).toBe("TOKEN_IN_QUERY");
      expect((await knock(host, query, { headers: { upgrade: "websocket" } }))[1]).toBe("TOKEN_IN_QUERY");
      expect((await knock(host, `${FEED}?${name}=${API_KEY}`, { method: "POST" }))[1]).toBe("TOKEN_IN_QUERY");
      expect(await host.metric('tokens_refused_total{code="TOKEN_IN_QUERY"}')).toBe(4);
    },
  );

  test("is refused in the query also where nobody is asked, and an empty one too", async () => {
    expect((await knock(startTestServer(VIEWS), `${FEED}?access_token=`))[1]).toBe("TOKEN_IN_QUERY");
    expect((await knock(startTestServer(VIEWS), `${FEED}?from=eyJhbGciOiJub25lIn0.e30.`))[1]).toBe("TOKEN_IN_QUERY");
  });

  test.each([
    [["other", AUDIENCE], AUDIENCE, 200],
    [["other", "others"], AUDIENCE, 401],
    [AUDIENCE, ["nobody", AUDIENCE], 200],
    [["x", AUDIENCE], ["nobody", AUDIENCE], 200],
    ["others", ["nobody", AUDIENCE], 401],
    [[], ["nobody", AUDIENCE], 401],
  ])("needs one audience of ours: %j for %j is %i", async (given, audience, status) => {
    const host = startGuarded({ issuers: [{ ...SECRET_ISSUER, audience }], apiKeys: [] });
    const token = await makeToken({ scope: "maskwire:publish:>", nowMs: now, audience: given });
    expect((await publish(host, token))[0]).toBe(status);
  });

  test("is held to the secret of its own issuer", async () => {
    const secretOf = (letter: string): Uint8Array => new TextEncoder().encode(letter.repeat(32));
    const [one, two] = ["https://one.example/", "https://two.example/"];
    const host = startGuarded({
      issuers: [
        SECRET_ISSUER,
        { ...SECRET_ISSUER, issuer: one, secret: secretOf("1") },
        { ...SECRET_ISSUER, issuer: two, secret: secretOf("2") },
      ],
      apiKeys: [],
    });
    const statusOf = async (issuer: string, key: Uint8Array): Promise<number> =>
      (await publish(host, await makeToken({ scope: "maskwire:publish:>", nowMs: now, issuer, key })))[0];
    expect(await statusOf(one, secretOf("1"))).toBe(200);
    expect(await statusOf(two, secretOf("2"))).toBe(200);
    expect(await statusOf(ISSUER, SECRET_BYTES)).toBe(200);
    expect(await statusOf(one, secretOf("2"))).toBe(401);
    expect(await statusOf(one, SECRET_BYTES)).toBe(401);
    expect(await statusOf(ISSUER, secretOf("1"))).toBe(401);
  });

  test("leaves no trace", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    const token = await makeToken({ issuer: "https://evil.example/", claims: { email: "ann.lee@example.com" } });
    await publish(host, token);
    await publish(host, "mwk_very-secret");
    const metrics = await (await host.app.request("/metrics")).text();
    expect(ports.lines.join() + metrics).not.toMatch(/evil|ann\.lee|very-secret|eyJ/);
  });
});

describe("public keys", () => {
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let jwks: NonNullable<AuthConfig["issuers"][number]["jwks"]>;
  beforeAll(async () => {
    keys = await generateKeyPair("RS256", { extractable: true });
    jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: "one", alg: "RS256", use: "sig" }] };
  });
  const issuer = (rest: object): AuthConfig => ({
    issuers: [{ issuer: ISSUER, audience: AUDIENCE, algorithms: ["RS256"], ...rest }],
    apiKeys: [],
  });
  const sign = (ports: TestPorts, kid = "one"): Promise<string> =>
    makeToken({
      scope: "maskwire:publish:>",
      nowMs: ports.clock.now(),
      header: { alg: "RS256", kid },
      key: keys.privateKey,
    });

  test("at hand verify a token, and no secret does", async () => {
    const ports = createTestPorts();
    const host = startGuarded(issuer({ jwks }), ports);
    expect((await publish(host, await sign(ports)))[0]).toBe(200);
    // The public key used as if it were a shared secret.
    const pem = await exportSPKI(keys.publicKey);
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      exp: Math.floor(ports.clock.now() / 1000) + 60,
      scope: "maskwire:publish:>",
    };
    const unsigned = forgeToken({ alg: "HS256", kid: "one" }, claims).slice(0, -1);
    const forged = `${unsigned}.${createHmac("sha256", pem).update(unsigned).digest("base64url")}`;
    expect((await publish(host, forged))[1]).toBe("UNAUTHENTICATED");
    expect((await publish(host, await sign(ports, "two")))[1]).toBe("UNAUTHENTICATED");
  });

  test("are fetched once, and again for a key id that is new, but not for each", async () => {
    let fetches = 0;
    const ports = createTestPorts(async () => {
      fetches++;
      return Response.json(jwks);
    });
    const host = startGuarded(issuer({ jwksUrl: "https://id.example/jwks" }), ports);
    for (let i = 0; i < 3; i++) expect((await publish(host, await sign(ports)))[0]).toBe(200);
    expect(fetches).toBe(1);
    for (let i = 0; i < 5; i++) expect((await publish(host, await sign(ports, `new-${i}`)))[1]).toBe("UNAUTHENTICATED");
    expect(fetches).toBeLessThanOrEqual(2);
  });

  test.each<[string, () => Promise<Response>]>([
    ["not there", () => Promise.reject(new TypeError("fetch failed: id.example"))],
    ["an error page", async () => new Response("<html>", { status: 500 })],
    ["no JSON", async () => new Response("<html>")],
    ["another shape", async () => Response.json({ keys: 7 })],
    ["elsewhere", async () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } })],
  ])("that cannot be had refuse for now: %s", async (_, answer) => {
    const ports = createTestPorts(answer);
    const host = startGuarded(issuer({ jwksUrl: "https://id.example/jwks" }), ports);
    expect((await publish(host, await sign(ports))).slice(0, 2)).toEqual([503, "AUTH_UNAVAILABLE"]);
  });

  test("that could not be had are not asked for again by each forged token", async () => {
    let fetches = 0;
    const ports = createTestPorts(async () => {
      fetches++;
      return new Response(null, { status: 500 });
    });
    const host = startGuarded(issuer({ jwksUrl: "https://id.example/jwks" }), ports);
    for (let i = 0; i < 20; i++) expect((await publish(host, await sign(ports, `k${i}`)))[0]).toBe(503);
    expect(fetches).toBe(1);
    await ports.clock.advance(31_000);
    expect((await publish(host, await sign(ports)))[0]).toBe(503);
    expect(fetches).toBe(2);
  });

  test("that were had go on counting while the issuer is away, for an hour and no longer", async () => {
    let isAway = false;
    let fetches = 0;
    const ports = createTestPorts(async () => {
      fetches++;
      if (isAway) throw new TypeError("fetch failed: id.example");
      return Response.json(jwks);
    });
    const host = startGuarded(issuer({ jwksUrl: "https://id.example/jwks" }), ports);
    expect((await publish(host, await sign(ports)))[0]).toBe(200);
    isAway = true;
    await ports.clock.advance(599_000);
    expect([(await publish(host, await sign(ports)))[0], fetches]).toEqual([200, 1]);
    await ports.clock.advance(2_000);
    expect([(await publish(host, await sign(ports)))[0], fetches]).toEqual([200, 2]);
    // Nobody can tell whether an unknown key is a new one.
    expect((await publish(host, await sign(ports, "new"))).slice(0, 2)).toEqual([503, "AUTH_UNAVAILABLE"]);
    expect(fetches).toBe(2);
    await ports.clock.advance(2_998_000);
    expect((await publish(host, await sign(ports)))[0]).toBe(200);
    await ports.clock.advance(1_000);
    expect((await publish(host, await sign(ports)))[0]).toBe(503);
    isAway = false;
    await ports.clock.advance(30_000);
    expect((await publish(host, await sign(ports)))[0]).toBe(200);
    expect(await host.metric('key_fetches_total{result="fetched"}')).toBe(2);
    expect(await host.metric('key_fetches_total{result="failed"}')).toBe(fetches - 2);
  });

  test("are changed by the issuer: a new one counts at once, half a minute after the last look, an old one no more", async () => {
    let published = jwks;
    let fetches = 0;
    const ports = createTestPorts(async () => {
      fetches++;
      return Response.json(published);
    });
    const host = startGuarded(issuer({ jwksUrl: "https://id.example/jwks" }), ports);
    expect((await publish(host, await sign(ports)))[0]).toBe(200);
    published = { keys: [{ ...published.keys[0], kid: "two" }] };
    // Within the half minute an unknown key is refused without a question.
    for (let index = 0; index < 5; index++) expect((await publish(host, await sign(ports, "two")))[0]).toBe(401);
    expect(fetches).toBe(1);
    await ports.clock.advance(31_000);
    expect((await publish(host, await sign(ports, "two")))[0]).toBe(200);
    expect((await publish(host, await sign(ports, "one")))[0]).toBe(401);
    expect(fetches).toBe(2);
  });
});
