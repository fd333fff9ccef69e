/** The list of upstreams: which hosts, ports and addresses it admits, and that a redirect is a request like any other. */
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { hasHostBits, holds, parseAddress, parseRange } from "../../src/server/network/cidr.ts";
import { destinationOf, Egress, guardFetch } from "../../src/server/network/egress.ts";
import { openUpstream } from "../../src/server/relays/upstream.ts";

const VENDOR = {
  name: "vendor",
  host: "feed.vendor.example",
  port: 443,
  cidrs: ["198.51.100.0/25", "2001:db8::/48"],
  except: ["198.51.100.64/30"],
};
const ANYWHERE = { name: "any", host: "any.example", port: 443, cidrs: [], except: [] };
const egress = new Egress([VENDOR, ANYWHERE]);

describe("an address", () => {
  test.each([
    "0.0.0.0",
    "255.255.255.255",
    "198.51.100.7",
    "::",
    "::1",
    "2001:db8::8:800:200c:417a",
    "1:2:3:4:5:6:7:8",
    "1::8",
    "fe80::",
    "::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33",
  ])("%s is read as another reader does", (text) => {
    const theirs = ipaddr.process(text);
    const value = theirs.toByteArray().reduce((sum, octet) => (sum << 8n) + BigInt(octet), 0n);
    expect(parseAddress(text)).toEqual({ bits: theirs.kind() === "ipv4" ? 32 : 128, value });
  });

  test.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "0x7f.0.0.1",
    "2130706433",
    " 1.2.3.4",
    "1.2.3.4 ",
    "::g",
    "1::2::3",
    "fe80::1%eth0",
    "[::1]",
    "::1]/@evil[",
    "localhost",
  ])("is not %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test.each([
    "1.2.3.4",
    "1.2.3.4/",
    "1.2.3.4/33",
    "1.2.3.4/08",
    "1.2.3.4/-1",
    "1.2.3.4/8/8",
    "::/129",
    "::ffff:1.2.3.4/120",
  ])("makes no range of %j", (text) => expect(parseRange(text)).toBeUndefined());

  test("has bits behind its prefix, or has not", () => {
    const bits = (text: string) => hasHostBits(parseRange(text) ?? { bits: 32, value: 0n, prefix: 0 });
    expect(["10.0.0.1/8", "10.0.0.0/8", "2001:db8::1/64", "2001:db8::/64", "10.0.0.1/32"].map(bits)).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  test("of one family is in no range of the other", () => {
    const [range, address] = [parseRange("0.0.0.0/0"), parseAddress("::1")];
    expect(range && address && holds(range, address)).toBe(false);
  });
});

describe("a list of upstreams", () => {
  test.each([
    ["feed.vendor.example", 443, true],
    ["FEED.vendor.example.", 443, true],
    ["feed.vendor.example", 444, false],
    ["vendor.example", 443, false],
    ["feed.vendor.example.evil.example", 443, false],
    ["198.51.100.1", 443, false],
  ])("takes the host %s at %i: %s", (host, port, isAdmitted) => {
    expect(egress.admits({ host, port })).toBe(isAdmitted);
  });

  test.each([
    ["198.51.100.0", true],
    ["198.51.100.63", true],
    ["198.51.100.64", false],
    ["198.51.100.67", false],
    ["198.51.100.68", true],
    ["198.51.100.127", true],
    ["198.51.100.128", false],
    ["198.51.99.255", false],
    ["::ffff:198.51.100.1", true],
    ["2001:db8:0:ffff::1", true],
    ["2001:db8:1::", false],
    ["127.0.0.1", false],
    ["feed.vendor.example", false],
  ])("takes its host at %s: %s", (address, isAdmitted) => {
    expect(egress.admitsAddress({ host: VENDOR.host, port: VENDOR.port }, address)).toBe(isAdmitted);
  });

  const ALWAYS_REFUSED = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fd00:ec2::254",
    "100.100.100.200",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
  ];
  test.each(ALWAYS_REFUSED)("never takes %s, with a list or without", (address) => {
    for (const list of [egress, new Egress(undefined)]) {
      expect(list.admitsAddress({ host: ANYWHERE.host, port: 443 }, address)).toBe(false);
      expect(list.admits({ host: address, port: 443 })).toBe(false);
    }
  });

  test("takes a loopback address only where the configuration writes it", () => {
    const list = new Egress(undefined);
    expect(list.admitsAddress({ host: "localhost", port: 80 }, "127.0.0.1")).toBe(true);
    expect(list.admitsAddress({ host: "127.0.0.1", port: 80 }, "127.0.0.1")).toBe(true);
    expect(list.admitsAddress({ host: "rebound.example", port: 80 }, "127.0.0.1")).toBe(false);
    expect(list.admitsAddress({ host: "rebound.example", port: 80 }, "::1")).toBe(false);
  });

  test("reads host and port of a URL as a socket needs them", () => {
    expect(destinationOf(new URL("https://[2001:db8::1]/a"))).toEqual({ host: "2001:db8::1", port: 443 });
    expect(destinationOf(new URL("http://a.example:8080/a"))).toEqual({ host: "a.example", port: 8080 });
  });
});

describe("a relay", () => {
  test("fails, and asks nobody, where an upstream redirects out of the list", async () => {
    const asked: string[] = [];
    const upstream: typeof fetch = (input) => {
      asked.push(input as string);
      return Promise.resolve(new Response(null, { status: 302, headers: { location: "https://evil.example/events" } }));
    };
    const request = {
      url: "https://feed.vendor.example/events",
      headers: {},
      isPlaintextAllowed: false,
      inflationLimit: 100,
      lastId: new Uint8Array(0),
    };
    const answer = await openUpstream(guardFetch(upstream, egress), request, new AbortController().signal);
    expect(answer).toEqual({ kind: "failed", code: "EGRESS_REFUSED" });
    expect(asked).toEqual([request.url]);
  });
});
