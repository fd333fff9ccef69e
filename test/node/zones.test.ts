/** Zones, brokers and upstreams of the configuration: what is refused, with its place and the way out. */
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../src/node/config/problem.ts";
import { readConfig } from "../../src/node/config/read.ts";

const NODE_ADDRESSES =
  "holds addresses of nodes, of groups or of the cloud's metadata (169.254.169.254), which are never dialled; write narrower ranges";
const RANGE_TEXT = "write a range such as 198.51.100.0/25 or 2001:db8::/48; one address ends in /32 or /128";
const HOST_TEXT = "write a host name or an address, without scheme, port and path";

function upstream(keys: string): string {
  return `upstreams:\n  - name: vendor\n    host: feed.vendor.example\n    ${keys}`;
}

const REFUSED: readonly (readonly [mistake: string, yaml: string, says: string])[] = [
  [
    "publish in the zone of subscribers",
    "listeners: { publish: { zone: masked } }",
    "f:1:31: listeners.publish.zone: write one of: raw",
  ],
  [
    "whoever has a namespace",
    "listeners:\n  subscribe: { from: { namespace: masked } }",
    "f:2:22: listeners.subscribe.from: would let in every pod; write `role` or `labels`",
  ],
  [
    "a Prometheus that stands anywhere",
    "listeners:\n  admin: { from: { labels: { app: prometheus } } }",
    "f:2:18: listeners.admin.from: needs `namespace`: zones are for producers and subscribers, and pods alone can be forged",
  ],
  [
    "a role that is no label",
    "listeners: { publish: { from: { role: '-producer' } } }",
    "f:1:39: listeners.publish.from.role: write a label of Kubernetes: 1 to 63 of the characters a-z A-Z 0-9 and, inside, . _ -",
  ],
  [
    "a broker in capitals",
    "brokers: [{ name: NATS, zone: raw, listenPort: 4222 }]",
    "f:1:19: brokers.0.name: write 1 to 63 of the characters a-z 0-9 and, inside, -",
  ],
  [
    "two brokers that are one to a policy",
    "brokers:\n  - { name: a, zone: raw, listenPort: 4222 }\n  - { name: b, zone: raw, listenPort: 4222 }",
    "f:3:5: brokers.1: has zone, role and port of another: no policy could tell them apart; change one",
  ],
  [
    "one name for two brokers",
    "brokers:\n  - { name: a, zone: raw, listenPort: 4222 }\n  - { name: a, zone: masked, listenPort: 4222 }",
    "f:3:13: brokers.1.name: stands twice",
  ],
  [
    "a conduit without a reason",
    "brokers: [{ name: a, zone: raw, listenPort: 4222, conduit: '' }]",
    "f:1:60: brokers.0.conduit: must not be empty",
  ],
  [
    "every address",
    upstream("cidrs: [0.0.0.0/0]"),
    "f:4:13: upstreams.0.cidrs.0: is every address there is; write the ranges of the upstream",
  ],
  [
    "every address of IPv6",
    upstream("cidrs: ['::/0']"),
    "f:4:13: upstreams.0.cidrs.0: is every address there is; write the ranges of the upstream",
  ],
  ["half of all addresses", upstream("cidrs: [128.0.0.0/1]"), `f:4:13: upstreams.0.cidrs.0: ${NODE_ADDRESSES}`],
  ["the metadata address", upstream("cidrs: [169.254.169.254/32]"), `f:4:13: upstreams.0.cidrs.0: ${NODE_ADDRESSES}`],
  ["a range without a mask", upstream("cidrs: [198.51.100.0]"), `f:4:13: upstreams.0.cidrs.0: ${RANGE_TEXT}`],
  ["a mask too long", upstream("cidrs: [198.51.100.0/33]"), `f:4:13: upstreams.0.cidrs.0: ${RANGE_TEXT}`],
  [
    "leading zeros, which some read as octal",
    upstream("cidrs: [198.051.100.0/25]"),
    `f:4:13: upstreams.0.cidrs.0: ${RANGE_TEXT}`,
  ],
  [
    "host bits",
    upstream("cidrs: [198.51.100.5/25]"),
    "f:4:13: upstreams.0.cidrs.0: has bits behind its prefix; write the first address of the range",
  ],
  [
    "an exception outside",
    upstream("cidrs: [198.51.100.0/25]\n    except: [198.51.100.128/25]"),
    "f:5:14: upstreams.0.except.0: lies inside none of `cidrs`, as a part of it; remove it, or widen those",
  ],
  [
    "an exception that leaves nothing",
    upstream("cidrs: [198.51.100.0/25]\n    except: [198.51.100.0/25]"),
    "f:4:13: upstreams.0.cidrs.0: lies inside of `except`; remove one of the two",
  ],
  ["a URL for a host", "upstreams: [{ name: a, host: 'https://a.example' }]", `f:1:30: upstreams.0.host: ${HOST_TEXT}`],
  ["a host with its port", "upstreams: [{ name: a, host: 'a.example:443' }]", `f:1:30: upstreams.0.host: ${HOST_TEXT}`],
  [
    "the metadata address as a host",
    "upstreams: [{ name: a, host: 169.254.169.254 }]",
    "f:1:30: upstreams.0.host: is an address of the node or of the cloud's metadata, which is never dialled",
  ],
  [
    "a relay that the list leaves out",
    "upstreams: []\nrelays: { r: { url: 'https://a.example/events' } }",
    "f:2:21: relays.r.url: is none of `upstreams`; add its host and port there",
  ],
  [
    "a relay at another port",
    "upstreams: [{ name: a, host: a.example }]\nrelays: { r: { url: 'https://a.example:8443/events' } }",
    "f:2:21: relays.r.url: is none of `upstreams`; add its host and port there",
  ],
];

describe("a configuration of zones is refused for", () => {
  it.each(REFUSED)("%s", (_, yaml, says) => {
    const read = readConfig(yaml, "f");
    expect(read.ok ? [] : read.problems.map(describeProblem)).toEqual([says]);
  });
});

describe("a configuration of zones is taken", () => {
  it("with every key, and defaults where none is written", () => {
    const yaml = `
listeners:
  publish: { zone: raw, from: { role: producer } }
  subscribe: { zone: masked, from: { role: subscriber, namespace: masked } }
  admin: { zone: ops, from: { namespace: monitoring, labels: { app.kubernetes.io/name: prometheus } } }
brokers: [{ name: nats-raw, zone: raw, listenPort: 4222 }]
upstreams:
  - { name: vendor, host: feed.vendor.example, cidrs: [198.51.100.0/25, "2001:db8::/48"], except: [198.51.100.64/32] }
relays: { vendor: { url: "https://Feed.Vendor.example./events" } }`;
    const read = readConfig(yaml, "f");
    expect(read.ok ? [] : read.problems).toEqual([]);
    const config = read.ok ? read.value : undefined;
    expect(config?.brokers?.[0]?.role).toBe("broker");
    expect(config?.upstreams?.[0]?.port).toBe(443);
  });
});
