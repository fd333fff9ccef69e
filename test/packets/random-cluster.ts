/**
 * Random policies on a small cluster: three namespaces of three pods, two ports each, and two hosts outside.
 *
 * Owns what is drawn, which is bounded, and what policies are made of: also of what is seldom written and easily misread.
 * All chance comes from the seed.
 */
import { Random } from "../../bench/corpora/random.ts";
import type {
  LabelSelector,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
} from "../support/kubernetes-objects.ts";
import { podHost, policyOf, type Cluster, type Host, type NamedPort } from "./cluster.ts";

type Spec = NonNullable<NetworkPolicy["spec"]>;

/** Where every host listens. */
export const FUZZ_PORTS = [80, 81] as const;

const NAMESPACES = { x: { team: "red" }, y: { team: "blue", tier: "back" }, z: {} } as const;
const NAMES = Object.keys(NAMESPACES);
const POLICIES_LIMIT = 5;
/** `web` is another port on each pod of a namespace, of another protocol too, and on some not there. */
const POD_PORTS: readonly (readonly NamedPort[])[] = [
  [{ name: "web", containerPort: 80 }],
  [
    { name: "web", containerPort: 81 },
    { name: "web-udp", containerPort: 80, protocol: "UDP" },
  ],
  [{ name: "other", containerPort: 80 }],
];
const POD_LABELS = [{ app: "a", tier: "front" }, { app: "b" }, { app: "c", tier: "back" }] as const;

export const FUZZ_HOSTS: readonly Host[] = [
  ...NAMES.flatMap((namespace, net) =>
    POD_LABELS.map((labels, index) =>
      podHost(`${namespace}/${labels.app}`, `10.0.${net + 1}.${index + 1}`, { labels, ports: POD_PORTS[index] }),
    ),
  ),
  { name: "vendor", address: "198.51.100.10" },
  { name: "outside", address: "203.0.113.130" },
];

const CIDRS: readonly (readonly [cidr: string, excepts: readonly string[]])[] = [
  ["10.0.0.0/16", ["10.0.1.0/24", "10.0.2.2/32", "10.0.3.0/30"]],
  ["10.0.2.0/24", ["10.0.2.1/32", "10.0.2.2/31"]],
  ["10.0.1.2/32", []],
  // The bits of the host do not count.
  ["10.0.3.77/24", ["10.0.3.3/32"]],
  ["203.0.113.0/24", ["203.0.113.128/25", "203.0.113.130/32"]],
  ["198.51.100.0/25", ["198.51.100.8/30"]],
  ["0.0.0.0/0", ["10.0.0.0/8", "203.0.113.0/24"]],
];

export function drawCluster(seed: number): Cluster {
  const random = new Random(seed);
  const policies = many(random, { least: 1, most: POLICIES_LIMIT }, () => drawSpec(random)).map((spec, index) =>
    policyOf(`${random.pick(NAMES)}/policy-${index}`, spec),
  );
  return { hosts: FUZZ_HOSTS, namespaces: NAMESPACES, policies };
}

function drawSpec(random: Random): Spec {
  const types = random.pick([undefined, [], ["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Ingress", "Egress"]]);
  const ingress = drawRules(random, "from");
  const egress = drawRules(random, "to");
  return {
    podSelector: random.pick([{}, drawPodSelector(random)]),
    ...(types === undefined ? {} : { policyTypes: types }),
    ...(ingress === undefined ? {} : { ingress }),
    ...(egress === undefined ? {} : { egress }),
  };
}

function drawRules(random: Random, side: "from" | "to"): (PolicyRule | null)[] | undefined {
  if (random.next() < 0.15) return undefined;
  return many(random, { least: 0, most: 3 }, () => (random.next() < 0.03 ? null : drawRule(random, side)));
}

function drawRule(random: Random, side: "from" | "to"): PolicyRule {
  const isForAll = random.next() < 0.15;
  const peers = many(random, { least: isForAll ? 0 : 1, most: isForAll ? 0 : 3 }, () => drawPeer(random));
  const isEveryPort = random.next() < 0.3;
  const ports = many(random, { least: isEveryPort ? 0 : 1, most: isEveryPort ? 0 : 2 }, () => drawPort(random));
  return {
    // An empty list and none are the same to the API server.
    ...(peers.length > 0 || random.next() < 0.5 ? { [side]: peers } : {}),
    ...(ports.length > 0 || random.next() < 0.5 ? { ports } : {}),
  };
}

function drawPeer(random: Random): PolicyPeer {
  const kind = random.pick(["pods", "places", "both", "both", "block"] as const);
  if (kind === "block") {
    const [cidr, excepts] = random.pick(CIDRS);
    const except = excepts.filter(() => random.next() < 0.4);
    return { ipBlock: except.length === 0 ? { cidr } : { cidr, except } };
  }
  return {
    ...(kind === "pods" ? {} : { namespaceSelector: drawPlaceSelector(random) }),
    ...(kind === "places" ? {} : { podSelector: drawPodSelector(random) }),
  };
}

function drawPort(random: Random): PolicyPort {
  return random.pick<PolicyPort>([
    { port: 80 },
    { port: 81, protocol: "TCP" },
    { port: 79, endPort: 80 },
    { port: 81, endPort: 82 },
    { port: 1, endPort: 65_535 },
    { port: "web" },
    { port: "web", protocol: "TCP" },
    { port: "web-udp" },
    { port: "other" },
    { protocol: "TCP" },
    { protocol: "UDP" },
    { port: 80, protocol: "UDP" },
    { port: 443 },
    {},
  ]);
}

function drawPodSelector(random: Random): LabelSelector {
  return random.pick<LabelSelector>([
    {},
    ...POD_LABELS.map(({ app }) => ({ matchLabels: { app } })),
    { matchLabels: { tier: "front" } },
    { matchLabels: { app: "a", tier: "back" } },
    { matchExpressions: [{ key: "app", operator: "In", values: ["a", "c"] }] },
    { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["front"] }] },
    { matchExpressions: [{ key: "tier", operator: "Exists" }] },
    { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
    { matchLabels: { app: "c" }, matchExpressions: [{ key: "tier", operator: "In", values: ["back"] }] },
  ]);
}

function drawPlaceSelector(random: Random): LabelSelector {
  return random.pick<LabelSelector>([
    {},
    ...NAMES.map((name) => ({ matchLabels: { "kubernetes.io/metadata.name": name } })),
    { matchLabels: { team: "red" } },
    { matchExpressions: [{ key: "team", operator: "Exists" }] },
    { matchExpressions: [{ key: "team", operator: "NotIn", values: ["red"] }] },
    { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
    { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["x", "z"] }] },
  ]);
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function many<T>(random: Random, { least, most }: Bounds, draw: () => T): T[] {
  return Array.from({ length: random.int(least, most) }, draw);
}
