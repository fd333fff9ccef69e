/** What one caller may take: at each limit and one past it, counted and given back. */
import { describe, expect, test } from "vitest";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../../src/server/config/limits.ts";
import { RateLimit } from "../../src/server/limits/rate-limit.ts";
import { API_KEY, AUTH, bearer, EVENT, FEED, knock, publish, VIEWS } from "../support/auth-server.ts";
import { createTestPorts, turn, type TestPorts } from "../support/ports.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { makeToken, SECRET_BYTES } from "../support/tokens.ts";

function start(limits: Partial<ServerLimits>, ports: TestPorts = createTestPorts()): TestServer {
  return startTestServer({ ...VIEWS, auth: AUTH, limits }, ports, { jwtSecret: SECRET_BYTES });
}

const tokenOf = (host: TestServer, sub: string): Promise<string> =>
  makeToken({ scope: "maskwire:subscribe:> maskwire:publish:>", claims: { sub }, nowMs: host.ports.clock.now() });

const refusedBy = (host: TestServer, limit: keyof ServerLimits): Promise<number> =>
  host.metric(`connections_refused_total{limit="${limit}"}`);

describe("streams of one subject", () => {
  test("are so many at once and not one more, whichever of its tokens opens them", async () => {
    const host = start({ connectionsPerSubjectLimit: 3 });
    const first = bearer(await tokenOf(host, "ann"));
    await host.ports.clock.advance(1000);
    const second = bearer(await tokenOf(host, "ann"));
    expect(first).not.toEqual(second);
    const sinks = [await host.subscribe(FEED, first), await host.subscribe(FEED, second)];
    const socket = await host.upgrade("/v1/feeds/orders.eu/socket", first);
    for (const headers of [first, second])
      expect((await knock(host, FEED, { headers })).slice(0, 2)).toEqual([429, "CLIENT_LIMIT"]);
    const upgrade = { ...second, upgrade: "websocket" };
    expect((await knock(host, FEED, { headers: upgrade })).slice(0, 2)).toEqual([429, "CLIENT_LIMIT"]);
    expect(await refusedBy(host, "connectionsPerSubjectLimit")).toBe(3);
    await host.subscribe(FEED, bearer(await tokenOf(host, "bob")));
    // Each that leaves makes room for one.
    sinks[0]?.leave();
    await host.subscribe(FEED, second);
    socket.leave();
    await host.subscribe(FEED, second);
    expect((await knock(host, FEED, { headers: first }))[1]).toBe("CLIENT_LIMIT");
  });

  test("are those of an API key alike", async () => {
    const host = start({ connectionsPerSubjectLimit: 1 });
    await host.subscribe(FEED, bearer(API_KEY));
    expect((await knock(host, FEED, { headers: bearer(API_KEY) }))[1]).toBe("CLIENT_LIMIT");
  });

  test("open so often a second, twice as often after a pause, and the answer says when to come again", async () => {
    const host = start({ connectsPerSubjectPerSecond: 2 });
    const headers = bearer(await tokenOf(host, "ann"));
    for (let index = 0; index < 4; index++) (await host.subscribe(FEED, headers)).leave();
    const answer = await host.app.request(FEED, { headers });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await refusedBy(host, "connectsPerSubjectPerSecond")).toBe(1);
    await host.ports.clock.advance(500);
    await host.subscribe(FEED, headers);
    expect((await knock(host, FEED, { headers }))[1]).toBe("RATE_LIMITED");
  });

  test("that are refused for another reason are given back", async () => {
    const host = start({ connectionsPerSubjectLimit: 1 });
    const headers = bearer(await tokenOf(host, "ann"));
    for (let index = 0; index < 5; index++)
      expect((await knock(host, `${FEED}?from=nonsense`, { headers }))[1]).toBe("BAD_POSITION");
    await host.subscribe(FEED, headers);
  });

  test("have no limit of their own where nobody is asked who he is", async () => {
    const host = startTestServer({ limits: { connectionsPerSubjectLimit: 1, connectsPerSubjectPerSecond: 1 } });
    for (let index = 0; index < 5; index++) await host.subscribe(FEED);
  });
});

describe("streams of one address", () => {
  const comingFrom = (addresses: (string | undefined)[], limits: Partial<ServerLimits>): TestServer =>
    start(limits, { ...createTestPorts(), addressOf: () => addresses.shift() });

  test("are so many at once and not one more, and another subject does not help", async () => {
    const one = "203.0.113.7";
    const host = comingFrom([one, one, one, "203.0.113.8", undefined, one], { connectionsPerAddressLimit: 2 });
    const [ann, bob] = [bearer(await tokenOf(host, "ann")), bearer(await tokenOf(host, "bob"))];
    const sink = await host.subscribe(FEED, ann);
    await host.subscribe(FEED, bob);
    expect((await knock(host, FEED, { headers: ann })).slice(0, 2)).toEqual([429, "CLIENT_LIMIT"]);
    expect(await refusedBy(host, "connectionsPerAddressLimit")).toBe(1);
    await host.subscribe(FEED, ann);
    await host.subscribe(FEED, ann);
    sink.leave();
    await host.subscribe(FEED, bob);
  });

  test("open so often a second", async () => {
    const host = comingFrom(Array<string>(3).fill("203.0.113.7"), { connectsPerAddressPerSecond: 1 });
    const headers = bearer(await tokenOf(host, "ann"));
    for (let index = 0; index < 2; index++) await host.subscribe(FEED, headers);
    expect((await knock(host, FEED, { headers }))[1]).toBe("RATE_LIMITED");
    expect(await refusedBy(host, "connectsPerAddressPerSecond")).toBe(1);
  });

  test("are those of a whole /64 of IPv6, because whoever has one address of it has them all", async () => {
    const addresses = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"];
    const host = comingFrom(addresses, { connectionsPerAddressLimit: 1 });
    const headers = bearer(await tokenOf(host, "ann"));
    await host.subscribe(FEED, headers);
    expect((await knock(host, FEED, { headers }))[1]).toBe("CLIENT_LIMIT");
    await host.subscribe(FEED, headers);
  });

  test("that are refused cost their subject nothing", async () => {
    const host = comingFrom(["203.0.113.7", "203.0.113.7", "203.0.113.8"], {
      connectionsPerAddressLimit: 1,
      connectionsPerSubjectLimit: 2,
    });
    const headers = bearer(await tokenOf(host, "ann"));
    await host.subscribe(FEED, headers);
    expect((await knock(host, FEED, { headers }))[1]).toBe("CLIENT_LIMIT");
    await host.subscribe(FEED, headers);
  });
});

test("by default whoever lost all streams may bring them back at once", () => {
  const { connectionsPerSubjectLimit, connectsPerSubjectPerSecond } = DEFAULT_SERVER_LIMITS;
  const { connectionsPerAddressLimit, connectsPerAddressPerSecond } = DEFAULT_SERVER_LIMITS;
  for (const [limit, perSecond] of [
    [connectionsPerSubjectLimit, connectsPerSubjectPerSecond],
    [connectionsPerAddressLimit, connectsPerAddressPerSecond],
  ] as const) {
    const rate = new RateLimit({ perSecond });
    expect(Array.from({ length: limit }, () => rate.take("a", 0)).every((waitMs) => waitMs === 0)).toBe(true);
  }
});

describe("all streams together", () => {
  test("are connectionsLimit and not one more", async () => {
    const host = start({ connectionsLimit: 1 });
    const headers = bearer(await tokenOf(host, "ann"));
    const sink = await host.subscribe(FEED, headers);
    expect((await knock(host, FEED, { headers })).slice(0, 2)).toEqual([503, "CONNECTION_LIMIT"]);
    // A WebSocket over the limit is refused before it is one, so that the answer can say when to come again.
    const upgrade = { ...headers, upgrade: "websocket" };
    for (const path of [FEED, "/v1/feeds/orders.eu/socket"]) {
      const response = await host.app.request(path, { headers: upgrade });
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
      expect(await response.text()).toContain("CONNECTION_LIMIT");
    }
    expect(host.ports.sockets).toEqual([]);
    expect(await refusedBy(host, "connectionsLimit")).toBe(3);
    sink.leave();
    await host.subscribe(FEED, headers);
  });
});

describe("events of one subject", () => {
  test("sent one by one are publishEventsPerSecond, twice as many after a pause, then 429 with the time to wait", async () => {
    const host = start({ publishEventsPerSecond: 2 });
    const [ann, bob] = [await tokenOf(host, "ann"), await tokenOf(host, "bob")];
    for (let index = 0; index < 4; index++) expect((await publish(host, ann))[0]).toBe(200);
    expect((await publish(host, ann)).slice(0, 2)).toEqual([429, "RATE_LIMITED"]);
    expect(await host.metric('events_refused_total{code="RATE_LIMITED"}')).toBe(1);
    expect((await publish(host, bob))[0]).toBe(200);
    await host.ports.clock.advance(500);
    expect((await publish(host, ann))[0]).toBe(200);
    expect((await publish(host, ann))[0]).toBe(429);
  });

  test.each(["", "\n"])("in one body are read no faster, and all are taken (last line ends with %j)", async (end) => {
    const host = start({ publishEventsPerSecond: 2 });
    const headers = { ...bearer(await tokenOf(host, "ann")), "content-type": "application/x-ndjson" };
    const body = Array<string>(7).fill(EVENT).join("\n") + end;
    let answer: Response | undefined;
    const request = async (): Promise<void> => {
      answer = await host.app.request(FEED, { method: "POST", headers, body });
    };
    const answered = request();
    const published = (): Promise<number> => host.metric('events_published_total{feed="*"}');
    while ((await published()) < 4) await turn();
    // Four at once, and two in the second that follows.
    await host.ports.clock.advance(1000);
    await turn();
    expect([answer, await published()]).toEqual([undefined, 6]);
    await host.ports.clock.advance(500);
    await answered;
    expect(await answer?.json()).toMatchObject({ accepted: 7, refused: [] });
  });

  test("that wait in a body are let go when the server stops, and those before them stay accepted", async () => {
    const host = startTestServer(
      { ...VIEWS, auth: AUTH, limits: { publishEventsPerSecond: 1, drainGraceMs: 0, drainWindowMs: 0 } },
      createTestPorts(),
      { jwtSecret: SECRET_BYTES },
    );
    const headers = { ...bearer(await tokenOf(host, "ann")), "content-type": "application/x-ndjson" };
    const answer = host.app.request(FEED, { method: "POST", headers, body: `${EVENT}\n`.repeat(10) });
    while ((await host.metric('events_published_total{feed="*"}')) < 2) await turn();
    const drained = host.server.drain();
    await host.ports.clock.advance(3000);
    expect(await (await answer).json()).toMatchObject({ accepted: 2 });
    await drained;
  });

  test("over a WebSocket close it with 4005 and are not published", async () => {
    const host = start({ publishEventsPerSecond: 2 });
    const socket = await host.upgrade("/v1/feeds/orders.eu/socket", bearer(await tokenOf(host, "ann")));
    const message = (count: number) => ({
      type: "publish",
      events: Array.from({ length: count }, () => ({ data: 1 })),
    });
    socket.receive(message(4));
    await turn();
    expect(socket.closedWith).toBeUndefined();
    socket.receive(message(1));
    await turn();
    expect(socket.closedWith).toEqual([4005, "RATE_LIMITED"]);
    expect(socket.messages.at(-1)).toMatchObject({ type: "end", code: 4005, reconnect: true });
    expect(await host.metric('events_published_total{feed="*"}')).toBe(4);
    expect(await host.metric('events_refused_total{code="RATE_LIMITED"}')).toBe(1);
  });
});
