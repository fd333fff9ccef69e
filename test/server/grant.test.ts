/** What a grant lets its holder do: by feed, action and view, in a scope, in details and of an API key. */
import { describe, expect, test } from "vitest";
import { matchesFeed } from "../../src/server/auth/grant.ts";
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
} from "../support/auth-server.ts";
import { createTestPorts } from "../support/ports.ts";
import { makeToken } from "../support/tokens.ts";

describe("a grant", () => {
  test.each([
    ["orders", "orders", true],
    ["orders", "orders.eu", false],
    ["orders.*", "orders.eu", true],
    ["orders.*", "orders", false],
    ["orders.*", "orders.eu.de", false],
    ["orders.*", "ordersXeu", false],
    ["orders.>", "orders.eu.de", true],
    ["orders.>", "orders", false],
    ["*.eu", "orders.eu", true],
    ["*", "orders.eu", false],
    [">", "anything.at.all", true],
    ["orders", "Orders", false],
    ["orders.*", "orders.", true],
  ])("of %s reaches %s: %s", (pattern, name, isMatch) => {
    expect(matchesFeed(pattern, name)).toBe(isMatch);
  });

  test.each([
    ["maskwire:publish:orders.*", 200],
    ["maskwire:publish:orders.eu maskwire:subscribe:x", 200],
    ["maskwire:publish:orders", 403],
    ["maskwire:subscribe:orders.*", 403],
    ["maskwire:publish:orders.*.*", 403],
    ["maskwire:publish:orders.**", 403],
    ["maskwire:publish", 403],
    ["maskwire:publish:>:default:more", 403],
    ["maskwire:*:>", 403],
    ["publish", 403],
    ["", 403],
  ])("in the scope %s publishes with %i", async (scope, status) => {
    const ports = createTestPorts();
    const answer = await publish(startGuarded(AUTH, ports), await makeToken({ scope, nowMs: ports.clock.now() }));
    expect(answer[0]).toBe(status);
    if (status === 403) expect(answer[1]).toBe("GRANT_MISSING");
    if (status === 403) expect(answer[2]).toContain("insufficient_scope");
  });

  test.each([
    [[{ type: "maskwire", actions: ["publish"], feeds: ["orders.*"] }], 200],
    [[{ type: "other", actions: ["publish"], feeds: [">"] }], 403],
    [[{ type: "maskwire", actions: ["publish", "everything"], feeds: [">"] }], 403],
    [[{ type: "maskwire", actions: "publish", feeds: ">" }], 403],
    [[null, 7, [], { type: "maskwire" }], 403],
    [{ type: "maskwire", actions: ["publish"], feeds: [">"] }, 403],
  ])("in details %j publishes with %i", async (details, status) => {
    const ports = createTestPorts();
    const token = await makeToken({ claims: { authorization_details: details }, nowMs: ports.clock.now() });
    expect((await publish(startGuarded(AUTH, ports), token))[0]).toBe(status);
  });

  test.each([
    ["maskwire:subscribe:>", "", "[EMAIL]"],
    ["maskwire:subscribe:>", "?view=default", "[EMAIL]"],
    ["maskwire:subscribe:>", "?view=support", "GRANT_MISSING"],
    ["maskwire:subscribe:>:support", "", "***.***@*******.***"],
    ["maskwire:subscribe:>:support", "?view=default", "GRANT_MISSING"],
    ["maskwire:subscribe:>:support maskwire:subscribe:>", "", "VIEW_REQUIRED"],
    ["maskwire:subscribe:>:support maskwire:subscribe:>", "?view=support", "***.***@*******.***"],
    ["maskwire:subscribe:>:nowhere", "", "VIEW_UNKNOWN"],
  ])("of %s shows with %s: %s", async (scope, query, shown) => {
    const ports = createTestPorts();
    const host = startGuarded({ ...AUTH, issuers: [SECRET_ISSUER] }, ports);
    const nowMs = ports.clock.now();
    const headers = bearer(await makeToken({ scope, nowMs }));
    if (/^[A-Z_]+$/.test(shown)) {
      expect((await knock(host, `${FEED}${query}`, { headers }))[1]).toBe(shown);
      return;
    }
    const sink = await host.subscribe(`${FEED}${query}`, headers);
    await publish(host, await makeToken({ scope: "maskwire:publish:>", nowMs }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sink.text).toContain(shown.slice(0, 5));
    expect(sink.text).not.toContain("ann.lee");
  });

  test("for some of several feeds is none for all of them", async () => {
    const ports = createTestPorts();
    const headers = bearer(await makeToken({ scope: "maskwire:subscribe:a", nowMs: ports.clock.now() }));
    expect((await knock(startGuarded(AUTH, ports), "/v1/feeds/a,b/events", { headers }))[1]).toBe("GRANT_MISSING");
  });

  test("of an API key has no end and no more than it says", async () => {
    const ports = createTestPorts();
    const host = startGuarded(AUTH, ports);
    await ports.clock.advance(90_000_000);
    await host.subscribe(FEED, bearer(API_KEY));
    expect((await publish(host, API_KEY))[1]).toBe("GRANT_MISSING");
    expect(await host.metric('tokens_refused_total{code="GRANT_MISSING"}')).toBe(1);
    expect((await knock(host, "/v1/mask", { method: "POST", headers: bearer(API_KEY), body: EVENT }))[1]).toBe(
      "GRANT_MISSING",
    );
  });

  test("to mask masks", async () => {
    const ports = createTestPorts();
    const token = await makeToken({
      claims: { authorization_details: [{ type: "maskwire", actions: ["mask"], feeds: [] }] },
      nowMs: ports.clock.now(),
    });
    const init = { method: "POST", headers: { ...bearer(token), "content-type": "application/json" }, body: EVENT };
    expect(await (await startGuarded(AUTH, ports).app.request("/v1/mask", init)).text()).toBe('{"to":"[EMAIL]"}');
  });
});
