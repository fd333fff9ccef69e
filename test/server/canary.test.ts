import { describe, expect, test } from "vitest";
import { Enforcement, judge, type PolicyState } from "../../src/server/network/enforcement.ts";
import type { DialOutcome, DialOptions, Endpoint } from "../../src/server/network/dial.ts";
import { greetingOf, parseEndpoint } from "../../src/server/lifecycle/canary.ts";
import type { CanaryConfig } from "../../src/server/config/config.ts";
import { createTestPorts, turn } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

describe("one attempt", () => {
  test.each<[DialOutcome, DialOutcome, PolicyState]>([
    ["open", "shut", "enforced"],
    ["open", "open", "open"],
    ["shut", "open", "open"],
    ["failed", "open", "open"],
    ["shut", "shut", "unknown"],
    ["failed", "shut", "unknown"],
    ["open", "failed", "unknown"],
    ["failed", "failed", "unknown"],
  ])("control %s and forbidden %s means %s", (control, forbidden, state) => {
    expect(judge(control, forbidden)).toBe(state);
  });
});

describe("the state after attempts", () => {
  test.each<[string, string]>([
    ["", "unknown"],
    ["ee", "unknown"],
    ["eee", "enforced"],
    ["eeuee", "unknown"],
    ["eeueee", "enforced"],
    ["o", "open"],
    ["eeeo", "open"],
    ["eeeoee", "open"],
    ["eeeoeee", "enforced"],
    ["eeeuu", "enforced"],
    ["eeeuueuu", "enforced"],
    ["eeeuuu", "unknown"],
    ["eeeuuueee", "enforced"],
    ["ouu", "open"],
    ["ouuu", "unknown"],
    ["uuuee", "unknown"],
  ])("%j is %s", (results, state) => {
    const enforcement = new Enforcement();
    const meaning = { e: "enforced", o: "open", u: "unknown" } as const;
    for (const letter of results) enforcement.observe(meaning[letter as keyof typeof meaning]);
    expect(enforcement.state).toBe(state);
  });
});

describe("an endpoint", () => {
  test.each([
    ["canary.maskwire.svc:7080", { host: "canary.maskwire.svc", listenPort: 7080 }],
    ["10.0.0.1:1", { host: "10.0.0.1", listenPort: 1 }],
    ["[fd00::1]:65535", { host: "fd00::1", listenPort: 65_535 }],
    ["canary:65536", undefined],
    ["canary:0", undefined],
    ["canary", undefined],
    [":80", undefined],
    ["fd00::1:80", undefined],
    ["http://canary:80", undefined],
    ["canary:80/path", undefined],
    ["a canary:80", undefined],
  ])("%j", (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });
});

const CANARY: CanaryConfig = { control: "canary.test:7080", forbidden: "canary.test:7081", mode: "require" };

interface Dialled extends DialOptions {
  readonly endpoint: Endpoint;
}

/** A server whose canary meets what the test says next; the last word holds. */
async function startWatched(outcomes: [DialOutcome, DialOutcome][], canary: Partial<CanaryConfig> = {}) {
  const dialled: Dialled[] = [];
  let tries = 0;
  const dial = (endpoint: Endpoint, options: DialOptions): Promise<DialOutcome> => {
    dialled.push({ endpoint, ...options });
    const index = endpoint.listenPort === 7080 ? 0 : 1;
    return Promise.resolve(outcomes[Math.min(Math.floor(tries++ / 2), outcomes.length - 1)][index]);
  };
  const host = startTestServer({ canary: { ...CANARY, ...canary } }, { ...createTestPorts(), dial });
  host.server.canary?.start();
  await turn();
  return { ...host, dialled };
}

async function readiness({ app }: Pick<TestServer, "app">): Promise<[number, unknown]> {
  const response = await app.request("/readyz");
  return [response.status, ((await response.json()) as { networkPolicies?: string }).networkPolicies];
}

async function hasMetric({ app }: Pick<TestServer, "app">): Promise<boolean> {
  return /^maskwire_policy_enforced /m.test(await (await app.request("/metrics")).text());
}

describe("a server with a canary", () => {
  test("asks the control port for the greeting that names the forbidden one", async () => {
    const { dialled } = await startWatched([["open", "shut"]]);
    expect(dialled).toEqual([
      {
        endpoint: { host: "canary.test", listenPort: 7080 },
        limitMs: 2_000,
        greeting: greetingOf({ listenPort: 7081 }),
      },
      { endpoint: { host: "canary.test", listenPort: 7081 }, limitMs: 2_000 },
    ]);
  });

  test("is ready after three attempts, a second apart, and then tries every interval", async () => {
    const host = await startWatched([["open", "shut"]]);
    await host.ports.clock.advance(1_999);
    expect([await readiness(host), await hasMetric(host)]).toEqual([[503, "unknown"], false]);
    await host.ports.clock.advance(1);
    expect([await readiness(host), await host.metric("policy_enforced")]).toEqual([[200, "enforced"], 1]);
    await host.ports.clock.advance(9_999);
    expect(host.dialled.length).toBe(6);
    await host.ports.clock.advance(1);
    expect(host.dialled.length).toBe(8);
  });

  test("resolves untilEnforced with the first state that is enforced, and untilLost with the first open after it", async () => {
    const enforced: [DialOutcome, DialOutcome] = ["open", "shut"];
    const host = await startWatched([
      ["open", "open"],
      enforced,
      enforced,
      enforced,
      ["failed", "shut"],
      ["open", "open"],
    ]);
    const reached: string[] = [];
    void host.server.canary?.untilEnforced().then(() => reached.push("enforced"));
    void host.server.canary?.untilLost().then(() => reached.push("lost"));
    expect([reached, await readiness(host), await host.metric("policy_enforced")]).toEqual([[], [503, "open"], 0]);
    await host.ports.clock.advance(3_000);
    expect([reached, await readiness(host)]).toEqual([["enforced"], [200, "enforced"]]);
    await host.ports.clock.advance(10_000);
    expect([reached, await readiness(host)]).toEqual([["enforced"], [200, "enforced"]]);
    await host.ports.clock.advance(10_000);
    expect([reached, await readiness(host)]).toEqual([
      ["enforced", "lost"],
      [503, "open"],
    ]);
    expect(host.ports.lines.filter((line) => line.includes("policy-state"))).toEqual([
      `{"event":"policy-state","state":"open"}`,
      `{"event":"policy-state","state":"enforced"}`,
      `{"event":"policy-state","state":"open"}`,
    ]);
  });

  test("is not ready when nothing could be said three times, and takes the metric back", async () => {
    const enforced: [DialOutcome, DialOutcome] = ["open", "shut"];
    const host = await startWatched([enforced, enforced, enforced, ["failed", "shut"]]);
    await host.ports.clock.advance(2_000 + 20_000);
    expect([await readiness(host), await hasMetric(host)]).toEqual([[200, "enforced"], true]);
    await host.ports.clock.advance(10_000);
    expect([await readiness(host), await hasMetric(host)]).toEqual([[503, "unknown"], false]);
  });

  test("says the state and stays ready in mode `warn`, whatever it is", async () => {
    const host = await startWatched([["open", "open"]], { mode: "warn" });
    await host.server.canary?.untilEnforced();
    expect([await readiness(host), await host.metric("policy_enforced")]).toEqual([[200, "open"], 0]);
  });

  test("tries nothing in mode `off`", async () => {
    const host = await startWatched([["open", "open"]], { mode: "off" });
    expect([host.server.canary, await readiness(host)]).toEqual([undefined, [200, undefined]]);
  });

  test("tries nothing any more after a drain", async () => {
    const host = await startWatched([["open", "shut"]]);
    const drained = host.server.drainAtOnce();
    await host.ports.clock.advance(1_000);
    await drained;
    const { length } = host.dialled;
    await host.ports.clock.advance(60_000);
    expect(host.dialled.length).toBe(length);
  });

  test("ends a subscriber at once, and takes no new one, when the fence is down", async () => {
    const host = await startWatched([["open", "shut"]]);
    const sink = await host.subscribe("/v1/feeds/a/events");
    const drained = host.server.drainAtOnce();
    await host.ports.clock.advance(0);
    expect(sink.text).toContain("event: maskwire.end");
    expect((await host.app.request("/v1/feeds/a/events")).status).toBe(503);
    await host.ports.clock.advance(100);
    await drained;
  });

  test("cannot be made on a host without sockets, or with an endpoint that is none", async () => {
    expect(() => startTestServer({ canary: CANARY })).toThrow("the configuration is not valid");
    const nameless = startWatched([["open", "open"]], { control: "canary" });
    await expect(nameless).rejects.toThrow("the configuration is not valid");
  });
});
