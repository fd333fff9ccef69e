/** Tokens on a real host: over HTTP, on a WebSocket, in a cookie. */
import { describe, expect, test } from "vitest";
import { JWT_SECRET, AUDIENCE, ISSUER, makeToken, sha256 } from "../support/tokens.ts";
import { errorCode, send } from "./client.ts";
import { CARD, EMAIL, expectNothingRaw } from "./raw.ts";
import { SocketClient } from "./socket-client.ts";
import { Subscription } from "./subscription.ts";

const API_KEY = "mwk_contract";

export const AUTH_ENVIRONMENT = { MASKWIRE_JWT_SECRET: JWT_SECRET };

export function createAuthConfig() {
  return {
    policies: { default: {}, partial: { operators: { default: { operator: "mask", keepLast: 4 } } } },
    feeds: { "*": { views: { support: "partial" } } },
    auth: {
      issuers: [{ issuer: ISSUER, audience: AUDIENCE, algorithms: ["HS256"] }],
      apiKeys: [{ name: "dashboard", sha256: sha256(API_KEY), grants: [{ actions: ["subscribe"], feeds: [">"] }] }],
    },
    limits: { drainGraceMs: 0, drainWindowMs: 0 },
  } as const;
}

export function describeAuth(origin: () => string): void {
  const url = (feed: string, route = "events"): string => `${origin()}/v1/feeds/${feed}/${route}`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const publish = async (feed: string, token?: string) =>
    await send(url(feed), {
      method: "POST",
      headers: { "content-type": "application/json", ...(token === undefined ? {} : bearer(token)) },
      chunks: [`{"card":"${CARD}"}`],
    });

  describe("tokens", () => {
    test("are needed by everybody, and say no more than they must", async () => {
      for (const answer of [
        await send(url("a")),
        await publish("a"),
        await publish("a", await makeToken({ issuer: "https://evil.example/", claims: { email: EMAIL } })),
        await send(`${origin()}/v1/mask`, {
          method: "POST",
          headers: { "content-type": "text/plain" },
          chunks: [EMAIL],
        }),
      ]) {
        expect(answer.status).toBe(401);
        expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="maskwire"/);
        expect(["TOKEN_MISSING", "UNAUTHENTICATED"]).toContain(errorCode(answer));
        expectNothingRaw(answer.text);
      }
    });

    test("are refused in the address, by a name of their own", async () => {
      const answer = await send(`${url("a")}?access_token=${API_KEY}`, { headers: bearer(API_KEY) });
      expect([answer.status, errorCode(answer)]).toEqual([400, "TOKEN_IN_QUERY"]);
    });

    test("let in to what they grant: a JWT to publish, an API key to watch, a JWT to another view", async () => {
      const support = await makeToken({ scope: "maskwire:subscribe:orders.*:support" });
      const key = new Subscription(url("orders.eu"), "text/event-stream", bearer(API_KEY));
      const view = new Subscription(url("orders.eu"), "application/x-ndjson", bearer(support));
      await Promise.all([key.resume(), view.resume()]);
      expect((await publish("orders.eu", await makeToken({ scope: "maskwire:publish:orders.>" }))).status).toBe(200);
      expect((await key.events(1))[0].data).toBe('{"card":"[CREDIT_CARD]"}');
      expect((await view.events(1))[0].data).toBe('{"card":"**** **** **** 1111"}');
      for (const subscription of [key, view]) subscription.call.vanish();
      const refused = await publish("orders.eu", API_KEY);
      expect([refused.status, errorCode(refused)]).toEqual([403, "GRANT_MISSING"]);
    });

    test("come with a WebSocket's sub-protocols, of which ours is chosen", async () => {
      const token = await makeToken({ scope: "maskwire:subscribe:live maskwire:publish:live" });
      const client = await SocketClient.open(url("live", "socket"), ["maskwire.v1", `bearer.${token}`]);
      expect(client.socket.protocol).toBe("maskwire.v1");
      client.send({ type: "publish", ref: "a", events: [{ data: { card: CARD } }] });
      expect((await client.messages("event", 1))[0]["data"]).toEqual({ card: "[CREDIT_CARD]" });
      client.vanish();
      await expect(SocketClient.open(url("live", "socket"), ["maskwire.v1", "bearer.a.b.c"])).rejects.toThrow("401");
      await expect(SocketClient.open(url("live", "socket"))).rejects.toThrow("401");
    });

    test("are renewed inside a WebSocket", async () => {
      const scope = "maskwire:subscribe:live maskwire:publish:live";
      const tokenOf = (lifeSeconds: number): Promise<string> =>
        makeToken({ scope, claims: { sub: "ann" }, lifeSeconds });
      const client = await SocketClient.open(url("live", "socket"), ["maskwire.v1", `bearer.${await tokenOf(60)}`]);
      client.send({ type: "token", token: await tokenOf(600) });
      const [{ expiresAtMs }] = await client.messages("renewed", 1);
      expect(Number(expiresAtMs)).toBeGreaterThan(Date.now() + 500_000);
      client.send({ type: "token", token: "a.b.c" });
      expect(await client.closeCode()).toBe(4500);
    });

    test("become a cookie that reads for a page of ours", async () => {
      const token = await makeToken({ scope: "maskwire:subscribe:>" });
      const granted = await send(`${origin()}/v1/grant`, { method: "POST", headers: bearer(token) });
      expect(granted.status).toBe(204);
      const cookie = String(granted.headers["set-cookie"]).split(";")[0];
      const headers = { cookie, "sec-fetch-site": "same-origin" };
      const subscription = new Subscription(url("cookies"), "text/event-stream", headers);
      expect(await subscription.resume()).toBe("new");
      subscription.call.vanish();
      expect((await send(url("cookies"), { headers: { cookie, "sec-fetch-site": "cross-site" } })).status).toBe(401);
    });

    test("are not asked for where nothing is to be seen", async () => {
      expect((await send(`${origin()}/`)).status).toBe(200);
      expect((await send(`${origin()}/livez`)).status).toBe(200);
    });
  });
}
