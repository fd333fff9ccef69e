/** A server that asks for tokens, and the ways to knock at it. */
import type { AuthConfig } from "../../src/server/auth/auth-config.ts";
import type { ServerConfig } from "../../src/server/config/config.ts";
import { createTestPorts, type TestPorts } from "./ports.ts";
import { startTestServer, type TestServer } from "./server.ts";
import { AUDIENCE, ISSUER, SECRET_BYTES, sha256 } from "./tokens.ts";

export const API_KEY = "mwk_test-key";
export const FEED = "/v1/feeds/orders.eu/events";
export const EVENT = '{"to":"ann.lee@example.com"}';
export const SECRET_ISSUER = { issuer: ISSUER, audience: AUDIENCE, algorithms: ["HS256"] };

export const AUTH: AuthConfig = {
  issuers: [SECRET_ISSUER],
  apiKeys: [
    { name: "desk", sha256: sha256(API_KEY), grants: [{ actions: ["subscribe"], feeds: [">"], views: ["default"] }] },
  ],
};

export const VIEWS: Partial<ServerConfig> = {
  policies: { default: {}, support: { operators: { default: { operator: "mask" } } } },
  feeds: { "*": { policy: "default", views: { support: "support" }, eventTypes: [] } },
};

export function startGuarded(auth: AuthConfig = AUTH, ports: TestPorts = createTestPorts()): TestServer {
  return startTestServer({ ...VIEWS, auth }, ports, { jwtSecret: SECRET_BYTES });
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Status, code and challenge of what a request gets. */
export async function knock(
  host: TestServer,
  path: string,
  { headers = {}, method = "GET", body }: { headers?: Record<string, string>; method?: string; body?: string } = {},
): Promise<readonly [number, string, string | null]> {
  const init = { method, headers: { "content-type": "application/json", ...headers }, ...(body && { body }) };
  const response = await host.app.request(path, init);
  const text = response.headers.get("content-type")?.includes("json") ? await response.text() : "";
  const { error } = JSON.parse(text || "{}") as { error?: { code: string } };
  return [response.status, error?.code ?? "", response.headers.get("www-authenticate")];
}

export const publish = (host: TestServer, token: string, feed = "orders.eu") =>
  knock(host, `/v1/feeds/${feed}/events`, { method: "POST", headers: bearer(token), body: EVENT });
