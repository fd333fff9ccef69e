/** Connections that are turned away before a byte of them is read, and from whom a request comes behind proxies. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createClientAddresses } from "../../src/node/client-address.ts";
import { bindingsOf } from "../../src/node/bindings.ts";
import type { TrustedProxiesConfig } from "../../src/server/config/config.ts";
import { startHost, talk, type Host } from "../support/host.ts";
import { FakeClock } from "../support/ports.ts";
import { until } from "../support/until.ts";

let host: Host;
let clock: FakeClock;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await host.stop();
});

const LIMITS = { socketsLimit: 100, connectionsPerAddressLimit: 100, connectsPerAddressPerSecond: 100 };
const HELLO = "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

async function start(limits: Partial<typeof LIMITS>, isShared = (): boolean => false): Promise<void> {
  // Time stands still: a busy machine would let in one more each second.
  clock = new FakeClock();
  host = await startHost({ guard: { limits: { ...LIMITS, ...limits }, isShared, clock } });
  host.app.get("/hello", (context) => context.text("hello"));
}

/** Connects, and waits until the server has answered a first request. */
async function hold(): Promise<Socket> {
  const socket = connect(host.port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  socket.write("GET /hello HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(socket, "data");
  return socket;
}

/** Resolves once the server, which hears of it later than the client, lets in another one. */
async function makeRoom(socket: Socket): Promise<void> {
  socket.destroy();
  await until(async () => (await talk(host.port, HELLO)).includes("200 OK"));
}

describe("connections of one address", () => {
  test("are so many at once: the next one is told so, and one that leaves makes room", async () => {
    await start({ connectionsPerAddressLimit: 2 });
    const first = await hold();
    await hold();
    const answer = await talk(host.port, HELLO);
    expect(answer).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n[^]*"code":"CLIENT_LIMIT"/);
    expect(answer).toContain("retry-after: 2\r\nconnection: close\r\n");
    expect(host.refusals).toEqual(["connectionsPerAddressLimit"]);
    await makeRoom(first);
  });

  test("are so many new ones a second, twice as many after a pause", async () => {
    await start({ connectsPerAddressPerSecond: 1 });
    const answers = [];
    for (let index = 0; index < 3; index++) answers.push(await talk(host.port, HELLO));
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(["200", "200", "429"]);
    expect(answers[2]).toContain('"code":"RATE_LIMITED"');
    expect(host.refusals).toEqual(["connectsPerAddressPerSecond"]);
  });

  test("are not counted where others are behind it", async () => {
    await start({ connectionsPerAddressLimit: 1, connectsPerAddressPerSecond: 1 }, () => true);
    for (let index = 0; index < 5; index++) await hold();
    expect(host.refusals).toEqual([]);
  });
});

describe("connections of all", () => {
  test("are socketsLimit at once, wherever they come from", async () => {
    await start({ socketsLimit: 2 }, () => true);
    const first = await hold();
    await hold();
    expect(await talk(host.port, HELLO)).toMatch(/^HTTP\/1\.1 503 [^]*"code":"CONNECTION_LIMIT"/);
    expect(host.refusals).toEqual(["socketsLimit"]);
    await makeRoom(first);
  });

  test("that are turned away by the hundred do not stay", async () => {
    await start({ socketsLimit: 1 }, () => true);
    await hold();
    // They neither send nor read: they would stay for as long as the server let them.
    for (let index = 0; index < 600; index++) {
      const socket = connect({ port: host.port, host: "127.0.0.1", allowHalfOpen: true });
      sockets.push(socket);
      socket.on("error", () => undefined);
      await once(socket, "connect");
    }
    await until(
      async () => host.refusals.length === 600 && (await host.connections()) === 1,
      () => host.refusals.length,
    );
    await clock.advance(1_000);
    expect(await talk(host.port, HELLO)).toContain("CONNECTION_LIMIT");
  });

  test("are told so 256 times a second, and cut beyond that, because an answer costs more than a cut", async () => {
    await start({ socketsLimit: 1 }, () => true);
    await hold();
    const answers: string[] = [];
    for (let index = 0; index < 260; index++) answers.push(await talk(host.port, HELLO));
    const isTold = answers.map((answer) => answer.includes("CONNECTION_LIMIT"));
    expect(isTold).toEqual(answers.map((_, index) => index < 256));
    expect(answers.slice(256)).toEqual(["", "", "", ""]);
    expect(host.refusals).toHaveLength(260);
    await clock.advance(1_000);
    expect(await talk(host.port, HELLO)).toContain("CONNECTION_LIMIT");
  });
});

describe("the address of a client", () => {
  const PROXIES = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:aa::/48"];
  const CHAIN = Array<string>(1000).fill("10.0.0.1").join(",");

  async function addressOf(proxies: TrustedProxiesConfig | undefined, headers: string[]): Promise<string | undefined> {
    host = await startHost();
    const addresses = createClientAddresses(proxies);
    let found: string | undefined;
    host.app.get("/hello", (context) => {
      found = addresses.addressOf(bindingsOf(context).incoming);
      return context.text("hello");
    });
    const lines = headers.map((header) => `${header}\r\n`).join("");
    const answer = await talk(host.port, `GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:200|431)/);
    return found;
  }

  test.each([
    ["the one that the proxy wrote", "203.0.113.7", "203.0.113.7"],
    ["with its port", "203.0.113.7:4711", "203.0.113.7"],
    ["IPv6", "2001:db8::1", "2001:db8::1"],
    ["IPv6 in brackets with its port", "[2001:db8::1]:4711", "2001:db8::1"],
    ["not what the client wrote before it", "198.51.100.1, 203.0.113.7", "203.0.113.7"],
    ["not even when the client claims to be a proxy", "203.0.113.66, 203.0.113.7, 10.0.0.2", "203.0.113.7"],
    ["through several proxies", "203.0.113.7, 10.0.0.3, 2001:db8:aa::9", "203.0.113.7"],
    ["an IPv4 proxy in an IPv6 coat", "203.0.113.7, ::ffff:10.0.0.3", "203.0.113.7"],
    ["nobody's when all are proxies", "10.0.0.3, 10.0.0.4", undefined],
    ["the proxy's that does not tell", "203.0.113.7, unknown, 10.0.0.3", "10.0.0.3"],
    ["the peer's when nothing can be read", "203.0.113.7, <script>", "127.0.0.1"],
    ["no looser spelling of an address", "203.0.113.7, 0x0a.0.0.1", "127.0.0.1"],
    ["found without reading a chain to its end", `203.0.113.7,${CHAIN}`, undefined],
  ])("is %s", async (_, written, found) => {
    const header = `x-forwarded-for: ${written}`;
    expect(await addressOf({ cidrs: PROXIES, header: "x-forwarded-for" }, [header])).toBe(found);
  });

  test("is the last line's when there are several", async () => {
    const headers = ["x-forwarded-for: 198.51.100.1", "x-forwarded-for: 203.0.113.7"];
    expect(await addressOf({ cidrs: PROXIES, header: "x-forwarded-for" }, headers)).toBe("203.0.113.7");
  });

  test.each([
    ["for=203.0.113.7", "203.0.113.7"],
    ['For="203.0.113.7:4711";proto=https;by=10.0.0.1', "203.0.113.7"],
    ['proto=https; for="[2001:db8::1]:4711"', "2001:db8::1"],
    ["for=198.51.100.1, for=203.0.113.7, for=10.0.0.1", "203.0.113.7"],
    ["for=203.0.113.7, for=_hidden", "127.0.0.1"],
    ["xfor=203.0.113.7", "127.0.0.1"],
    ['for="203.0.113.7', "127.0.0.1"],
  ])("in Forwarded: %s is %s", async (written, found) => {
    expect(await addressOf({ cidrs: PROXIES, header: "forwarded" }, [`forwarded: ${written}`])).toBe(found);
  });

  test("is not taken from the other header, which the client may have sent past the proxy", async () => {
    const headers = ["forwarded: for=198.51.100.1", "x-forwarded-for: 203.0.113.7"];
    expect(await addressOf({ cidrs: PROXIES, header: "x-forwarded-for" }, headers)).toBe("203.0.113.7");
    await host.stop();
    expect(await addressOf({ cidrs: PROXIES, header: "forwarded" }, headers)).toBe("198.51.100.1");
  });

  test.each<[string, TrustedProxiesConfig | undefined]>([
    ["no proxy is trusted", undefined],
    ["the peer is none of them", { cidrs: ["10.0.0.0/8"], header: "x-forwarded-for" }],
  ])("is what nobody may say when %s", async (_, proxies) => {
    expect(await addressOf(proxies, ["x-forwarded-for: 203.0.113.7"])).toBeUndefined();
  });
});
