/** The two fences are one: process and network policy let out exactly the same, at every edge of every range and port. */
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import {
  clusterOf,
  createEvaluator,
  kubernetesObject,
  outsideOf,
  podOf,
  policyOf,
} from "../../src/kubernetes/index.ts";
import { renderTree } from "../../src/kubernetes/render/tree.ts";
import { loadConfig } from "../../src/node/config/load.ts";
import { planOf } from "../../src/node/plan.ts";
import { Egress } from "../../src/server/network/egress.ts";
import { parse } from "yaml";
import type { NetworkPolicy } from "../support/kubernetes-objects.ts";

const LISTENERS = ["publish", "subscribe", "admin"]
  .map((name, index) => `  ${name}: { host: 0.0.0.0, listenPort: ${8080 + index}, unsafeNoAuthentication: true }`)
  .join("\n");

const SHARED = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };

const CONFIGS: readonly (readonly [name: string, upstreams: string])[] = [
  ["one range", "[{ name: a, host: a.example, cidrs: [198.51.100.0/25] }]"],
  [
    "a range with holes",
    "[{ name: a, host: a.example, cidrs: [198.51.100.0/24], except: [198.51.100.64/26, 198.51.100.255/32] }]",
  ],
  [
    "ranges in one another",
    "[{ name: a, host: a.example, cidrs: [198.51.0.0/16, 198.51.100.0/24], except: [198.51.100.8/29, 198.51.7.0/24] }]",
  ],
  [
    "both families",
    '[{ name: a, host: a.example, port: 8443, cidrs: [198.51.100.0/30, "2001:db8::/47"], except: ["2001:db8:1::/64"] }]',
  ],
  [
    "two upstreams at neighbouring ports",
    "[{ name: a, host: a.example, port: 443, cidrs: [198.51.100.0/25] }, { name: b, host: b.example, port: 444, cidrs: [198.51.100.64/26] }]",
  ],
  [
    "the last port and a single address",
    "[{ name: a, host: 203.0.113.7, port: 65535 }, { name: b, host: b.example, port: 1, cidrs: [203.0.113.7/32] }]",
  ],
  ["an IPv6 address as host", '[{ name: a, host: "2001:db8::7" }]'],
  ["none", "[]"],
];

async function fencesOf(upstreams: string) {
  const bytes = new TextEncoder().encode(`listeners:\n${LISTENERS}\nupstreams: ${upstreams}`);
  const loaded = await loadConfig({ environment: {}, configFile: "f", bytes, missingKey: "none" });
  const planned = loaded.ok ? planOf(loaded.value, { target: "k8s", version: "0" }) : loaded;
  if (!loaded.ok || !planned.ok) throw new Error(JSON.stringify(planned));
  const file = renderTree(planned.value, "k8s").get("components/upstream-cidr/network-policy.yaml");
  return {
    listed: loaded.value.config.upstreams ?? [],
    policy: file === undefined ? undefined : (parse(file) as NetworkPolicy),
  };
}

/** By the evaluator that proofs rest on. */
function evaluated(policy: NetworkPolicy | undefined): (address: string, port: number) => boolean {
  const masker = podOf("maskwire", "maskwire", { labels: { "app.kubernetes.io/name": "maskwire" } });
  const deny = {
    ...SHARED,
    metadata: { name: "deny", namespace: "maskwire" },
    spec: { podSelector: {}, policyTypes: ["Egress"] },
  };
  const objects = [deny, ...(policy === undefined ? [] : [policy])];
  const policies = objects.map((object) => policyOf(kubernetesObject(object, () => ({ file: "f", line: 1 }))));
  const { allowed } = createEvaluator({ ...clusterOf([]), pods: [masker], policies });
  return (address, port) => allowed({ from: masker, to: outsideOf(address), port, protocol: "TCP" }).allow;
}

/** By a reader of addresses that is not ours. No policy, no rule: the default deny is all there is. */
function policyAdmits(policy: NetworkPolicy | undefined, address: string, port: number): boolean {
  const parsed = ipaddr.parse(address);
  const isIn = (cidr: string): boolean => {
    const [first, prefix] = ipaddr.parseCIDR(cidr);
    return first.kind() === parsed.kind() && parsed.match(first, prefix);
  };
  return (policy?.spec?.egress ?? []).some(
    (rule) =>
      (rule?.ports ?? []).some((one) => one.port === port) &&
      (rule?.to ?? []).some(({ ipBlock }) => ipBlock && isIn(ipBlock.cidr) && !(ipBlock.except ?? []).some(isIn)),
  );
}

/** The address before each range, its first and last, and the one behind it. */
function edgesOf(cidrs: readonly string[]): string[] {
  return cidrs.flatMap((cidr) => {
    const [first, prefix] = ipaddr.parseCIDR(cidr);
    const bits = BigInt(first.toByteArray().length * 8);
    const low = first.toByteArray().reduce((sum, octet) => (sum << 8n) + BigInt(octet), 0n);
    const high = low + (1n << (bits - BigInt(prefix))) - 1n;
    return [low - 1n, low, high, high + 1n].map((value) =>
      ipaddr
        .fromByteArray(
          Array.from({ length: Number(bits / 8n) }, (_, at) => Number((value >> (bits - 8n - 8n * BigInt(at))) & 255n)),
        )
        .toString(),
    );
  });
}

describe("process and policy agree on", () => {
  test.each(CONFIGS)("%s", async (_, upstreams) => {
    const { listed, policy } = await fencesOf(upstreams);
    const egress = new Egress(listed);
    const ranges = listed.flatMap(({ host, cidrs, except }) => [
      ...cidrs,
      ...except,
      ...(ipaddr.isValid(host) ? [`${host}/${ipaddr.parse(host).kind() === "ipv4" ? 32 : 128}`] : []),
    ]);
    const addresses = [...new Set([...edgesOf(ranges), "169.254.169.254", "10.0.0.1", "127.0.0.1", "::1", "fe80::1"])];
    const ports = [...new Set([1, 65_535, ...listed.flatMap(({ port }) => [port - 1, port, port + 1])])];
    const points = addresses.flatMap((address) => ports.map((port) => ({ address, port })));
    const byProcess = points.map(({ address, port }) =>
      // A policy knows no hosts: what it lets out is what any host may be at. A host that is an address is only that.
      listed.some(
        ({ host }) => (!ipaddr.isValid(host) || host === address) && egress.admitsAddress({ host, port }, address),
      ),
    );
    expect(
      points.filter(({ address, port }, index) => policyAdmits(policy, address, port) !== byProcess[index]),
    ).toEqual([]);
    const byEvaluator = evaluated(policy);
    expect(points.filter(({ address, port }, index) => byEvaluator(address, port) !== byProcess[index])).toEqual([]);
    expect(byProcess.filter(Boolean).length > 0).toBe(listed.length > 0);
  });
});
