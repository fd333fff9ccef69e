/**
 * NetworkPolicies as nftables rules for the router: the second opinion on what policies mean.
 *
 * Owns a reading of the policy API of its own. Shares no code with src/kubernetes, neither matching nor defaulting: what
 * both share, no comparison of the two can find wrong.
 */
import type {
  Labels,
  LabelSelector,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
} from "../support/kubernetes-objects.ts";
import { labelsOf, type Cluster, type Host } from "./cluster.ts";

type Direction = "Ingress" | "Egress";

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** One chain: what may pass between `host` and others in one direction. */
interface Chain {
  readonly direction: Direction;
  readonly host: Host;
  readonly policies: readonly NetworkPolicy[];
}

/** `ct established` first, as most plugins have it: an open connection outlives a change of the rules. */
export function compilePolicies(cluster: Cluster): string {
  const chains = cluster.hosts.flatMap((host) => chainsOf(cluster, host));
  const jump = ({ direction, host }: Chain): string =>
    `${addressMatch(direction === "Egress" ? "saddr" : "daddr", [host.address])} jump ${nameOf(cluster, direction, host)}`;
  const block = (name: string, lines: readonly string[]): string => `chain ${name} {\n${lines.join("\n")}\n}\n`;
  const forward = [
    "type filter hook forward priority filter; policy drop;",
    "ct state established,related accept",
    ...chains.map(jump),
    "accept",
  ];
  const bodies = chains.map((chain) =>
    block(nameOf(cluster, chain.direction, chain.host), [
      ...allowances(cluster, chain),
      "reject with tcp reset",
      "drop",
    ]),
  );
  return `table inet policies {\n${bodies.join("")}${block("forward", forward)}}\n`;
}

function nameOf({ hosts }: Cluster, direction: Direction, host: Host): string {
  return `${direction.toLowerCase()}${hosts.indexOf(host)}`;
}

/** No policy of a direction selects the pod: no chain, and everything passes. */
function chainsOf(cluster: Cluster, host: Host): Chain[] {
  const { pod } = host;
  if (pod === undefined) return [];
  const own = cluster.policies.filter(
    ({ metadata, spec }) => metadata.namespace === pod.namespace && isChosen(spec?.podSelector ?? {}, pod.labels),
  );
  return (["Egress", "Ingress"] as const)
    .map((direction) => ({ direction, host, policies: own.filter((policy) => typesOf(policy).includes(direction)) }))
    .filter(({ policies }) => policies.length > 0);
}

function typesOf({ spec }: NetworkPolicy): readonly string[] {
  const named = spec?.policyTypes ?? [];
  if (named.length > 0) return named;
  return (spec?.egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

/** One line for each combination of a peer and a port; whatever matches none of them is refused. */
function allowances(cluster: Cluster, { direction, host, policies }: Chain): string[] {
  const rules = policies.flatMap(({ metadata, spec }) =>
    ((direction === "Egress" ? spec?.egress : spec?.ingress) ?? []).map((rule) => ({
      namespace: metadata.namespace ?? "",
      rule: rule ?? {},
    })),
  );
  return rules.flatMap(({ namespace, rule }) =>
    peersOf(rule, direction).flatMap((peer) =>
      peerMatches(cluster, peer, { namespace, direction }).flatMap((who) =>
        (rule.ports?.length ? rule.ports : [undefined])
          .flatMap((port) => portMatches(cluster, port, direction === "Ingress" ? host : undefined))
          .map((what) => `${who} ${what} return`),
      ),
    ),
  );
}

function peersOf(rule: PolicyRule, direction: Direction): readonly (PolicyPeer | undefined)[] {
  const peers = (direction === "Egress" ? rule.to : rule.from) ?? [];
  return peers.length > 0 ? peers : [undefined];
}

/** Matches on the far end's address; empty when nobody is meant. */
function peerMatches(
  cluster: Cluster,
  peer: PolicyPeer | undefined,
  { namespace, direction }: { readonly namespace: string; readonly direction: Direction },
): string[] {
  if (peer === undefined) return [""];
  const field = direction === "Egress" ? "daddr" : "saddr";
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    const hole = except.length > 0 ? addressMatch(field, except, "!=") : "";
    return [`${addressMatch(field, [cidr])} ${hole}`];
  }
  const chosen = cluster.hosts.filter(({ pod }) => {
    if (pod === undefined) return false;
    const isPlace =
      peer.namespaceSelector === undefined
        ? pod.namespace === namespace
        : isChosen(peer.namespaceSelector, labelsOf(cluster, pod.namespace));
    return isPlace && isChosen(peer.podSelector ?? {}, pod.labels);
  });
  // A set holds addresses of one family.
  return [":", "."]
    .map((sign) => chosen.map(({ address }) => address).filter((address) => address.includes(sign)))
    .filter((addresses) => addresses.length > 0)
    .map((addresses) => addressMatch(field, addresses));
}

/** A name means what the pod that is connected to calls so: on the way in `own`, on the way out whoever has it. */
function portMatches({ hosts }: Cluster, port: PolicyPort | undefined, own: Host | undefined): string[] {
  if (port === undefined) return [""];
  const protocol = (port.protocol ?? "TCP").toLowerCase();
  if (port.port === undefined) return [`meta l4proto ${protocol}`];
  if (typeof port.port === "number") {
    const range = port.endPort === undefined ? port.port : `${port.port}-${port.endPort}`;
    return [`${protocol} dport ${range}`];
  }
  return (own === undefined ? hosts : [own]).flatMap(({ address, pod }) =>
    (pod?.ports ?? [])
      .filter(({ name, protocol: spoken = "TCP" }) => name === port.port && spoken.toLowerCase() === protocol)
      .map(({ containerPort }) => `${addressMatch("daddr", [address])} ${protocol} dport ${containerPort}`),
  );
}

function addressMatch(field: "saddr" | "daddr", addresses: readonly string[], sign = ""): string {
  const family = addresses[0].includes(":") ? "ip6" : "ip";
  return `${family} ${field} ${sign} { ${addresses.join(", ")} }`;
}

function isChosen({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const isEqual = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return isEqual && (matchExpressions as readonly Expression[]).every((expression) => isMet(expression, labels));
}

function isMet({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}
