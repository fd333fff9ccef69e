/**
 * Who may open a connection to whom: the meaning of NetworkPolicies, and nothing else.
 *
 * Owns the caches of one cluster. Not modelled: connection tracking, layer 7, names, Service translation, time. Order
 * of policies never matters; nothing denies but the absence of a rule.
 */
import { holds, overlaps, pointOf } from "../address.ts";
import { isSelected } from "../selector.ts";
import {
  isPod,
  NAMESPACE_NAME,
  type Cluster,
  type Direction,
  type End,
  type Peer,
  type Pod,
  type Policy,
  type PolicyPort,
  type Protocol,
  type Rule,
} from "./model.ts";
import { ALL_PORTS, hasPort, intersect, NO_PORTS, portSet, unite, type PortSet } from "./port-set.ts";

/**
 * Plugins differ on whether `ipBlock` matches addresses of pods. `safety` counts it (more may be open than one
 * thinks), `liveness` does not (less may be open than one needs).
 */
export type Mode = "safety" | "liveness";

/** Why one half of a connection is allowed or not. */
export type Why =
  | { readonly kind: "same-pod" }
  /** The end is outside the cluster or on its node's network. */
  | { readonly kind: "no-pod" }
  | { readonly kind: "not-selected" }
  | { readonly kind: "rule"; readonly rule: Rule; readonly policies: readonly Policy[] }
  | { readonly kind: "no-rule"; readonly policies: readonly Policy[] };

export interface Half {
  readonly allow: boolean;
  readonly why: Why;
}

export interface Verdict {
  readonly allow: boolean;
  readonly egress: Half;
  readonly ingress: Half;
}

export interface Connection {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: Protocol;
}

export interface Evaluator {
  readonly cluster: Cluster;
  readonly allowed: (connection: Connection) => Verdict;
  /** Every port that `from` may open at `to`; equals `allowed` asked for each. */
  readonly portsBetween: (from: End, to: End) => PortSet;
  /** Policies of a direction that select the pod; empty where it is not isolated. */
  readonly policiesOf: (pod: Pod, direction: Direction) => readonly Policy[];
  /** Whether a peer of the rule means this end; a rule without peers means everybody. */
  readonly isPeer: (rule: Rule, end: End) => boolean;
}

export function createEvaluator(cluster: Cluster, mode: Mode = "safety"): Evaluator {
  const byNamespace = group(cluster.policies);
  const isolation = new Map<Pod, Record<Direction, readonly Policy[]>>();
  const peers = new Map<Rule, Map<End, boolean>>();

  function policiesOf(pod: Pod, direction: Direction): readonly Policy[] {
    let found = isolation.get(pod);
    if (found === undefined) {
      const own = (byNamespace.get(pod.namespace) ?? []).filter(({ pods }) => isSelected(pods, pod.labels));
      const of = (wanted: Direction): Policy[] => own.filter(({ directions }) => directions.has(wanted));
      found = { Egress: of("Egress"), Ingress: of("Ingress") };
      isolation.set(pod, found);
    }
    return found[direction];
  }

  function isPeer(rule: Rule, end: End): boolean {
    if (rule.peers.length === 0) return true;
    let answers = peers.get(rule);
    if (answers === undefined) peers.set(rule, (answers = new Map()));
    let answer = answers.get(end);
    if (answer === undefined) {
      answer = rule.peers.some((peer) => matchesPeer({ cluster, mode, rule }, peer, end));
      answers.set(end, answer);
    }
    return answer;
  }

  /** The half of `subject`'s policies; `other` is the far end. */
  function half(direction: Direction, { from, to, port, protocol }: Connection): Half {
    const [subject, other] = direction === "Egress" ? [from, to] : [to, from];
    if (!isPod(subject) || subject.isHostNetwork) return { allow: true, why: { kind: "no-pod" } };
    const policies = policiesOf(subject, direction);
    if (policies.length === 0) return { allow: true, why: { kind: "not-selected" } };
    const rule = policies
      .flatMap(({ rules }) => rules[direction])
      .find((one) => isPeer(one, other) && hasPort(portsOfRule(one, to), protocol, port));
    if (rule === undefined) return { allow: false, why: { kind: "no-rule", policies } };
    return { allow: true, why: { kind: "rule", rule, policies } };
  }

  function halfPorts(direction: Direction, from: End, to: End): PortSet {
    const [subject, other] = direction === "Egress" ? [from, to] : [to, from];
    if (!isPod(subject) || subject.isHostNetwork) return ALL_PORTS;
    const policies = policiesOf(subject, direction);
    if (policies.length === 0) return ALL_PORTS;
    let open = NO_PORTS;
    for (const { rules } of policies)
      for (const rule of rules[direction]) if (isPeer(rule, other)) open = unite(open, portsOfRule(rule, to));
    return open;
  }

  return {
    cluster,
    policiesOf,
    isPeer,
    allowed: (connection) => {
      if (connection.from === connection.to) return { allow: true, egress: SAME_POD, ingress: SAME_POD };
      const egress = half("Egress", connection);
      const ingress = half("Ingress", connection);
      return { allow: egress.allow && ingress.allow, egress, ingress };
    },
    portsBetween: (from, to) => {
      if (from === to) return ALL_PORTS;
      const egress = halfPorts("Egress", from, to);
      return egress === NO_PORTS ? NO_PORTS : intersect(egress, halfPorts("Ingress", from, to));
    },
  };
}

const SAME_POD: Half = { allow: true, why: { kind: "same-pod" } };

interface PeerContext {
  readonly cluster: Cluster;
  readonly mode: Mode;
  readonly rule: Rule;
}

function matchesPeer({ cluster, mode, rule }: PeerContext, peer: Peer, end: End): boolean {
  if (peer.kind === "block") {
    if (isPod(end) && mode === "liveness") return false;
    const points = isPod(end) ? end.addresses.map(pointOf) : [pointOf(end.address)];
    if (points.length > 0) return points.some((point) => peer.intervals.some((interval) => holds(interval, point)));
    // No address known: it may have any that pods have.
    return peer.intervals.some((interval) => cluster.podRanges.some((range) => overlaps(range, interval)));
  }
  if (!isPod(end) || end.isHostNetwork || !isSelected(peer.pods, end.labels)) return false;
  if (peer.namespaces === undefined) return end.namespace === rule.policy.namespace;
  const labels = cluster.namespaces.get(end.namespace)?.labels ?? { [NAMESPACE_NAME]: end.namespace };
  return isSelected(peer.namespaces, labels);
}

const rulePorts = new WeakMap<Rule, PortSet>();

/** Ports that a rule opens at a destination. */
function portsOfRule(rule: Rule, to: End): PortSet {
  const known = rulePorts.get(rule);
  if (known !== undefined) return known;
  const ports = rule.ports.length === 0 ? ALL_PORTS : unitePorts(rule.ports, to);
  // Only a named port depends on the destination.
  if (rule.ports.every(({ port }) => typeof port !== "string")) rulePorts.set(rule, ports);
  return ports;
}

function unitePorts(ports: readonly PolicyPort[], to: End): PortSet {
  const sets = ports.map(({ protocol, port }) => {
    if (port === undefined) return portSet(protocol);
    if (typeof port !== "string") return portSet(protocol, [port]);
    const named = isPod(to) && !to.isHostNetwork ? to.ports : [];
    const numbers = named.filter((own) => own.name === port && own.protocol === protocol);
    return portSet(
      protocol,
      numbers.map(({ number }) => ({ first: number, last: number })),
    );
  });
  return sets.reduce(unite, NO_PORTS);
}

/** Boundary points of every port number that the policies and the pods name: between two of them nothing changes. */
export function boundaryPorts(cluster: Cluster): number[] {
  const rules = cluster.policies.flatMap(({ rules: of }) => [...of.Egress, ...of.Ingress]);
  const numbers = [
    ...rules
      .flatMap(({ ports }) => ports.map(({ port }) => port))
      .flatMap((port) => (typeof port === "object" ? [port.first, port.last] : [])),
    ...cluster.pods.flatMap(({ ports }) => ports.map(({ number }) => number)),
  ];
  const points = new Set([1, 65_535, ...numbers.flatMap((number) => [number - 1, number, number + 1])]);
  return [...points].filter((port) => port >= 1 && port <= 65_535).toSorted((a, b) => a - b);
}

function group(policies: readonly Policy[]): Map<string, Policy[]> {
  const groups = new Map<string, Policy[]>();
  for (const policy of policies) {
    const own = groups.get(policy.namespace);
    if (own === undefined) groups.set(policy.namespace, [policy]);
    else own.push(policy);
  }
  return groups;
}
