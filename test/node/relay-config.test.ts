/** What a relay's WebSocket may be configured with, and how a mistake is said. */
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";

const WSS = "url: 'wss://a.example/'";

/** Mistake, settings of the relay, and what is said: a place and a reason. */
const MISTAKES: readonly (readonly [string, string, string])[] = [
  [
    "plaintext",
    "url: 'ws://a.example/'",
    "f:1:21: relays.r.url: write wss://, or add `unsafePlaintext: true` beside the url",
  ],
  ["half a URL", "url: 'ws://['", "f:1:21: relays.r.url: write a whole URL, such as https://example.com/events"],
  [
    "a password in the URL",
    "url: 'wss://u:hunter2@a.example/'",
    "f:1:21: relays.r.url: no user name or password here; use `headers`",
  ],
  [
    "a sub-protocol as a header",
    `${WSS}, headers: { Sec-WebSocket-Protocol: v1 }`,
    "f:1:52: relays.r.headers.Sec-WebSocket-Protocol: is written by the handshake itself; sub-protocols go in `protocols`",
  ],
  [
    "sub-protocols over https",
    "url: 'https://a.example/', protocols: [v1]",
    "f:1:43: relays.r.protocols: goes with a url that starts with wss://",
  ],
  [
    "binary messages over https",
    "url: 'https://a.example/', binary: utf8",
    "f:1:43: relays.r.binary: goes with a url that starts with wss://",
  ],
  ["binary messages as anything", `${WSS}, binary: bytes`, "f:1:49: relays.r.binary: write one of: refuse, utf8"],
  ["a sub-protocol twice", `${WSS}, protocols: [v1, v1]`, "f:1:52: relays.r.protocols: names one twice"],
  [
    "a sub-protocol with a space",
    `${WSS}, protocols: ['v 1']`,
    "f:1:53: relays.r.protocols.0: sub-protocols are tokens, such as graphql-transport-ws",
  ],
];

describe("a relay of a WebSocket", () => {
  it.each([
    ["TLS", WSS],
    ["plaintext that is asked for", "url: 'ws://a.example/', unsafePlaintext: true"],
    ["sub-protocols", `${WSS}, protocols: [v2, v1]`],
    ["binary messages", `${WSS}, binary: utf8`],
  ])("takes %s", (_, settings) => {
    expect(readConfig(`relays: { r: { ${settings} } }`, "f").ok).toBe(true);
  });

  it.each(MISTAKES)("refuses %s", (_, settings, says) => {
    const read = readConfig(`relays: { r: { ${settings} } }`, "f");
    const said = read.ok ? [] : read.problems.map(describeProblem);
    expect(said).toEqual([says]);
  });
});
