import { describe, expect, test } from "vitest";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config/limits.ts";
import { mayBeUnlimited } from "../../src/server/config/unlimited.ts";
import { readConfig } from "../../worker/config.ts";

const OPEN = { publish: { unsafeNoAuthentication: true }, subscribe: { unsafeNoAuthentication: true } };
const SECRET = "ann.lee@example.com";

const REFUSED = [
  ["nothing at all, for a worker answers the whole Internet", undefined, "listeners.publish.unsafeNoAuthentication"],
  ["one open listener of two", { listeners: { publish: OPEN.publish } }, "listeners.subscribe.unsafeNoAuthentication"],
  ["an unknown key", { listeners: OPEN, polices: {} }, "polices"],
  ["a history beyond the isolate", { listeners: OPEN, history: { broker: "nats", servers: [] } }, "history"],
  ["an unknown key inside", { listeners: OPEN, policies: { a: { entity: [] } } }, "policies.a.entity"],
  ["an inherited key", `{"constructor":{}}`, "constructor"],
  ["__proto__ as a key", `{"policies":{"a":{"__proto__":{}}}}`, "policies.a.__proto__"],
  ["a number written as text", { listeners: OPEN, limits: { heartbeatMs: "5" } }, "limits.heartbeatMs"],
  ["a limit of 0", { listeners: OPEN, limits: { eventLimitBytes: 0 } }, "limits.eventLimitBytes"],
  ["no limit of memory", { listeners: OPEN, limits: { eventLimitBytes: "unlimited" } }, "limits.eventLimitBytes"],
  ["another word for no limit", { listeners: OPEN, limits: { connectionsLimit: "none" } }, "limits.connectionsLimit"],
  ["an unknown limit", { listeners: OPEN, limits: { eventLimit: 1 } }, "limits.eventLimit"],
  ["a threshold over 1", { listeners: OPEN, policies: { a: { threshold: 2 } } }, "policies.a.threshold"],
  ["extends of nothing", { listeners: OPEN, policies: { a: { extends: "b" } } }, "policies.a.extends"],
  ["an unknown extraFields", { listeners: OPEN, policies: { a: { extraFields: "keep" } } }, "policies.a.extraFields"],
  ["an unknown onInvalid", { listeners: OPEN, policies: { a: { onInvalid: "pass" } } }, "policies.a.onInvalid"],
  ["a list where a table belongs", { listeners: OPEN, feeds: [] }, "feeds"],
  ["a feed with an unknown policy", { listeners: OPEN, feeds: { a: { policy: "b" } } }, "feeds.a.policy"],
  ["auth beside an open door", { listeners: OPEN, auth: { apiKeys: [] } }, "listeners.publish.unsafeNoAuthentication"],
  ["any origin beside auth", { auth: { apiKeys: [] }, allowedOrigins: ["*"] }, "allowedOrigins"],
  [
    "an issuer without keys",
    { auth: { issuers: [{ issuer: "a", audience: "b", algorithms: ["ES256"] }] } },
    "auth.issuers.0.algorithms",
  ],
  [
    "an issuer with a private key",
    { auth: { issuers: [{ issuer: "a", audience: "b", algorithms: ["ES256"], jwks: { keys: [{ d: "x" }] } }] } },
    "auth.issuers.0.jwks.keys.0",
  ],
  ["an API key in clear", { auth: { apiKeys: [{ name: "a", sha256: "mwk_x", grants: [] }] } }, "auth.apiKeys.0.sha256"],
  [
    "a grant of everything",
    { auth: { apiKeys: [{ name: "a", sha256: "0".repeat(64), grants: [{ actions: ["*"], feeds: [">"] }] }] } },
    "auth.apiKeys.0.grants.0.actions.0",
  ],
  ["a view of an unknown policy", { listeners: OPEN, feeds: { a: { views: { b: "c" } } } }, "feeds.a.views.b"],
  [
    "a view that is the default",
    { listeners: OPEN, feeds: { a: { views: { default: "default" } } } },
    "feeds.a.views.default",
  ],
  ["a feed with an inherited policy", { listeners: OPEN, feeds: { a: { policy: "toString" } } }, "feeds.a.policy"],
  [
    "a file of certificates",
    { listeners: OPEN, upstreams: [{ name: "a", host: "a.example", caFile: "/ca.pem" }] },
    "upstreams.0.caFile",
  ],
  [
    "subscribers that stay and miss events",
    { listeners: OPEN, feeds: { a: { slowSubscribers: "drop-oldest" } } },
    "feeds.a.slowSubscribers",
  ],
  ["a feed name with a space", { listeners: OPEN, feeds: { "a b": {} } }, "feeds.a b"],
  ["a relay without a URL", { listeners: OPEN, relays: { a: {} } }, "relays.a.url"],
  ["a relay of a WebSocket", { listeners: OPEN, relays: { a: { url: "wss://a.example/" } } }, "relays.a.url"],
  [
    "sub-protocols of a relay",
    { listeners: OPEN, relays: { a: { url: "https://a.example/", protocols: ["v1"] } } },
    "relays.a.protocols",
  ],
  ["a relay without TLS", { listeners: OPEN, relays: { a: { url: "http://a.example/" } } }, "relays.a.url"],
  ["a relay with a password", { listeners: OPEN, relays: { a: { url: `https://b:${SECRET}` } } }, "relays.a.url"],
] as const;

describe("the worker's configuration", () => {
  for (const [name, binding, key] of REFUSED) {
    test(`refuses ${name}, and names the key alone`, () => {
      const result = readConfig(binding);
      expect(result).toEqual({ ok: false, key: `MASKWIRE_CONFIG.${key}` });
      expect(JSON.stringify(result)).not.toContain(SECRET);
    });
  }

  test.each(["{", "[]", "null", "7", [], null, 7])("refuses %j, which is not a JSON object", (binding) => {
    expect(readConfig(binding)).toEqual({ ok: false, key: "MASKWIRE_CONFIG" });
  });

  test("takes `unlimited` for the limits that may have none, and for no other", () => {
    for (const name of Object.keys(DEFAULT_SERVER_LIMITS)) {
      const result = readConfig({ listeners: OPEN, limits: { [name]: "unlimited" } });
      expect(result.ok && result.config.limits[name as keyof ServerLimits]).toBe(mayBeUnlimited(name) && Infinity);
    }
  });

  test("fills every default, and takes text and JSON bindings alike", () => {
    const written = { listeners: OPEN, relays: { up: { url: "https://a.example/events" } } };
    const result = readConfig(written);
    expect(result).toMatchObject({
      ok: true,
      config: {
        policies: { default: {} },
        feeds: { "*": { policy: "default", eventTypes: [] } },
        relays: { up: { policy: "default", always: false, unsafePlaintext: false, headers: {} } },
        limits: { eventLimitBytes: 65_536, historyMaxBytes: 16_777_216 },
        allowedOrigins: [],
      },
    });
    expect(readConfig(JSON.stringify(written))).toEqual(result);
  });
});
